"""A wait that can be cut short or held: refresh now, pause, go on."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from tui.clock import Clock


class Waker:
    """One loop's wait between two ticks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._woken = asyncio.Event()
        self._running = asyncio.Event()
        self._running.set()
        self._holds = 0

    @property
    def holds(self) -> int:
        """How often the loop was held so far."""
        return self._holds

    @property
    def paused(self) -> bool:
        """Whether the loop is held."""
        return not self._running.is_set()

    def wake(self) -> None:
        """End the current wait, or the next one if none is under way."""
        self._woken.set()

    def pause(self) -> None:
        """Hold the loop at its next `unpaused`."""
        if self._running.is_set():
            self._holds += 1
        self._running.clear()

    def resume(self) -> None:
        """Let it go on, at once."""
        self._running.set()
        self.wake()

    def heed(self) -> None:
        """A tick begins: it answers every wake so far."""
        self._woken.clear()

    async def unpaused(self) -> None:
        """Return when the loop may go on; a wake lets a paused loop do one tick."""
        if self._running.is_set():
            return
        await self._first(self._running.wait(), self._woken.wait())
        self._woken.clear()

    async def wait(self, seconds: float | None) -> None:
        """Return after `seconds`, or when woken; None waits for the waking only."""
        if seconds is None:
            await self._woken.wait()
        else:
            await self._first(self._clock.sleep(seconds), self._woken.wait())
        if not self.paused:
            self._woken.clear()

    @staticmethod
    async def _first(*waits: Coroutine[Any, Any, object]) -> None:
        tasks = [asyncio.create_task(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
