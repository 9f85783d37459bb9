"""Finding a text in the keys and values of a JSON value."""

from collections.abc import Iterator

from tui.models import JsonValue
from tui.widgets.json_nodes import Path

MOST = 1_000
"""Matches kept; whoever has more needs another word."""

_WORDS = {None: "null", True: "true", False: "false"}


def find_paths(value: JsonValue, wanted: str) -> list[Path]:
    """Return the paths whose key or scalar contains a text, in order of lines, at most `MOST`.

    Case does not matter. Walks with a stack: providers nest as deep as they like.
    """
    wanted = wanted.lower()
    if not wanted:
        return []
    found: list[Path] = [()] if _holds(value, wanted) else []
    path: list[str | int] = []
    stack = [_entries(value)]
    while stack and len(found) < MOST:
        entry = next(stack[-1], None)
        if entry is None:
            stack.pop()
            if path:
                path.pop()
            continue
        key, child = entry
        if (isinstance(key, str) and wanted in key.lower()) or _holds(child, wanted):
            found.append((*path, key))
        if child and isinstance(child, (dict, list)):
            path.append(key)
            stack.append(_entries(child))
    return found


def _entries(value: JsonValue) -> Iterator[tuple[str | int, JsonValue]]:
    if isinstance(value, dict):
        return iter(value.items())
    return iter(enumerate(value if isinstance(value, list) else ()))


def _holds(value: JsonValue, wanted: str) -> bool:
    if isinstance(value, str):
        return wanted in value.lower()
    if value is None or isinstance(value, bool):
        return wanted in _WORDS[value]
    return isinstance(value, (int, float)) and wanted in str(value)
