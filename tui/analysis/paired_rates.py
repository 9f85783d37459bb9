"""Pass and fail of the same rows in two runs: the exact test, the interval, the power.

Only the rows that changed tell the runs apart; how many passed both times tells only how large the
difference is in proportion.
"""

from math import ceil, inf, sqrt

from tui.analysis.intervals import Z_95, Interval, wilson
from tui.frozen import frozen

Z_80 = 0.8416212335729143
"""One-sided 80 % quantile of the standard normal distribution: the power planned for."""


@frozen
class Changes:
    """Matched rows by what became of them: in the baseline first, then in the run."""

    both_passed: int
    improved: int
    """Failed, then passed."""
    regressed: int
    """Passed, then failed."""
    both_failed: int

    @property
    def n(self) -> int:
        """All matched rows."""
        return self.both_passed + self.improved + self.regressed + self.both_failed

    @property
    def difference(self) -> float:
        """Pass rate of the run less that of the baseline; there must be a row."""
        return (self.improved - self.regressed) / self.n


def mcnemar(improved: int, regressed: int) -> float:
    """Return the two-sided p-value of McNemar's exact test: a fair coin over the changed rows.

    1 when nothing changed (McNemar, Psychometrika 12, 1947).
    """
    changed = improved + regressed
    if not changed:
        return 1.0
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(improved, regressed), changed, 0.5)))


def difference_interval(changes: Changes, z: float = Z_95) -> Interval | None:
    """Return the interval of the difference of two paired rates; None without any row.

    Wilson's intervals of both rates are squared and added with the correlation between them
    (Newcombe, Statistics in Medicine 17:2635, 1998, method 10). It stays inside -1 to 1.
    """
    n = changes.n
    if not n:
        return None
    after, before = changes.both_passed + changes.improved, changes.both_passed + changes.regressed
    run, baseline = wilson(after, n, z), wilson(before, n, z)
    if run is None or baseline is None:
        return None
    phi = _correlation(changes)
    difference = changes.difference
    down = _added(after / n - run.low, baseline.high - before / n, phi)
    up = _added(run.high - after / n, before / n - baseline.low, phi)
    return Interval(max(-1.0, difference - down), min(1.0, difference + up))


def _added(one: float, other: float, phi: float) -> float:
    return sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))


def _correlation(changes: Changes) -> float:
    """Return the correlation of both verdicts, corrected for continuity where it is positive."""
    a, b, c, d = changes.both_passed, changes.improved, changes.regressed, changes.both_failed
    scale = sqrt(a + b) * sqrt(c + d) * sqrt(a + c) * sqrt(b + d)
    if not scale:
        return 0.0
    cross = a * d - b * c
    return (max(cross - changes.n / 2, 0.0) if cross > 0 else cross) / scale


def rows_for_rates(difference: float, changed_rate: float) -> float:
    """Return how many matched rows find a difference four times in five at the 5 % level.

    Args:
        difference: of the pass rates, whatever its sign.
        changed_rate: the share of rows whose outcome changes, at least the difference's size.

    Returns:
        Infinity for no difference (Connor, Biometrics 43:207, 1987).
    """
    size = abs(difference)
    if not size:
        return inf
    changed = max(changed_rate, size)
    root = Z_95 * sqrt(changed) + Z_80 * sqrt(changed - size * size)
    return ceil((root / size) ** 2)


def detectable_rate(n: int, changed_rate: float) -> float | None:
    """Return the smallest difference `n` matched rows would find four times in five.

    None when even all of the changed rows in one direction would not be found.
    """
    if not n or not changed_rate or rows_for_rates(changed_rate, changed_rate) > n:
        return None
    low, high = 0.0, changed_rate
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if rows_for_rates(middle, changed_rate) <= n else (middle, high)
    return high
