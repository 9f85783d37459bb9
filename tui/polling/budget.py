"""The request budget of one connection: at most N requests in any sixty seconds."""

import asyncio
from collections import deque

from tui.clock import Clock

WINDOW_S = 60.0


class RequestBudget:
    """A sliding window over the times of the last requests, first come first served.

    Every attempt of the client takes one place before it is sent, retries included, so the
    number that leaves the machine is the number counted here.
    """

    def __init__(self, limit_per_min: int, clock: Clock) -> None:
        self.limit = max(1, limit_per_min)
        self._clock = clock
        self._sent: deque[float] = deque()
        self._turn = asyncio.Lock()

    async def take(self) -> None:
        """Wait until a request may be sent, and count it."""
        async with self._turn:
            while (wait := self.wait_s()) > 0:
                await self._clock.sleep(wait)
            self._sent.append(self._clock.monotonic())

    def wait_s(self) -> float:
        """Return the seconds until a place is free; zero when one is."""
        self._forget()
        if len(self._sent) < self.limit:
            return 0.0
        return self._sent[0] + WINDOW_S - self._clock.monotonic()

    def left(self) -> int:
        """Return how many requests may be sent right now."""
        self._forget()
        return self.limit - len(self._sent)

    def _forget(self) -> None:
        now = self._clock.monotonic()
        # The very expression of `wait_s`: rounding must not make a wait of zero of a full window.
        while self._sent and self._sent[0] + WINDOW_S - now <= 0:
            self._sent.popleft()
