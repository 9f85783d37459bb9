"""A short queue between a task that reads and a caller that consumes, either of whom may leave."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Handover(Generic[_T]):
    """At most `size` things wait in it. Closing it, from either side, never blocks."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._waiting: deque[_T] = deque()
        self._closed = False
        self._changed = asyncio.Event()

    @property
    def full(self) -> bool:
        """Whether `put` would have to wait."""
        return len(self._waiting) >= self._size and not self._closed

    async def put(self, item: _T) -> bool:
        """Wait for room and hand over. Returns False when nobody takes it any more."""
        while self.full:
            await self._change()
        if self._closed:
            return False
        self._waiting.append(item)
        self._changed.set()
        return True

    async def get(self) -> _T | None:
        """Wait for the next thing; None when there is none left and none will come."""
        while not self._waiting:
            if self._closed:
                return None
            await self._change()
        item = self._waiting.popleft()
        self._changed.set()
        return item

    def close(self) -> None:
        """Take nothing more; what waits can still be fetched."""
        self._closed = True
        self._changed.set()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()
