"""A clock that tests own."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class FakeClock:
    """Time that moves only when told to, or when somebody sleeps on it.

    Satisfies `tui.clock.Clock`. `sleep` returns at once (after one turn of the loop) and moves
    both times on by what was asked; every wish is kept in `sleeps`, in order.
    """

    def __init__(self, start: datetime = START, *, monotonic: float = 1000.0) -> None:
        self._now = start
        self._monotonic = monotonic
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        """Return the wall time, aware UTC."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds that never go back."""
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        """Record the wish, move time on by it and let other tasks run once."""
        self.sleeps.append(seconds)
        self.advance(max(0.0, seconds))
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Move both times on."""
        if seconds < 0:
            raise ValueError("monotonic time never goes back; use jump for the wall time")
        self._monotonic += seconds
        self._now += timedelta(seconds=seconds)

    def jump(self, seconds: float) -> None:
        """Move the wall time alone, either way, as a corrected system clock does."""
        self._now += timedelta(seconds=seconds)
