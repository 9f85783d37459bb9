"""The asking: which request answers which question."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from urllib.parse import quote

from pydantic import ValidationError

from tui.config import DatalabConnection
from tui.errors import BadAnswerError, MissingError, RejectedError
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
from tui.providers.datalab.document import KEPT, NO_LOOKUP_KEY, detail_of, gone, paths_of
from tui.providers.datalab.faults import read_error
from tui.providers.datalab.files import row_of
from tui.providers.datalab.names import Names
from tui.providers.datalab.runs import run_of
from tui.providers.http import AuthScheme, ClientContext, HttpClient, ItemBatch
from tui.providers.wire import why_unreadable

_RUNS = "/api/v1/eval_batch_runs"
_PAGE = 200
_RESULTS_DEADLINE_S = 120.0
_ID_CHARS = 40
_EPOCH = datetime.fromtimestamp(0, UTC)


class DatalabProvider:
    """One Datalab account (`tui.providers.base.Provider`)."""

    kind = ProviderKind.DATALAB
    capabilities = Capabilities(
        can_cancel=False,
        rows_paged=False,
        trial_detail=True,
        details_kept_s=KEPT.total_seconds(),
    )

    def __init__(self, config: DatalabConnection, context: ClientContext) -> None:
        self.connection = config.name
        self._config = config
        self._client = HttpClient(
            context,
            connection=config.name,
            base_url=config.base_url,
            auth=AuthScheme(header="X-API-Key", prefix=""),
            read_error=read_error,
            allow_http=config.allow_http,
            verify_tls=config.verify_tls,
        )
        self._clock = context.clock
        self._names = Names(self._client, context.clock)

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
        """Return a page of runs; the cursor is the next offset.

        The list has no documented order and grows while it is paged, so a run may come on two
        pages; within a page it comes once.
        """
        offset = 0 if after is None else int(after)
        wanted = max(1, min(limit or _PAGE, _PAGE))
        batch = await self._client.page(
            "GET",
            _RUNS,
            under="batch_runs",
            params={"limit": wanted, "offset": offset},
        )
        await self._names.learn(batch.items)
        runs: dict[str, Run] = {}
        skipped = [Skipped(f"run {offset + bad.index}", bad.why) for bad in batch.bad]
        for item in batch.items:
            try:
                run = run_of(item, self._config, self._names)
            except ValidationError as error:
                skipped.append(Skipped(f"run {_said_id(item)}", why_unreadable(error)))
            else:
                runs[run.id] = run
        return RunPage(
            tuple(sorted(runs.values(), key=_age, reverse=True)),
            tuple(skipped),
            _next_offset(batch, offset, wanted),
        )

    async def get_run(self, ref: RunRef) -> Run:
        """Return the run with the names of what it belongs to."""
        answer = await self._client.request("GET", f"{_RUNS}/{_quoted(ref.path)}")
        if not isinstance(answer.data, dict):
            raise _strange("run")
        await self._names.learn_one(answer.data)
        try:
            return run_of(answer.data, self._config, self._names)
        except ValidationError as error:
            raise _strange("run") from error

    async def iter_rows(
        self,
        run: Run,
        *,
        resume: str | None = None,  # noqa: ARG002 - no page gives one
    ) -> AsyncGenerator[RowPage, None]:
        """Yield the file results, streamed from the one unpaged answer; never resumable."""
        batches = self._client.stream_items(
            "GET",
            f"{_RUNS}/{_quoted(run.ref.path)}/results",
            under="file_results",
            deadline_s=_RESULTS_DEADLINE_S,
        )
        async with aclosing(batches):
            async for batch in batches:
                yield await asyncio.to_thread(_row_page, batch, run, self._config)

    async def trial_detail(
        self,
        run: Run,
        row: Row,  # noqa: ARG002 - a file has one trial, which says it all
        trial: Trial,
    ) -> TrialDetail:
        """Return the trial with its document, if Datalab still has it."""
        lookup_key = trial.extra.get("lookup_key")
        if not isinstance(lookup_key, str) or not lookup_key:
            return TrialDetail(trial, (NO_LOOKUP_KEY,))
        for path in paths_of(run.config):
            try:
                answer = await self._client.request(
                    "GET", f"/api/v1/{path}/{_quoted(lookup_key)}", drop=("images",)
                )
            except MissingError:
                continue
            if not isinstance(answer.data, dict):
                raise _strange("document")
            return detail_of(trial, answer.data, path)
        return TrialDetail(trial, (gone(run, self._clock.now()),))

    async def cancel(self, run: Run) -> Run:
        """Refuse: Datalab has no such request."""
        del run
        raise RejectedError(f"{self.connection}: Datalab has no way to cancel a run.")

    async def probe(self) -> ProbeResult:
        """Ask `/user_health`, which needs a key and nothing else."""
        answer = await self._client.request("GET", "/api/v1/user_health")
        if not isinstance(answer.data, dict):
            raise _strange("health report")
        return ProbeResult(ok=True, sentence="Datalab answers and takes the key.")

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()


def _age(run: Run) -> tuple[datetime, int, str]:
    """Sort key: by creation, then by id as the number it is."""
    number = int(run.id) if run.id.isdecimal() and len(run.id) < _ID_CHARS else 0
    return run.created_at or _EPOCH, number, run.id


def _row_page(batch: ItemBatch, run: Run, config: DatalabConnection) -> RowPage:
    """Return a slice of the answer."""
    rows: list[Row] = []
    skipped = [Skipped(f"row {bad.index}", bad.why) for bad in batch.bad]
    for item in batch.items:
        try:
            rows.append(row_of(item, run, config))
        except ValidationError as error:
            skipped.append(Skipped(f"row {_said_id(item)}", why_unreadable(error)))
    return RowPage(tuple(rows), tuple(skipped), expected_rows=run.counts.total, size=batch.size)


def _next_offset(batch: ItemBatch, offset: int, wanted: int) -> str | None:
    """Return where the next page begins; without a readable total, a full page has a next one."""
    told = len(batch.items) + len(batch.bad)
    total = batch.rest.get("total")
    if isinstance(total, int) and not isinstance(total, bool):
        more = offset + told < total
    else:
        more = told >= wanted
    return str(offset + told) if more and told else None


def _quoted(part: str) -> str:
    return quote(part, safe="")


def _said_id(item: JsonObject) -> str:
    """Return what an unreadable item calls itself, as far as that is short and printable."""
    value: JsonValue = item.get("id", item.get("request_id"))
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text[:_ID_CHARS] if text.isprintable() and text else "without an id"


def _strange(what: str) -> BadAnswerError:
    return BadAnswerError(
        f"Datalab answered with something that is not a {what}.",
        remedy="Check that base_url is Datalab's; if it is, try again later.",
    )
