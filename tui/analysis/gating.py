"""Whether a run may pass: bounds on its own figures, and not being worse than a baseline.

A bound is judged by the 95 % interval, not by the figure alone: wholly on the right side passes,
wholly on the wrong side has regressed, anything else is inconclusive.
"""

from enum import StrEnum
from math import isnan

from tui.analysis.compared import Judged
from tui.analysis.intervals import Estimate, Interval, clustered_mean, mean_interval, wilson
from tui.analysis.verdicts import Word
from tui.config.policy import Tier
from tui.frozen import frozen
from tui.store import StoredRun
from tui.store.joining import RowColumns


class State(StrEnum):
    """What became of a check, or of the gate."""

    PASS = "PASS"  # noqa: S105 - a word, no password
    REGRESSED = "REGRESSED"
    INCONCLUSIVE = "INCONCLUSIVE"
    MISSING = "MISSING"
    """There is nothing to judge: no such criterion, no rows, no baseline, not ended."""
    INSUFFICIENT = "INSUFFICIENT"
    """There are fewer rows than asked for."""


_WORST_FIRST = (
    State.REGRESSED,
    State.MISSING,
    State.INSUFFICIENT,
    State.INCONCLUSIVE,
    State.PASS,
)


@frozen
class GateCheck:
    """One bound and how the run stands to it."""

    name: str
    tier: Tier
    state: State
    value: float | None
    """The figure that was judged: a rate, a mean or a difference."""
    bound: float | None
    interval: Interval | None = None
    why: str = ""
    """One sentence."""


def worst(checks: tuple[GateCheck, ...]) -> State:
    """Return the gate's state: the worst of its critical checks; PASS without any."""
    states = {check.state for check in checks if check.tier == "critical"}
    return next((state for state in _WORST_FIRST if state in states), State.PASS)


def exit_code(state: State) -> int:
    """Return what a script is told: 0 passed, 1 regressed, 2 nobody can say."""
    return {State.PASS: 0, State.REGRESSED: 1}.get(state, 2)


def rate_of(stored: StoredRun, columns: RowColumns, criterion: str | None) -> Estimate | None:
    """Return a run's pass rate with its interval, by rows, or by one criterion's trials.

    None when nothing passed or failed, or the run has no such criterion.
    """
    if criterion is None:
        passed, failed = stored.run.counts.passed, stored.run.counts.failed
        return _rate(passed or 0, (passed or 0) + (failed or 0))
    found = columns.criteria.get(criterion)
    if found is None:
        return None
    rows = list(zip(found.passed, found.failed, strict=True))
    if any(passed + failed > 1 for passed, failed in rows):
        return clustered_mean([(float(passed), passed + failed) for passed, failed in rows])
    return _rate(sum(found.passed), sum(found.passed) + sum(found.failed))


def score_of(columns: RowColumns, criterion: str | None) -> Estimate | None:
    """Return the mean of rows' scores, or of one criterion's values, each row counting once."""
    if criterion is None:
        return mean_interval([value for value in columns.scores if not isnan(value)])
    found = columns.criteria.get(criterion)
    if found is None:
        return None
    return mean_interval([value for value in found.values if not isnan(value)])


def error_rate(stored: StoredRun) -> tuple[float | None, int]:
    """Return the share of errored rows among those done, and how many are done."""
    counts = stored.run.counts
    if counts.errored is None or not counts.done:
        return None, counts.done or 0
    return counts.errored / counts.done, counts.done


def at_least(
    name: str, tier: Tier, found: Estimate | None, bound: float, min_rows: int
) -> GateCheck:
    """Judge a rate or mean against its least allowed value."""
    if found is None:
        return GateCheck(name, tier, State.MISSING, None, bound, why="The run has no such figure.")
    if found.n < min_rows or found.interval is None:
        why = f"{found.n} results, at least {min_rows} are needed."
        return GateCheck(name, tier, State.INSUFFICIENT, found.mean, bound, found.interval, why)
    if found.interval.low >= bound:
        state, why = State.PASS, "The whole interval is at or above the bound."
    elif found.interval.high < bound:
        state, why = State.REGRESSED, "The whole interval is below the bound."
    else:
        state, why = State.INCONCLUSIVE, "The interval holds the bound."
    return GateCheck(name, tier, state, found.mean, bound, found.interval, why)


def errors_at_most(name: str, tier: Tier, stored: StoredRun, bound: float) -> GateCheck:
    """Judge the share of errored rows. It is what happened, not a sample: it has no interval."""
    rate, done = error_rate(stored)
    if rate is None:
        why = "No row has ended." if not done else "The provider does not count errors."
        return GateCheck(name, tier, State.MISSING, None, bound, why=why)
    state = State.PASS if rate <= bound else State.REGRESSED
    why = f"{stored.run.counts.errored:,} of {done:,} rows errored."
    return GateCheck(name, tier, state, rate, bound, why=why)


def not_worse(name: str, tier: Tier, judged: Judged, why: str) -> GateCheck:
    """Judge a comparison with the baseline: worse has regressed.

    An inconclusive one passes where its interval leaves out a loss larger than the margin.
    """
    measured, verdict = judged.measured, judged.verdict
    word = verdict.word
    safe = measured.interval is not None and measured.interval.low >= -verdict.rule.margin
    if not measured.n:
        state = State.MISSING
    elif word is Word.TOO_FEW:
        state = State.INSUFFICIENT
    elif word is Word.WORSE:
        state = State.REGRESSED
    elif word is Word.INCONCLUSIVE and not safe:
        state = State.INCONCLUSIVE
    else:
        state = State.PASS
    bound = 0.0 - verdict.rule.margin  # a margin of nothing is no -0
    return GateCheck(name, tier, state, measured.difference, bound, measured.interval, why)


def not_ended(tier: Tier) -> GateCheck:
    """Return the check of a run that is still live."""
    return GateCheck("ended", tier, State.MISSING, None, None, why="The run has not ended.")


def _rate(passed: int, n: int) -> Estimate | None:
    return Estimate(passed / n, wilson(passed, n), n) if n else None
