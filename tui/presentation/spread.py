"""How a run's scores are spread, as bars, and what its errors have in common."""

from collections.abc import Sequence

from tui.models import ScoreStats
from tui.presentation import format as fmt
from tui.presentation.table import Cell, Column, TableRow
from tui.store import ErrorCause, Histogram

BAR = 36
"""Cells of the longest bar: with the columns before it that is what 80 columns have room for."""
_PARTS = " ▏▎▍▌▋▊▉█"

SCORE_COLUMNS: tuple[Column, ...] = (
    Column("score", "SCORE", width=17, align="right"),
    Column("bar", "", width=BAR),
    Column("n", "ROWS", width=9, align="right"),
    Column("share", "SHARE", width=6, align="right"),
)
CAUSE_COLUMNS: tuple[Column, ...] = (
    Column("n", "ROWS", width=9, align="right"),
    Column("share", "SHARE", width=6, align="right", priority=2),
    Column("who", "BROKE", width=6, priority=3),
    Column("code", "CODE", min_width=8, max_width=22, priority=1),
    Column("cause", "WHAT IT SAID", min_width=20, weight=3),
    Column("example", "EXAMPLE", min_width=10, max_width=24, priority=4),
)
BELOW, ABOVE = "below", "above"
"""Keys of the lines for scores too small or too large for a bin."""


def score_rows(histogram: Histogram) -> tuple[TableRow, ...]:
    """Return a line with a bar for each bin, ascending; its key is its place."""
    bins = histogram.bins
    total = scored(histogram)
    most = max((one.n for one in bins), default=0)
    lines = [
        _score_row(str(place), f"{_edge(one.low)} to <{_edge(one.high)}", one.n, most, total)
        for place, one in enumerate(bins)
    ]
    if histogram.below:
        lines.insert(0, _score_row(BELOW, "-1e9 and less", histogram.below, most, total))
    if histogram.above:
        lines.append(_score_row(ABOVE, "1e9 and more", histogram.above, most, total))
    return tuple(lines)


def scored(histogram: Histogram) -> int:
    """Return how many rows have a score."""
    return sum(one.n for one in histogram.bins) + histogram.below + histogram.above


def score_facts(histogram: Histogram, stats: ScoreStats | None) -> str:
    """Return `n 980 · mean 0.71 · min 0 · max 1` of the stored rows; empty without a score."""
    n = scored(histogram)
    if not n or stats is None:
        return ""
    parts = [f"n {fmt.number(n)}", f"mean {fmt.decimal(stats.mean)}"]
    if stats.min is not None and stats.max is not None:
        parts += [f"min {_edge(stats.min)}", f"max {_edge(stats.max)}"]
    return " · ".join(parts)


def bin_filter(histogram: Histogram, key: str) -> str | None:
    """Return the filter for the rows of a line; None when there is no such line any more."""
    if key == BELOW:
        return "score<=-1e9"
    if key == ABOVE:
        return "score>=1e9"
    place = int(key)
    if place >= len(histogram.bins):
        return None
    one = histogram.bins[place]
    return f"score>={_edge(one.low)} score<{_edge(one.high)}"


def cause_rows(causes: Sequence[ErrorCause], rows: int) -> tuple[TableRow, ...]:
    """Return a line for each cause; its key is the cause's id.

    Args:
        causes: the most frequent first.
        rows: how many rows the run has; shares are of them.
    """
    return tuple(
        TableRow(
            str(cause.id),
            (
                Cell(fmt.number(cause.n), "warn"),
                Cell(fmt.percent(cause.n / rows) if rows else fmt.UNKNOWN, "muted"),
                Cell("grader" if cause.grader else "model", "muted"),
                Cell(cause.code or fmt.UNKNOWN, "" if cause.code else "muted"),
                Cell(cause_text(cause)),
                Cell(cause.example or fmt.UNKNOWN, "muted"),
            ),
        )
        for cause in causes
    )


def cause_text(cause: ErrorCause) -> str:
    """Return what errors of a cause say."""
    if cause.other:
        return "all other causes"
    return cause.text or "no reason given"


def bar_of(n: int, most: int) -> str:
    """Return a bar in eighths of a cell; something, however short, for anything but nothing."""
    if not n or not most:
        return ""
    eighths = max(1, round(n / most * BAR * 8))
    return "█" * (eighths // 8) + _PARTS[eighths % 8].strip()


def _score_row(key: str, text: str, n: int, most: int, total: int) -> TableRow:
    return TableRow(
        key,
        (
            Cell(text),
            Cell(bar_of(n, most), "accent"),
            Cell(fmt.number(n)),
            Cell(fmt.percent(n / total), "muted"),
        ),
    )


def _edge(value: float) -> str:
    return f"{value:.10g}"
