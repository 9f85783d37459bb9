"""Confidence intervals of rates and means. Pure arithmetic; no table of quantiles is needed."""

from math import sqrt

from tui.frozen import frozen

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
