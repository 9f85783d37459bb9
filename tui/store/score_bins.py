"""Bins of scores on a scale nobody knows beforehand.

A bin is a place on a grid of one width, which runs through zero. Widths are 1, 5, 10, 50, … times
the finest, so that each divides the next: bins are made wider by joining, with nothing counted
anew. Only bins that hold a score are kept, and few scores keep the finest width: then a score of
four or five words stays exact.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from math import floor
from typing import NamedTuple

FINEST = 6
"""Digits after the point that the finest bins tell apart."""
BEYOND = 1e9
"""Scores of this size and more are only counted: above or below all bins."""
MOST = 256
"""Bins a run may have beside those two."""
ABOVE = 10**18
"""The place of scores too large for a bin; the negative one of those too small."""
_DISPLAYED = (1, 2, 5)
_WIDEST = 10
"""Digits of a width with which two bins hold all scores."""


class Grid(NamedTuple):
    """Bins of one width, `step` / `parts`."""

    step: int
    parts: int

    def edge(self, place: int) -> float:
        """Return where a bin begins: the float closest to it."""
        return place * self.step / self.parts

    def place(self, score: float) -> int:
        """Return the bin whose edges hold a score, its lower edge included."""
        if not -BEYOND < score < BEYOND:
            return ABOVE if score > 0 else -ABOVE
        place = floor(score * self.parts / self.step)
        while self.edge(place) > score:
            place -= 1
        while self.edge(place + 1) <= score:
            place += 1
        return place


@cache
def grid(level: int) -> Grid:
    """Return the bins of a level; 0 is the finest."""
    digits, half = divmod(level, 2)
    step = 5 if half else 1
    return _decimal(step, digits - FINEST)


def coarser(level: int, bins: Mapping[int, int]) -> tuple[int, dict[int, int]]:
    """Return a level at which not more than `MOST` bins are needed, and the bins joined to it.

    Args:
        level: the level of the bins.
        bins: scores by place.
    """
    found = dict(bins)
    while len(found) > MOST + 2:
        found = join(found, 2 if level % 2 else 5)
        level += 1
    return level, found


def join(bins: Mapping[int, int], ratio: int) -> dict[int, int]:
    """Return bins `ratio` times as wide; those at the ends of all stay."""
    joined: dict[int, int] = {}
    for place, n in bins.items():
        wide = place if abs(place) == ABOVE else place // ratio
        joined[wide] = joined.get(wide, 0) + n
    return joined


def displayed(level: int, bins: Mapping[int, int], most: int) -> tuple[Grid, dict[int, int]]:
    """Return at most `most` bins next to each other that hold all scores within the bounds.

    Their width is 1, 2 or 5 times a power of ten.

    Args:
        level: the level of the bins.
        bins: scores by place.
        most: at least 2: a width never joins what lies on both sides of zero.
    """
    fine = grid(level)
    inner = {place: n for place, n in bins.items() if abs(place) != ABOVE}
    if not inner:
        return fine, {}
    first, last = min(inner), max(inner)
    wide, ratio = next(
        (wide, ratio) for wide, ratio in _wider(fine) if last // ratio - first // ratio < most
    )
    found = dict.fromkeys(range(first // ratio, last // ratio + 1), 0)
    return wide, found | join(inner, ratio)


def _wider(fine: Grid) -> Iterator[tuple[Grid, int]]:
    """Return the grids a fine one can be joined to, and how many of its bins one of theirs has."""
    for exponent in range(-FINEST, _WIDEST):
        for step in _DISPLAYED:
            wide = _decimal(step, exponent)
            ratio, rest = divmod(wide.step * fine.parts, wide.parts * fine.step)
            if ratio and not rest:
                yield wide, ratio


def _decimal(step: int, exponent: int) -> Grid:
    return Grid(step * 10 ** max(0, exponent), 10 ** max(0, -exponent))
