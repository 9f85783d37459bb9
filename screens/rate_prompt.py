"""The pass rate below which a person wants to be told of a run."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.presentation.following import read_rate
from tui.presentation.format import plural
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.surviving import Surviving


class RatePrompt(Surviving, ModalScreen[tuple[float | None] | None]):
    """Answers with a rate of 0 to 1, or None for any, in a tuple; None when it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", show=False)]

    def __init__(self, runs: int) -> None:
        """Ask about this many runs."""
        super().__init__()
        self._runs = runs

    def compose(self) -> ComposeResult:
        """Lay out the question, the line and the keys."""
        with Vertical(classes="form"):
            yield HeaderLine(
                f"Watch {plural(self._runs, 'run')}", "told when one ends, stalls or nears its end"
            )
            line = Input(compact=True, placeholder="pass rate to be told below: 90%, empty = none")
            line.cursor_blink = False
            yield line
            yield HeaderLine("", tone="bad", classes="form--mistake")
            hints = HintLine()
            hints.hints = (("enter", "watch"), ("esc", "do not"))
            yield hints

    def on_mount(self) -> None:
        """Begin to take it."""
        self.set_focus(self.query_one(Input))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer with what was typed, if it is a rate."""
        event.stop()
        try:
            self.dismiss((read_rate(event.value),))
        except ValueError as error:
            self.query_one(".form--mistake", HeaderLine).left = str(error)

    def action_close(self) -> None:
        """Watch nothing."""
        self.dismiss(None)
