"""A JSON value as lines that exist only where it is expanded.

An expanded node knows its expanded children and the line each begins at, so the line under the
cursor is found by bisection, in an array of 100,000 elements as in one of ten.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import cast

from tui.frozen import frozen
from tui.models import JsonValue

Path = tuple[str | int, ...]
"""Keys and indices from the root down; empty is the root itself."""

PIECE = 72
"""Characters in a line of an expanded text."""


@frozen
class NodeLine:
    """What one line shows."""

    path: Path
    value: JsonValue
    expanded: bool
    depth: int
    text_piece: bool = False
    """The value is one line of an expanded text, without a key of its own."""


class _Open:
    """An expanded value."""

    def __init__(self, value: JsonValue) -> None:
        self.value = value
        self.keys: list[str] | None = None
        self.items: list[JsonValue]
        if isinstance(value, dict):
            self.keys, self.items = list(value), list(value.values())
        elif isinstance(value, list):
            self.items = value
        else:
            self.items = list(_pieces(str(value)))
        self.places: list[int] = []
        """Numbers of the expanded children, in order."""
        self.children: dict[int, _Open] = {}
        self.height = 0
        self.firsts: list[int] = []
        """For each of `places`, the line it begins at, below this node's own."""
        self.measure()

    def measure(self) -> None:
        """Count lines again after a child has changed."""
        self.firsts.clear()
        extra = 0
        for place in self.places:
            self.firsts.append(place + extra)
            extra += self.children[place].height - 1
        self.height = 1 + len(self.items) + extra

    def key(self, place: int) -> str | int:
        return place if self.keys is None else self.keys[place]

    def place(self, key: str | int) -> int | None:
        if self.keys is None:
            inside = isinstance(key, int) and 0 <= key < len(self.items)
            return key if inside and isinstance(key, int) else None
        # A key is looked for only when a person goes to a match or folds a node.
        return self.keys.index(key) if isinstance(key, str) and key in self.keys else None


def expandable(value: JsonValue) -> bool:
    """Return whether a value has lines of its own: a container, or a text longer than a line."""
    if isinstance(value, str):
        return len(value) > PIECE or "\n" in value
    return isinstance(value, (dict, list)) and bool(value)


class JsonNodes:
    """The tree: lines by number, numbers by path. The root is expanded from the start."""

    def __init__(self, value: JsonValue) -> None:
        self.value = value
        self._root = _Open(value) if expandable(value) else None

    @property
    def height(self) -> int:
        """Lines shown now."""
        return self._root.height if self._root else 1

    def line(self, index: int) -> NodeLine:
        """Return what a line below `height` shows."""
        if self._root is None:
            return NodeLine((), self.value, expanded=False, depth=0)
        node = self._root
        path: list[str | int] = []
        while index:
            index -= 1
            opened = bisect_right(node.firsts, index) - 1
            if opened >= 0:
                place = node.places[opened]
                inside = index - node.firsts[opened]
                child = node.children[place]
                if inside < child.height:
                    path.append(node.key(place))
                    node, index = child, inside
                    continue
                place += 1 + inside - child.height
            else:
                place = index
            piece = isinstance(node.value, str)
            path.append(node.key(place))
            value = node.items[place]
            return NodeLine(tuple(path), value, expanded=False, depth=len(path), text_piece=piece)
        return NodeLine(tuple(path), node.value, expanded=True, depth=len(path))

    def line_of(self, path: Path) -> int | None:
        """Return the line of a path, or of what hides it; None when there is no such path."""
        index = 0
        node = self._root
        for key in path:
            place = None if node is None else node.place(key)
            if node is None or place is None:
                return None if node is not None else index
            opened = bisect_left(node.places, place)
            before = sum(node.children[other].height - 1 for other in node.places[:opened])
            index += 1 + place + before
            node = node.children.get(place)
            if node is None:
                return index
        return index

    def is_expanded(self, path: Path) -> bool:
        """Return whether a path's lines are shown."""
        trail = self._trail(path)
        return trail is not None and trail[-1] is not None

    def expand(self, path: Path) -> bool:
        """Expand a path and all above it; False when there is nothing to expand."""
        if self._root is None:
            if path or not expandable(self.value):
                return False
            self._root = _Open(self.value)
            return True
        trail = [self._root]
        node = self._root
        changed = False
        for key in path:
            place = node.place(key)
            if place is None:
                break
            if place not in node.children:
                if not expandable(node.items[place]) or isinstance(node.value, str):
                    break
                node.children[place] = _Open(node.items[place])
                insort(node.places, place)
                changed = True
            node = node.children[place]
            trail.append(node)
        for opened in reversed(trail):
            opened.measure()
        return changed

    def collapse(self, path: Path) -> bool:
        """Collapse a path; False when it was not expanded."""
        trail = self._trail(path)
        if trail is None or trail[-1] is None:
            return False
        if not path:
            self._root = None
            return True
        parents = [node for node in trail[:-1] if node is not None]
        place = parents[-1].place(path[-1])
        if place is None:
            return False
        del parents[-1].children[place]
        parents[-1].places.remove(place)
        for opened in reversed(parents):
            opened.measure()
        return True

    def expanded_paths(self) -> Iterator[Path]:
        """Return the paths that are expanded, parents before children."""
        stack: list[tuple[Path, _Open]] = [((), self._root)] if self._root else []
        while stack:
            path, node = stack.pop()
            yield path
            stack += [((*path, node.key(place)), node.children[place]) for place in node.places]

    def value_at(self, path: Path) -> JsonValue:
        """Return the value at a path; of a line of an expanded text, the whole text."""
        value = self.value
        for key in path:
            # Below a text there are only its own lines.
            if not isinstance(value, str):
                value = cast("dict[str | int, JsonValue]", value)[key]
        return value

    def _trail(self, path: Path) -> "list[_Open | None] | None":
        node = self._root
        trail: list[_Open | None] = [node]
        for key in path:
            if node is None:
                return None
            place = node.place(key)
            node = None if place is None else node.children.get(place)
            trail.append(node)
        return trail


def _pieces(text: str) -> Iterator[JsonValue]:
    for line in text.split("\n"):
        for start in range(0, max(1, len(line)), PIECE):
            yield line[start : start + PIECE]
