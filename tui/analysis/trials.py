"""Several trials of one row: chances with k tries."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import comb

from tui.analysis.intervals import Estimate, Interval, clustered_mean
from tui.frozen import frozen


@frozen
class AtK:
    """Chances over all rows with at least `k` graded trials."""

    k: int
    rows: int
    any_passes: Estimate
    """pass@k: that at least one of k trials passes."""
    all_pass: Estimate
    """pass^k: that all k trials pass."""


def pass_at_k(passed: int, n: int, k: int) -> float:
    """Return the unbiased estimate that one of `k` trials passes, from `n` of which `passed` did.

    One less the chance to draw only failures (Chen et al., arXiv 2107.03374, 2021).

    Raises:
        ValueError: `k` is not between 1 and `n`, or `passed` not between 0 and `n`.
    """
    _check(passed, n, k)
    return 1 - comb(n - passed, k) / comb(n, k)


def pass_hat_k(passed: int, n: int, k: int) -> float:
    """Return the unbiased estimate that all of `k` trials pass; as `pass_at_k` else.

    The chance to draw only passes (Yao et al., arXiv 2406.12045, 2024).
    """
    _check(passed, n, k)
    return comb(passed, k) / comb(n, k)


def at_every_k(rows: Sequence[tuple[int, int]]) -> list[AtK]:
    """Return the chances for every k up to the largest number of graded trials.

    Args:
        rows: passed and graded trials of each row. Rows with fewer than k are left out of k.
    """
    kinds = Counter(row for row in rows if row[1])
    found = []
    for k in range(1, max((n for _passed, n in kinds), default=0) + 1):
        enough = {kind: times for kind, times in kinds.items() if kind[1] >= k}
        any_passes = _mean({kind: pass_at_k(*kind, k) for kind in enough}, enough)
        all_pass = _mean({kind: pass_hat_k(*kind, k) for kind in enough}, enough)
        found.append(AtK(k, sum(enough.values()), any_passes, all_pass))
    return found


def _check(passed: int, n: int, k: int) -> None:
    if not (0 <= passed <= n and 1 <= k <= n):
        raise ValueError(f"{k} of {n} trials, {passed} passed")


def _mean(chances: dict[tuple[int, int], float], times: dict[tuple[int, int], int]) -> Estimate:
    """Return the mean over the rows, of which many are alike."""
    values = [(chances[kind], 1) for kind, n in times.items() for _ in range(n)]
    found = clustered_mean(values, single=True)
    if found is None:
        raise ValueError("no rows")
    if found.interval is None:
        return found
    ends = Interval(max(0.0, found.interval.low), min(1.0, found.interval.high))
    return replace(found, interval=ends)
