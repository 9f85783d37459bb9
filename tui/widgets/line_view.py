"""What the scrolling widgets share: a cursor line, drawing only what changed, a one-cell thumb.

Textual repaints a whole scroll view when it scrolls and lays out the whole screen when its virtual
size changes. Here each screen line has a state; a line is drawn again only when its state differs
from what was drawn last. The thumb is a character of the lines themselves: Textual's scrollbar
costs a style change on every line of every page.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.bare_lines import BareLines
from tui.widgets.drawing import Part, line
from tui.widgets.surviving import Surviving
from tui.widgets.tones import Palette

THUMB = "▐"
WHEEL_LINES = 3
WHOLE = 8
"""A line of which less than this stays the same is drawn whole: cutting it would take longer."""

LineState = Any
"""Whatever a line's picture depends on; compared with `==`."""


class LineView(Surviving, ScrollView, can_focus=True, inherit_bindings=False):
    """Lines with a cursor among them; subclasses say how many there are and what each shows.

    Binding ids are the ids of `tui.actions`, so that a person's keys apply here, too.
    """

    ALLOW_SELECT = False
    HEADER_LINES: ClassVar[int] = 0
    """Lines at the top that do not scroll."""
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line--cursor",
        "line--header",
        "line--match",
        "line--match-current",
    }
    DEFAULT_CSS = """
    LineView {
        height: 1fr;
        overflow: hidden hidden;
        background: $background;
        & > .line--cursor { background: $surface; text-style: bold; }
        &:focus > .line--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: bold;
        }
        & > .line--header { color: $text-muted; text-style: bold; }
        & > .line--match { color: $text; background: $warning-muted; text-style: underline; }
        & > .line--match-current {
            color: $block-cursor-foreground;
            background: $warning;
            text-style: bold underline;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor_up", "Up", show=False, id="move-up"),
        Binding("down,j", "cursor_down", "Down", show=False, id="move-down"),
        Binding("pageup", "page_up", "Page up", show=False, id="page-up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="page-down"),
        Binding("home,g", "home", "Top", show=False, id="top"),
        Binding("end,G", "end", "Bottom", show=False, id="bottom"),
    ]

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self.set_reactive(Widget.auto_links, False)
        self._styles_cache = BareLines()
        self.palette = Palette(self)
        self._cursor = 0
        self._touched = False
        self._drawn: dict[int, tuple[LineState, bool]] = {}
        self._page_before = 0
        self._dragging = False

    # --- what subclasses say

    @abstractmethod
    def line_total(self) -> int:
        """Return how many scrolling lines there are now."""

    @abstractmethod
    def line_state(self, y: int) -> LineState:
        """Return what screen line `y` shows; None is a blank line."""

    @abstractmethod
    def line_parts(self, state: LineState, width: int) -> Sequence[Part] | Strip:
        """Return the picture of a state, not None, at most `width` cells wide."""

    def cursor_moved(self) -> None:
        """The cursor is on another line; called before drawing."""

    def changed_columns(self, old: LineState, new: LineState, width: int) -> tuple[int, int] | None:
        """Return first and end cell of what differs between two pictures; None is the line."""
        del old, new, width
        return None

    # --- geometry

    @property
    def top(self) -> int:
        """The first line on screen, below the header."""
        return int(self.scroll_y)

    @property
    def page_lines(self) -> int:
        """How many scrolling lines fit, at least one."""
        return max(1, self.size.height - self.HEADER_LINES)

    @property
    def cursor_line(self) -> int:
        """The line the cursor is on."""
        return self._cursor

    def set_top(self, top: int) -> None:
        """Scroll without drawing."""
        top = max(0, min(top, self.line_total() - self.page_lines))
        self.set_reactive(Widget.scroll_y, float(top))
        self.set_reactive(Widget.scroll_target_y, float(top))

    def lines_changed(self) -> None:
        """Tell Textual the new height without a layout, then draw what differs."""
        size = Size(self.size.width, self.line_total() + self.HEADER_LINES)
        self.set_reactive(Widget.virtual_size, size)
        self.set_top(self.top)
        self.draw_changes()

    def reveal(self, target: int) -> None:
        """Scroll by at least a third of a page if the line is not on screen."""
        page = self.page_lines
        step = max(1, page // 3)
        if target < self.top:
            self.set_top(target - step + 1)
        elif target >= self.top + page:
            self.set_top(target - page + step)

    # --- moving

    def go_to(self, target: int) -> None:
        """Put the cursor on a line, as near as there is one, and show it."""
        self._touched = True
        self._cursor = max(0, min(target, self.line_total() - 1))
        self.reveal(self._cursor)
        self.cursor_moved()
        self.draw_changes()

    def scroll_lines(self, delta: int) -> None:
        """Scroll, the cursor staying on its line even when that leaves the screen."""
        self._touched = True
        self.set_top(self.top + delta)
        self.draw_changes()

    def action_cursor_up(self) -> None:
        """Go one line up."""
        self.go_to(self._cursor - 1)

    def action_cursor_down(self) -> None:
        """Go one line down."""
        self.go_to(self._cursor + 1)

    def action_page_up(self) -> None:
        """Go one page up."""
        self.set_top(self.top - self.page_lines)
        self.go_to(self._cursor - self.page_lines)

    def action_page_down(self) -> None:
        """Go one page down."""
        self.set_top(self.top + self.page_lines)
        self.go_to(self._cursor + self.page_lines)

    def action_home(self) -> None:
        """Go to the first line."""
        self.go_to(0)

    def action_end(self) -> None:
        """Go to the last line."""
        self.go_to(self.line_total() - 1)

    # --- drawing

    def render_line(self, y: int) -> Strip:
        """Draw one screen line."""
        width, height = self.size
        state, thumb = self._line_at(y, self._thumb(height))
        self._drawn[y] = state, thumb
        base = self.palette.base
        picture = [] if state is None else self.line_parts(state, width - 1)
        strip = picture if isinstance(picture, Strip) else line(picture, max(0, width - 1), base)
        if width < 1:
            return strip
        segments = list(strip)
        ending = THUMB if thumb else " "
        last = segments[-1] if segments else None
        # In the style of the line's end, unless that is a match's.
        if last is not None and last.style is not None and not last.style.underline:
            segments[-1] = Segment(last.text + ending, last.style)
        else:
            segments.append(Segment(ending, base))
        return Strip(segments, width)

    def draw_changes(self) -> None:
        """Ask for the screen lines whose state differs from what was drawn last."""
        if not self.is_mounted:
            return
        width, height = self.size
        thumb = self._thumb(height)
        regions = []
        for y in range(height):
            new = self._line_at(y, thumb)
            old = self._drawn.get(y)
            if old == new:
                continue
            span = None
            if old is not None and old[1] == new[1] and old[0] is not None and new[0] is not None:
                span = self.changed_columns(old[0], new[0], width - 1)
            start, end = span or (0, width)
            if end - start > width - WHOLE:
                start, end = 0, width
            regions.append(Region(start, y, end - start, 1))
        if regions:
            self.refresh(*regions)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Leave out the filter that would find no colour to change, at each piece of each line."""
        base = self.palette.base
        plain = all(
            color is not None and color.triplet is not None for color in (base.color, base.bgcolor)
        )
        return [
            one
            for one in super().get_line_filters()
            if not (plain and isinstance(one, ANSIToTruecolor))
        ]

    def _line_at(self, y: int, thumb: tuple[int, int] | None) -> tuple[LineState, bool]:
        row = y - self.HEADER_LINES
        return self.line_state(y), thumb is not None and thumb[0] <= row < thumb[1]

    def _thumb(self, height: int) -> tuple[int, int] | None:
        """Return first and end line of the thumb; None when everything is on screen."""
        page, total = max(1, height - self.HEADER_LINES), self.line_total()
        if total <= page:
            return None
        length = max(1, page * page // total)
        start = (page - length) * self.top // (total - page)
        return start, start + length

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw what differs, in place of everything."""
        if round(old_value) != round(new_value):
            self.draw_changes()

    def notify_style_update(self) -> None:
        """Forget styles of another theme or focus state."""
        self.palette.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        """Keep the cursor on screen if it was there."""
        before, self._page_before = self._page_before, self.page_lines
        if not before or self.top <= self._cursor < self.top + before:
            self.reveal(self._cursor)
        self.lines_changed()

    # --- mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down a little."""
        event.stop()
        self.scroll_lines(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up a little."""
        event.stop()
        self.scroll_lines(-WHEEL_LINES)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the thumb."""
        if self.on_thumb_track(event):
            event.stop()
            self._dragging = True
            self.capture_mouse()
            self._drag_to(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the thumb."""
        if self._dragging:
            event.stop()
            self._drag_to(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go of the thumb."""
        if self._dragging:
            event.stop()
            self._dragging = False
            self.release_mouse()

    def on_thumb_track(self, event: events.MouseEvent) -> bool:
        """Return whether the pointer is on the column of the thumb, and there is one."""
        offset = event.get_content_offset(self)
        width, height = self.size
        return offset is not None and offset.x == width - 1 and self._thumb(height) is not None

    def clicked_line(self, event: events.Click) -> int | None:
        """Return the scrolling line under a click; None outside of lines."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < self.HEADER_LINES or self.on_thumb_track(event):
            return None
        target = self.top + offset.y - self.HEADER_LINES
        return target if target < self.line_total() else None

    def _drag_to(self, event: events.MouseEvent) -> None:
        place = event.get_content_offset_capture(self).y - self.HEADER_LINES
        hidden = self.line_total() - self.page_lines
        top = round(hidden * place / max(1, self.page_lines - 1))
        self.scroll_lines(top - self.top)
