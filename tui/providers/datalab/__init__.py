"""Datalab: evaluation batch runs over collections of documents.

Endpoints (all GET, under `https://www.datalab.to/api/v1`):
    `/eval_batch_runs` (list), `/eval_batch_runs/{id}` (run), `/eval_batch_runs/{id}/results` (all
    file results at once); `/collections`, `/eval_rubrics`, `/pipelines` and each by id (names);
    `/convert|extract|segment|custom-processor|agent/{lookup_key}` (a file's document);
    `/user_health` (probe).

Auth: header `X-API-Key`. The key's variable is `DATALAB_API_KEY`.

Paging: the run list by `limit` (1 to 200) and `offset`, with the `total` of all matches; its order
is not documented, so each page is sorted by `created`, then id, newest first; while the list grows
an offset shift may bring a run on two pages. Results are unpaged and streamed.

Limits: 200 requests a minute and endpoint, ten on the free tier; a tick costs one request. Names
cost at most one list per kind and hour. Documents are deleted an hour after processing.

Known gaps of the API: status words are open (a set `completed_at` is the surest end); the scale of
scores is not stated (`score_max` of the connection); no reason of a failed file, no cost and no
name on a run; whether failed files count as completed is not stated; no cancel. The signed
`result_url` of a document is not followed. The newer `/evals` resource is not read.

Checked: shapes, nulls and examples against the public reference pages and the vendor's SDK as of
November 2026; never against the real service. Assumed: that `lookup_key`
opens `/convert/{…}` and its siblings, and that naive times are UTC.
"""

from tui.config import DatalabConnection
from tui.providers.base import Provider
from tui.providers.datalab.client import DatalabProvider
from tui.providers.http import ClientContext


def create(config: DatalabConnection, context: ClientContext) -> Provider:
    """Return the provider of one Datalab connection; no request is made."""
    return DatalabProvider(config, context)
