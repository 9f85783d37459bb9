"""One measure on the matched rows of two runs: which test and interval it takes, and their figures.

| rows | interval | test |
|---|---|---|
| pass or fail, one trial each | Newcombe's for paired rates | McNemar, exact |
| numbers, one trial each | bootstrap; t from 5,000 rows | permutation; t from 5,000 rows |
| several trials a row, or clusters | t over rows or clusters | the same t |

A row counts once, however many trials it had. Rows that one of the runs left without a result are
not part of any measure; how they could have changed it is told by `tui.analysis.intervals.bounds`.
"""

from typing import TYPE_CHECKING, Literal

from tui.analysis.intervals import Interval
from tui.analysis.paired_means import (
    MANY,
    bootstrap_interval,
    clustered_difference,
    detectable_mean,
    permutation_test,
    rows_for_means,
    wilcoxon,
)
from tui.analysis.paired_rates import (
    Changes,
    detectable_rate,
    difference_interval,
    mcnemar,
    rows_for_rates,
)
from tui.frozen import frozen

if TYPE_CHECKING:
    from tui.analysis.paired_means import Labels, Numbers

Test = Literal["mcnemar_exact", "permutation", "paired_t", "clustered_t"]


@frozen
class Measured:
    """Figures of one measure; what cannot be told is None."""

    n: int
    """Matched rows with a result in both runs."""
    baseline_value: float | None = None
    run_value: float | None = None
    difference: float | None = None
    """Run less baseline."""
    interval: Interval | None = None
    """95 % interval of the difference."""
    test: Test | None = None
    p_value: float | None = None
    rank_p_value: float | None = None
    """Wilcoxon's signed-rank test beside, for single numbers."""
    changes: Changes | None = None
    """For pass or fail with one trial a row."""
    clusters: int | None = None
    deviation: float | None = None
    """Standard deviation of the rows' differences, widened by what clusters cost."""

    def detectable(self) -> float | None:
        """Return the smallest difference these rows would show four times in five."""
        if self.changes is not None:
            changed = self.changes.improved + self.changes.regressed
            return detectable_rate(self.n, changed / self.n) if self.n else None
        return None if self.deviation is None else detectable_mean(self.n, self.deviation)

    def rows_needed(self, difference: float) -> float:
        """Return how many matched rows would show this difference four times in five.

        Infinity when it is none, or nothing is known of the spread.
        """
        if self.changes is not None and self.n:
            changed = self.changes.improved + self.changes.regressed
            return rows_for_rates(difference, changed / self.n)
        return rows_for_means(difference, self.deviation) if self.deviation else float("inf")


def measure_verdicts(baseline: "Numbers", run: "Numbers", clusters: "Labels | None") -> Measured:
    """Compare pass (1) and fail (0) of rows with one trial each."""
    import numpy as np

    n = len(baseline)
    if not n:
        return Measured(0)
    before, after = baseline > 0, run > 0
    changes = Changes(
        int(np.count_nonzero(before & after)),
        int(np.count_nonzero(~before & after)),
        int(np.count_nonzero(before & ~after)),
        int(np.count_nonzero(~before & ~after)),
    )
    if clusters is not None:
        return measure_clustered(baseline, run, clusters)
    return Measured(
        n,
        float(before.mean()),
        float(after.mean()),
        changes.difference,
        difference_interval(changes),
        "mcnemar_exact",
        mcnemar(changes.improved, changes.regressed),
        changes=changes,
    )


def measure_numbers(baseline: "Numbers", run: "Numbers", clusters: "Labels | None") -> Measured:
    """Compare numbers of rows with one trial each."""
    n = len(baseline)
    if not n:
        return Measured(0)
    if clusters is not None:
        return measure_clustered(baseline, run, clusters)
    differences = run - baseline
    few = n < MANY
    mean, interval, p_value = clustered_difference(differences)
    return Measured(
        n,
        float(baseline.mean()),
        float(run.mean()),
        mean,
        bootstrap_interval(differences) if few else interval,
        "permutation" if few else "paired_t",
        permutation_test(differences) if few else p_value,
        wilcoxon(differences),
        deviation=float(differences.std(ddof=1)) if n > 1 else None,
    )


def measure_clustered(baseline: "Numbers", run: "Numbers", clusters: "Labels | None") -> Measured:
    """Compare rates or means of rows with several trials, or of rows in clusters.

    Args:
        baseline: of each row its mean over the trials.
        run: the same of the other run.
        clusters: a label per row; None: each row is a cluster, its trials.
    """
    import numpy as np

    n = len(baseline)
    if not n:
        return Measured(0)
    differences = run - baseline
    mean, interval, p_value = clustered_difference(differences, clusters)
    count = n if clusters is None else len(np.unique(clusters))
    deviation = None
    if interval is not None and n > 1:
        from tui.analysis.intervals import LEVEL, t_quantile

        deviation = interval.half_width / t_quantile(LEVEL, count - 1) * float(np.sqrt(n))
    return Measured(
        n,
        float(baseline.mean()),
        float(run.mean()),
        mean,
        interval,
        "clustered_t",
        p_value,
        clusters=count,
        deviation=deviation,
    )
