"""Adjusting p-values when several questions are asked at once."""

from collections.abc import Sequence
from typing import Literal

Correction = Literal["holm", "bh", "none"]
"""`holm` bounds the chance of a single false alarm; `bh` (Benjamini and Hochberg) the share of
false alarms among all alarms."""


def adjusted(values: Sequence[float | None], correction: Correction = "holm") -> list[float | None]:
    """Return p-values adjusted for their number, in the order given; None stays None."""
    known = sorted((value, place) for place, value in enumerate(values) if value is not None)
    found: list[float | None] = [None] * len(values)
    results = [value for value, _place in known]
    if correction != "none":
        results = (_holm if correction == "holm" else _benjamini_hochberg)(results)
    for (_value, place), result in zip(known, results, strict=True):
        found[place] = result
    return found


def _holm(ascending: Sequence[float]) -> list[float]:
    """Adjust p-values that ascend (Holm, Scandinavian Journal of Statistics 6, 1979)."""
    found: list[float] = []
    highest = 0.0
    for place, value in enumerate(ascending):
        highest = max(highest, min(1.0, (len(ascending) - place) * value))
        found.append(highest)
    return found


def _benjamini_hochberg(ascending: Sequence[float]) -> list[float]:
    """Adjust p-values that ascend (Benjamini & Hochberg, JRSS B 57, 1995)."""
    found: list[float] = []
    lowest = 1.0
    for place in range(len(ascending), 0, -1):
        lowest = min(lowest, ascending[place - 1] * len(ascending) / place)
        found.append(lowest)
    return found[::-1]
