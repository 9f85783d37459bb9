"""A tiny app around widgets: what is on screen, what was posted, what was drawn."""

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.console import RenderableType
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from tui.text import FORBIDDEN
from tui.widgets.safe_filter import SafeFilter
from tui.widgets.table_model import Cell, Column, TableRow

HOSTILE = (
    "esc \x1b[2J\x1b]0;title\x07",
    "clip \x1b]52;c;aGVsbG8=\x1b\\",
    "c1 \x9b31m \x85 \x90",
    "bidi \u202etxt.exe\u2066 \u200b\u200f",
    "tags \U000e0041\U000e007f \ud800",
    "nul \x00\x08\x7f",
    "[/nope] [bold]x[/bold] [@click=app.quit]go[/]",
    '{"b": [true, false]} :smile:',
    "lines\r\nand\ttabs\u2028",
)
"""What a model may say; every widget is shown all of it."""


class WidgetApp(App[None]):
    """Mounts widgets and keeps the messages they post."""

    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.widgets = widgets
        self.posted: list[Message] = []
        self.frames: list[str] = []

    def compose(self) -> ComposeResult:
        yield from self.widgets

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), SafeFilter()]

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        render = getattr(renderable, "render_segments", None)
        if render is not None:
            self.frames.append(render(self.console))
        super()._display(screen, renderable)

    def lines(self) -> list[str]:
        """Return the screen's lines."""
        strips = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    def text(self) -> str:
        """Return the screen, lines right-stripped."""
        return "\n".join(line.rstrip() for line in self.lines())

    def of(self, kind: type[Message]) -> list[Any]:
        """Return the posted messages of one class."""
        return [message for message in self.posted if isinstance(message, kind)]


def record(app: WidgetApp) -> Any:
    """Return a message hook for `run_test` that keeps widget messages."""

    def hook(message: Message) -> None:
        # A message bubbles: each of its receivers reports it.
        seen = any(message is one for one in app.posted)
        if type(message).__module__.startswith("tui.widgets") and not seen:
            app.posted.append(message)

    return hook


def line_with(app: WidgetApp, text: str) -> int:
    """Return the first line of the screen that holds a text."""
    return next(y for y, line in enumerate(app.lines()) if text in line)


async def settle(app: WidgetApp, pilot: Pilot[None]) -> None:
    """Focus the first widget and wait until it is drawn."""
    app.widgets[0].focus()
    await pilot.pause()


def assert_clean(app: WidgetApp) -> None:
    """No line on screen, and no widget's own line, holds a forbidden character."""
    for line in app.lines():
        assert FORBIDDEN.search(line) is None, repr(line)
    for widget in app.screen.walk_children(Widget):
        if not type(widget).__module__.startswith("tui.widgets"):
            continue
        for y in range(widget.size.height):
            line = widget.render_line(y).text
            assert FORBIDDEN.search(line) is None, (widget, repr(line))


class Rows:
    """A source over a list of keys; what it was asked for is counted."""

    def __init__(self, keys: Sequence[str], texts: dict[str, str] | None = None) -> None:
        self.keys = list(keys)
        self.texts = texts or {}
        self.outcomes: dict[str, str] = {}
        self.read: list[tuple[int, int]] = []

    def count(self) -> int:
        return len(self.keys)

    def rows(self, offset: int, limit: int) -> list[TableRow]:
        self.read.append((offset, limit))
        return [self.row(key) for key in self.keys[offset : offset + limit]]

    def row(self, key: str) -> TableRow:
        return TableRow(
            key,
            (Cell(self.outcomes.get(key, "✓ passed"), "good"), Cell(self.texts.get(key, key))),
        )

    def index_of(self, key: str) -> int | None:
        return self.keys.index(key) if key in self.keys else None

    def key_at(self, index: int) -> str:
        return self.keys[index]


class Million:
    """A million rows that exist only when they are asked for."""

    SIZE = 1_000_000

    def __init__(self) -> None:
        self.rows_read = 0

    def count(self) -> int:
        return self.SIZE

    def rows(self, offset: int, limit: int) -> list[TableRow]:
        end = min(self.SIZE, offset + limit)
        self.rows_read += end - offset
        return [
            TableRow(str(index), (Cell("✓ passed", "good"), Cell(f"row {index}")))
            for index in range(offset, end)
        ]

    def index_of(self, key: str) -> int | None:
        return int(key) if int(key) < self.SIZE else None

    def key_at(self, index: int) -> str:
        return str(index)


COLUMNS = (
    Column("outcome", "OUTCOME", width=10),
    Column("label", "LABEL", min_width=10, weight=1),
)
SIZE = (60, 11)
"""A table's header and ten rows."""


def keys(*numbers: int) -> list[str]:
    """Return the keys of these rows."""
    return [f"k{number}" for number in numbers]
