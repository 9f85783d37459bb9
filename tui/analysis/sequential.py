"""Intervals that stay valid however often one looks: for runs that are still live.

An ordinary interval misses its rate once in twenty looks; watched for long enough it misses almost
surely. These contain the rate or mean at every moment of the run together, 19 times in 20. They
assume that rows end in an order that has nothing to do with their outcome.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import fsum, inf, lgamma, log, sqrt

from tui.analysis.intervals import LEVEL, Interval, wilson

_HALVINGS = 60


@lru_cache(maxsize=4096)
def anytime_rate(passed: int, n: int, level: float = LEVEL) -> Interval | None:
    """Return the confidence sequence's interval after `n` rows; None without any row.

    The rates that a uniform mixture over all rates does not beat by more than 1 to `1 - level`
    (Robbins, Annals of Mathematical Statistics 41:1397, 1970; Ville's inequality).

    Raises:
        ValueError: `passed` is negative or more than `n`.
    """
    if not 0 <= passed <= n:
        raise ValueError(f"{passed} of {n}")
    if n == 0:
        return None
    failed = n - passed
    # log of the mixture's likelihood, Beta(passed + 1, failed + 1), less the evidence allowed
    least = lgamma(passed + 1) + lgamma(failed + 1) - lgamma(n + 2) + log(1 - level)
    rate = passed / n

    def kept(candidate: float) -> bool:
        return _log_likelihood(candidate, passed, failed) >= least

    low = 0.0 if passed == 0 else _edge(kept, outside=0.0, inside=rate)
    high = 1.0 if failed == 0 else _edge(kept, outside=1.0, inside=rate)
    return Interval(low, high)


def rate_interval(passed: int, n: int, *, live: bool) -> Interval | None:
    """Return the interval of a run's rate: while it is live one that holds at every look."""
    return anytime_rate(passed, n) if live else wilson(passed, n)


LEAST_VALUES = 20
"""Below it the mean's interval, which is exact only for many values, would promise too much."""
_NARROWEST_AT = 200
"""Values at which the mean's interval is as narrow as it can be made."""


def anytime_mean(values: Sequence[float], level: float = LEVEL) -> Interval | None:
    """Return the asymptotic confidence sequence's interval of a mean.

    Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, Annals of Statistics 52(6), 2024, Theorem 2.2.
    None for fewer than 20 values, and for values without any spread.
    """
    n = len(values)
    if n < LEAST_VALUES:
        return None
    mean = fsum(values) / n
    variance = fsum((value - mean) ** 2 for value in values) / n
    if not variance:
        return None
    chance = -2 * log(1 - level)
    scale = n * (chance + log(chance) + 1) / _NARROWEST_AT
    half = sqrt(variance * (scale + 1) / (scale * n) * (log(scale + 1) + chance))
    return Interval(mean - half, mean + half)


def _log_likelihood(rate: float, passed: int, failed: int) -> float:
    good = passed * log(rate) if rate > 0 else (-inf if passed else 0.0)
    bad = failed * log(1 - rate) if rate < 1 else (-inf if failed else 0.0)
    return good + bad


def _edge(kept: Callable[[float], bool], *, outside: float, inside: float) -> float:
    """Return where rates stop being kept, between one that is not and one that is."""
    for _ in range(_HALVINGS):
        middle = (outside + inside) / 2
        outside, inside = (outside, middle) if kept(middle) else (middle, inside)
    return outside
