"""From an answer that has begun to what it holds; what cannot be read is a `Failure`."""

import asyncio
from collections.abc import AsyncIterator

from tui.errors import TooLargeError
from tui.models import JsonValue
from tui.providers.attempts import Arrival
from tui.providers.batches import ITEM_BYTES, ItemBatch, array_batches, line_batches
from tui.providers.failures import Failure, answer_error
from tui.providers.splitting import ItemSplitter, TooMuchError
from tui.providers.strict_json import NotJsonError, loads

PAGE_BYTES = 64 * 1024 * 1024
"""Cap of the kept items of one page; above it the page is asked again with half the limit."""

_THREAD_BYTES = 512 * 1024


async def whole_value(arrival: Arrival, cap: int) -> JsonValue:
    """Return the JSON value of the whole body."""
    text = bytearray()
    async for piece in arrival.pieces:
        text += piece
        if len(text) > cap:
            raise too_large(arrival, cap)
    if not text.strip():
        raise unreadable(arrival, "it is empty")
    try:
        if len(text) < _THREAD_BYTES:
            return loads(text)
        return await asyncio.to_thread(loads, text)
    except NotJsonError as error:
        raise unreadable(arrival, str(error)) from None


async def value_without(arrival: Arrival, drop: tuple[str, ...], cap: int) -> JsonValue:
    """Return the JSON object of the whole body, without what stands at the dropped paths."""
    splitter = ItemSplitter(None, drop=drop, cap=cap)
    batch = await _single(arrival, array_batches(arrival.pieces, splitter, batch_items=None))
    if batch.items:
        return batch.items[0]
    if splitter.skipped:
        raise too_large(arrival, cap)
    raise unreadable(arrival, batch.bad[0].why if batch.bad else "it is empty")


async def one_page(arrival: Arrival, under: str, drop: tuple[str, ...]) -> ItemBatch:
    """Return all items of a list at once. Raises TooLargeError over `PAGE_BYTES`."""
    splitter = ItemSplitter(under, drop=drop, cap=ITEM_BYTES)

    async def bounded() -> AsyncIterator[bytes]:
        async for piece in arrival.pieces:
            check()
            yield piece

    def check() -> None:
        if splitter.kept > PAGE_BYTES:
            raise too_large(arrival, PAGE_BYTES)

    page = await _single(arrival, array_batches(bounded(), splitter, batch_items=None))
    check()
    return page


def item_batches(
    arrival: Arrival, under: str, drop: tuple[str, ...], batch_items: int
) -> AsyncIterator[ItemBatch]:
    """Yield the items of a list in batches."""
    splitter = ItemSplitter(under, drop=drop, cap=ITEM_BYTES)
    return _readable(arrival, array_batches(arrival.pieces, splitter, batch_items=batch_items))


def object_lines(arrival: Arrival, batch_items: int) -> AsyncIterator[ItemBatch]:
    """Yield the objects of a line-delimited body in batches."""
    return _readable(arrival, line_batches(arrival.pieces, batch_items=batch_items))


def too_large(arrival: Arrival, cap: int) -> Failure:
    """Return the failure of an answer over its cap."""
    size = f"{cap // (1024 * 1024)} MiB" if cap >= 1024 * 1024 else f"{cap // 1024} KiB"
    return Failure(
        TooLargeError(
            f"{arrival.words.connection}: the answer is larger than {size}.",
            remedy="It is left out; the rest goes on.",
            status=arrival.status,
            request_id=arrival.request_id,
        )
    )


def unreadable(arrival: Arrival, why: str) -> Failure:
    """Return the failure of an answer that is not what was promised; it may be cut, so again."""
    error = answer_error(why, arrival.words, status=arrival.status, request_id=arrival.request_id)
    return Failure(error, again=True)


async def _single(arrival: Arrival, batches: AsyncIterator[ItemBatch]) -> ItemBatch:
    return [batch async for batch in _readable(arrival, batches)][-1]


async def _readable(
    arrival: Arrival, batches: AsyncIterator[ItemBatch]
) -> AsyncIterator[ItemBatch]:
    try:
        async for batch in batches:
            yield batch
    except NotJsonError as error:
        raise unreadable(arrival, str(error)) from None
    except TooMuchError:
        raise too_large(arrival, ITEM_BYTES) from None
    except LookupError as error:
        raise unreadable(arrival, f"it has no list {error.args[0]!r}") from None
