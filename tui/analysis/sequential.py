"""An interval of a rate that stays valid however often one looks: for runs that are still live.

An ordinary interval misses its rate once in twenty looks; watched for long enough it misses almost
surely. This one contains the rate at every moment of the run together, 19 times in 20. It assumes
that rows end in an order that has nothing to do with their outcome.
"""

from collections.abc import Callable
from math import inf, lgamma, log

from tui.analysis.intervals import LEVEL, Interval

_HALVINGS = 60


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
