"""What the Compare screen shows: verdicts as table rows, the rows of a pair, the two answers."""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from typing import TYPE_CHECKING

from tui.analysis.changes import Kind, RowChanges
from tui.analysis.compared import Comparison, Judged, Matched, Options, Pair
from tui.models import CriterionType, Row, Score, Trial
from tui.presentation import format as fmt
from tui.presentation import verdicts as words
from tui.presentation.comparison_text import pair_notes
from tui.presentation.statistics import field_text
from tui.presentation.table import Cell, Column, TableRow
from tui.presentation.trial import score_glyph
from tui.presentation.words import OUTCOME_TONES, outcome_text
from tui.store.heads import OUTCOMES
from tui.store.joining import RowColumns

if TYPE_CHECKING:
    from tui.analysis.changes import Flags

VERDICT_COLUMNS = (
    Column("criterion", "CRITERION", min_width=12, max_width=28, weight=2),
    Column("a", "A", width=7, align="right"),
    Column("b", "B", width=7, align="right"),
    Column("difference", "B - A", width=7, align="right"),
    Column("interval", "95 % INTERVAL", width=17, align="right", priority=2),
    Column("p", "P", width=6, align="right", priority=3),
    Column("rows", "ROWS", width=6, align="right", priority=1),
    Column("verdict", "VERDICT", min_width=15, max_width=18),
)
ROW_COLUMNS = (
    Column("change", "CHANGE", width=14),
    Column("a", "A", width=10),
    Column("b", "B", width=10),
    Column("score", "SCORE", width=12, priority=1),
    Column("row", "ROW", min_width=16, weight=3),
)
SLICE_COLUMNS = (
    Column("value", "VALUE", min_width=16, max_width=32, weight=2),
    Column("a", "A", width=7, align="right"),
    Column("b", "B", width=7, align="right"),
    Column("difference", "B - A", width=7, align="right"),
    Column("interval", "95 % INTERVAL", width=17, align="right"),
    Column("rows", "ROWS", width=6, align="right"),
)
KIND_WORDS = {
    Kind.REGRESSED: ("▼ regressed", "bad"),
    Kind.IMPROVED: ("▲ improved", "good"),
    Kind.BOTH_FAILED: ("✗ both failed", "muted"),
    Kind.ERRORED_IN_ONE: ("! errored in 1", "warn"),
    Kind.UNSTABLE: ("~ unstable", "warn"),
    Kind.DIFFER: ("≠ differ", ""),
}
"""In the order in which a row is called by one of them."""


def verdict_rows(pair: Pair) -> list[TableRow]:
    """Return a line per measure, the overall one first; keyed by place."""
    return [
        TableRow(str(place), _verdict_cells(each))
        for place, each in enumerate((pair.overall, *pair.criteria))
    ]


def _verdict_cells(judged: Judged) -> tuple[Cell, ...]:
    measured, word = judged.measured, judged.verdict.word
    return (
        Cell(judged.name),
        Cell(words.value(judged, measured.baseline_value)),
        Cell(words.value(judged, measured.run_value)),
        Cell(words.signed(judged, measured.difference)),
        Cell(words.interval(judged), "muted"),
        Cell(words.p_value(judged.p_adjusted), "muted"),
        Cell(fmt.short_number(measured.n), "muted"),
        Cell(words.verdict_text(judged), words.TONES[word]),
    )


def slice_rows(pair: Pair) -> list[TableRow]:
    """Return a line per value of the field rows are compared apart by, keyed by the value."""
    lines = []
    for each in pair.slices:
        judged = replace(pair.overall, measured=each.measured)
        cells = (
            Cell(each.value),
            Cell(words.value(judged, each.measured.baseline_value)),
            Cell(words.value(judged, each.measured.run_value)),
            Cell(words.signed(judged, each.measured.difference)),
            Cell(words.interval(judged), "muted"),
            Cell(fmt.short_number(each.measured.n), "muted"),
        )
        lines.append(TableRow(each.value, cells))
    return lines


def details(comparison: Comparison, pair: Pair) -> list[tuple[str, str]]:
    """Return headed texts: every sentence, coverage, what is left out, how the runs differ."""
    matched = comparison.matched
    sentences = "\n".join(
        f"{each.name}: {words.sentence(each)}" for each in (pair.overall, *pair.criteria)
    )
    coverage = [words.coverage_line(matched), words.key_line(matched)]
    coverage += words.coverage_examples(matched)
    if len(matched.keys_tried) > 1:
        tried = ", ".join(f"{name} ({n:,} matched)" for name, n in matched.keys_tried)
        coverage.append(f"tried: {tried}")
    coverage += words.joint_lines(comparison, whole=True)
    coverage += words.live_lines(matched)
    runs = [f"{words.letter(place)}  {stored.run.ref}" for place, stored in enumerate(matched.runs)]
    return [
        ("runs", "\n".join(runs)),
        ("verdicts", sentences),
        ("coverage", "\n".join(coverage)),
        ("costs, settings, what is left out", "\n".join(pair_notes(pair)) or "nothing"),
    ]


PANE_NAMES = ("verdicts", "rows", "slices", "details")


