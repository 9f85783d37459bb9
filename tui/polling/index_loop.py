"""Fills the search index behind what comes, in small pieces that nobody notices."""

import asyncio

from tui.clock import Clock
from tui.polling.waiting import Waker
from tui.store.search import SearchIndex

REST_SHARE = 1.0
"""It rests this many times as long as it took to take a piece in."""
LEAST_REST_S = 0.02
BUSY_REST_S = 0.5
"""Rest while a person types or rows arrive."""
BUSY_FOR_S = 1.0
"""How long after a key or a change that is."""


class IndexLoop:
    """Plain asyncio on an injected clock; the work itself is done in a thread."""

    def __init__(self, index: SearchIndex, clock: Clock) -> None:
        self._index = index
        self._clock = clock
        self._busy_until = 0.0
        self._waker = Waker(clock)

    def disturbed(self) -> None:
        """A person types: go slowly for a moment."""
        self._busy_until = self._clock.monotonic() + BUSY_FOR_S

    def changed(self) -> None:
        """Rows have come or changed: there is something to take in, but not at their cost."""
        self.disturbed()
        self._waker.wake()

    async def run(self) -> None:
        """Fill until cancelled."""
        while True:
            begun = self._clock.monotonic()
            more = await asyncio.to_thread(self._index.fill)
            rest_s = max(LEAST_REST_S, (self._clock.monotonic() - begun) * REST_SHARE)
            if not more:
                await self._waker.wait(None)
            busy = self._clock.monotonic() < self._busy_until
            await self._clock.sleep(BUSY_REST_S if busy else rest_s)
