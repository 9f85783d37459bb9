"""The panes of a screen, by number, on one line."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.reactive import reactive

from tui.widgets.drawing import Part, shorten
from tui.widgets.tone_line import ToneLine

GAP = 3


class PaneLine(ToneLine):
    """`1 rows 1,000   2 criteria 3`; the shown one stands out, a click chooses."""

    DEFAULT_CSS = "PaneLine { padding: 0 1; }"

    panes: reactive[tuple[tuple[str, str], ...]] = reactive(())
    """Name and a note of each pane, from left to right."""
    current: reactive[int] = reactive(0)
    """0-based."""

    class PaneChosen(Message):
        """A pane was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def _places(self) -> list[tuple[int, str, str]]:
        """Return x, `1 rows` and note of each pane."""
        x = 0
        places = []
        for number, (name, note) in enumerate(self.panes, 1):
            label = f"{number} {shorten(name, 20)}"
            short = shorten(note, 24)
            places.append((x, label, short))
            x += cell_len(label) + (cell_len(short) + 1 if short else 0) + GAP
        return places

    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """Draw the names, the shown one in the title tone."""
        del width  # more panes than fit are cut by the line itself
        if y:
            return ()
        muted = self.palette.tone("muted")
        parts: list[Part] = []
        for index, (_x, label, note) in enumerate(self._places()):
            shown = self.palette.tone("title") if index == self.current else muted
            parts.append((label, shown))
            if note:
                parts.append((f" {note}", muted))
            parts.append((" " * GAP, self.palette.base))
        return parts

    def on_click(self, event: events.Click) -> None:
        """Choose the pane under the pointer."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        begun = [index for index, (x, _label, _note) in enumerate(self._places()) if x <= offset.x]
        if begun:
            self.post_message(self.PaneChosen(begun[-1]))
