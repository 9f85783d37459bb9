"""Cuts a JSON text that arrives in pieces into the items of one list, without holding it.

Items that begin like the one before them are taken whole (`tui.providers.boundaries`). Of others,
and of those that a piece cuts, the structure is scanned: strings and brackets, by regular
expressions, so that each item can then be read by itself. That keeps mistakes inside their item:
one with NaN, broken UTF-8 or 20 MB of text costs that item, where an event parser would lose the
page. Every byte is looked at a bounded number of times whatever the pieces' sizes.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto

from tui.frozen import frozen
from tui.models import JsonObject
from tui.providers.boundaries import SEPARATORS, Boundaries
from tui.providers.strict_json import MAX_DEPTH, NotJsonError, loads

_TEXT = rb"[\x00-!#-\[\]-\xff]"
_STRING = rb'"(?:' + _TEXT + rb'++|\\.)*+"'
_BRACKET = re.compile(rb"(?:[\x00-!#-Z\\^-z|~-\xff]++|" + _STRING + rb")*+([{}\[\]])", re.DOTALL)
_KEY_OR_BRACKET = re.compile(
    rb"(?:[\x00-!#-Z\\^-z|~-\xff]++|" + _STRING + rb"(?!\s*+:))*+(" + _STRING + rb"\s*+:|[{}\[\]])",
    re.DOTALL,
)
_COMMA_OR_BRACKET = re.compile(rb'(?:[^",{}\[\]]++|' + _STRING + rb")*+([,{}\[\]])", re.DOTALL)
_COMPLETE = re.compile(rb'(?:[^"]++|' + _STRING + rb")*+", re.DOTALL)
_SETTLED = re.compile(rb'(?:[^"]++|' + _STRING + rb"(?!\s*+\Z))*+", re.DOTALL)
_REST_OF_STRING = re.compile(rb"(?:" + _TEXT + rb"++|\\.)*+", re.DOTALL)

_HELD_BACK = 4096
"""A string this long that is still open cannot be a key: it is passed through as it comes."""


class TooMuchError(ValueError):
    """What stands beside the list is itself over the cap."""


@frozen
class RawItem:
    """One item of the list, as bytes."""

    index: int
    """0-based position in the list."""
    data: bytes | None
    """None when it was over the cap and has been skipped."""
    why: str = ""
    """Why it was skipped."""
    value: JsonObject | None = None
    """What it holds, where it has been read already."""


class _Place(Enum):
    BEFORE = auto()
    BETWEEN = auto()
    ITEM = auto()
    DROPPED = auto()
    AFTER = auto()


class ItemSplitter:
    """Takes pieces of a JSON text, gives the items of the list at top-level key `under`.

    With `under` None the root itself is the one item. `drop` names dotted paths of object keys
    inside an item; a value there is not kept but replaced by `{"$dropped": n}`, with n the length
    of the array it was, or null for anything else; an object also tells its `$members`.
    """

    def __init__(self, under: str | None, *, drop: tuple[str, ...] = (), cap: int) -> None:
        self._under = under
        self._drop = frozenset(tuple(path.split(".")) for path in drop)
        self._drop_depth = max(map(len, self._drop), default=0)
        self._cap = cap
        self._boundaries = Boundaries(self._drop, cap)
        self._place = _Place.BEFORE if under is not None else _Place.BETWEEN
        self._buffer = b""
        self._open_string = False
        self._more = False
        self._shell = bytearray()
        self._keys: list[str | None] = []
        self._index = 0
        self._item: bytearray | None = None
        self._depth = 0
        self._why = ""
        self._found = under is None
        self._drop_depth_now = 0
        self._commas = 0
        self._filled = False
        self._is_array = self._is_object = False
        self.skipped = False
        """Whether an item was over the cap."""
        self.kept = 0
        """Bytes of the items handed out so far, without what was dropped or skipped."""

    # Reading of pieces -----------------------------------------------------------------------

    def feed(self, piece: bytes, *, more: bool = False) -> Iterator[RawItem]:
        """Yield the items that this piece completes. Consume it before the next call.

        Args:
            piece: what comes next; may be empty.
            more: whether `feed` will be called again, so that an item which this piece cuts may
                wait to be taken whole.

        Raises:
            TooMuchError: the text outside the items is over the cap.
        """
        buffer = self._buffer + piece
        self._boundaries.begin()
        self._more = more
        position = self._pass_string(buffer) if self._open_string else 0
        if not self._open_string:
            while (step := self._step(buffer, position)) is not None:
                position, item = step
                if item is not None:
                    yield item
            position = self._pass_plain(buffer, position)
        self._buffer = buffer[position:]

    def finish(self) -> JsonObject:
        """Return the top-level values beside the list. Call it after the last piece.

        Raises:
            NotJsonError: the text is cut, or not JSON around its items.
            LookupError: there is no such list.
        """
        if self._place in (_Place.ITEM, _Place.DROPPED) or self._open_string:
            raise NotJsonError("it is cut off")
        if self._under is None:
            if self._index == 0:
                raise NotJsonError("it is cut off")
            if self._shell.strip():
                raise NotJsonError("it goes on after its end")
            return {}
        self._shell += self._buffer
        self._buffer = b""
        root = loads(self._shell)
        if not isinstance(root, dict):
            raise NotJsonError("its root is not an object")
        if not self._found and root.get(self._under, 0) is not None:
            raise LookupError(self._under)
        root.pop(self._under, None)
        return root

    # One step: up to the next bracket, key or comma that matters -----------------------------

    def _step(self, buffer: bytes, position: int) -> tuple[int, RawItem | None] | None:
        match self._place:
            case _Place.BEFORE:
                return self._step_before(buffer, position)
            case _Place.BETWEEN:
                return self._step_between(buffer, position)
            case _Place.ITEM:
                return self._step_item(buffer, position)
            case _Place.DROPPED:
                return self._step_dropped(buffer, position)
            case _Place.AFTER:
                return None

    def _step_before(self, buffer: bytes, position: int) -> tuple[int, None] | None:
        found = _KEY_OR_BRACKET.match(buffer, position)
        if found is None:
            return None
        token = found[1]
        self._to_shell(buffer[position : found.end()])
        if token in b"{[":
            if token == b"[" and self._depth == 1 and self._keys == [self._under]:
                blank = not buffer[position : found.start(1)].strip()
                if blank and not self._found:
                    self._place = _Place.BETWEEN
                    self._found = True
                    return found.end(), None
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise NotJsonError("it is nested too deeply")
            self._keys.append(None)
        elif token in b"}]":
            self._depth -= 1
            if self._keys:
                self._keys.pop()
        elif self._keys:
            self._keys[-1] = _key(token) if self._depth == 1 else None
        return found.end(), None

    def _step_between(self, buffer: bytes, position: int) -> tuple[int, RawItem | None] | None:
        whole = self._boundaries.whole(buffer, position)
        if whole is not None:
            self._index += 1
            self.kept += len(whole.data)
            return whole.end, RawItem(self._index - 1, whole.data, value=whole.value)
        if self._more and self._boundaries.open_at(buffer, position):
            return None
        found = _BRACKET.match(buffer, position)
        if found is None:
            if len(buffer) - position > self._cap:
                raise TooMuchError
            return None
        between = buffer[position : found.start(1)].strip(SEPARATORS)
        if between:
            # Something that is neither object nor array: give it out by itself, then come back.
            item = RawItem(self._index, between)
            self._index += 1
            return found.start(1), item
        if found[1] in b"]}":
            if self._under is None:
                raise NotJsonError("it is not JSON")
            self._to_shell(found[1])
            self._place = _Place.AFTER
            return found.end(), None
        self._place = _Place.ITEM
        self._depth = 1
        self._keys = [None]
        self._item = bytearray(found[1])
        return found.end(), None

    def _step_item(self, buffer: bytes, position: int) -> tuple[int, RawItem | None] | None:
        if self._item is not None and self._depth <= self._drop_depth:
            return self._step_keyed_item(buffer, position)
        at = position
        depth, floor = self._depth, self._drop_depth if self._item is not None else 0
        while (found := _BRACKET.match(buffer, at)) is not None:
            at = found.end()
            if found[1] in b"{[":
                depth += 1
                if depth > MAX_DEPTH:
                    self._skip_rest("it is nested too deeply")
            else:
                depth -= 1
                if depth <= floor:
                    break
        if at == position:
            return None
        self._depth = depth
        self._to_item(buffer, position, at)
        return at, self._end_item() if depth == 0 else None

    def _step_keyed_item(self, buffer: bytes, position: int) -> tuple[int, RawItem | None] | None:
        found = _KEY_OR_BRACKET.match(buffer, position)
        if found is None:
            return None
        self._to_item(buffer, position, found.end())
        token = found[1]
        if token in b"{[":
            self._depth += 1
            del self._keys[self._depth - 1 :]
            self._keys.append(None)
        elif token in b"}]":
            self._depth -= 1
            if self._depth == 0:
                return found.end(), self._end_item()
        else:
            self._keys[self._depth - 1] = _key(token)
            if tuple(self._keys[: self._depth]) in self._drop:
                self._place = _Place.DROPPED
                self._drop_depth_now = self._commas = 0
                self._filled = self._is_array = self._is_object = False
        return found.end(), None

    def _step_dropped(self, buffer: bytes, position: int) -> tuple[int, None] | None:
        found = _COMMA_OR_BRACKET.match(buffer, position)
        if found is None:
            return None
        token = found[1]
        if self._drop_depth_now == 0:
            if token not in b"{[":
                self._end_dropped()
                return found.start(1), None
            self._is_array, self._is_object = token == b"[", token == b"{"
            self._drop_depth_now = 1
            return found.end(), None
        if self._drop_depth_now == 1 and (
            token in b"{[" or buffer[position : found.start(1)].strip()
        ):
            self._filled = True
        if token == b",":
            self._commas += self._drop_depth_now == 1
        elif token in b"{[":
            self._drop_depth_now += 1
        else:
            self._drop_depth_now -= 1
            if self._drop_depth_now == 0:
                self._end_dropped()
        return found.end(), None

    def _end_dropped(self) -> None:
        length = self._commas + 1 if self._filled else 0
        mark = b'{"$dropped":null}'
        if self._is_array:
            mark = b'{"$dropped":%d}' % length
        elif self._is_object:
            mark = b'{"$dropped":null,"$members":%d}' % length
        self._place = _Place.ITEM
        self._to_item(mark, 0, len(mark))

    def _end_item(self) -> RawItem:
        item = RawItem(self._index, None if self._item is None else bytes(self._item), self._why)
        self._index += 1
        self.kept += len(item.data or b"")
        self._boundaries.learn(item.data or b"")
        self._item, self._why = None, ""
        self._place = _Place.AFTER if self._under is None else _Place.BETWEEN
        return item

    def _skip_rest(self, why: str) -> None:
        self._item, self._why = None, why

    # What holds no bracket: strings that go on in the next piece ------------------------------

    def _pass_plain(self, buffer: bytes, position: int) -> int:
        if self._place is _Place.BETWEEN:
            return position
        if self._place is _Place.AFTER:
            self._pass(buffer, position, len(buffer))
            return len(buffer)
        keyed = self._place is _Place.BEFORE or (
            self._place is _Place.ITEM
            and self._item is not None
            and self._depth <= self._drop_depth
        )
        found = (_SETTLED if keyed else _COMPLETE).match(buffer, position)
        end = found.end() if found else position
        self._pass(buffer, position, end)
        if end == len(buffer) or (keyed and len(buffer) - end <= _HELD_BACK):
            return end
        if keyed and self._keys:
            self._keys[-1] = None
        rest = _REST_OF_STRING.match(buffer, end + 1)
        stop = rest.end() if rest else end + 1
        self._open_string = True
        self._pass(buffer, end, stop)
        return self._close_string(buffer, stop)

    def _pass_string(self, buffer: bytes) -> int:
        rest = _REST_OF_STRING.match(buffer)
        stop = rest.end() if rest else 0
        self._pass(buffer, 0, stop)
        return self._close_string(buffer, stop)

    def _close_string(self, buffer: bytes, stop: int) -> int:
        if buffer[stop : stop + 1] != b'"':
            return stop
        self._open_string = False
        self._pass(buffer, stop, stop + 1)
        return stop + 1

    def _pass(self, buffer: bytes, start: int, end: int) -> None:
        if self._place is _Place.ITEM:
            self._to_item(buffer, start, end)
        elif self._place is _Place.DROPPED:
            if self._drop_depth_now == 1 and buffer[start:end].strip():
                self._filled = True
        else:
            self._to_shell(buffer[start:end])

    def _to_item(self, buffer: bytes, start: int, end: int) -> None:
        if self._item is None:
            return
        self._item += memoryview(buffer)[start:end]
        if len(self._item) > self._cap:
            self.skipped = True
            self._skip_rest(f"it is larger than {self._cap // 1024} KiB")

    def _to_shell(self, data: bytes) -> None:
        self._shell += data
        if len(self._shell) > self._cap:
            raise TooMuchError


def _key(token: bytes) -> str:
    raw = token[: token.rindex(b'"') + 1]
    if b"\\" in raw:
        try:
            return str(loads(raw))
        except NotJsonError:
            return ""
    return raw[1:-1].decode("utf-8", "replace")
