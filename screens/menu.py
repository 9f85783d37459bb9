"""A small list to choose from, over whatever screen asked."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui.presentation.sources import ListSource
from tui.presentation.table import Cell, Column, TableRow
from tui.widgets.header_line import HeaderLine
from tui.widgets.surviving import Surviving
from tui.widgets.virtual_table import VirtualTable


class ChoiceMenu(Surviving, ModalScreen[str | None]):
    """Answers with the key of what was chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace,q", "close", show=False, id="back"),
    ]

    def __init__(
        self, title: str, choices: Sequence[tuple[str, str]], current: str, note: str = ""
    ) -> None:
        """Prepare the menu.

        Args:
            title: what is chosen.
            choices: `(key, text)` from top to bottom.
            current: key of what is chosen now; the cursor starts there.
            note: stands beside the current one.
        """
        super().__init__()
        self._title = title
        self._current = current
        self._rows = [
            TableRow(key, (Cell(text), Cell(note if key == current else "", "muted")))
            for key, text in choices
        ]

    def compose(self) -> ComposeResult:
        """Lay out title and choices."""
        with Vertical(id="menu"):
            yield HeaderLine(self._title)
            columns = (Column("text", "", min_width=20), Column("note", "", width=2))
            yield VirtualTable(columns, ListSource(self._rows), id="choices")

    def on_mount(self) -> None:
        """Make room for the choices and put the cursor on the current one."""
        table = self.query_one(VirtualTable)
        table.styles.height = len(self._rows) + 1
        table.move_to(self._current)
        table.focus()

    def on_virtual_table_row_opened(self, event: VirtualTable.RowOpened) -> None:
        """Answer with the choice."""
        event.stop()
        self.dismiss(event.key)

    def action_close(self) -> None:
        """Choose nothing."""
        self.dismiss(None)
