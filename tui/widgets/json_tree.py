"""A JSON value as a tree that is expanded only where one looks."""

import json
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from tui.models import JsonValue
from tui.widgets.drawing import Part, shorten
from tui.widgets.json_nodes import JsonNodes, NodeLine, Path, expandable
from tui.widgets.json_search import find_paths
from tui.widgets.line_view import LineState, LineView

INDENT = 2
PREVIEW = 200
"""Characters of a container shown on its own line."""


class JsonTree(LineView):
    """Keys and values, one per line; enter, space, left and right expand and collapse.

    Long texts are expandable, too. Styles: `.line--cursor` and `.line--match`; the rest is drawn
    in tones.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "collapse", "Collapse, or go to the parent", show=False, id="move-left"),
        Binding("right,l", "expand", "Expand, or go to the first", show=False, id="move-right"),
        Binding("enter", "toggle_node", "Expand or collapse", show=False, id="open"),
        Binding("space", "toggle_node", "Expand or collapse", show=False, id="mark"),
    ]

    match_count: reactive[int] = reactive(0, repaint=False)
    match_index: reactive[int] = reactive(-1, repaint=False)
    """0-based; -1 without a match."""

    class NodeHighlighted(Message):
        """The cursor is on another node."""

        def __init__(self, tree: "JsonTree", path: Path) -> None:
            super().__init__()
            self.tree = tree
            self.path = path

        @property
        def control(self) -> "JsonTree":
            """The tree."""
            return self.tree

    def __init__(
        self,
        value: JsonValue = None,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._json = JsonNodes(value)
        self._path: Path = ()
        self._search = ""
        self._matches: list[Path] = []
        self._matching: frozenset[Path] = frozenset()

    # --- content

    @property
    def value(self) -> JsonValue:
        """What is shown."""
        return self._json.value

    def set_value(self, value: JsonValue) -> None:
        """Show another value; what was expanded stays so where its path still exists."""
        expanded = list(self._json.expanded_paths())
        cursor, offset = self._path, self._cursor - self.top
        self._json = JsonNodes(value)
        for path in expanded:
            self._json.expand(path)
        found = self._json.line_of(cursor)
        self._cursor = min(self._cursor, self._json.height - 1) if found is None else found
        self._path = self._json.line(self._cursor).path
        self._matches = find_paths(value, self._search)
        self._matching = frozenset(self._matches)
        self._tell_matches(-1)
        self.set_top(self._cursor - offset)
        self.lines_changed()

    @property
    def cursor_path(self) -> Path:
        """Keys and indices down to the node under the cursor; empty is the root."""
        return self._path

    def copy_text(self) -> str:
        """Return the value under the cursor: a text as it is, anything else as JSON."""
        value = self._json.value_at(self._path)
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)

    # --- expanding

    def is_expanded(self, path: Path) -> bool:
        """Return whether the lines of a path are shown."""
        return self._json.is_expanded(path)

    def action_toggle_node(self) -> None:
        """Expand or collapse the node under the cursor."""
        if not self._json.collapse(self._path):
            self._json.expand(self._path)
        self.lines_changed()

    def action_expand(self) -> None:
        """Expand the node; on an expanded one go to its first child."""
        if self._json.is_expanded(self._path):
            self.action_cursor_down()
        elif self._json.expand(self._path):
            self.lines_changed()

    def action_collapse(self) -> None:
        """Collapse the node; on a collapsed one go to its parent."""
        if self._json.collapse(self._path):
            self.lines_changed()
        elif self._path:
            parent = self._json.line_of(self._path[:-1])
            if parent is not None:
                self.go_to(parent)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the line; on the cursor's line, expand or collapse."""
        target = self.clicked_line(event)
        if target is None:
            return
        event.stop()
        if target == self._cursor:
            self.action_toggle_node()
        else:
            self.go_to(target)

    def cursor_moved(self) -> None:
        """Follow the line with the path."""
        path = self._json.line(self._cursor).path
        if path != self._path:
            self._path = path
            self.post_message(self.NodeHighlighted(self, path))

    # --- searching

    def find(self, text: str) -> int:
        """Search keys and values without regard to case; go to the first match from the cursor on.

        Returns how many there are (at most 1,000); an empty text ends the search.
        """
        self._search = text
        self._matches = find_paths(self._json.value, text)
        self._matching = frozenset(self._matches)
        if self._matches:
            self._go_to_match(self._next_from_cursor())
        else:
            self._tell_matches(-1)
        self.draw_changes()
        return len(self._matches)

    def next_match(self) -> None:
        """Go to the next match, after the last to the first."""
        if self._matches:
            self._go_to_match((self.match_index + 1) % len(self._matches))

    def previous_match(self) -> None:
        """Go to the match before, before the first to the last."""
        if self._matches:
            self._go_to_match((max(self.match_index, 0) - 1) % len(self._matches))

    def _next_from_cursor(self) -> int:
        for index, path in enumerate(self._matches):
            line = self._json.line_of(path)
            if line is not None and line >= self._cursor:
                return index
        return 0

    def _go_to_match(self, index: int) -> None:
        path = self._matches[index]
        self._json.expand(path[:-1])
        target = self._json.line_of(path)
        self._tell_matches(index)
        self.lines_changed()
        if target is not None:
            self.go_to(target)

    def _tell_matches(self, index: int) -> None:
        self.match_count, self.match_index = len(self._matches), index

    # --- drawing

    def line_total(self) -> int:
        """Return how many lines are shown."""
        return self._json.height

    def line_state(self, y: int) -> LineState:
        """Return a line's picture: comparing values of any depth would cost more than drawing."""
        index = self.top + y
        if index >= self._json.height:
            return None
        node = self._json.line(index)
        key, text, tone = _texts(node)
        return node.depth, key, text, tone, index == self._cursor, node.path in self._matching

    def line_parts(self, state: LineState, width: int) -> Sequence[Part]:
        """Draw a key and its value."""
        depth, key, text, tone, at_cursor, matching = state
        palette = self.palette
        base = palette.component("line--cursor") if at_cursor else palette.base
        if matching and not at_cursor:
            base = palette.component("line--match")
        indent = min(depth * INDENT, max(0, width // 2))
        room = width - indent
        key = shorten(key, room)
        plain = at_cursor or matching
        return [
            (" " * indent, base),
            (key, base if plain else palette.tone("accent")),
            (shorten(text, room - len(key)), base if plain else palette.tone(tone)),
        ]


def _texts(node: NodeLine) -> tuple[str, str, str]:
    """Return what stands before a value, the value in short, and its tone."""
    value = node.value
    if node.text_piece:
        return "    ", str(value), "good"
    glyph = ("▾ " if node.expanded else "▸ ") if node.expanded or expandable(value) else "  "
    key = f"{glyph}{node.path[-1]}: "[:PREVIEW] if node.path else glyph
    if isinstance(value, str):
        quoted = json.dumps(value[:PREVIEW], ensure_ascii=False)
        return key, f"{len(value):,} characters" if node.expanded else quoted, "good"
    if isinstance(value, dict):
        return key, f"{{{len(value):,} {'key' if len(value) == 1 else 'keys'}}}", "muted"
    if isinstance(value, list):
        return key, f"[{len(value):,} {'item' if len(value) == 1 else 'items'}]", "muted"
    return key, json.dumps(value), "live"
