"""A line or a few of toned text: what status, header, hints, progress and strips are drawn with."""

from abc import abstractmethod
from collections.abc import Sequence

from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.drawing import Part, line
from tui.widgets.surviving import Surviving
from tui.widgets.tones import Palette

ToneText = tuple[str, str]
"""Text, not yet clean or cut, and its tone."""


class ToneLine(Surviving, Widget):
    """Draws each of its lines from parts; never focused, never selected."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "ToneLine { height: 1; }"

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.set_reactive(Widget.auto_links, False)
        self.palette = Palette(self)

    @abstractmethod
    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """Return what line `y` shows: clean text, at most `width` cells."""

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width = self.size.width
        return line(self.line_parts(y, width), width, self.palette.base)

    def notify_style_update(self) -> None:
        """Forget another theme's styles."""
        self.palette.clear()
        super().notify_style_update()
