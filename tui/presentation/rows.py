"""Rows of a run as rows of a table."""

from collections.abc import Sequence

from tui.frozen import frozen
from tui.models import CriterionType, Outcome, Usage
from tui.presentation import format as fmt
from tui.presentation.table import Cell, Column, TableRow
from tui.presentation.words import OUTCOME_TONES, outcome_text, strip_text
from tui.store import RowHead

MAX_CRITERIA = 4
"""Criteria with a column of their own; the trial has them all."""


@frozen
class RowsShape:
    """What the rows of a run have; columns nobody could fill are left out."""

    criteria: tuple[str, ...] = ()
    index: bool = False
    strips: bool = False
    """Whether rows have several trials."""
    score: bool = False
    latency: bool = False
    tokens: bool = False

    def __or__(self, other: "RowsShape") -> "RowsShape":
        """Return what one of both has, so that a filter never takes columns away."""
        return RowsShape(
            tuple(dict.fromkeys((*self.criteria, *other.criteria))),
            self.index or other.index,
            self.strips or other.strips,
            self.score or other.score,
            self.latency or other.latency,
            self.tokens or other.tokens,
        )


_WORDS = (".rationale", ".reason", ".reasoning", ".explanation")
"""Ends of names under which Weave scorers keep a grader's words: the trial shows them in full, a
column could not."""


def shape_of(heads: Sequence[RowHead]) -> RowsShape:
    """Return the shape of some rows."""
    return RowsShape(
        tuple(
            dict.fromkeys(
                name for head in heads for name in head.criteria if not name.endswith(_WORDS)
            )
        ),
        index=any(head.index is not None for head in heads),
        strips=any(head.trials_n > 1 for head in heads),
        score=any(head.score is not None for head in heads),
        latency=any(head.latency_s is not None for head in heads),
        tokens=any(tokens(head.usage) is not None for head in heads),
    )


def row_columns(shape: RowsShape) -> tuple[Column, ...]:
    """Return the columns for rows of a shape."""
    optional = (
        (shape.index, Column("index", "#", width=5, align="right", priority=5)),
        (True, Column("outcome", "OUTCOME", width=11)),
        (shape.strips, Column("trials", "TRIALS", width=9, priority=1)),
        (shape.score, Column("score", "SCORE", width=6, align="right", priority=3)),
        *(
            (True, Column(f"criterion-{n}", name, width=10, priority=7 + n))
            for n, name in enumerate(shape.criteria[:MAX_CRITERIA])
        ),
        (True, Column("row", "ROW", min_width=14, max_width=36, weight=2)),
        (True, Column("said", "ANSWER OR ERROR", min_width=16, weight=3, priority=2)),
        (shape.latency, Column("latency", "LATENCY", width=7, align="right", priority=4)),
        (shape.tokens, Column("tokens", "TOKENS", width=6, align="right", priority=6)),
    )
    return tuple(column for there, column in optional if there)


def row_cells(head: RowHead, shape: RowsShape) -> TableRow:
    """Return the row's cells, in the order of `row_columns`."""
    said = Cell(head.preview, "muted" if head.outcome is Outcome.PASSED else "")
    if head.error is not None:
        said = Cell(head.error.message or head.error.code or "errored", "warn")
    optional = (
        (shape.index, Cell("" if head.index is None else str(head.index), "muted")),
        (
            True,
            Cell(outcome_text(head.outcome, unstable=head.unstable), OUTCOME_TONES[head.outcome]),
        ),
        (shape.strips, Cell(strip_text(head.outcomes), "muted")),
        (shape.score, Cell(fmt.decimal(head.score), "" if head.score is not None else "muted")),
        *((True, _criterion_cell(head, name)) for name in shape.criteria[:MAX_CRITERIA]),
        (True, Cell(head.label or head.key)),
        (True, said),
        (shape.latency, Cell(fmt.duration(head.latency_s), "muted")),
        (shape.tokens, Cell(fmt.short_number(tokens(head.usage)), "muted")),
    )
    return TableRow(head.key, tuple(cell for there, cell in optional if there))


def tokens(usage: Usage | None) -> int | None:
    """Return all tokens of a row: the provider's sum, else input plus output."""
    if usage is None:
        return None
    if usage.total_tokens is not None:
        return usage.total_tokens
    known = [n for n in (usage.input_tokens, usage.output_tokens) if n is not None]
    return sum(known) if known else None


def _criterion_cell(head: RowHead, name: str) -> Cell:
    found = head.criteria.get(name)
    if found is None:
        return Cell(fmt.UNKNOWN, "muted")
    glyph = "" if found.passed is None else "✓" if found.passed else "✗"
    tone = "" if found.passed is None else "good" if found.passed else "bad"
    value = "" if found.value is None else fmt.decimal(found.value)
    if found.type is CriterionType.BINARY and found.value in (0, 1):
        value = ""  # the sign says it
    text = " ".join(part for part in (glyph, value or found.label or "") if part)
    return Cell(text or fmt.UNKNOWN, tone)
