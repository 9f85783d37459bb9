"""Time, injected everywhere so that tests own it."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the program may know about time."""

    def now(self) -> datetime:
        """Return the wall time, aware UTC. May jump; use it for ages and stamps only."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back. Use it for delays, deadlines and durations."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Suspend the calling task for `seconds` of monotonic time; zero yields once."""
        ...


class SystemClock:
    """The real clock."""

    def now(self) -> datetime:
        """Return the wall time, aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return `time.monotonic()`."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Suspend the calling task."""
        await asyncio.sleep(max(0.0, seconds))


def slept_s() -> float:
    """Return how many seconds the machine has been suspended since its start; 0 if nobody knows.

    The monotonic clock, and every timer on it, stands still meanwhile.
    """
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    if boot is None:
        return 0.0
    return time.clock_gettime(boot) - time.clock_gettime(time.CLOCK_MONOTONIC)
