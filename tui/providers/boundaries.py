"""Where the items of a list seem to end, and whether they do.

Items of a list mostly begin alike (`{"id":`). So where the next one seems to begin, the bytes up to
there are read as JSON, which proves or refutes it: what is one whole object ends nowhere else.
"""

import re

from tui.frozen import frozen
from tui.models import JsonObject, JsonValue
from tui.providers.strict_json import NotJsonError, quick_loads

SEPARATORS = b" \t\r\n,\xef\xbb\xbf"
"""What may stand between items; also the byte order mark, which may stand before the first one."""

_WAITING_BYTES = 64 * 1024
"""An item that is cut and larger than this is scanned as it comes."""

_BEGINNING = re.compile(rb'\{\s*+"[^"\\]*+"\s*+:')
"""An object up to its first value."""


@frozen
class WholeItem:
    """An item that was found in one piece."""

    data: bytes
    value: JsonObject
    end: int
    """Where what follows it begins in the buffer."""


class Boundaries:
    """Finds items one after the other in a buffer, as long as they begin alike."""

    def __init__(self, drop: frozenset[tuple[str, ...]], cap: int) -> None:
        """Leave out items that hold something at a path of `drop`, or more bytes than `cap`."""
        self._drop = drop
        self._cap = cap
        self._beginning = b""
        self._next: re.Pattern[bytes] | None = None
        self._searched = 0

    def learn(self, item: bytes) -> None:
        """Take how an item begins for how the next ones do."""
        found = _BEGINNING.match(item)
        if found is not None and found[0] != self._beginning:
            self._beginning = found[0]
            self._next = re.compile(rb"\}[ \t\r\n,]*+(?=" + re.escape(found[0]) + rb")")

    def begin(self) -> None:
        """Say that positions count from the start of another buffer."""
        self._searched = 0

    def whole(self, buffer: bytes, position: int) -> WholeItem | None:
        """Return the item that begins behind separators at `position`; None = it must be scanned.

        Every byte is searched once: behind what was refuted nothing is tried until `position` has
        come to where that was thought to end.
        """
        if self._next is None or position < self._searched:
            return None
        found = self._next.search(buffer, position)
        if found is None:
            self._searched = len(buffer)
            return None
        end = found.start() + 1
        if end - position <= self._cap:
            data = buffer[position:end].lstrip(SEPARATORS)
            try:
                value = quick_loads(data)
            except NotJsonError:
                value = None
            if isinstance(value, dict) and not (self._drop and self._drops(value)):
                return WholeItem(data, value, found.end())
        self._searched = end
        return None

    def _drops(self, value: JsonObject) -> bool:
        return any(_reaches(value, path) for path in self._drop)

    def open_at(self, buffer: bytes, position: int) -> bool:
        """Return whether what begins at `position` may be whole once more has come."""
        cut = self._next is not None and self._searched == len(buffer)
        return cut and len(buffer) - position <= _WAITING_BYTES


def _reaches(value: JsonValue, path: tuple[str, ...]) -> bool:
    """Return whether there is something at a path of object keys."""
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True
