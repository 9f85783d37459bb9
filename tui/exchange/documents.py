"""JSON documents of any size: the items of one long list, one by one, and what is beside it."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from tui.exchange.files import SourceFile
from tui.exchange.reading import CutShortError
from tui.models import JsonObject, JsonValue

_QUOTE_OR_WORD = re.compile(rb'"|\bNaN\b|-?\bInfinity\b')
_STRING_REST = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""An escape in a string; the group is a surrogate without its other half."""
_CHUNK = 256 * 1024
_DEEPEST = 200
"""Lists and objects within each other."""
_TOLD = 3
_LONGEST = len(rb"\ud83d\ude00")


class TooDeepError(ValueError):
    """A document is nested more deeply than anything that is read here."""


def parsed(source: BinaryIO) -> Iterator[tuple[str, str, Any]]:
    """Yield (place, event, value) of a JSON stream, as `ijson.parse` does, but bounded.

    A place is dotted (`results.results.item`) and told down to the third level; deeper ones are
    `…`. Raises ijson.JSONError, UnicodeDecodeError, TooDeepError.
    """
    import ijson

    names: list[str] = []
    for event, value in ijson.basic_parse(_Mended(source)):
        if event == "map_key":
            names[-1] = ""
            yield _place(names[:-1]), event, value
            names[-1] = value
        elif event in ("end_map", "end_array"):
            names.pop()
            yield _place(names), event, value
        else:
            yield _place(names), event, value
            if event in ("start_map", "start_array"):
                names.append("item" if event == "start_array" else "")
                if len(names) > _DEEPEST:
                    raise TooDeepError


def _place(names: list[str]) -> str:
    return ".".join(names) if len(names) <= _TOLD else "…"


class Document:
    """A document whose list is read item by item."""

    def __init__(self, file: SourceFile, places: tuple[str, ...]) -> None:
        """Prepare to read.

        Args:
            file: the document.
            places: where the list may be, dotted (`results.results`); empty = the root itself.
        """
        self._file = file
        self._places = places
        self._beside: Any = None
        self._cut: CutShortError | None = None

    @property
    def beside(self) -> JsonObject:
        """What was met so far beside the list's items, the list itself empty."""
        found = None if self._beside is None else getattr(self._beside, "value", None)
        return found if isinstance(found, dict) else {}

    def items(self) -> Iterator[JsonValue]:
        """Yield the list's items, up to where the document ends or breaks; see `check`."""
        import ijson

        self._beside = ijson.ObjectBuilder()
        item: Any = None
        depth = 0
        with self._file.open() as stream:
            try:
                for prefix, event, raw in parsed(stream):
                    value = _number(raw) if isinstance(raw, Decimal) else raw
                    if item is None and not self._is_item(prefix):
                        self._beside.event(event, value)
                        continue
                    item = item or ijson.ObjectBuilder()
                    item.event(event, value)
                    depth += event.startswith("start_") - event.startswith("end_")
                    if depth == 0:
                        yield item.value
                        item = None
            except (ijson.JSONError, UnicodeDecodeError, TooDeepError) as error:
                self._cut = CutShortError(
                    f"{self._file.name} is not whole: {_reason(error)}",
                    remedy="What came before was imported. Fetch the file again.",
                )

    def check(self) -> None:
        """Raise CutShortError when the items ended before the document did."""
        if self._cut is not None:
            raise self._cut

    def _is_item(self, prefix: str) -> bool:
        return any(prefix == (f"{place}.item" if place else "item") for place in self._places)


class _Mended:
    """A stream in which what JSON writers let through and the parser refuses is mended.

    NaN and infinities outside strings become null, lone surrogates inside them U+FFFD.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._held = b""
        self._in_string = False

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at least one before the end."""
        if size == 0:
            return b""
        while True:
            chunk = self._stream.read(size if 0 < size < _CHUNK else _CHUNK)
            data = self._held + chunk
            out, used = self._mend(data, last=not chunk)
            self._held = data[used:]
            if out or not chunk:
                return out

    def _mend(self, data: bytes, *, last: bool) -> tuple[bytes, int]:
        """Return what can be given out, and how much of the data that was."""
        parts = []
        at = 0
        # A word or an escape that begins before it is there whole.
        end = len(data) if last else max(0, len(data) - _LONGEST)
        while at < end:
            if self._in_string:
                rest = _STRING_REST.match(data, at)
                stop = rest.end() if rest else at
                self._in_string = data[stop : stop + 1] != b'"'
                stop = _cut(data, at, end) if self._in_string else stop + 1
                parts.append(_ESCAPE.sub(_storable, data[at:stop]))
                at = stop
                continue
            found = _QUOTE_OR_WORD.search(data, at)
            if found is None or found.start() >= end:
                parts.append(data[at:end])
                at = end
                break
            parts.append(data[at : found.start()])
            self._in_string = found[0] == b'"'
            parts.append(found[0] if self._in_string else b"null")
            at = found.end()
        return b"".join(parts), at


def _cut(data: bytes, start: int, end: int) -> int:
    """Return the first place from `end` on that parts no escape of a string."""
    place = end
    for escape in _ESCAPE.finditer(data, start):
        if escape.start() >= end:
            break
        place = max(end, escape.end())
    return place


def _storable(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape[1] else escape[0]


def _number(value: Decimal) -> float | None:
    number = float(value)
    return None if number in (float("inf"), float("-inf")) else number


def _reason(error: Exception) -> str:
    """Return the parser's first words; the rest quotes the content."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8."
    told = error.args[0] if error.args else ""
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
    return (text.split("\n", 1)[0].strip() or "it ends early") + "."
