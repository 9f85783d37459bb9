"""How far a run is and what its scorers say so far."""

from dataclasses import replace
from datetime import datetime

from pydantic import ValidationError

from tui.clock import Clock
from tui.frozen import frozen
from tui.models import CriterionStats, JsonObject, Run, Status
from tui.providers.weave.api import WeaveApi
from tui.providers.weave.criteria import measured_criteria
from tui.providers.weave.definitions import Definition
from tui.providers.weave.numbers import count, mapping
from tui.providers.weave.runs import newest
from tui.providers.weave.wire import CallWire, EvaluationSummaryWire
from tui.providers.wire import instant

_SUMMARY_EVERY_S = 20.0
"""The service loads every row for its statistics; a live run is not asked more often."""
_KEPT = 256
_STATUS: JsonObject = {"$getField": "summary.weave.status"}
_NOT_RUNNING: JsonObject = {"$expr": {"$not": [{"$eq": [_STATUS, {"$literal": "running"}]}]}}
_BROKEN: JsonObject = {
    "$expr": {"$in": [_STATUS, [{"$literal": "error"}, {"$literal": "descendant_error"}]]}
}
_TRIAL_OPS = ("Evaluation.predict_and_score", "Evaluation.predictAndScore")


@frozen
class _Statistics:
    """The scorer statistics of a run, and when they were asked for."""

    criteria: tuple[CriterionStats, ...] = ()
    trial_count: int = 0
    rows: int | None = None
    """Rows those trials belong to; None when the answer does not say."""
    warnings: tuple[str, ...] = ()
    broken: int = 0
    asked_at: float = 0.0
    done: int | None = None
    """Trials that had ended when it was asked."""


@frozen
class _Live:
    """What was last seen of a live run."""

    done: int
    activity: datetime | None
    statistics: _Statistics


class Progress:
    """Measures runs; remembers of live ones what need not be asked each time."""

    def __init__(self, api: WeaveApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._seen: dict[str, _Live] = {}

    async def measured(self, run: Run, definition: Definition | None) -> Run:
        """Return the run with its counts (of rows), criteria and last sign of life."""
        trials = 1 if definition is None else definition.trials
        if run.live or run.status is Status.UNKNOWN:
            seen = await self._look(run)
            ended, activity, statistics = seen.done, seen.activity, seen.statistics
        else:
            self._seen.pop(run.id, None)
            statistics = await self._statistics(run.id, live=False)
            ended, activity = statistics.trial_count, None
        warnings = run.warnings + statistics.warnings
        if statistics.broken:
            warnings += (
                f"Trials so far with a call that ended with an error: {statistics.broken}.",
            )
        return replace(
            run,
            counts=replace(run.counts, done=_done(run.counts.total, ended, trials, statistics)),
            criteria=_merged(statistics.criteria, run.criteria),
            last_activity_at=activity and newest(run.started_at, activity),
            warnings=warnings,
        )

    async def _look(self, run: Run) -> _Live:
        before = self._seen.pop(run.id, None)
        done = await self._api.call_count({"filter": self._trials(run.id), "query": _NOT_RUNNING})
        if before is None or before.done != done:
            activity = await self._activity(run.id)
        else:
            activity = before.activity
        if before is None or self._stale(before.statistics, done):
            statistics = replace(await self._statistics(run.id, live=True), done=done)
        else:
            statistics = before.statistics
        seen = _Live(done, activity, statistics)
        while len(self._seen) >= _KEPT:
            del self._seen[next(iter(self._seen))]
        self._seen[run.id] = seen
        return seen

    def _stale(self, statistics: _Statistics, done: int) -> bool:
        age = self._clock.monotonic() - statistics.asked_at
        return done != statistics.done and age >= _SUMMARY_EVERY_S

    async def _statistics(self, run_id: str, *, live: bool) -> _Statistics:
        asked_at = self._clock.monotonic()
        answer = await self._api.results_summary(run_id)
        warnings = answer.get("warnings")
        texts = tuple(
            text
            for text in (warnings if isinstance(warnings, list) else ())
            if isinstance(text, str)
        )
        broken = 0
        if live:
            broken = await self._api.call_count({"filter": self._trials(run_id), "query": _BROKEN})
        summary = mapping(answer.get("summary"))
        entries, rows = summary.get("evaluations"), count(summary.get("row_count"))
        for entry in entries if isinstance(entries, list) else ():
            try:
                told = EvaluationSummaryWire.model_validate(entry)
            except ValidationError:
                continue
            if told.evaluation_call_id == run_id:
                criteria = measured_criteria(told)
                return _Statistics(criteria, told.trial_count or 0, rows, texts, broken, asked_at)
        return _Statistics(rows=rows, warnings=texts, broken=broken, asked_at=asked_at)

    async def _activity(self, run_id: str) -> datetime | None:
        """Return when the newest call directly below the run began or ended."""
        found = await self._api.calls(
            {
                "filter": {"parent_ids": [run_id]},
                "columns": ["id", "started_at", "ended_at", "summary"],
                "sort_by": [{"field": "started_at", "direction": "desc"}],
                "limit": 1,
            }
        )
        for item in found.items:
            try:
                call = CallWire.model_validate(item)
            except ValidationError:
                continue
            return newest(instant(call.started_at), instant(call.ended_at))
        return None

    def _trials(self, run_id: str) -> JsonObject:
        """Return the filter for the trials of a run, whichever SDK wrote them."""
        names = [*map(self._api.op, _TRIAL_OPS), *_TRIAL_OPS]
        return {"parent_ids": [run_id], "op_names": list(names)}


def _done(total: int | None, ended: int, trials: int, told: _Statistics) -> int | None:
    """Return how many rows have ended, from how many trials have.

    Without a dataset nothing says how often a row is tried (loggers repeat rows as they like), so
    the rows of the statistics count; they may be a little older than `ended`.
    """
    if total is not None:
        return min(ended // trials, total)
    if told.rows is None:
        return None
    return ended if told.rows == told.trial_count else min(told.rows, ended)


def _merged(
    measured: tuple[CriterionStats, ...], told: tuple[CriterionStats, ...]
) -> tuple[CriterionStats, ...]:
    """Return the measured criteria and those only the run's own summary knows."""
    names = {criterion.name for criterion in measured}
    return measured + tuple(criterion for criterion in told if criterion.name not in names)
