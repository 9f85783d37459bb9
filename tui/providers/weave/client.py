"""The asking: which request answers which question."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from pydantic import ValidationError

from tui.config import WeaveConnection
from tui.errors import (
    BadAnswerError,
    MissingError,
    RejectedError,
    ServerFaultError,
    TooLargeError,
    UnreachableError,
)
from tui.models import (
    CriterionType,
    JointResults,
    JsonObject,
    ProviderKind,
    Row,
    Run,
    RunRef,
    Trial,
)
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
from tui.providers.http import AuthScheme, ClientContext, HttpClient, ItemBatch
from tui.providers.weave.api import Lines, WeaveApi, strange
from tui.providers.weave.causes import Causes, is_unclear
from tui.providers.weave.definitions import Definitions
from tui.providers.weave.detail import detailed
from tui.providers.weave.faults import read_error
from tui.providers.weave.joint import joint_results
from tui.providers.weave.progress import Progress
from tui.providers.weave.refs import call_url
from tui.providers.weave.rows import Draft, draft_of, notes_of, rows_of
from tui.providers.weave.runs import call_of, evaluation_ref, run_of
from tui.providers.weave.scores import ScoreRules
from tui.providers.weave.wire import CallWire, RunWire
from tui.providers.wire import instant, why_unreadable

_RUN_OP = "Evaluation.evaluate"
_RUN_COLUMNS = [
    "id",
    "display_name",
    "started_at",
    "ended_at",
    "exception",
    "inputs",
    "output",
    "summary",
    "attributes",
]
_CHILD_COLUMNS = [*_RUN_COLUMNS, "parent_id"]
_RUNS_PAGE = 50
_RUNS_MOST = 200
_ROWS_PAGE = 50
"""Of several trials with long outputs; a page of them may be tens of MB."""
_ROWS_MOST = 200
"""Rows of a page once those before it were small."""
_SMALL_PAGE_BYTES = 512 * 1024
_V2_EVERY_S = 60.0
"""The v2 list has no newest-first order, so it comes whole; it is not asked with every tick."""
_NO_V2 = Skipped("evaluation_runs", "This server has no list of runs made through the v2 API.")
_NO_CALL = "Weave no longer has the calls of this trial."
_BEGIN_OF_TIME = datetime.min.replace(tzinfo=UTC)
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)
_START_UNKNOWN = datetime.fromtimestamp(0, UTC)


class WeaveProvider:
    """One Weave project (`tui.providers.base.Provider`)."""

    kind = ProviderKind.WEAVE
    capabilities = Capabilities(can_cancel=False, list_counts=False, trial_detail=True)

    def __init__(self, config: WeaveConnection, context: ClientContext) -> None:
        self.connection = config.name
        self._config = config
        self._clock = context.clock
        self._client = HttpClient(
            context,
            connection=config.name,
            base_url=config.base_url,
            auth=AuthScheme(basic_user="api"),
            read_error=read_error,
            allow_http=config.allow_http,
            verify_tls=config.verify_tls,
        )
        self._api = WeaveApi(self._client, config.entity, config.project)
        self._definitions = Definitions(self._api)
        self._progress = Progress(self._api, context.clock)
        self._v2_runs: tuple[CallWire, ...] = ()
        self._v2_due: float | None = None
        """Monotonic time of the next look at the v2 list; infinite once a server has none."""

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
        """Return a page of runs, newest first.

        The cursor is the next offset, and when the oldest run so far began: a run that only the
        v2 list shows is put on the page whose span of time it falls in.
        """
        place, _, before = (after or "0").partition(" ")
        offset, newest = int(place), instant(before) or _END_OF_TIME
        wanted = max(1, min(limit or _RUNS_PAGE, _RUNS_MOST))
        lines = await self._api.calls(self._runs_query(wanted, offset))
        calls, skipped = _calls(lines, offset)
        more = lines.told >= wanted
        if offset == 0:
            skipped += await self._refresh_v2()
        began = [moment for call in calls if (moment := instant(call.started_at))]
        oldest = min((newest, *began)) if more else _BEGIN_OF_TIME
        calls += self._only_in_v2(calls, oldest, newest)
        await self._definitions.learn_many(map(evaluation_ref, calls))
        runs = {call.id: self._run(call) for call in calls}
        return RunPage(
            tuple(sorted(runs.values(), key=_age, reverse=True)),
            tuple(skipped),
            f"{offset + lines.told} {oldest.isoformat()}" if more else None,
        )

    async def get_run(self, ref: RunRef) -> Run:
        """Return the run with its progress and scorer statistics."""
        raw = await self._api.call(ref.path)
        if raw is None:
            raise MissingError(
                "Weave has no run of this id in the project.",
                remedy="It may have been deleted; what was fetched stays readable.",
                status=200,
            )
        try:
            call = CallWire.model_validate(raw)
        except ValidationError as error:
            raise strange("a call") from error
        definition = await self._definitions.learn(evaluation_ref(call))
        return await self._progress.measured(self._run(call, raw), definition)

    async def iter_rows(
        self, run: Run, *, resume: str | None = None
    ) -> AsyncGenerator[RowPage, None]:
        """Yield the rows with their trials, by digest; `resume` is the next offset.

        While the run is live new rows appear anywhere in that order, so two pages may share a row
        or miss one; a walk after the end sees all of them.
        """
        offset = int(resume) if resume is not None else 0
        rules = self._rules(run)
        model_ref = run.config.get("model")
        causes = Causes(
            self._api,
            rules,
            model_ref=model_ref if isinstance(model_ref, str) else None,
            live=run.live,
        )
        limit = _ROWS_PAGE
        while True:
            batch = await self._api.results_page(run.id, limit=limit, offset=offset)
            told = len(batch.items) + len(batch.bad)
            small = batch.size <= _SMALL_PAGE_BYTES and not batch.bad
            limit = min(2 * limit, _ROWS_MOST) if small else _ROWS_PAGE
            if offset and not told:
                return  # past the end, where some servers also forget the total
            offset += told
            total = batch.rest.get("total_rows")
            total = total if isinstance(total, int) and not isinstance(total, bool) else None
            more = told > 0 and (total is None or offset < total)
            yield await self._row_page(batch, run, rules, causes, str(offset) if more else None)
            if not more:
                return

    async def trial_detail(
        self,
        run: Run,
        row: Row,  # noqa: ARG002 - the trial's own calls say it all
        trial: Trial,
    ) -> TrialDetail:
        """Return the trial with its calls: cause, usage, cost, times, each scorer's own call."""
        raw = await self._api.call(trial.id)
        if raw is None:
            return TrialDetail(trial, (_NO_CALL,))
        try:
            own = CallWire.model_validate(raw)
        except ValidationError as error:
            raise strange("a call") from error
        lines = await self._api.calls(
            {
                "filter": {"parent_ids": [trial.id]},
                "columns": list(_CHILD_COLUMNS),
                "include_costs": True,
            }
        )
        children, skipped = _calls(lines, 0)
        url = call_url(self._config.base_url, self._config.entity, self._config.project, trial.id)
        notes = tuple(f"{lost.what} of this trial cannot be read: {lost.why}" for lost in skipped)
        return TrialDetail(
            detailed(trial, own, children, run=run, rules=self._rules(run), url=url), notes
        )

    async def joint_results(self, runs: Sequence[Run]) -> JointResults:
        """Return how many rows all of these runs have, and each one's scorers over them."""
        answer = await self._api.results_summary(*(run.id for run in runs))
        return joint_results(answer, runs)

    async def cancel(self, run: Run) -> Run:
        """Refuse: Weave has no such request."""
        del run
        raise RejectedError(f"{self.connection}: Weave has no way to cancel a run.")

    async def probe(self) -> ProbeResult:
        """Count at most one call, which needs the key and the project."""
        found = await self._api.call_count({"limit": 1})
        sentence = "Weave answers, takes the key and knows the project."
        if not found:
            sentence = "Weave answers and takes the key; the project has no calls yet."
        return ProbeResult(ok=True, sentence=sentence, facts={"project": self._api.project_id})

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()

    def _runs_query(self, limit: int, offset: int) -> JsonObject:
        query: JsonObject = {
            "filter": {"op_names": [self._api.op(_RUN_OP), _RUN_OP]},
            "columns": list(_RUN_COLUMNS),
            "sort_by": [{"field": "started_at", "direction": "desc"}],
            "limit": limit,
            "include_costs": True,
        }
        return {**query, "offset": offset} if offset else query

    def _run(self, call: CallWire, raw: JsonObject | None = None) -> Run:
        return run_of(call, self._config, self._definitions.get(evaluation_ref(call)), raw)

    def _rules(self, run: Run) -> ScoreRules:
        types: dict[str, CriterionType] = {stat.name: stat.type for stat in run.criteria}
        return ScoreRules(self._config.pass_criteria, types)

    async def _row_page(
        self, batch: ItemBatch, run: Run, rules: ScoreRules, causes: Causes, resume: str | None
    ) -> RowPage:
        drafts, skipped = await asyncio.to_thread(_drafts, batch, run.id)
        unclear = [trial for draft in drafts for trial, _ in draft.trials if is_unclear(trial)]
        findings = await causes.find(unclear) if unclear else {}
        warnings = batch.rest.get("warnings")
        told = warnings if isinstance(warnings, list) else ()
        total = batch.rest.get("total_rows")
        final = isinstance(total, int) and not run.live and drafts
        return RowPage(
            await asyncio.to_thread(rows_of, drafts, rules, findings),
            tuple(skipped),
            resume,
            expected_rows=total if final and isinstance(total, int) else None,
            notes=(*(text for text in told if isinstance(text, str)), *notes_of(drafts)),
            size=batch.size,
        )

    async def _refresh_v2(self) -> list[Skipped]:
        """Ask for the runs made through the v2 API, now and then; return what could not be read."""
        if self._v2_due is not None and self._clock.monotonic() < self._v2_due:
            return []
        self._v2_due = self._clock.monotonic() + _V2_EVERY_S
        try:
            lines = await self._api.evaluation_runs()
        except (MissingError, RejectedError):
            self._v2_due = float("inf")
            return [_NO_V2]
        except (ServerFaultError, BadAnswerError, UnreachableError, TooLargeError) as error:
            return [Skipped("evaluation_runs", error.message)]
        runs: list[CallWire] = []
        for item in lines.items:
            # What cannot be read here is still in the list of calls.
            with suppress(ValidationError):
                runs.append(call_of(RunWire.model_validate(item)))
        self._v2_runs = tuple(runs)
        return []

    def _only_in_v2(
        self, calls: list[CallWire], oldest: datetime, newest: datetime
    ) -> list[CallWire]:
        """Return the v2 runs of a page's span of time that are not on it; `newest` is outside."""
        known = {call.id for call in calls}
        return [
            call
            for call in self._v2_runs
            if call.id not in known
            and oldest <= (instant(call.started_at) or _START_UNKNOWN) < newest
        ]


def _drafts(batch: ItemBatch, run_id: str) -> tuple[list[Draft], list[Skipped]]:
    """Read a page of rows; one that cannot be read is skipped."""
    drafts: list[Draft] = []
    skipped = [Skipped(f"row {bad.index}", bad.why) for bad in batch.bad]
    for position, item in enumerate(batch.items):
        try:
            drafts.append(draft_of(item, run_id))
        except ValidationError as error:
            skipped.append(Skipped(f"row {batch.first_index + position}", why_unreadable(error)))
    for draft in drafts:
        skipped.extend(draft.skipped)
    return drafts, skipped


def _calls(lines: Lines, offset: int) -> tuple[list[CallWire], list[Skipped]]:
    calls: list[CallWire] = []
    skipped = [Skipped(f"call {offset + bad.index}", bad.why) for bad in lines.bad]
    for position, item in enumerate(lines.items):
        try:
            calls.append(CallWire.model_validate(item))
        except ValidationError as error:
            skipped.append(Skipped(f"call {offset + position}", why_unreadable(error)))
    return calls, skipped


def _age(run: Run) -> tuple[datetime, str]:
    return run.started_at or _START_UNKNOWN, run.id