def panes(
    pair: Pair, options: Options, kind: Kind, rows: "PairRows"
) -> tuple[tuple[str, str], ...]:
    """Return the panes with what is in each."""
    field = "" if options.slices is None else f"by {field_text(options.slices)}"
    notes = (str(len(pair.criteria) + 1), f"{kind.value} {rows.count():,}", field, "")
    return tuple(zip(PANE_NAMES, notes, strict=True))


def kind_choices(changes: RowChanges) -> list[tuple[str, str]]:
    """Return (kind, text with its number of rows) for the menu of rows."""
    return [(kind.value, f"{kind.value}  {changes.count(kind):,}") for kind in Kind]


class PairRows:
    """The rows of one choice as a table's source, from the columns in memory.

    Keys are those of the baseline's rows, so that they stay when more rows match.
    """

    def __init__(
        self,
        matched: Matched,
        place: int,
        changes: RowChanges,
        kind: Kind,
        passing: "Flags | None" = None,
    ) -> None:
        """Show the rows of a kind; of them only those passing a filter, where there is one."""
        self.names = words.run_name(matched, 0), words.run_name(matched, place)
        """What the two runs are called."""
        self._before = matched.columns[0]
        self._after = matched.columns[place]
        self._changes = changes
        self._places = changes.places(kind, passing)
        self._index: dict[str, int] | None = None

    def count(self) -> int:
        """Return how many rows there are."""
        return len(self._places)

    def rows(self, offset: int, limit: int) -> Sequence[TableRow]:
        """Return the rows from `offset` on."""
        return [self._row(int(place)) for place in self._places[offset : offset + limit]]

    def index_of(self, key: str) -> int | None:
        """Return where a row is."""
        if self._index is None:
            keys, rows = self._before.keys, self._changes.before[self._places].tolist()
            self._index = {keys[row]: index for index, row in enumerate(rows)}
        return self._index.get(key)

    def key_at(self, index: int) -> str:
        """Return the key of the row at an index."""
        return self._before.keys[int(self._changes.before[self._places[index]])]

    def row_keys(self, key: str) -> tuple[str, str]:
        """Return the row's key in the baseline and in the run."""
        index = self.index_of(key)
        if index is None:
            return key, key
        return key, self._after.keys[int(self._changes.after[self._places[index]])]

    def change(self, key: str) -> tuple[str, str]:
        """Return what became of a row, with its tone; empty for one that stayed."""
        index = self.index_of(key)
        return ("", "") if index is None else self._change(int(self._places[index]))

    def _change(self, place: int) -> tuple[str, str]:
        for kind, told in KIND_WORDS.items():
            if self._changes.flags[kind][place]:
                return told
        return "", ""

    def _row(self, place: int) -> TableRow:
        one, other = int(self._changes.before[place]), int(self._changes.after[place])
        text, tone = self._change(place)
        scores = self._before.scores[one], self._after.scores[other]
        shown = ""
        if not all(map(isnan, scores)):
            shown = " → ".join(fmt.decimal(score) for score in scores)
        return TableRow(
            self._before.keys[one],
            (
                Cell(text, tone),
                _outcome(self._before, one),
                _outcome(self._after, other),
                Cell(shown, "muted"),
                Cell(self._after.labels[other] or self._after.keys[other]),
            ),
        )


def _outcome(columns: RowColumns, place: int) -> Cell:
    outcome = OUTCOMES[columns.outcomes[place]]
    graded = columns.passed[place] + columns.failed[place]
    if graded > 1:
        return Cell(f"{columns.passed[place]} of {graded} ✓", OUTCOME_TONES[outcome])
    return Cell(outcome_text(outcome), OUTCOME_TONES[outcome])


PAIR_CRITERIA_COLUMNS = (
    Column("criterion", "CRITERION", min_width=12, max_width=24),
    Column("a", "A", width=14),
    Column("b", "B", width=14),
    Column("reason", "REASON OF B, ELSE OF A", min_width=16, weight=3),
)


def criteria_rows(before: Trial | None, after: Trial | None) -> list[TableRow]:
    """Return a line per criterion of either trial."""
    one = {score.name: score for score in (() if before is None else before.scores)}
    other = {score.name: score for score in (() if after is None else after.scores)}
    return [
        TableRow(
            name,
            (
                Cell(name),
                _score(one.get(name)),
                _score(other.get(name)),
                Cell(_reason(other.get(name)) or _reason(one.get(name)), "muted"),
            ),
        )
        for name in dict.fromkeys((*one, *other))
    ]


def _score(score: Score | None) -> Cell:
    if score is None:
        return Cell(fmt.UNKNOWN, "muted")
    tone = "" if score.passed is None else "good" if score.passed else "bad"
    value = "" if score.value is None else fmt.decimal(score.value)
    said = value if score.type is CriterionType.NUMERIC else score.label or ""
    return Cell(f"{score_glyph(score)} {said}".strip() or fmt.UNKNOWN, tone)


def _reason(score: Score | None) -> str:
    if score is None:
        return ""
    return score.error.message if score.error is not None else score.reason or ""


def pair_title(row: Row | None, key: str) -> str:
    """Return what a pair of rows is called."""
    return key if row is None else row.label or row.key
