"""What is shown of a run: the provider's figures, completed from or replaced by stored rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from tui.frozen import frozen
from tui.models import Counts, CriterionStats, CriterionType, Run, ScoreStats


@frozen
class Tally:
    """What the stored rows of a run add up to."""

    complete: bool = False
    """Whether a walk over all rows has ended well."""
    rows: int = 0
    trials: int = 0
    trials_ended: int = 0
    passed: int = 0
    failed: int = 0
    errored: int = 0
    skipped: int = 0
    ungraded: int = 0
    pending: int = 0
    score: ScoreStats | None = None
    criteria: tuple[CriterionStats, ...] = ()


class Best(NamedTuple):
    """What a provider and the stored rows both tell of a run."""

    counts: Counts
    score: ScoreStats | None
    criteria: tuple[CriterionStats, ...]


def effective(told: Run, tally: Tally) -> Run:
    """Return the run with the counts, criteria and score that are best known."""
    if not tally.rows:
        return told
    best = best_known(Best(told.counts, told.score, told.criteria), tally)
    return replace(told, **best._asdict())


def best_known(told: Best, tally: Tally) -> Best:
    """Return what is to be shown of what is told twice.

    After a complete walk the stored rows win, except over a real total. They do not while the
    provider knows of more ended trials than are stored: the run has gone on since, or some of its
    rows are no longer to be had. Before that, rows only fill in what the provider leaves open.
    """
    if not tally.rows:
        return told
    wins = tally.complete and tally.trials_ended >= _known_ended(told.counts)
    return Best(
        _counts(told.counts, tally, wins=wins),
        _score(told.score, tally.score, wins=wins),
        _criteria(told.criteria, tally, wins=wins),
    )


def headline(run: Run) -> float | None:
    """Return the number runs are sorted by: pass rate, else mean score over its scale if known."""
    passed, failed = run.counts.passed, run.counts.failed
    if passed is not None and failed is not None and passed + failed:
        return passed / (passed + failed)
    if run.score is None:
        return None
    return run.score.mean / run.score.scale_max if run.score.scale_max else run.score.mean


def progress(run: Run) -> float | None:
    """Return the share of rows that are done; None when that or the total is unknown."""
    done, total = run.counts.done, run.counts.total
    return done / total if done is not None and total else None


def _known_ended(told: Counts) -> int:
    """Return how many rows the provider knows to have ended."""
    if told.done is not None:
        return told.done
    return sum(n for n in _by_outcome(told) if n is not None)


def _by_outcome(told: Counts) -> tuple[int | None, ...]:
    return (told.passed, told.failed, told.errored, told.skipped, told.ungraded)


def _counts(told: Counts, tally: Tally, *, wins: bool) -> Counts:
    stored = Counts(
        total=told.total,
        done=tally.rows - tally.pending,
        passed=tally.passed,
        failed=tally.failed,
        errored=tally.errored,
        skipped=tally.skipped,
        ungraded=tally.ungraded,
    )
    if wins:
        return stored
    if all(n is None for n in _by_outcome(told)):
        return replace(stored, done=stored.done if told.done is None else told.done)
    return told if told.done is not None else replace(told, done=stored.done)


def _score(told: ScoreStats | None, stored: ScoreStats | None, *, wins: bool) -> ScoreStats | None:
    if stored is None or (told is not None and not wins):
        return told
    return stored if told is None else replace(stored, scale_max=told.scale_max)


def _criteria(
    told: tuple[CriterionStats, ...], tally: Tally, *, wins: bool
) -> tuple[CriterionStats, ...]:
    if not tally.criteria or (told and not wins):
        return told
    trials = {stats.name: stats.trial_count for stats in told}
    return tuple(
        replace(stats, trial_count=trials.get(stats.name) or tally.trials)
        for stats in tally.criteria
    )


def criterion_stats(sums: Sequence[Any]) -> CriterionStats:
    """Return a criterion's figures from its sums; verdicts of plain numbers and labels are None.

    Args:
        sums: name, type, n, passed, failed, errored, number of values, sum of values.
    """
    name, word, n, passed, failed, errored, values, total = sums
    kind = CriterionType(word)
    verdicts = kind is CriterionType.BINARY or passed + failed > 0
    return CriterionStats(
        name=name,
        type=kind,
        n=n,
        passed=passed if verdicts else None,
        failed=failed if verdicts else None,
        errored=errored,
        mean=total / values if kind is CriterionType.NUMERIC and values else None,
    )
