"""The pass rate, or the mean score, of a group's last runs."""

from math import sqrt
from typing import Literal

from tui.analysis.baselines import previous_runs
from tui.analysis.intervals import Interval, t_interval
from tui.analysis.sequential import rate_interval
from tui.frozen import frozen
from tui.store import Store, StoredRun

RUNS = 8


@frozen
class TrendRun:
    """One run of a trend."""

    stored: StoredRun
    value: float
    interval: Interval | None
    n: int
    """Rows it rests on; while `told`, what the provider counts: tries, where rows have several."""
    unit: Literal["rate", "score"] = "rate"

    @property
    def told(self) -> bool:
        """Whether its rows were not fetched to the end, so that the figures are the provider's."""
        return self.stored.sync.completed_at is None


def trend(store: Store, stored: StoredRun, most: int = RUNS) -> tuple[TrendRun, ...]:
    """Return the last comparable runs up to this one, oldest first.

    Pass rates where this run has one, else mean scores; only of runs that have the same. Empty
    when fewer than two have.
    """
    read = _rate if _rate(stored) is not None else lambda other: _score(store, other)
    runs = (*reversed(previous_runs(store, stored, most - 1)), stored)
    found = tuple(point for other in runs if (point := read(other)) is not None)
    return found if len(found) > 1 else ()


def _rate(stored: StoredRun) -> TrendRun | None:
    passed, failed = stored.run.counts.passed or 0, stored.run.counts.failed or 0
    n = passed + failed
    ends = rate_interval(passed, n, live=stored.run.live)
    return TrendRun(stored, passed / n, ends, n) if n else None


def _score(store: Store, stored: StoredRun) -> TrendRun | None:
    """Return the mean score with its t interval over the stored rows, else what the run tells."""
    moments = store.joining.score_moments(stored.run.ref)
    if moments is None:
        score = stored.run.score
        if score is None or score.mean is None:
            return None
        return TrendRun(stored, score.mean, None, stored.run.counts.done or 0, "score")
    n, mean, variance = moments
    ends = t_interval(mean, sqrt(variance / (n - 1)), n - 1) if n > 1 else None
    return TrendRun(stored, mean, ends, n, "score")
