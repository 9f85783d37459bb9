"""How a table's rows and header look, and which cells of a row differ."""

from collections.abc import Iterator, Sequence

from rich.style import Style

from tui.widgets.drawing import Part, fit
from tui.widgets.table_layout import GAP, Layout
from tui.widgets.table_model import Column, SortMark, TableRow
from tui.widgets.tones import Palette

GUTTER = 3
CURSOR_GLYPH = "▸"
MARK_GLYPH = "*"
DESCENDING = "↓"
ASCENDING = "↑"
_BOLD = Style(bold=True)


def row_parts(
    row: TableRow,
    columns: Sequence[Column],
    layout: Layout,
    palette: Palette,
    *,
    at_cursor: bool,
    marked: bool,
) -> Iterator[Part]:
    """Yield the gutter, then each cell with a gap behind it.

    The cursor's row has one style throughout: it stands out, and costs half the bytes.
    """
    base = palette.component("line--cursor") if at_cursor else palette.base
    yield (
        f"{CURSOR_GLYPH if at_cursor else ' '}{MARK_GLYPH if marked else ' '} ",
        base if at_cursor or not marked else palette.tone("accent"),
    )
    gap = " " * GAP
    for slot in layout.slots:
        if slot.index < len(row.cells):
            cell = row.cells[slot.index]
            text = fit(cell.text, slot.width, columns[slot.index].align)
            style = base if at_cursor else palette.tone(cell.tone, row.tone)
            start, end = cell.lit
            if start < end:
                yield text[:start], style
                yield text[start:end], style + _BOLD if at_cursor else palette.tone("title")
                text = text[end:]
        else:
            text, style = " " * slot.width, base
        yield text + gap, style


def header_parts(
    columns: Sequence[Column], layout: Layout, sort: SortMark | None, style: Style
) -> Iterator[Part]:
    """Yield the titles; the arrow of the sort column is never cut."""
    yield " " * GUTTER, style
    for slot in layout.slots:
        column = columns[slot.index]
        title = column.title
        if sort is not None and sort.column_id == column.id:
            arrow = DESCENDING if sort.descending else ASCENDING
            title = fit(title, min(len(title), slot.width - 1)) + arrow
        yield fit(title, slot.width, column.align), style
        yield " " * GAP, style


def changed_cells(layout: Layout, old: TableRow, new: TableRow) -> tuple[int, int]:
    """Return first and end cell on the line of what differs between two pictures of a row."""
    differ = [
        slot
        for slot in layout.slots
        if old.cells[slot.index : slot.index + 1] != new.cells[slot.index : slot.index + 1]
    ]
    if not differ:
        return 0, 0
    return GUTTER + differ[0].x, GUTTER + differ[-1].x + differ[-1].width
