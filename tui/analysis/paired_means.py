"""Differences of paired numbers: bootstrap interval, permutation and rank tests, clusters, power.

Everything is a function of the differences run - baseline, one per matched row. Chance is seeded,
so that the same rows give the same figures every time and everywhere. NumPy and SciPy are imported
on first use: call these in a thread.
"""

from math import ceil, inf, sqrt
from typing import TYPE_CHECKING

from tui.analysis.intervals import LEVEL, Z_95, Interval, t_interval, t_quantile
from tui.analysis.paired_rates import Z_80

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Labels = NDArray[np.int64]

MANY = 5_000
"""From here on resampling tells what Student's t tells, so t is used: the difference between both
is smaller than what another seed would make."""
RESAMPLES = 9_999
_SEED = 20_260_620
_AT_ONCE = 2_000_000
"""Draws held in memory at a time."""


def bootstrap_interval(differences: "Numbers", level: float = LEVEL) -> Interval | None:
    """Return the bootstrap interval of the mean difference; None for fewer than two.

    The percentile interval at a level widened for small samples (Hesterberg, The American
    Statistician 69:371, 2015), without which ten rows would be trusted like a hundred.
    """
    import numpy as np

    n = len(differences)
    if n < 2:  # noqa: PLR2004 - one value has no spread
        return None
    if not np.ptp(differences):
        return Interval(float(differences[0]), float(differences[0]))
    means = _resampled_means(differences)
    tail = expanded_tail(level, n)
    low, high = np.quantile(means, [tail, 1 - tail])
    return Interval(float(low), float(high))


def expanded_tail(level: float, n: int) -> float:
    """Return the share of resampled means to leave out at each end for `n` values."""
    from scipy.special import ndtr

    return float(ndtr(-sqrt(n / (n - 1)) * t_quantile(level, n - 1)))


def permutation_test(differences: "Numbers") -> float:
    """Return the two-sided p-value of the paired permutation test of the mean; 1 for no difference.

    Which run was which is a coin toss per row. All tosses are tried while there are at most
    `RESAMPLES` of them, else so many drawn ones; the observed one counts as one of them.
    """
    import numpy as np

    changed = np.abs(differences[differences != 0])
    if not len(changed):
        return 1.0
    observed = abs(float(differences.sum()))
    # Sums that differ by rounding alone are equal.
    least = observed - 1e-9 * float(changed.sum())
    if 2 ** min(len(changed), 64) <= RESAMPLES:
        every = np.arange(2 ** len(changed))[:, None] >> np.arange(len(changed)) & 1
        sums = (2 * every - 1) @ changed
        return float(np.mean(np.abs(sums) >= least))
    generator = np.random.default_rng(_SEED)
    extreme = 0
    left = RESAMPLES
    while left:
        times = min(left, max(1, _AT_ONCE // len(changed)))
        signs = generator.integers(0, 2, (times, len(changed)), dtype=np.int8)
        sums = 2 * (signs @ changed) - changed.sum()
        extreme += int(np.count_nonzero(np.abs(sums) >= least))
        left -= times
    return (extreme + 1) / (RESAMPLES + 1)


def wilcoxon(differences: "Numbers") -> float:
    """Return the two-sided p-value of Wilcoxon's signed-rank test; 1 when nothing differs.

    Zeros are left out. Exact for at most 50 different sizes, else by the normal approximation
    with the correction for ties and without one for continuity (as SciPy does).
    """
    import numpy as np
    from scipy.special import ndtr

    changed = differences[differences != 0]
    n = len(changed)
    if not n:
        return 1.0
    _sizes, place, times = np.unique(np.abs(changed), return_inverse=True, return_counts=True)
    last = np.cumsum(times)
    ranks = (last - (times - 1) / 2)[place]
    positive = float(ranks[changed > 0].sum())
    smaller = min(positive, n * (n + 1) / 2 - positive)
    if n == len(times) and n <= 50:  # noqa: PLR2004 - SciPy's limit
        ways = np.zeros(n * (n + 1) // 2 + 1)
        ways[0] = 1.0
        for rank in range(1, n + 1):
            ways[rank:] += ways[:-rank].copy()
        return min(1.0, 2 * float(ways[: int(smaller) + 1].sum()) / 2.0**n)
    ties = float((times.astype(float) ** 3 - times).sum())
    variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48
    return min(1.0, 2 * float(ndtr((smaller - n * (n + 1) / 4) / sqrt(variance))))


def clustered_difference(
    differences: "Numbers", clusters: "Labels | None" = None, level: float = LEVEL
) -> tuple[float, Interval | None, float | None]:
    """Return mean, interval and two-sided p-value of the differences by Student's t.

    Args:
        differences: at least one.
        clusters: a label per difference; rows of one cluster count as dependent (CR1, with t at
            one less than the number of clusters). None: each row stands for itself.
        level: the confidence.

    Returns:
        No interval and no p-value for fewer than two clusters. When all of them agree exactly the
        interval is a point, and the p-value 1 for no difference and else 0.
    """
    import numpy as np
    from scipy.special import stdtr

    mean = float(differences.mean())
    if clusters is None:
        totals: Numbers = differences - mean
    else:
        _names, place = np.unique(clusters, return_inverse=True)
        totals = np.bincount(place, weights=differences - mean).astype(np.float64)
    count = len(totals)
    if count < 2:  # noqa: PLR2004 - one cluster has no spread
        return mean, None, None
    error = sqrt(count / (count - 1) * float((totals**2).sum())) / len(differences)
    if error <= 1e-15 * (1 + abs(mean)):
        return mean, Interval(mean, mean), float(mean == 0)
    p_value = 2 * float(stdtr(count - 1, -abs(mean) / error))
    return mean, t_interval(mean, error, count - 1, level), p_value


def rows_for_means(difference: float, deviation: float) -> float:
    """Return how many matched rows find a difference four times in five at the 5 % level.

    Args:
        difference: of the means, whatever its sign.
        deviation: standard deviation of the rows' differences.

    Returns:
        Infinity for no difference.
    """
    if not difference:
        return inf
    return max(2, ceil(((Z_95 + Z_80) * deviation / difference) ** 2))


def detectable_mean(n: int, deviation: float) -> float | None:
    """Return the smallest difference `n` matched rows find four times in five; None without any."""
    return (Z_95 + Z_80) * deviation / sqrt(n) if n else None


def _resampled_means(differences: "Numbers") -> "Numbers":
    """Return the means of `RESAMPLES` samples drawn with replacement."""
    import numpy as np

    generator = np.random.default_rng(_SEED)
    n = len(differences)
    values, times = np.unique(differences, return_counts=True)
    if len(values) * 4 <= n:  # scores on a scale: how often each is drawn says it all
        drawn = generator.multinomial(n, times / n, RESAMPLES)
        means: Numbers = drawn @ values / n
        return means
    means = np.empty(RESAMPLES)
    step = max(1, _AT_ONCE // n)
    for start in range(0, RESAMPLES, step):
        size = min(step, RESAMPLES - start)
        means[start : start + size] = differences[generator.integers(0, n, (size, n))].mean(axis=1)
    return means
