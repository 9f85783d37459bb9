"""A small table drawn whole: criteria, usage, counts."""

from collections.abc import Sequence
from typing import ClassVar

from textual.geometry import Size
from textual.reactive import reactive

from tui.widgets.drawing import Part, fit
from tui.widgets.table_layout import GAP, lay_out
from tui.widgets.table_model import Cell, Column
from tui.widgets.tone_line import ToneLine


class GridTable(ToneLine):
    """Up to about 200 rows without a cursor, as high as its rows; a header unless titles are empty.

    Equal rows draw nothing; only a change in their number lays out the screen again.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"grid--header"}
    DEFAULT_CSS = """
    GridTable {
        height: auto;
        & > .grid--header { color: $text-muted; text-style: bold; }
    }
    """

    columns: reactive[tuple[Column, ...]] = reactive((), layout=True)
    rows: reactive[tuple[tuple[Cell, ...], ...]] = reactive(())
    """One cell per column each; missing ones are blank."""
    empty: reactive[str] = reactive("")
    """Shown in place of rows."""

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[tuple[Cell, ...]] = (),
        *,
        empty: str = "",
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.set_reactive(GridTable.columns, tuple(columns))
        self.set_reactive(GridTable.rows, tuple(rows))
        self.set_reactive(GridTable.empty, empty)

    @property
    def _header_lines(self) -> int:
        return 1 if any(column.title for column in self.columns) else 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines of header and rows; one line for the empty text."""
        del container, viewport, width
        if not self.rows:
            return 1 if self.empty else 0
        return self._header_lines + len(self.rows)

    def watch_rows(
        self, old: tuple[tuple[Cell, ...], ...], new: tuple[tuple[Cell, ...], ...]
    ) -> None:
        """Lay out only for another number of rows."""
        if len(old) != len(new):
            self.refresh(layout=True)

    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """Draw the header, a row, or the empty text."""
        if not self.rows:
            return [(fit(self.empty, width), self.palette.tone("muted"))] if y == 0 else ()
        slots = lay_out(self.columns, width).slots
        index = y - self._header_lines
        parts: list[Part] = []
        for slot in slots:
            column = self.columns[slot.index]
            if index < 0:
                text, style = column.title, self.palette.component("grid--header")
            elif index < len(self.rows) and slot.index < len(self.rows[index]):
                cell = self.rows[index][slot.index]
                text, style = cell.text, self.palette.tone(cell.tone)
            else:
                text, style = "", self.palette.base
            parts += ((fit(text, slot.width, column.align), style), (" " * GAP, style))
        return parts
