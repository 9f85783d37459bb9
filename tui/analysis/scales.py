"""The scales scores are on: stated by the run, else as far as its values show."""

from typing import TYPE_CHECKING

from tui.store import StoredRun

if TYPE_CHECKING:
    from tui.analysis.paired_means import Numbers

Scales = tuple[float | None, float | None]
"""Upper ends of the baseline's and the run's scale; None where nobody states it."""

_APART = 4
"""Times by which the largest values differ where 0-to-1 meets 1-to-5 or 0-to-100."""


def scale_of(stored: StoredRun) -> float | None:
    """Return the upper end of the scale of a run's score, where the API or connection states it."""
    score = stored.run.score
    return None if score is None else score.scale_max


def scales_differ(name: str, before: "Numbers", after: "Numbers", stated: Scales) -> str | None:
    """Return a sentence where two runs score on different scales; None where they may not."""
    one, other = stated
    if one is not None and other is not None:
        if one == other:
            return None
        return f"{name} is on different scales: of {one:g} and of {other:g}."
    if not len(before):
        return None
    # A stated end counts for more than the largest value seen.
    ends = [
        float(values.max()) if end is None else end
        for values, end in ((before, one), (after, other))
    ]
    low, high = sorted(map(abs, ends))
    if low <= 1 < high and high >= _APART:
        return f"{name} seems to be on different scales: up to {ends[0]:g} and up to {ends[1]:g}."
    return None


def span_of(before: "Numbers", after: "Numbers", stated: Scales) -> float:
    """Return the width of the scale: as stated by both, else as far as the values show it."""
    one, other = stated
    if one is not None and one == other:
        return one
    if not len(before):
        return 0.0
    return float(max(before.max(), after.max()) - min(before.min(), after.min()))
