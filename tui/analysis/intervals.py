"""Confidence intervals of rates and means, of single rows or of rows in clusters.

Those of rates are pure arithmetic. Those of means need quantiles of Student's t, for which SciPy
is imported on first use: call them in a thread.
"""

from collections.abc import Sequence
from math import fsum, isfinite, sqrt

from tui.frozen import frozen

LEVEL = 0.95
"""Confidence of every interval evaltop shows."""
Z_95 = 1.959963984540054
"""Two-sided 95 % quantile of the standard normal distribution."""


@frozen
class Interval:
    """Two ends, low first."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of the distance between the ends; Wilson intervals are not centred on the rate."""
        return (self.high - self.low) / 2


@frozen
class Estimate:
    """A mean with its interval."""

    mean: float
    interval: Interval | None
    """None where the spread cannot be told: fewer than two rows or clusters."""
    n: int
    """Values it rests on."""
    clusters: int | None = None
    """Clusters they came in; None when each stands for itself."""


def wilson(passed: int, n: int, z: float = Z_95) -> Interval | None:
    """Return the Wilson score interval of `passed` out of `n`; None without any observation.

    It stays inside 0 to 1 and is honest for few observations and for rates at the ends, where
    the plain normal interval collapses to nothing (Wilson, JASA 22, 1927).

    Raises:
        ValueError: `passed` is negative or more than `n`.
    """
    if not 0 <= passed <= n:
        raise ValueError(f"{passed} of {n}")
    if n == 0:
        return None
    rate = passed / n
    weight = z * z / n
    centre = (rate + weight / 2) / (1 + weight)
    half = z * sqrt(rate * (1 - rate) / n + weight / (4 * n)) / (1 + weight)
    # At the ends the exact value is 0 or 1; rounding must not put it a hair outside.
    low = 0.0 if passed == 0 else max(0.0, centre - half)
    high = 1.0 if passed == n else min(1.0, centre + half)
    return Interval(low, high)


def bounds(passed: int, failed: int, unknown: int) -> Interval | None:
    """Return the pass rate if all of `unknown` had failed, and if all had passed.

    It holds whatever the unknown rows are: errored, ungraded, or not run yet. None without any row.
    """
    n = passed + failed + unknown
    return Interval(passed / n, (passed + unknown) / n) if n else None


def mean_interval(values: Sequence[float], level: float = LEVEL) -> Estimate | None:
    """Return the mean with Student's t interval; values that are no number are left out.

    None without any value.
    """
    return clustered_mean([(value, 1) for value in values if isfinite(value)], level, single=True)


def clustered_mean(
    clusters: Sequence[tuple[float, int]], level: float = LEVEL, *, single: bool = False
) -> Estimate | None:
    """Return the mean over all values of some clusters, with an interval that respects them.

    Values of one cluster (the trials of a row, the rows of a document) say less than as many
    independent ones. The variance is that of the ratio of the clusters' sums to their sizes, with
    t at one less than the number of clusters as degrees of freedom (CR1; Liang & Zeger 1986).

    Args:
        clusters: of each cluster the sum of its values and their number, which may be 0.
        level: the confidence.
        single: whether each cluster is a value of its own, which the answer then tells.

    Returns:
        None without any value.
    """
    known = [(total, size) for total, size in clusters if size]
    n = sum(size for _total, size in known)
    if not n:
        return None
    mean = fsum(total for total, _size in known) / n
    count = len(known)
    told = None if single else count
    if count == 1:
        return Estimate(mean, None, n, told)
    squares = fsum((total - size * mean) ** 2 for total, size in known)
    error = sqrt(count / (count - 1) * squares) / n
    return Estimate(mean, t_interval(mean, error, count - 1, level), n, told)


def t_interval(mean: float, error: float, freedom: int, level: float = LEVEL) -> Interval:
    """Return Student's t interval about a mean with this standard error."""
    half = t_quantile(level, freedom) * error
    return Interval(mean - half, mean + half)


def t_quantile(level: float, freedom: int) -> float:
    """Return the two-sided quantile of Student's t for a confidence level."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + level) / 2))
