"""The pass rate of a group's last runs."""

from tui.analysis.baselines import previous_runs
from tui.analysis.intervals import Interval, wilson
from tui.frozen import frozen
from tui.store import Store, StoredRun

RUNS = 8


@frozen
class TrendRun:
    """One run of a trend."""

    stored: StoredRun
    rate: float
    interval: Interval | None


def trend(store: Store, stored: StoredRun, most: int = RUNS) -> tuple[TrendRun, ...]:
    """Return the last comparable runs up to this one, oldest first; only those with a rate.

    Empty when fewer than two have one.
    """
    found = []
    for other in (*reversed(previous_runs(store, stored, most - 1)), stored):
        passed, failed = other.run.counts.passed, other.run.counts.failed
        if passed is not None and failed is not None and passed + failed:
            n = passed + failed
            found.append(TrendRun(other, passed / n, wilson(passed, n)))
    return tuple(found) if len(found) > 1 else ()
