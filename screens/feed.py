"""Reading in a thread, one at a time; what comes meanwhile is caught up with.

What a person asks for is read at once, and gives up what nobody wants any more. Live data is read
again after a rest that grows with what a reading takes, so that keys stay quick.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from textual.screen import Screen
from textual.timer import Timer

from tui.clock import Clock
from tui.errors import QueryError
from tui.store import ReadCancelledError

REST_SHARE = 6.0
"""A reading rests this many times as long as it took."""
LEAST_REST_S = 0.2

WantedT = TypeVar("WantedT")
LookT = TypeVar("LookT")


class Feed(ABC, Generic[WantedT]):
    """Keeps what is shown up with what is stored."""

    def __init__(
        self,
        screen: Screen[str],
        clock: Clock,
        name: str,
        show_mistake: Callable[[QueryError], None] | None = None,
    ) -> None:
        """Prepare; nothing is read before `want`.

        Args:
            screen: owns the worker and the timer, which end with it.
            clock: tells how long a reading took.
            name: of the worker, and with dashes of its group.
            show_mistake: called when the filter turns out to be one that cannot be used; None
                where nothing is filtered.
        """
        self._screen = screen
        self._clock = clock
        self._name = name
        self._show_mistake = show_mistake
        self._wanted: WantedT | None = None
        self._building = False
        self._stale = False
        self._urgent = False
        self._rest: Timer | None = None

    @abstractmethod
    async def look(self, wanted: WantedT) -> bool:
        """Read and show what is wanted; False when that came to nothing."""

    async def in_thread(self, wanted: WantedT, read: Callable[[], LookT]) -> LookT | None:
        """Return what a thread reads; None when nobody wants that by now, or it is a mistake."""
        try:
            looked = await asyncio.to_thread(read)
        except ReadCancelledError:
            return None
        except QueryError as mistake:
            if self._show_mistake is None:
                raise
            if not self.is_outdated(wanted):
                self._show_mistake(mistake)
            return None
        return None if self.is_outdated(wanted) else looked

    def want(self, wanted: WantedT, *, urgent: bool) -> None:
        """Read: at once for a person, after a rest for live data."""
        self._wanted = wanted
        self._stale = True
        self._urgent = self._urgent or urgent
        if self._building or (self._rest is not None and not urgent):
            return
        self._building = True
        self._screen.run_worker(
            self._build(), name=self._name, group=self._name.replace(" ", "-"), exit_on_error=False
        )

    def forget(self) -> None:
        """Want nothing: what is being read is given up."""
        self._wanted = None
        self._stale = False

    def is_outdated(self, wanted: WantedT) -> bool:
        """Return whether something else is wanted by now; also asked by the thread that reads."""
        return wanted != self._wanted

    async def _build(self) -> None:
        try:
            while self._wanted is not None and self._stale and (self._urgent or self._rest is None):
                self._stale = self._urgent = False
                begun = self._clock.monotonic()
                if await self.look(self._wanted):
                    took_s = self._clock.monotonic() - begun
                    self._rest_for(max(LEAST_REST_S, took_s * REST_SHARE))
        finally:
            self._building = False

    def _rest_for(self, seconds: float) -> None:
        if self._rest is not None:
            self._rest.stop()
        self._rest = self._screen.set_timer(seconds, self._rested, name=f"{self._name} rest")

    def _rested(self) -> None:
        self._rest = None
        if self._stale and self._wanted is not None:
            self.want(self._wanted, urgent=False)
