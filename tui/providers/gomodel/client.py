"""The asking: which request answers which question."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import quote

from pydantic import ValidationError

from tui.config import GoModelConnection
from tui.errors import BadAnswerError, ProviderError
from tui.models import JsonObject, JsonValue, ProviderKind, Row, Run, RunRef, Trial
from tui.providers.base import (
    Capabilities,
    ProbeResult,
    RowPage,
    RunPage,
    RunSource,
    Skipped,
    SourcePage,
    TrialDetail,
)
from tui.providers.gomodel.faults import no_output, not_ready, read_error, upstream_told
from tui.providers.gomodel.lines import LineReader, joined
from tui.providers.gomodel.runs import run_of
from tui.providers.http import AuthScheme, ClientContext, HttpClient, ItemBatch
from tui.providers.wire import why_unreadable

_BATCHES = "/v1/batches"
_PAGE = 20
"""The API's default; more means more results riding along."""
_MOST = 100
_BATCH_DEADLINE_S = 60.0
"""One call waits for the upstream, and for the gateway's own retries."""
_RESULTS_DEADLINE_S = 300.0
_NOT_READY = "The results are not ready yet."
_NO_OUTPUT = "The batch ended without an output file, so there are no results."


class GoModelProvider:
    """One GoModel gateway (`tui.providers.base.Provider`)."""

    kind = ProviderKind.GOMODEL
    capabilities = Capabilities(
        can_cancel=True, list_refreshes=False, rows_paged=False, rows_while_live=False
    )

    def __init__(self, config: GoModelConnection, context: ClientContext) -> None:
        self.connection = config.name
        self._client = HttpClient(
            context,
            connection=config.name,
            # People also write the address as OpenAI clients want it.
            base_url=config.base_url.rstrip("/").removesuffix("/v1"),
            auth=AuthScheme(),
            read_error=read_error,
            key_required=False,
            allow_http=config.allow_http,
            verify_tls=config.verify_tls,
        )

    async def iter_sources(self) -> AsyncGenerator[SourcePage, None]:
        """Yield the single source; no request."""
        yield SourcePage((RunSource("runs"),))

    async def list_runs(
        self,
        source: RunSource,  # noqa: ARG002 - there is only one
        *,
        after: str | None = None,
        limit: int | None = None,
    ) -> RunPage:
        """Return a page of batches as the gateway last stored them; it asks no upstream."""
        with upstream_told():
            batch = await self._client.page(
                "GET",
                _BATCHES,
                under="data",
                params={"limit": max(1, min(limit or _PAGE, _MOST)), "after": after},
                drop=("results",),
            )
        runs: dict[str, Run] = {}
        skipped = [Skipped(f"batch {bad.index}", bad.why) for bad in batch.bad]
        for position, item in enumerate(batch.items):
            try:
                run = run_of(item, self.connection)
            except ValidationError as error:
                skipped.append(Skipped(f"batch {position}", why_unreadable(error)))
            else:
                runs[run.id] = run
        return RunPage(tuple(runs.values()), tuple(skipped), _next_cursor(batch, after))

    async def get_run(self, ref: RunRef) -> Run:
        """Return the batch as its upstream tells it now; `results` riding along are passed over."""
        with upstream_told():
            answer = await self._client.request(
                "GET",
                f"{_BATCHES}/{quote(ref.path, safe='')}",
                drop=("results",),
                deadline_s=_BATCH_DEADLINE_S,
            )
        try:
            return run_of(_object(answer.data), self.connection)
        except ValidationError as error:
            raise _strange() from error

    async def iter_rows(
        self,
        run: Run,
        *,
        resume: str | None = None,  # noqa: ARG002 - no page gives one
    ) -> AsyncGenerator[RowPage, None]:
        """Yield the results, streamed from the one unpaged answer; never resumable."""
        reader = LineReader()
        try:
            with upstream_told():
                pages = self._client.stream_items(
                    "GET",
                    f"{_BATCHES}/{quote(run.ref.path, safe='')}/results",
                    under="data",
                    deadline_s=_RESULTS_DEADLINE_S,
                )
                async with aclosing(pages):
                    async for page in pages:
                        yield await asyncio.to_thread(_row_page, page, reader, run)
        except ProviderError as error:
            if not_ready(error):
                yield RowPage((), expected_rows=run.counts.total, notes=(_NOT_READY,))
            elif no_output(error):
                yield RowPage((), notes=(_NO_OUTPUT,))
            else:
                raise

    async def trial_detail(
        self,
        run: Run,  # noqa: ARG002 - the results have told everything
        row: Row,  # noqa: ARG002 - as above
        trial: Trial,
    ) -> TrialDetail:
        """Return the trial unchanged; no request."""
        return TrialDetail(trial)

    async def cancel(self, run: Run) -> Run:
        """Ask the gateway to cancel the batch; it is often `cancelling` for a while."""
        with upstream_told():
            answer = await self._client.request(
                "POST",
                f"{_BATCHES}/{quote(run.ref.path, safe='')}/cancel",
                drop=("results",),
                deadline_s=_BATCH_DEADLINE_S,
                once=True,
            )
        try:
            return run_of(_object(answer.data), self.connection)
        except ValidationError as error:
            raise _strange() from error

    async def probe(self) -> ProbeResult:
        """List the models, which needs a key where the gateway wants one."""
        with upstream_told():
            answer = await self._client.request("GET", "/v1/models")
        models = _object(answer.data).get("data")
        if not isinstance(models, list):
            raise _strange()
        return ProbeResult(
            ok=True, sentence="The gateway answers.", facts={"models": str(len(models))}
        )

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()


def _next_cursor(batch: ItemBatch, after: str | None) -> str | None:
    """Return `last_id` while there is more; a cursor that does not move ends the list."""
    last_id = batch.rest.get("last_id")
    if not isinstance(last_id, str) or not last_id:
        last = batch.items[-1].get("id") if batch.items else None
        last_id = last if isinstance(last, str) else None
    more = batch.rest.get("has_more") is True
    return last_id if more and last_id != after else None


def _row_page(page: ItemBatch, reader: LineReader, run: Run) -> RowPage:
    """Return a slice of the answer; the last one says how many requests have no result."""
    # The items of a streamed slice follow each other without gaps.
    rows = [
        reader.row(item, position) for position, item in enumerate(page.items, page.first_index)
    ]
    reader.lines += len(page.bad)
    notes: tuple[str, ...] = ()
    missing = (run.counts.total or 0) - reader.lines
    if page.last and missing > 0:
        notes = (f"{missing} row{' has' if missing == 1 else 's have'} no result.",)
    return RowPage(
        joined(rows),
        tuple(Skipped(f"line {bad.index}", bad.why) for bad in page.bad),
        expected_rows=run.counts.total,
        notes=notes,
        size=page.size,
    )


def _object(data: JsonValue) -> JsonObject:
    if not isinstance(data, dict):
        raise _strange()
    return data


def _strange() -> BadAnswerError:
    return BadAnswerError(
        "The address answers, but not as a GoModel gateway does.",
        remedy="Check base_url: it is the gateway's root, without /v1.",
    )
