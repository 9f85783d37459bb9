"""The loop that follows what is on screen: the run that is open, or those that are compared."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


@dataclass(slots=True)
class _Followed:
    """One run that is followed, and when it is asked again."""

    ref: RunRef
    due_at: float | None = 0.0
    """Monotonic seconds; None = there is no need."""
    failures: int = 0
    rows_at: float | None = None
    rows_took: float = 0.0
    rows_done: int | None = None


class FocusLoop:
    """Follows runs until they are final, in turn. One failure is that run's state, and a delay."""

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
        self._runs: tuple[_Followed, ...] = ()
        self._again = False
        self._walking: asyncio.Task[object] | None = None
        self._stopped = False
        self._allowed_holds = 0
        self._following: asyncio.Task[float | None] | None = None

    @property
    def focused(self) -> RunRef | None:
        """The run on screen; of several the first."""
        return self._runs[0].ref if self._runs else None

    def focus(self, *refs: RunRef) -> None:
        """Follow other runs, or none; what was being asked of the last ones is left."""
        if refs != tuple(one.ref for one in self._runs):
            if self._following is not None:
                # It may be waiting a minute for another connection's request budget.
                self._following.cancel()
            self._runs = tuple(_Followed(ref) for ref in dict.fromkeys(refs))
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
        """Ask the run on screen again now, also when it is final."""
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
        """Ask what is due of the run whose turn it is.

        Returns:
            Seconds to the next tick; None = no need.
        """
        runs = self._runs
        if not runs:
            return None
        # A loop that is woken asks, whether or not there was a need.
        one = min((one for one in runs if one.due_at is not None), key=_due_at, default=runs[0])
        delay = await self._ask(one)
        if len(runs) == 1:
            return delay
        now = self._clock.monotonic()
        one.due_at = None if delay is None else now + delay
        later = [other.due_at for other in runs if other.due_at is not None]
        return max(0.0, min(later) - now) if later else None

    async def _ask(self, one: _Followed) -> float | None:
        link = self._links.get(one.ref.connection)
        if link is None:
            return None
        again, self._again = self._again, False
        # A tick that was asked for while all is held may bring all its pages.
        self._allowed_holds = self.waker.holds
        self.waker.heed()
        try:
            return await self._follow(one, link, again=again)
        except ProviderError as error:
            one.failures += 1
            delay = failure_delay_s(error, one.failures, self._clock.now(), self._random)
            self._on_failure(one.ref, error, delay)
            return delay if error.retryable else None

    async def _follow(self, one: _Followed, link: Link, *, again: bool) -> float | None:
        ref = one.ref
        stored = await asyncio.to_thread(self._store.run, ref)
        if stored is not None and not stored.run.live and not wants_rows(stored) and not again:
            return None
        wish_s = link.poll.focused_s
        if not again and not link.claims.take(str(ref), wish_s * 0.8, against_own=False):
            # Another process shows it too, and has just asked; the store brings its answer.
            return jittered(wish_s / 2, self._random)
        sync = await link.sync()
        run = await sync.run(ref, again=again)
        if again or self._rows_due(one, run):
            turn = link.turns.turn("rows", str(ref))
            if turn.take():
                try:
                    await self._walk(one, sync, run)
                finally:
                    turn.release()
        one.failures = 0
        if run.live:
            return jittered(wish_s, self._random)
        if self._stopped:
            return None
        stored = await asyncio.to_thread(self._store.run, ref)
        return SETTLE_S + 1 if stored is not None and wants_rows(stored) else None

    def _rows_due(self, one: _Followed, run: Run) -> bool:
        """Tell whether to walk: the count moved, and the last walk has paid for itself."""
        if self._stopped:
            return False
        if one.rows_at is None or not run.live:
            return True
        rested = self._clock.monotonic() - one.rows_at
        if rested < one.rows_took * WALK_SHARE:
            return False
        return run.counts.done is None or run.counts.done != one.rows_done

    async def _walk(self, one: _Followed, sync: Sync, run: Run) -> None:
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
        one.rows_at = self._clock.monotonic()
        one.rows_took = one.rows_at - begun
        one.rows_done = run.counts.done

    async def _held(self) -> None:
        """Hold a walk between two pages while all is paused; asking for a refresh lets it go on."""
        if self.waker.paused and self.waker.holds > self._allowed_holds:
            await self.waker.unpaused()
            self._allowed_holds = self.waker.holds


def _due_at(one: _Followed) -> float:
    return one.due_at or 0.0
