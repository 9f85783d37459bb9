"""The question before a run is canceled."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui.presentation.following import cancel_lines
from tui.store import StoredRun
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.surviving import Surviving


class CancelDialog(Surviving, ModalScreen[bool]):
    """Answers True only for the key that says so; enter alone cancels nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", show=False),
        Binding("escape,n,q,backspace,enter", "answer(False)", show=False),
    ]

    def __init__(self, stored: StoredRun) -> None:
        """Ask about this run."""
        super().__init__()
        self._lines = cancel_lines(stored)

    def compose(self) -> ComposeResult:
        """Lay out what would be canceled, and the keys."""
        with Vertical(classes="form"):
            yield HeaderLine("Cancel this run?", "it cannot be taken back")
            for line in self._lines:
                yield HeaderLine(line, tone="")
            hints = HintLine()
            hints.hints = (("y", "cancel the run"), ("esc", "let it go on"))
            yield hints

    def action_answer(self, yes: bool) -> None:
        """Answer."""
        self.dismiss(yes)
