"""The loop that follows the one run on screen: its detail and its rows."""

import asyncio
from collections.abc import Callable, Mapping
from random import Random

from tui.clock import Clock
from tui.errors import ProviderError
from tui.models import Run, RunRef
from tui.polling.links import Link
from tui.polling.rows_progress import RowsProgress
from tui.polling.schedule import failure_delay_s, jittered
from tui.polling.sync import Sync, wants_rows
from tui.polling.waiting import Waker
from tui.store import Store

SETTLE_S = 60.0
"""A finished run's rows are walked once more this long after its end (design section 6)."""
WALK_SHARE = 4.0
"""A live run's rows rest this many times as long as their last walk took."""


class FocusLoop:
    """Follows the focused run until it is final. One failure is that run's state, and a delay."""

    def __init__(
        self,
        links: Mapping[str, Link],
        store: Store,
        clock: Clock,
        random: Random,
        *,
        on_failure: Callable[[RunRef, ProviderError, float], None],
        on_progress: Callable[[RowsProgress], None],
    ) -> None:
        self._links = links
        self._store = store
        self._clock = clock
        self._random = random
        self._on_failure = on_failure
        self._on_progress = on_progress
        self.waker = Waker(clock)
        self._focused: RunRef | None = None
        self._again = False
        self._failures = 0
        self._rows_at: float | None = None
        self._rows_took = 0.0
        self._rows_done: int | None = None
        self._walking: asyncio.Task[object] | None = None
        self._stopped = False
        self._allowed_holds = 0
        self._following: asyncio.Task[float | None] | None = None

    @property
    def focused(self) -> RunRef | None:
        """The run on screen."""
        return self._focused

    def focus(self, ref: RunRef | None) -> None:
        """Follow another run, or none; what was being asked of the last one is left."""
        if ref != self._focused:
            if self._following is not None:
                # It may be waiting a minute for another connection's request budget.
                self._following.cancel()
            self._focused = ref
            self._failures = 0
            self._rows_at = None
            self._rows_done = None
            self._stopped = False
            self.waker.wake()

    @property
    def stopped(self) -> bool:
        """Whether the person has ended the fetching of this run's rows."""
        return self._stopped

    def stop_rows(self) -> bool:
        """End the walk under way; what came stays. Returns whether there was one.

        The run itself is followed on; `refresh` lets its rows go on where they were.
        """
        if self._walking is None or self._walking.done():
            return False
        self._stopped = True
        self._walking.cancel()
        return True

    def refresh(self) -> None:
        """Ask the focused run again now, also when it is final."""
        self._again = True
        self._stopped = False
        self.waker.wake()

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            await self.waker.unpaused()
            self._following = asyncio.create_task(self.tick(), name="follow")
            try:
                await asyncio.wait({self._following})
            except asyncio.CancelledError:
                self._following.cancel()
                raise
            if not self._following.cancelled():
                await self.waker.wait(self._following.result())

    async def tick(self) -> float | None:
        """Ask what is due of the focused run. Returns seconds to the next tick; None = no need."""
        ref = self._focused
        link = None if ref is None else self._links.get(ref.connection)
        if ref is None or link is None:
            return None
        again, self._again = self._again, False
        # A tick that was asked for while all is held may bring all its pages.
        self._allowed_holds = self.waker.holds
        self.waker.heed()
        try:
            return await self._follow(ref, link, again=again)
        except ProviderError as error:
            self._failures += 1
            delay = failure_delay_s(error, self._failures, self._clock.now(), self._random)
            self._on_failure(ref, error, delay)
            return delay if error.retryable else None

    async def _follow(self, ref: RunRef, link: Link, *, again: bool) -> float | None:
        stored = await asyncio.to_thread(self._store.run, ref)
        if stored is not None and not stored.run.live and not wants_rows(stored) and not again:
            return None
        wish_s = link.poll.focused_s
        if not again and not link.claims.take(str(ref), wish_s * 0.8, against_own=False):
            # Another process shows it too, and has just asked; the store brings its answer.
            return jittered(wish_s / 2, self._random)
        sync = await link.sync()
        run = await sync.run(ref, again=again)
        if again or self._rows_due(run):
            turn = link.turns.turn("rows", str(ref))
            if turn.take():
                try:
                    await self._walk(sync, run)
                finally:
                    turn.release()
        self._failures = 0
        if run.live:
            return jittered(wish_s, self._random)
        if self._stopped:
            return None
        stored = await asyncio.to_thread(self._store.run, ref)
        return SETTLE_S + 1 if stored is not None and wants_rows(stored) else None

    def _rows_due(self, run: Run) -> bool:
        """Tell whether to walk: the count moved, and the last walk has paid for itself."""
        if self._stopped:
            return False
        if self._rows_at is None or not run.live:
            return True
        rested = self._clock.monotonic() - self._rows_at
        if rested < self._rows_took * WALK_SHARE:
            return False
        return run.counts.done is None or run.counts.done != self._rows_done

    async def _walk(self, sync: Sync, run: Run) -> None:
        begun = self._clock.monotonic()
        self._walking = asyncio.create_task(
            sync.rows(run, self._on_progress, between=self._held), name="rows"
        )
        try:
            await self._walking
        except asyncio.CancelledError:
            self._walking.cancel()
            # Stopped by the person, unless this loop itself is being ended.
            if not self._stopped or (task := asyncio.current_task()) is None or task.cancelling():
                raise
        self._rows_at = self._clock.monotonic()
        self._rows_took = self._rows_at - begun
        self._rows_done = run.counts.done

    async def _held(self) -> None:
        """Hold a walk between two pages while all is paused; asking for a refresh lets it go on."""
        if self.waker.paused and self.waker.holds > self._allowed_holds:
            await self.waker.unpaused()
            self._allowed_holds = self.waker.holds
