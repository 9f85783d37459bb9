"""The filter line: hidden until asked for, and never in the way of the list."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

from tui.errors import QueryError
from tui.query import warm_up
from tui.text import clean_line
from tui.widgets.drawing import Part, shorten
from tui.widgets.surviving import Surviving
from tui.widgets.tone_line import ToneLine


class FilterNote(ToneLine):
    """A line of one text and tone."""

    text: reactive[str] = reactive("")
    tone: reactive[str] = reactive("muted")

    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """Draw the text, cut to fit."""
        return () if y else [(shorten(self.text, width), self.palette.tone(self.tone))]


class FilterBar(Surviving, Widget):
    """A label and an input, with a line for a mistake beneath.

    Hidden while it is closed and empty; closed with a filter in force, it shows the filter and
    takes no focus. Keys while open: enter or down leave it, esc leaves it and keeps the filter
    (on an empty line: clears it). Closed, the screen clears it (`clear`).
    """

    DEFAULT_CSS = """
    FilterBar {
        height: auto;
        display: none;
        padding: 0 1;
        &.-shown { display: block; }
        & Horizontal { height: 1; }
        & Input { width: 1fr; height: 1; border: none; padding: 0; background: transparent; }
        & Input:focus { border: none; background: transparent; }
        & .filter--error { display: none; }
        &.-wrong .filter--error { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("down", "leave", "Leave", show=False),
    ]

    text: reactive[str] = reactive("", repaint=False, init=False)
    """The filter in force. Setting it shows it and posts nothing."""
    error: reactive[str] = reactive("", repaint=False, init=False)
    """What is wrong with it, shown beneath; empty when nothing is."""

    class FilterChanged(Message):
        """The person typed; sent at every keystroke."""

        def __init__(self, bar: "FilterBar", text: str) -> None:
            super().__init__()
            self.bar = bar
            self.text = text

        @property
        def control(self) -> "FilterBar":
            """The bar."""
            return self.bar

    class FilterLeft(Message):
        """The bar was closed: give the focus back to the list."""

        def __init__(self, bar: "FilterBar", clear: bool) -> None:
            super().__init__()
            self.bar = bar
            self.clear = clear
            """Whether no filter is in force any more."""

        @property
        def control(self) -> "FilterBar":
            """The bar."""
            return self.bar

    def __init__(
        self,
        label: str = "filter",
        placeholder: str = "",
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._label = FilterNote()
        self._label.text = f"{label}: "
        self._label.styles.width = cell_len(self._label.text)
        self._input = Input(placeholder=placeholder, compact=True, select_on_focus=False)
        self._input.cursor_blink = False
        self._input.can_focus = False
        self._came_from: Widget | None = None
        """What had the focus before; it gets it back."""
        self._mistake: QueryError | None = None
        """What `error` tells of, while it does."""
        self._error = FilterNote(classes="filter--error")
        self._error.tone = "bad"

    def compose(self) -> ComposeResult:
        """Lay out label and input, and the error beneath."""
        with Horizontal():
            yield self._label
            yield self._input
        yield self._error

    @property
    def is_open(self) -> bool:
        """Whether it is being typed into."""
        return self._input.can_focus

    def open(self) -> None:
        """Show the input with the filter in force and focus it at once, so that no key is lost."""
        if not self.is_open:
            self._came_from = self.screen.focused
        self._input.can_focus = True
        self.add_class("-shown")
        self._input.cursor_position = len(self._input.value)
        self.screen.set_focus(self._input)
        # Words need no grammar; by the first sign of a comparison it is loaded.
        self.run_worker(
            warm_up,
            name="filter grammar",
            group="filter grammar",
            exclusive=True,
            exit_on_error=False,
            thread=True,
        )

    def action_leave(self) -> None:
        """Close, keeping the filter."""
        if not self.is_open:
            return
        self._input.can_focus = False
        if self._input.has_focus:
            # At once: a key typed right behind must find the list, not nobody.
            self.screen.set_focus(self._came_from)
        self.set_class(bool(self.text), "-shown")
        self.post_message(self.FilterLeft(self, clear=not self.text))

    def clear(self) -> None:
        """Empty the filter; posts FilterChanged when there was one, and FilterLeft when open."""
        had_text = bool(self.text)
        self.text = ""
        if had_text:
            self.post_message(self.FilterChanged(self, ""))
        self.action_leave()

    def watch_text(self, text: str) -> None:
        """Show a filter set from outside."""
        self.set_class(self.is_open or bool(text), "-shown")
        if self._input.value != text:
            with self._input.prevent(Input.Changed):
                self._input.value = clean_line(text)

    def accepts(self, text: str, read: Callable[[str], object]) -> bool:
        """Return whether a filter can be read, and show beneath what is wrong if it cannot.

        Args:
            text: the filter.
            read: raises QueryError when it is wrong.
        """
        try:
            read(text)
        except QueryError as error:
            self.show_mistake(error)
            return False
        self.error = ""
        return True

    def show_mistake(self, mistake: QueryError) -> None:
        """Show a mistake beneath the filter, with a caret under its place."""
        self._mistake = mistake
        room = max(1, self.size.width - 2)
        scrolled = round(self._input.scroll_offset.x)
        before = cell_len(self._label.text) + cell_len(clean_line(mistake.text[: mistake.position]))
        column = min(max(0, before - scrolled), room - 1)
        message = clean_line(mistake.message)
        if column + 2 + cell_len(message) <= room or column < room // 2:
            self.error = f"{' ' * column}^ {message}"
        else:
            # There is more room to the left of the caret.
            cut = shorten(message, column - 1)
            self.error = f"{' ' * (column - 1 - cell_len(cut))}{cut} ^"

    def on_resize(self) -> None:
        """Place the mistake anew: it may have been made before the bar had its size."""
        if self._mistake is not None:
            self.show_mistake(self._mistake)

    def watch_error(self, error: str) -> None:
        """Show or hide the line beneath."""
        if not error:
            self._mistake = None
        self._error.text = error
        self.set_class(bool(error), "-wrong")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on what was typed."""
        event.stop()
        if event.value != self.text:
            self.set_reactive(FilterBar.text, event.value)
            # Keys typed ahead may have closed the bar before this message came.
            self.set_class(self.is_open or bool(event.value), "-shown")
            self.post_message(self.FilterChanged(self, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Leave on enter."""
        event.stop()
        self.action_leave()
