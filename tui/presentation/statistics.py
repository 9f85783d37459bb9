"""One run's statistics as tables: figures with their intervals, trials, rows, slices, trend."""

from collections.abc import Sequence
from datetime import datetime

from tui.analysis.intervals import Estimate, Interval
from tui.analysis.single import Figure, RunStatistics
from tui.presentation import format as fmt
from tui.presentation.runs import run_name
from tui.presentation.table import Cell, Column, TableRow
from tui.presentation.words import OUTCOME_TONES, outcome_text
from tui.store.heads import OUTCOMES
from tui.text import clean_line

WHISKER = 24
"""Cells of the line that shows an interval on the scale of its table."""
HOW = {
    "wilson": "Wilson",
    "t": "t, over rows",
    "clustered_t": "t, by row",
    "anytime": "anytime",
    "bounds": "worst, best",
}
"""`anytime` holds however often one looks; `worst, best` whatever the rows left become."""

FIGURE_COLUMNS = (
    Column("what", "WHAT", min_width=12, max_width=32, weight=2),
    Column("n", "N", width=6, align="right"),
    Column("value", "VALUE", width=6, align="right"),
    Column("ends", "95 % INTERVAL", width=15, align="right"),
    Column("line", "0 TO 100 %, SCORES APART", width=WHISKER, priority=2),
    Column("how", "HOW", width=12, priority=1),
)
TRIAL_COLUMNS = (
    Column("k", "K", width=4, align="right"),
    Column("rows", "ROWS", width=7, align="right", priority=1),
    Column("any", "PASS@K", width=7, align="right"),
    Column("any-ends", "95 % INTERVAL", width=15, align="right", priority=2),
    Column("all", "PASS^K", width=7, align="right"),
    Column("all-ends", "95 % INTERVAL", width=15, align="right", priority=3),
    Column("line", "ALL PASS TO ANY PASSES", width=WHISKER, priority=4),
)
ROW_COLUMNS = (
    Column("outcome", "OUTCOME", width=11),
    Column("passed", "PASSED", width=9, align="right"),
    Column("differ", "DISAGREE", width=8, align="right"),
    Column("score", "SCORE", width=6, align="right", priority=2),
    Column("range", "WORST, BEST", width=13, align="right", priority=1),
    Column("row", "ROW", min_width=16, weight=3),
)
SLICE_COLUMNS = (
    Column("value", "VALUE", min_width=16, max_width=32, weight=2),
    Column("rows", "ROWS", width=7, align="right"),
    Column("share", "SHARE", width=6, align="right", priority=3),
    Column("figure", "RESULT", width=7, align="right"),
    Column("ends", "95 % INTERVAL", width=15, align="right"),
    Column("line", "", width=WHISKER, priority=1),
)
NOT_FETCHED = " (rows not fetched)"
"""Said of a run whose figures are as its provider counts: tries, where rows have several."""
TREND_COLUMNS = (
    Column("at", "BEGAN", width=12, priority=2),
    Column("run", "RUN", min_width=18, max_width=36, weight=2),
    Column("n", "N", width=6, align="right", priority=3),
    Column("value", "RESULT", width=7, align="right"),
    Column("ends", "95 % INTERVAL", width=15, align="right"),
    Column("line", "", width=WHISKER, priority=1),
)


def whisker(ends: Interval | None, value: float, scale: Interval) -> str:
    """Return an interval as `  ├──●─┤   ` on a scale; only the point where it has no ends."""
    width = scale.high - scale.low
    if width <= 0:
        return ""

    def place(number: float) -> int:
        return min(WHISKER - 1, max(0, round((number - scale.low) / width * (WHISKER - 1))))

    cells = [" "] * WHISKER
    if ends is not None:
        low, high = place(ends.low), place(ends.high)
        cells[low : high + 1] = "─" * (high - low + 1)
        cells[low], cells[high] = "├", "┤"
    cells[place(value)] = "●"
    return "".join(cells).rstrip()


