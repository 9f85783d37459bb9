"""How far the trials of a row agree, and the worst and best of them."""

from collections.abc import Mapping
from math import inf, isnan

from tui.analysis.intervals import Estimate, mean_interval
from tui.frozen import frozen
from tui.outcomes import instability
from tui.store.joining import RowColumns


@frozen
class Stability:
    """The rows of a run by how much their trials differ."""

    places: tuple[int, ...]
    """Every row by its place in the columns: the most unstable first, then the widest scores, then
    failures; equal ones keep the dataset's order."""
    differ: Mapping[int, float]
    """Of rows with at least two graded trials: the chance that two of them differ."""
    scores: Mapping[int, tuple[float, float]]
    """Of rows with several trials: their lowest and highest score."""
    always: int = 0
    """Of rows with at least two graded trials: those that always passed."""
    sometimes: int = 0
    never: int = 0
    worst: Estimate | None = None
    """Mean over the rows of several trials of their lowest score: worst of n."""
    best: Estimate | None = None


def stability_of(columns: RowColumns, ranges: Mapping[int, tuple[float, float]]) -> Stability:
    """Return the stability of a run's rows.

    Args:
        columns: the rows.
        ranges: lowest and highest score of rows with several trials, by row id.
    """
    differ: dict[int, float] = {}
    always = never = 0
    for place, (passed, failed) in enumerate(zip(columns.passed, columns.failed, strict=True)):
        chance = instability(passed, passed + failed)
        if chance is not None:
            differ[place] = chance
            always += not failed
            never += not passed
    scores = {place: ranges[row] for place, row in enumerate(columns.ids) if row in ranges}

    def rank(place: int) -> tuple[float, float, int, float]:
        low, high = scores.get(place, (0.0, 0.0))
        score = columns.scores[place]
        outcome = columns.outcomes[place]
        return -differ.get(place, -1.0), low - high, outcome, inf if isnan(score) else score

    return Stability(
        tuple(sorted(range(len(columns)), key=rank)),
        differ,
        scores,
        always,
        len(differ) - always - never,
        never,
        mean_interval([low for low, _high in scores.values()]),
        mean_interval([high for _low, high in scores.values()]),
    )
