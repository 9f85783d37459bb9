"""Keeps the store in order behind what goes on: damaged files read, room made."""

import asyncio
from collections.abc import Callable

from tui.clock import Clock
from tui.models import RunRef
from tui.store import Change, Store

EVERY_S = 10.0
"""How often the store's size is looked at."""
REST_S = 0.1
"""Rest between two pieces of work, so that others come to write."""
OPEN_EVERY_S = 60.0
"""How often other instances are told which run is on screen here."""


class UpkeepLoop:
    """Plain asyncio on an injected clock; the work itself is done in a thread."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        limit: int | None,
        focused: Callable[[], RunRef | None],
        publish: Callable[[Change], None],
    ) -> None:
        """Keep `store` below `limit` bytes (None = the default), but for the focused run."""
        self._store = store
        self._clock = clock
        self.limit = limit
        """Bytes; None = the default. May be changed while it runs."""
        self._focused = focused
        self._publish = publish
        self._told: RunRef | None = None
        self._told_at = 0.0

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            more = await self.tick()
            await self._clock.sleep(REST_S if more else EVERY_S)

    async def tick(self) -> bool:
        """Do one piece of work. Returns whether more follows."""
        await self._tell_open()
        change, more = await asyncio.to_thread(self._store.upkeep, self.limit)
        self._publish(change)
        return more

    async def _tell_open(self) -> None:
        ref, now = self._focused(), self._clock.monotonic()
        if ref is not None and (ref != self._told or now - self._told_at >= OPEN_EVERY_S):
            self._told, self._told_at = ref, now
            await asyncio.to_thread(self._store.set_open, [ref])
