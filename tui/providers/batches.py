"""Slices of a streamed list, and the two readers that make them: of JSON arrays and of lines."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import field

from tui.frozen import frozen
from tui.models import JsonObject, JsonValue
from tui.providers.splitting import ItemSplitter
from tui.providers.strict_json import NotJsonError, loads

ITEM_BYTES = 8 * 1024 * 1024
"""Cap of one item or of one unstreamed answer, decoded bytes (design section 6)."""

_BATCH_BYTES = 4 * 1024 * 1024
_THREAD_BYTES = 512 * 1024
"""Items from this size on are parsed in a thread: the event loop is never held for 50 ms."""


@frozen
class BadItem:
    """An item that could not be taken: over the cap, not JSON, not an object."""

    index: int
    """0-based position in the answer; 0-based line number for line streams."""
    why: str


@frozen
class ItemBatch:
    """A bounded slice of a streamed list."""

    items: tuple[JsonObject, ...]
    first_index: int
    """Position of `items[0]` in the answer, counting bad items too."""
    bad: tuple[BadItem, ...] = ()
    rest: JsonObject = field(default_factory=dict)
    """Top-level values beside the list (`has_more`, `total`); complete only in the last batch."""
    last: bool = False

    def indexed(self) -> Iterator[tuple[int, JsonObject]]:
        """Yield each item with its own position in the answer, stepping over the bad ones."""
        taken = {bad.index for bad in self.bad}
        index = self.first_index
        for item in self.items:
            while index in taken:
                index += 1
            yield index, item
            index += 1


class Collector:
    """Gathers items into one batch at a time."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._items: list[JsonObject] = []
        self._bad: list[BadItem] = []
        self._first: int | None = None
        self._bytes = 0
        self._next = 0

    async def add(self, index: int, data: bytes | None, why: str) -> None:
        """Parse and keep one item; a bad one is kept as such."""
        if data is None:
            self._bad.append(BadItem(index, why))
            return
        try:
            value: JsonValue = (
                loads(data) if len(data) < _THREAD_BYTES else await asyncio.to_thread(loads, data)
            )
        except NotJsonError as error:
            self._bad.append(BadItem(index, str(error)))
            return
        if not isinstance(value, dict):
            self._bad.append(BadItem(index, "it is not an object"))
            return
        if self._first is None:
            self._first = index
        self._items.append(value)
        self._bytes += len(data)
        self._next = index + 1

    def full(self, index: int) -> bool:
        """Return whether the batch must go out before the item at `index` is added.

        Within a batch that is handed out by size, positions have no gaps.
        """
        if self._limit is None:
            return False
        return (
            len(self._items) + len(self._bad) >= self._limit
            or self._bytes >= _BATCH_BYTES
            or (bool(self._items) and index != self._next)
        )

    def take(self, *, rest: JsonObject | None = None, last: bool = False) -> ItemBatch:
        """Return what was gathered and start anew."""
        first = self._first
        if first is None:
            first = self._bad[0].index if self._bad else self._next
        batch = ItemBatch(tuple(self._items), first, tuple(self._bad), rest or {}, last)
        self._items, self._bad, self._first, self._bytes = [], [], None, 0
        return batch


async def array_batches(
    pieces: AsyncIterator[bytes], splitter: ItemSplitter, *, batch_items: int | None
) -> AsyncIterator[ItemBatch]:
    """Yield the items of a JSON array in batches; with `batch_items` None in a single one.

    Raises:
        NotJsonError: the text around the items is cut or no JSON.
        LookupError: there is no such list.
        TooMuchError: the text around the items is over the cap.
    """
    collector = Collector(batch_items)
    async for piece in pieces:
        for item in splitter.feed(piece):
            if collector.full(item.index):
                yield collector.take()
            await collector.add(item.index, item.data, item.why)
    yield collector.take(rest=splitter.finish(), last=True)


async def line_batches(
    pieces: AsyncIterator[bytes], *, batch_items: int, cap: int = ITEM_BYTES
) -> AsyncIterator[ItemBatch]:
    """Yield the objects of a line-delimited text in batches. Blank lines are passed over.

    Raises:
        NotJsonError: the last line has no end and cannot be read: the text was cut.
    """
    collector = Collector(batch_items)
    lines = _Lines(cap)
    async for piece in pieces:
        for index, line in lines.feed(piece):
            if collector.full(index):
                yield collector.take()
            await collector.add(index, line, lines.too_long)
    index, line = lines.rest()
    if line is None or line.strip():
        if line is not None:
            try:
                loads(line)
            except NotJsonError:
                raise NotJsonError("it is cut off in the middle of a line") from None
        if collector.full(index):
            yield collector.take()
        await collector.add(index, line, lines.too_long)
    yield collector.take(last=True)


class _Lines:
    """Cuts pieces into lines; a line over the cap comes out as None."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._open: bytearray | None = bytearray()
        self._index = 0
        self.too_long = f"it is larger than {cap // 1024} KiB"

    def feed(self, piece: bytes) -> Iterator[tuple[int, bytes | None]]:
        """Yield number and text of each line that ends in this piece, without blank ones."""
        *ended, tail = piece.split(b"\n")
        for part in ended:
            self._take(part)
            if self._open is None or self._open.strip():
                yield self._index, None if self._open is None else bytes(self._open)
            self._index += 1
            self._open = bytearray()
        self._take(tail)

    def rest(self) -> tuple[int, bytes | None]:
        """Return number and text of the line that was not ended."""
        return self._index, None if self._open is None else bytes(self._open)

    def _take(self, part: bytes) -> None:
        if self._open is not None:
            self._open += part
            if len(self._open) > self._cap:
                self._open = None
