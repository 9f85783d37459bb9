"""GoModel: the native batches of one gateway.

Endpoints (under `<base_url>/v1`): `GET /batches` (list), `GET /batches/{id}` (run; one upstream
call), `GET /batches/{id}/results` (all results at once, fetched from upstream each time),
`GET /models` (probe). A base path of the gateway belongs to `base_url`.

Auth: `Authorization: Bearer`, optional: a gateway without a master key is open. The key's variable
is `GOMODEL_MASTER_KEY`. A 401 may be about the gateway's own key for an upstream; the texts tell.

Paging: `limit` (1 to 100, 20 asked) and `after`, newest first by `created_at`, then by random id.
Results are unpaged and streamed; `results` riding along in lists and batches are passed over while
parsing.

Limits: none of the gateway's own on reads. One GET of a batch may take seconds, because the gateway
retries upstream.

Known gaps of the API: the list is a stored snapshot and never refreshes, so live batches are asked
one by one; no reason of a failed batch and no end time of an expired one; failed requests of
OpenAI-style upstreams are missing from the results; 409 means not ready; a 502 that says
"missing output file" means ended without results; costs may vanish on a later refresh. The inputs
of a batch are not readable.

Checked: shapes and error texts against the gateway's source as of November 2026; never against a
running gateway.
"""

from tui.config import GoModelConnection
from tui.providers.base import Provider
from tui.providers.gomodel.client import GoModelProvider
from tui.providers.http import ClientContext


def create(config: GoModelConnection, context: ClientContext) -> Provider:
    """Return the provider of one GoModel connection; no request is made."""
    return GoModelProvider(config, context)
