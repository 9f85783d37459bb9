"""W&B Weave: evaluation runs of one project, read from the trace service.

Endpoints (below `https://trace.wandb.ai`, or `<W&B base URL>/traces` of an own installation):
    POST `/calls/stream_query`: runs (root calls named `Evaluation.evaluate`), the calls of a trial;
    GET `/v2/{entity}/{project}/evaluation_runs`: runs made through the v2 API, merged by id;
    POST `/call/read`: one run; POST `/calls/query_stats`: how many trials have ended;
    POST `/v2/{entity}/{project}/eval_results/query`: rows with trials, and the scorer statistics;
    POST `/refs/read_batch`, `/obj/read`, `/table/query_stats_batch`, `/table/query_stats`: what an
    evaluation is made of and how many rows its dataset has (immutable, kept for the session).

Auth: HTTP Basic, user `api`, password = the W&B API key (`WANDB_API_KEY`, `~/.netrc`).

Paging: `limit` and `offset` everywhere; runs newest first; rows by digest, which has nothing to do
    with the dataset's order, so a page of a live run is no prefix: rows are merged by their key.
    Streams are one JSON object per line; a cut one is a failure, not a short answer.

Limits: no published rate limit; 1000 entries per filter list, which is why a page is 50 rows; the
    service answers 502 or 504 over its own memory and time caps. A live run costs two requests a
    tick, plus one while trials end and two more every 20 seconds.

What is derived: a run failed when its own call has an exception, runs without an end, and is
    completed otherwise; `descendant_error` is completed with a warning. A trial without output and
    scores is told apart (running, model raised, scorer raised, never scored) by its calls, one
    batched request per page. Counts are rows: with several trials per row, `done` is trials ended
    over trials per row, rounded down; where no dataset says how often a row is tried, the rows of
    the statistics. Identical rows of a dataset share one digest and come as one row with more
    trials, so fewer rows than `total` may exist.

Known gaps of the API: no push, no cancel; a killed process leaves its run running for ever (shown
    with its last activity); imperative loggers and runs of the v2 API have no known total; latency
    and tokens are null in row pages for plain ops and for models that report no total; which trial
    came first is told only by sortable call ids; no dataset position of a row.

Checked against: the published server (0.53.12) filled by the published SDK (0.54.0) on loopback,
    in `tests/providers/weave/real`. Never against the hosted service: its refusals, rate limits and
    page ceilings are as documented or assumed. Older servers refuse unknown body keys with 422: the
    key they name is dropped for good and the request repeated.
"""

from tui.config import WeaveConnection
from tui.providers.base import Provider
from tui.providers.http import ClientContext


def create(config: WeaveConnection, context: ClientContext) -> Provider:
    """Return the provider of one Weave project; no request is made."""
    from tui.providers.weave.client import WeaveProvider

    return WeaveProvider(config, context)
