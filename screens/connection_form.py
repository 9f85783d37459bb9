"""The form of one connection, over the list of them."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from tui.messages import WorkBroke
from tui.presentation.connection_form import FormField
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.surviving import Surviving

Save = Callable[[dict[str, str]], str | None]
"""Takes the text of every field; returns what is wrong, None when all was written."""

_LABEL_WIDTH = 15


class ConnectionForm(Surviving, ModalScreen[None]):
    """One line per setting; it closes once what it holds could be written."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        # With priority and at once: what is typed in one burst must find the next line.
        Binding("enter", "next", show=False, priority=True),
        Binding("down,tab", "move(1)", show=False, priority=True),
        Binding("up,shift+tab", "move(-1)", show=False, priority=True),
        Binding("ctrl+s", "save", show=False, priority=True),
    ]

    def __init__(self, title: str, fields: Sequence[FormField], save: Save) -> None:
        """Prepare the form.

        Args:
            title: what is done with it.
            fields: its lines.
            save: called with what was typed; the form stays open while something is wrong.
        """
        super().__init__()
        self._title = title
        self._fields = tuple(fields)
        self._save = save

    def compose(self) -> ComposeResult:
        """Lay out title, lines, the mistake and the keys."""
        with Vertical(classes="form"):
            yield HeaderLine(self._title)
            with VerticalScroll(classes="form--lines", can_focus=False):
                for field in self._fields:
                    with Horizontal():
                        label = HeaderLine(field.label, tone="")
                        label.styles.width = _LABEL_WIDTH
                        yield label
                        line = Input(
                            field.value,
                            placeholder=field.hint,
                            id=f"field-{field.key}",
                            compact=True,
                            disabled=field.fixed,
                            select_on_focus=False,
                        )
                        line.cursor_blink = False
                        yield line
            mistake = HeaderLine("", tone="bad", classes="form--mistake")
            yield mistake
            hints = HintLine()
            hints.hints = (("enter", "next, then save"), ("ctrl+s", "save"), ("esc", "cancel"))
            yield hints

    def on_mount(self) -> None:
        """Begin at the first line that can be changed."""
        self.set_focus(self._inputs()[0])

    def _inputs(self) -> list[Input]:
        return [line for line in self.query(Input) if not line.disabled]

    def action_next(self) -> None:
        """Go to the next line; after the last one save."""
        if self.focused is self._inputs()[-1]:
            self.action_save()
        else:
            self.action_move(1)

    def action_move(self, step: int) -> None:
        """Go a line up or down."""
        lines = self._inputs()
        if self.focused in lines:
            place = lines.index(self.focused)
            self.set_focus(lines[(place + step) % len(lines)])

    def action_save(self) -> None:
        """Write it, or show what is wrong."""
        self.run_worker(self._write(), name="save", group="save", exit_on_error=False)

    async def _write(self) -> None:
        for line in self._inputs():  # what was typed just before has yet to reach its line
            taken = asyncio.Event()
            line.call_later(taken.set)
            await taken.wait()
        texts = {
            field.key: self.query_one(f"#field-{field.key}", Input).value for field in self._fields
        }
        problem = self._save(texts)
        if problem is None:
            self.dismiss(None)
        else:
            self.query_one(".form--mistake", HeaderLine).left = problem

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Hand a bug in saving to the app."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.post_message(WorkBroke(event.worker.name, event.worker.error))

    def action_close(self) -> None:
        """Change nothing."""
        self.dismiss(None)