def ends_text(figure: Figure) -> str:
    """Return the ends of a figure's interval."""
    found = figure.estimate.interval
    if found is None:
        return fmt.UNKNOWN
    if figure.unit == "rate":
        return fmt.interval(max(0.0, found.low), min(1.0, found.high))
    return f"{fmt.decimal(found.low)} to {fmt.decimal(found.high)}"


def figure_rows(found: RunStatistics) -> list[TableRow]:
    """Return a line per figure, keyed by place."""
    scores = _scale([each for each in found.figures if each.unit == "score"])
    return [
        TableRow(str(place), _figure_cells(each, Interval(0, 1) if each.unit == "rate" else scores))
        for place, each in enumerate(found.figures)
    ]


def _figure_cells(figure: Figure, scale: Interval) -> tuple[Cell, ...]:
    estimate = figure.estimate
    return (
        Cell(figure.name),
        Cell(fmt.short_number(estimate.n), "muted"),
        Cell(value_text(figure), "strong"),
        Cell(ends_text(figure)),
        Cell(whisker(estimate.interval, estimate.mean, scale), "accent"),
        Cell(HOW[figure.how], "muted"),
    )


def value_text(figure: Figure) -> str:
    """Return a figure's rate or mean."""
    show = fmt.percent if figure.unit == "rate" else fmt.decimal
    return show(figure.estimate.mean)


def _scale(figures: Sequence[Figure]) -> Interval:
    """Return the scale that holds all of some figures with their intervals."""
    return _around([(each.estimate.mean, each.estimate.interval) for each in figures])


def _around(points: Sequence[tuple[float, Interval | None]]) -> Interval:
    numbers = [value for value, _ends in points]
    numbers += [end for _value, ends in points if ends is not None for end in (ends.low, ends.high)]
    return Interval(min(numbers), max(numbers)) if numbers else Interval(0, 1)


def headline(found: RunStatistics) -> str:
    """Return the run's first figure as a sentence; what an interval of a live run is worth."""
    if not found.figures:
        return "No row has a result yet." if found.stored.run.live else "No row has a result."
    first = found.figures[0]
    text = f"{first.name} {value_text(first)}, 95 % interval {ends_text(first)}"
    if first.how == "anytime":
        text += ", valid however often you look"
    second = found.figures[1] if len(found.figures) > 1 else first
    if second.how == "bounds":
        when = "in the end" if found.stored.run.live else "had all others failed or passed"
        text += f"; {ends_text(second)} {when}"
    return text


def trials_line(found: RunStatistics) -> str:
    """Return how the trials of rows agree; empty where rows have one graded trial each."""
    stable = found.stability
    if not stable.differ:
        return ""
    mean = sum(stable.differ.values()) / len(stable.differ)
    return (
        f"trials: {stable.always:,} always pass, {stable.sometimes:,} sometimes, "
        f"{stable.never:,} never · two disagree {fmt.percent(mean)} of the time"
    )


def trial_rows(found: RunStatistics) -> list[TableRow]:
    """Return a line per k."""
    lines = []
    for each in found.at_k:
        some, whole = each.any_passes, each.all_pass
        lines.append(
            TableRow(
                str(each.k),
                (
                    Cell(str(each.k)),
                    Cell(fmt.short_number(each.rows), "muted"),
                    Cell(fmt.percent(some.mean), "strong"),
                    Cell(_rate_ends(some.interval), "muted"),
                    Cell(fmt.percent(whole.mean), "strong"),
                    Cell(_rate_ends(whole.interval), "muted"),
                    Cell(_between(whole.mean, some.mean), "accent"),
                ),
            )
        )
    return lines


def _rate_ends(ends: Interval | None) -> str:
    return fmt.UNKNOWN if ends is None else fmt.interval(ends.low, ends.high)


def _between(low: float, high: float) -> str:
    return whisker(Interval(low, high), low, Interval(0, 1)).replace("●", "├", 1)


