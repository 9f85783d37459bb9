"""From figures to one of five words.

The interval and the adjusted p-value decide, in this order:

1. `too_few`: fewer rows, or clusters of them, than asked for (10 unless told otherwise), or no
   spread to judge by.
2. `no_difference`: the whole interval lies within the margin. Whatever is there is too small to
   matter, and the sentence says "no difference beyond" the margin; it may still be a real one.
3. `better`, `worse`: the adjusted p-value is at most 0.05 and the interval leaves out zero.
4. `inconclusive`: the rows allow both a difference that matters and none.
"""

from enum import StrEnum
from math import isfinite

from tui.analysis.measures import Measured
from tui.frozen import frozen

ALPHA = 0.05
MIN_ROWS = 10
RATE_MARGIN = 0.02
"""Two percentage points; for scores, that share of their scale."""


class Word(StrEnum):
    """What may be said of a run beside its baseline."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"
    INCONCLUSIVE = "inconclusive"
    TOO_FEW = "too_few"


@frozen
class Rule:
    """What a verdict is judged by."""

    margin: float = RATE_MARGIN
    """Differences up to this size do not matter, in the measure's own unit."""
    min_rows: int = MIN_ROWS


@frozen
class Verdict:
    """The word and what a sentence about it needs."""

    word: Word
    rule: Rule
    more_rows: int | None = None
    """Of `inconclusive`: how many more matched rows would probably decide; None = nobody knows."""
    only_adjusted: bool = False
    """Of `inconclusive`: it would be a verdict, had nothing else been asked at the same time."""
    small: bool = False
    """Of `no_difference`: there is one, smaller than the margin."""


def judge(measured: Measured, p_adjusted: float | None, rule: Rule) -> Verdict:
    """Return the verdict on a measure.

    Args:
        measured: its figures.
        p_adjusted: its p-value, adjusted for what else was asked; None when it has none.
        rule: margin and fewest rows.
    """
    interval, difference = measured.interval, measured.difference
    independent = measured.n if measured.clusters is None else measured.clusters
    if independent < rule.min_rows or interval is None or difference is None or p_adjusted is None:
        return Verdict(Word.TOO_FEW, rule)
    outside = interval.low > 0 or interval.high < 0
    if -rule.margin <= interval.low and interval.high <= rule.margin:
        return Verdict(Word.NO_DIFFERENCE, rule, small=outside and p_adjusted <= ALPHA)
    if outside and p_adjusted <= ALPHA:
        return Verdict(Word.BETTER if difference > 0 else Word.WORSE, rule)
    alone = measured.p_value is not None and measured.p_value <= ALPHA
    return Verdict(
        Word.INCONCLUSIVE,
        rule,
        more_rows=_more_rows(measured, difference, rule),
        only_adjusted=outside and alone,
    )


def _more_rows(measured: Measured, difference: float, rule: Rule) -> int | None:
    """Return how many more rows would show the difference seen, or that it is within the margin."""
    needed = measured.rows_needed(difference)
    if abs(difference) < rule.margin and measured.interval is not None:
        # To show that it is small takes an interval as narrow as the room left in the margin.
        room = rule.margin - abs(difference)
        narrow = measured.n * (measured.interval.half_width / room) ** 2
        needed = min(needed, narrow)
    more = needed - measured.n
    return max(1, round(more)) if isfinite(more) else None
