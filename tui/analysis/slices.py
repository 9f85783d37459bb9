"""The matched rows apart by the values of a field."""

from collections.abc import Sequence

from tui.analysis.compared import Slice
from tui.analysis.measures import measure_clustered, measure_numbers, measure_verdicts
from tui.analysis.vectors import Vectors

MOST = 30
"""Values that get a slice, the most frequent ones; more would be noise."""


def sliced(one: Vectors, other: Vectors, values: Sequence[str | None]) -> tuple[Slice, ...]:
    """Compare the rows of each value of a field, most rows first; no verdicts, just intervals.

    Args:
        one: the baseline's matched rows.
        other: the run's.
        values: the field of each matched row; rows without one are in no slice.
    """
    import numpy as np

    rated = bool(one.graded.any() and other.graded.any())
    before, after = (one.rates, other.rates) if rated else (one.scores, other.scores)
    there = ~np.isnan(before) & ~np.isnan(after)
    rows: dict[str, list[int]] = {}
    for place, value in enumerate(values):
        if value is not None and there[place]:
            rows.setdefault(value, []).append(place)
    largest = sorted(rows.items(), key=lambda item: (-len(item[1]), item[0]))[:MOST]
    measure = measure_verdicts if rated else measure_numbers
    if one.several or other.several:
        measure = measure_clustered
    return tuple(
        Slice(value, measure(before[places], after[places], None)) for value, places in largest
    )
