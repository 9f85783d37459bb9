"""Slices of a streamed list, and the two readers that make them: of JSON arrays and of lines."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import field
from typing import TypeVar

from tui.frozen import frozen
from tui.models import JsonObject, JsonValue
from tui.providers.splitting import ItemSplitter, RawItem
from tui.providers.strict_json import NotJsonError, loads

_T = TypeVar("_T")

ITEM_BYTES = 8 * 1024 * 1024
"""Cap of one item or of one unstreamed answer, decoded bytes (design section 6)."""

_BATCH_BYTES = 4 * 1024 * 1024
_SLAB_BYTES = 256 * 1024
"""Pieces are cut and parsed in a thread this much at a time: the event loop is never held for 50
ms, and the steps between the threads cost little."""
_THREAD_BYTES = 16 * 1024
"""Less than this takes no longer than starting a thread."""


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
    size: int = 0
    """Bytes of the items as they came."""

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

    def add(self, item: RawItem) -> None:
        """Parse and keep one item; a bad one is kept as such."""
        if item.data is None:
            self._bad.append(BadItem(item.index, item.why))
            return
        value: JsonValue = item.value
        if value is None:
            try:
                value = loads(item.data)
            except NotJsonError as error:
                self._bad.append(BadItem(item.index, str(error)))
                return
        if not isinstance(value, dict):
            self._bad.append(BadItem(item.index, "it is not an object"))
            return
        if self._first is None:
            self._first = item.index
        self._items.append(value)
        self._bytes += len(item.data)
        self._next = item.index + 1

    def batches(self, items: Iterable[RawItem]) -> list[ItemBatch]:
        """Take items in; return the batches that they fill."""
        full: list[ItemBatch] = []
        for item in items:
            if self.full(item.index):
                full.append(self.take())
            self.add(item)
        return full

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
        items, bad, size = tuple(self._items), tuple(self._bad), self._bytes
        batch = ItemBatch(items, first, bad, rest or {}, last, size)
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
    async for slab in _slabs(pieces):
        for batch in await _aside(
            lambda slab: collector.batches(splitter.feed(slab, more=True)), slab
        ):
            yield batch
    for batch in collector.batches(splitter.feed(b"")):
        yield batch
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
    async for slab in _slabs(pieces):
        for batch in await _aside(lambda slab: collector.batches(lines.feed(slab)), slab):
            yield batch
    rest = lines.rest()
    if rest.data is None or rest.data.strip():
        for batch in await _aside(lambda _: collector.batches(_unless_cut(rest)), rest.data or b""):
            yield batch
    yield collector.take(last=True)


def _unless_cut(line: RawItem) -> Iterator[RawItem]:
    """Yield a last line that has no end. Raises NotJsonError when it cannot be read."""
    if line.data is not None:
        try:
            loads(line.data)
        except NotJsonError:
            raise NotJsonError("it is cut off in the middle of a line") from None
    yield line


async def _slabs(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the same bytes in larger pieces, each at most as large as all before it together.

    So what a slow line has brought is never held back for long.
    """
    gathered: list[bytes] = []
    size = enough = 0
    async for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= enough:
            yield b"".join(gathered)
            enough = min(enough + size, _SLAB_BYTES)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


async def _aside(work: Callable[[bytes], _T], data: bytes) -> _T:
    """Return what some work makes of data, done in a thread where that may take a while."""
    if len(data) < _THREAD_BYTES:
        return work(data)
    return await asyncio.to_thread(work, data)


class _Lines:
    """Cuts pieces into lines; a line over the cap comes out as None."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._open: bytearray | None = bytearray()
        self._index = 0
        self._too_long = f"it is larger than {cap // 1024} KiB"

    def feed(self, piece: bytes) -> Iterator[RawItem]:
        """Yield each line that ends in this piece, without blank ones."""
        *ended, tail = piece.split(b"\n")
        for part in ended:
            self._take(part)
            if self._open is None or self._open.strip():
                yield self.rest()
            self._index += 1
            self._open = bytearray()
        self._take(tail)

    def rest(self) -> RawItem:
        """Return the line that was not ended."""
        if self._open is None:
            return RawItem(self._index, None, self._too_long)
        return RawItem(self._index, bytes(self._open))

    def _take(self, part: bytes) -> None:
        if self._open is not None:
            self._open += part
            if len(self._open) > self._cap:
                self._open = None