class StableRows:
    """Rows by how much their trials disagree, as a table's source."""

    def __init__(self, found: RunStatistics, places: Sequence[int] | None = None) -> None:
        """Show all rows; `places` chooses some, by their place in the columns."""
        self._columns = found.columns
        self._stability = found.stability
        order = found.stability.places
        if places is not None:
            chosen = set(places)
            order = tuple(place for place in order if place in chosen)
        self._order = order
        keys = self._columns.keys
        self._index = {keys[place]: index for index, place in enumerate(order)}

    def count(self) -> int:
        """Return how many rows there are."""
        return len(self._order)

    def rows(self, offset: int, limit: int) -> Sequence[TableRow]:
        """Return the rows from `offset` on."""
        return [self._row(place) for place in self._order[offset : offset + limit]]

    def index_of(self, key: str) -> int | None:
        """Return where the row of this key is."""
        return self._index.get(key)

    def key_at(self, index: int) -> str:
        """Return the key of the row at an index."""
        return self._columns.keys[self._order[index]]

    def _row(self, place: int) -> TableRow:
        columns, stability = self._columns, self._stability
        outcome = OUTCOMES[columns.outcomes[place]]
        graded = columns.passed[place] + columns.failed[place]
        differ = stability.differ.get(place)
        ends = stability.scores.get(place)
        mixed = bool(columns.passed[place] and columns.failed[place])
        return TableRow(
            columns.keys[place],
            (
                Cell(outcome_text(outcome, unstable=mixed), OUTCOME_TONES[outcome]),
                Cell(f"{columns.passed[place]} of {graded}" if graded else fmt.UNKNOWN),
                Cell(fmt.percent(differ), "warn" if differ else "muted"),
                Cell(fmt.decimal(columns.scores[place]), "muted"),
                Cell(fmt.UNKNOWN if ends is None else " to ".join(map(fmt.decimal, ends)), "muted"),
                Cell(columns.labels[place] or columns.keys[place]),
            ),
        )


def slice_rows(found: RunStatistics) -> list[TableRow]:
    """Return a line per value of the field, keyed by place."""
    n = len(found.columns)
    figures = [each.figure for each in found.slices]
    scale = Interval(0, 1) if not figures or figures[0].unit == "rate" else _scale(figures)
    return [
        TableRow(
            str(place),
            (
                Cell(each.value),
                Cell(fmt.number(len(each.places)), "muted"),
                Cell(fmt.percent(len(each.places) / n), "muted"),
                Cell(value_text(each.figure), "strong"),
                Cell(ends_text(each.figure)),
                Cell(whisker(each.figure.estimate.interval, each.figure.estimate.mean, scale)),
            ),
        )
        for place, each in enumerate(found.slices)
    ]


def slice_place(found: RunStatistics, key: str) -> tuple[str, tuple[int, ...]] | None:
    """Return what the rows of a slice's line are called, and their places; None for no line."""
    place = int(key)
    if found.field is None or place >= len(found.slices):
        return None
    each = found.slices[place]
    return f"{field_text(found.field)} = {clean_line(each.value, 40)}", each.places


def field_text(field: str) -> str:
    """Return a field's name as people call it: without the item it is in."""
    return clean_line(field.removeprefix("item."), 40)


def trend_rows(found: RunStatistics, now: datetime) -> list[TableRow]:
    """Return a line per run, the newest first, keyed by reference."""
    points = found.trend
    scale = _around([(each.value, each.interval) for each in points])
    lines = []
    for each in reversed(points):
        run = each.stored.run
        here = run.ref == found.stored.run.ref
        figure = Figure("", each.unit, Estimate(each.value, each.interval, each.n), "wilson")
        began = run.started_at or run.created_at
        lines.append(
            TableRow(
                str(run.ref),
                (
                    Cell(fmt.local_time(began, now), "muted"),
                    Cell(f"{run_name(run)}{' (this run)' if here else NOT_FETCHED * each.told}"),
                    Cell(fmt.short_number(each.n), "muted"),
                    Cell(value_text(figure), "strong"),
                    Cell(ends_text(figure)),
                    Cell(whisker(each.interval, each.value, scale), "accent" if here else ""),
                ),
            )
        )
    return lines
