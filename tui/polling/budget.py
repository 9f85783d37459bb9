"""The request budget of one connection: at most N requests in any sixty seconds, and no rush."""

import asyncio

from tui.clock import Clock
from tui.polling.ledger import WINDOW_S, Ledger, OwnLedger, wait_s

BURST = 10
"""Requests that may be sent at once."""
BURST_S = 2.0
"""Seconds that hold at most `BURST` requests: five a second in the long run."""


class RequestBudget:
    """Sliding windows over the times of the last requests, first come first served.

    Every attempt of the client takes one place before it is sent, retries included, so the
    number that leaves the machine is the number counted here. What a server says of its own
    limit holds beside it.
    """

    def __init__(self, limit_per_min: int, clock: Clock, ledger: Ledger | None = None) -> None:
        """Begin.

        Args:
            limit_per_min: at most so many in a minute.
            clock: for the windows.
            ledger: who counts; this process alone when None.
        """
        self.limit = max(1, limit_per_min)
        self._clock = clock
        self._ledger = ledger or OwnLedger()
        self._windows = ((WINDOW_S, self.limit), (BURST_S, BURST))
        self._turn = asyncio.Lock()
        self._quiet_until = 0.0

    async def take(self) -> None:
        """Wait until a request may be sent, and count it."""
        async with self._turn:
            while (wait := self._try()) > 0:
                await self._clock.sleep(wait)

    def hold(self, seconds: float) -> None:
        """Send nothing for so long: the server says that its own limit is used up."""
        self._quiet_until = max(self._quiet_until, self._clock.monotonic() + seconds)

    def wait_s(self) -> float:
        """Return the seconds until a place is free; zero when one is."""
        now = self._clock.monotonic()
        wait = wait_s(self._ledger.times(now), now, self._windows)
        return max(0.0, wait, self._quiet_until - now)

    def left(self) -> int:
        """Return how many requests may be sent within this minute."""
        now = self._clock.monotonic()
        return 0 if self._quiet_until > now else max(0, self.limit - len(self._ledger.times(now)))

    def _try(self) -> float:
        now = self._clock.monotonic()
        quiet = self._quiet_until - now
        return quiet if quiet > 0 else self._ledger.spend(now, self._windows)
