"""A table of any length that reads and draws only the rows on screen."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from tui.widgets.drawing import Part, fit, line
from tui.widgets.line_view import LineState, LineView
from tui.widgets.read_ahead import ReadAhead
from tui.widgets.row_cache import NoRows, RowCache
from tui.widgets.table_drawing import GUTTER, changed_cells, header_parts, row_parts
from tui.widgets.table_layout import Layout, lay_out
from tui.widgets.table_model import Column, SortMark, TableRow, TableSource

THUMB_WIDTH = 1
MAX_STRIPS = 512

RowState = tuple[TableRow, bool, bool]
"""A row, whether the cursor is on it, whether it is marked."""


class TableMessage(Message):
    """Something happened in a table."""

    def __init__(self, table: "VirtualTable") -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> "VirtualTable":
        """The table."""
        return self.table


class VirtualTable(LineView):
    """Rows of a `TableSource`, with a cursor held by row key.

    Sources are snapshots: a new one (`set_source`) moves neither the cursor off its row nor the
    row off its screen line, as far as there are rows above. Styles: `.line--cursor` and
    `.line--header`; cells are drawn in their tones.
    """

    HEADER_LINES = 1
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "pan_left", "Columns left", show=False, id="move-left"),
        Binding("right,l", "pan_right", "Columns right", show=False, id="move-right"),
        Binding("enter", "select", "Open", show=False, id="open"),
        Binding("space", "toggle_mark", "Mark", show=False, id="mark"),
    ]

    columns: reactive[tuple[Column, ...]] = reactive((), init=False)
    sort: reactive[SortMark | None] = reactive(None, init=False, repaint=False)
    """Which column's title carries the arrow; sorting is the source's."""
    cursor_key: reactive[str | None] = reactive(None, init=False, repaint=False)
    """Key of the row under the cursor, None without rows. A key that is not there is ignored."""
    marked: reactive[frozenset[str]] = reactive(frozenset(), init=False, repaint=False)
    """Keys of marked rows, also of rows that are not in the source at the moment."""
    empty: reactive[str] = reactive("", init=False, repaint=False)
    """Shown centred, line by line, when there are no rows."""
    pan: reactive[int] = reactive(0, init=False)
    """How many columns are left out at the left to bring in those hidden at the right."""

    class RowHighlighted(TableMessage):
        """The cursor is on another row: by a key, the mouse, or because its row went away."""

        def __init__(self, table: "VirtualTable", key: str) -> None:
            super().__init__(table)
            self.key = key

    class RowOpened(TableMessage):
        """Enter, or a click on the row under the cursor."""

        def __init__(self, table: "VirtualTable", key: str) -> None:
            super().__init__(table)
            self.key = key

    class RowMarked(TableMessage):
        """A row was marked or unmarked by the person."""

        def __init__(self, table: "VirtualTable", key: str, marked: frozenset[str]) -> None:
            super().__init__(table)
            self.key = key
            self.marked = marked
            """All that is marked now."""

    class VisibleChanged(TableMessage):
        """Other rows are on screen (`visible_keys`): scrolled, resized, or another source."""

    def __init__(
        self,
        columns: Sequence[Column],
        source: TableSource | None = None,
        *,
        empty: str = "",
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._source: TableSource = NoRows()
        self._rows = RowCache(self._source)
        self._ahead = ReadAhead(self, lambda: self._rows.read_ahead(self._visible(), self._count))
        self._count = 0
        self._told_visible = range(0)
        self._wanted_key: str | None = None
        self._layout = Layout((), 0)
        self._layout_for: tuple[tuple[Column, ...], int, int] | None = None
        self._strips: OrderedDict[tuple[str, bool, bool], tuple[TableRow, Strip]] = OrderedDict()
        self.set_reactive(VirtualTable.columns, tuple(columns))
        self.set_reactive(VirtualTable.empty, empty)
        if source is not None:
            self.set_source(source)

    # --- data

    @property
    def source(self) -> TableSource:
        """What is shown; assigning is `set_source`."""
        return self._source

    @source.setter
    def source(self, source: TableSource) -> None:
        self.set_source(source)

    @property
    def row_count(self) -> int:
        """Rows in the source."""
        return self._count

    @property
    def cursor_index(self) -> int:
        """Where the cursor's row is in the source; 0 without rows."""
        return self._cursor

    def cursor_row(self) -> TableRow | None:
        """Return the row under the cursor; None without rows."""
        return self._rows.get(self._cursor) if self._count else None

    def visible_keys(self) -> tuple[str, ...]:
        """Return the keys of the rows on screen, top to bottom."""
        rows = (self._rows.get(index) for index in self._visible())
        return tuple(row.key for row in rows if row is not None)

    def set_source(self, source: TableSource) -> None:
        """Show another snapshot; lines that look the same are not drawn again.

        The cursor stays on its row, and the row on its screen line where possible; scrolled away
        from the cursor, the first row on screen stays first. A row that is gone leaves the cursor
        at its place, and gets it back when it returns before the person has moved.
        """
        visible = self.top <= self._cursor < self.top + self.page_lines
        anchor_line = self._cursor - self.top if visible else 0
        anchor_key = None if visible else self._key_at(self.top)
        self._source = source
        self._rows = RowCache(source)
        self._count = source.count()
        found = None if self._wanted_key is None else source.index_of(self._wanted_key)
        self._cursor = max(0, min(self._cursor, self._count - 1)) if found is None else found
        anchor = self._cursor
        if anchor_key is not None:
            place = source.index_of(anchor_key)
            anchor = self.top if place is None else place
        # Before the first key the top of the list is what is looked at, not a row.
        if self._touched or self.top or anchor >= self.page_lines:
            self.set_top(anchor - anchor_line)
        self._told_visible = range(0)
        self._after_rows(by_person=False)

    def grow(self, source: TableSource) -> None:
        """Show a source that begins with all rows shown now, and goes on: nothing moves."""
        self._source = source
        self._rows = RowCache(source)
        self._count = source.count()
        self._after_rows(by_person=False)

    @property
    def cursor_lost(self) -> bool:
        """Whether the row the cursor was put on is not in the source, so that another has it."""
        return self._wanted_key is not None and self.cursor_key != self._wanted_key

    def to_top(self) -> None:
        """Put the cursor on the first row, for good."""
        self._wanted_key = None
        self._cursor = 0
        self.set_top(0)
        self._after_rows(by_person=False)

    def rows_changed(self, keys: Collection[str] | None = None) -> None:
        """Read the rows on screen again and draw the cells that differ.

        `keys` says which rows changed, and only they are read; None that any may have.
        """
        count = self._source.count()
        if keys is not None and count == self._count:
            if self._rows.renew(self._visible(), keys):
                self._take_cursor_key(by_person=False)
                self.lines_changed()
            return
        self._count = count
        self._cursor = max(0, min(self._cursor, count - 1))
        self._after_rows(by_person=False)

    def _after_rows(self, *, by_person: bool) -> None:
        self._rows.reload(self.top, min(self.page_lines, self._count - self.top))
        self._take_cursor_key(by_person=by_person)
        self.lines_changed()

    # --- cursor and marks

    def move_to(self, key: str) -> bool:
        """Put the cursor on a row and scroll it into view; False when it is not in the source."""
        index = self._source.index_of(key)
        if index is None:
            return False
        self.go_to(index)
        return True

    def cursor_moved(self) -> None:
        """Follow the cursor line with the key; then read what the next page key would show."""
        self._take_cursor_key(by_person=True)
        self._ahead.soon()

    def _take_cursor_key(self, *, by_person: bool) -> None:
        key = self._key_at(self._cursor)
        if key is not None and (by_person or self._wanted_key is None):
            self._wanted_key = key
        if key != self.cursor_key:
            self.set_reactive(VirtualTable.cursor_key, key)
            if key is not None:
                self.post_message(self.RowHighlighted(self, key))

    def _key_at(self, index: int) -> str | None:
        row = self._rows.get(index) if 0 <= index < self._count else None
        return None if row is None else row.key

    def validate_cursor_key(self, key: str | None) -> str | None:
        """Ignore a key that is not in the source."""
        if key is None or self._source.index_of(key) is None:
            return self.cursor_key
        return key

    def watch_cursor_key(self, key: str | None) -> None:
        """Follow a key set from outside."""
        if key is not None and self._key_at(self._cursor) != key:
            self.move_to(key)
            self.post_message(self.RowHighlighted(self, key))

    def watch_marked(self) -> None:
        """Draw the rows whose mark differs."""
        self.draw_changes()

    def watch_empty(self) -> None:
        """Draw the lines that say so, if they are shown."""
        self.draw_changes()

    def watch_sort(self) -> None:
        """Draw the header."""
        self.draw_changes()

    def clear_marks(self) -> None:
        """Unmark every row; posts no message."""
        self.marked = frozenset()

    def action_select(self) -> None:
        """Open the row under the cursor."""
        if self.cursor_key is not None:
            self.post_message(self.RowOpened(self, self.cursor_key))

    def action_toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor and go on to the next."""
        key = self.cursor_key
        if key is None:
            return
        self.marked = self.marked ^ {key}
        self.post_message(self.RowMarked(self, key, self.marked))
        self.action_cursor_down()

    def action_pan_left(self) -> None:
        """Bring back a column at the left."""
        self.pan = max(0, self.pan - 1)

    def action_pan_right(self) -> None:
        """Bring in a column hidden at the right."""
        if self._layout_in(self.size.width - THUMB_WIDTH).hidden:
            self.pan += 1

    def on_click(self, event: events.Click) -> None:
        """Move the cursor; on the row under the cursor, open it."""
        index = self.clicked_line(event)
        if index is None:
            return
        event.stop()
        if index == self._cursor:
            self.action_select()
        else:
            self.go_to(index)

    def on_resize(self) -> None:
        """Read what is on screen now, and no more."""
        self._rows.reload(self.top, min(self.page_lines, self._count - self.top))

    # --- drawing

    def draw_changes(self) -> None:
        """Draw what differs, and tell when other rows are on screen."""
        super().draw_changes()
        visible = self._visible()
        if self.is_mounted and visible != self._told_visible:
            self._told_visible = visible
            self.post_message(self.VisibleChanged(self))

    def line_total(self) -> int:
        """Return how many rows there are."""
        return self._count

    def line_state(self, y: int) -> LineState:
        """Return the header's, a row's or the empty text's state."""
        if y == 0:
            return self.sort, self._layout_in(self.size.width - THUMB_WIDTH)
        if not self._count:
            return self._empty_line(y)
        index = self.top + y - self.HEADER_LINES
        row = self._rows.get(index) if index < self._count else None
        if row is None:
            return None
        return row, index == self._cursor, row.key in self.marked

    def line_parts(self, state: LineState, width: int) -> Sequence[Part] | Strip:
        """Draw a line."""
        if isinstance(state, str):
            return [(fit(state, width, "center"), self.palette.tone("muted"))]
        if isinstance(state[0], TableRow):
            return self._row_strip(state, width)
        style = self.palette.component("line--header")
        return list(header_parts(self.columns, self._layout_in(width), state[0], style))

    def changed_columns(self, old: LineState, new: LineState, width: int) -> tuple[int, int] | None:
        """Return the cells between the first and the last that differ."""
        if not (isinstance(old, tuple) and isinstance(new, tuple)):
            return None
        if not (isinstance(old[0], TableRow) and isinstance(new[0], TableRow)):
            return None
        if old[1:] != new[1:] or old[0].tone != new[0].tone:
            return None
        return changed_cells(self._layout_in(width), old[0], new[0])

    def _row_strip(self, state: RowState, width: int) -> Strip:
        row, at_cursor, marked = state
        slot = row.key, at_cursor, marked
        cached = self._strips.get(slot)
        if cached is not None and (cached[0] is row or cached[0] == row):
            self._strips.move_to_end(slot)
            return cached[1]
        base = self.palette.component("line--cursor") if at_cursor else self.palette.base
        parts = row_parts(
            row,
            self.columns,
            self._layout_in(width),
            self.palette,
            at_cursor=at_cursor,
            marked=marked,
        )
        strip = line(parts, width, base)
        self._strips[slot] = row, strip
        if len(self._strips) > MAX_STRIPS:
            self._strips.popitem(last=False)
        return strip

    def _empty_line(self, y: int) -> str | None:
        lines = self.empty.split("\n") if self.empty else []
        index = y - self.HEADER_LINES - max(0, (self.page_lines - len(lines)) // 2)
        return lines[index] if 0 <= index < len(lines) else None

    def _layout_in(self, line: int) -> Layout:
        """Return the columns on a line of so many cells, the thumb's left out."""
        width = max(0, line - GUTTER)
        asked = self.columns, width, self.pan
        if self._layout_for != asked:
            self._layout_for = asked
            self._layout = lay_out(self.columns, width, self.pan)
            self._strips.clear()
        return self._layout

    def _visible(self) -> range:
        return range(self.top, min(self.top + self.page_lines, self._count))

    def notify_style_update(self) -> None:
        """Forget pictures in another theme's colours."""
        self._strips.clear()
        super().notify_style_update()
