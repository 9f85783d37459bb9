"""OpenAI: evals, their runs and output items, and batches.

Endpoints (GET, below `https://api.openai.com/v1` or `base_url`):
    /evals, /evals/{id}, /evals/{id}/runs, /evals/{id}/runs/{id},
    /evals/{id}/runs/{id}/output_items, /batches, /batches/{id}, /files/{id}/content
    POST only to cancel: /evals/{id}/runs/{id}/cancel, on 404 or 405 /evals/{id}/runs/{id} (sources
    differ), and /batches/{id}/cancel. A run is canceled at once, a batch takes minutes.
Auth: `Authorization: Bearer <key>`; `OpenAI-Organization` and `OpenAI-Project` when configured. A
    project key sees only its project.
Paging: `after` is the id of the last object of the page before, not its `last_id`; `order` defaults
    to oldest first, so runs are asked with `order=desc`; batches have no order and come newest
    first. `limit` 100, and 20 for good once a 400 has named the limit.
Limits: no published rate limit for these routes and no `x-ratelimit-*` headers on them; 429 with
    `Retry-After` is the client policy's. Batches: 50,000 requests, 200 MB of input; result files
    expire after 30 days (404, a note and not a failure).
Retirement: the Evals API ends on 30 November 2026, batches stay (`openai_family.retirement`).

Known gaps:
    A run has one timestamp only: no start, no end, no duration.
    A run never says how many rows it will have: the total is the number of inline rows or the lines
    of its dataset file, else unknown (`stored_completions`, `responses`).
    Usage has no cost. Scores of different graders share no scale.
    Whether counts or items move during a run, and what status word an errored item carries, nobody
    has published: zeros of a running run are "not counted yet", and every word but pass and fail
    is an error.

Checked against: the OpenAPI document of 21 August 2026 (API version 2.3.0), the official Python
SDK 3.52.0 (paging, retries, cancel path), and recorded traffic in public repositories for evals,
runs, items with model and string graders, and batches (nulls, ids in place of names, extra keys).
Documentation only, never seen recorded: score_model, text_similarity and python results, failed
runs, errored items, stored completions and responses as data sources, batch error files.
"""

from tui.config import OpenAIConnection
from tui.models import ProviderKind
from tui.providers.base import Provider
from tui.providers.http import AuthScheme, ClientContext, HttpClient
from tui.providers.openai_family.dialect import Dialect
from tui.providers.openai_family.faults import read_error
from tui.providers.openai_family.retirement_day import own_host
from tui.providers.openai_family.service import EvalsProvider


def create(config: OpenAIConnection, context: ClientContext) -> Provider:
    """Return the provider of a connection; nothing is asked yet."""
    headers = {
        name: value
        for name, value in (
            ("OpenAI-Organization", config.organization),
            ("OpenAI-Project", config.project),
        )
        if value
    }
    client = HttpClient(
        context,
        connection=config.name,
        base_url=config.base_url,
        auth=AuthScheme(),
        headers=headers,
        read_error=read_error,
        allow_http=config.allow_http,
        verify_tls=config.verify_tls,
    )
    dialect = Dialect(
        kind=ProviderKind.OPENAI,
        connection=config.name,
        batches=config.batches,
        evals=config.evals,
        counts_files=True,
        retires=own_host(config.base_url),
    )
    return EvalsProvider(client, dialect, context.clock)
