"""One write under way while what comes next is read."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class WriteBehind:
    """Writes follow each other; at most one is under way."""

    def __init__(self) -> None:
        self._under_way: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether a write is under way."""
        return self._under_way is not None and not self._under_way.done()

    async def begin(self, write: Coroutine[Any, Any, None]) -> None:
        """Begin a write after the one before it; raises what that one raised."""
        try:
            await self.done()
        except BaseException:
            write.close()
            raise
        self._under_way = asyncio.ensure_future(write)

    async def done(self) -> None:
        """Wait for the write under way, which goes on when the waiting is cancelled.

        Raises what it raised, once.
        """
        under_way = self._under_way
        if under_way is not None:
            await asyncio.wait({under_way})
            self._under_way = None
            under_way.result()
