"""All poll loops together: what the screens talk to."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from tui.clock import Clock, slept_s
from tui.errors import NotFoundError, ProviderError
from tui.frozen import frozen
from tui.models import Run, RunRef
from tui.polling.connection_loop import ConnectionLoop
from tui.polling.focus_loop import FocusLoop
from tui.polling.health import ConnectionHealth, HealthState
from tui.polling.index_loop import IndexLoop
from tui.polling.links import Link
from tui.polling.pace import PACES, Pace
from tui.polling.rows_progress import RowsProgress
from tui.polling.sentinel_loop import SentinelLoop
from tui.polling.turns import Turns
from tui.polling.upkeep import UpkeepLoop
from tui.polling.waiting import Waker
from tui.providers.base import TrialDetail
from tui.store import Change, Store

TIGHT = 0.2
"""Share of a minute's requests below which what is left is told."""
SLEEP_LOOK_S = 5.0
"""How often the clocks are compared for a sleep of the machine."""
SLEPT_S = 10.0
"""A shorter sleep needs no asking afresh."""
WATCH_EVERY_S = 1.0
"""How often is looked for what other processes have brought to the store, and for their pace."""


@frozen
class RunTrouble:
    """The last failure of the run on screen."""

    ref: RunRef
    message: str
    remedy: str


class Poller:
    """The scheduler's face: what is focused, visible, paused; and what is known of each connection.

    Plain asyncio on an injected clock, no Textual. All methods belong to the event loop's thread.
    """

    def __init__(
        self,
        links: Mapping[str, Link],
        store: Store,
        clock: Clock,
        random: Random | None = None,
        *,
        store_limit: int | None = None,
        offline: bool = False,
        pace: Pace | None = None,
        slept_s: Callable[[], float] = slept_s,
    ) -> None:
        """Poll `links` into `store`.

        Args:
            links: by name; shared, and changed with `links_changed`.
            store: where answers go.
            clock: for everything.
            random: for jitter.
            store_limit: bytes the store is kept below; None = default.
            offline: whether nobody is asked, whatever a screen wants.
            pace: shared by the links; one of this poller's own when None.
            slept_s: tells how long the machine has been suspended so far.
        """
        self.offline = offline
        """Whether nobody is asked, whatever a screen wants: all answers are stored ones."""
        self._links = links
        self._store = store
        self._clock = clock
        self._slept_s = slept_s
        self.wish = pace or Pace(None, Turns(None))
        """The person's pace."""
        self._random = random = random or Random()
        self._loops = {name: self._loop_of(link) for name, link in links.items()}
        self._focus = FocusLoop(
            links,
            store,
            clock,
            random,
            on_failure=self._focus_failed,
            on_progress=self._rows_progressed,
        )
        self._upkeep = UpkeepLoop(
            store,
            clock,
            limit=store_limit,
            focused=lambda: self._focus.focused,
            publish=self.publish,
        )
        self._sentinel = SentinelLoop(store, tuple(links), clock, self.publish)
        self._index = IndexLoop(store.search, clock)
        self._listeners: list[Callable[[Change], None]] = []
        self.rows_progress: RowsProgress | None = None
        """The rows walk under way or the last one; None before any."""
        self.trouble: RunTrouble | None = None
        """Why the run on screen could not be refreshed; None after a good answer or a new focus."""

    def loops(self) -> list[tuple[str, Callable[[], Coroutine[Any, Any, None]]]]:
        """Return the loops to run, each with a name for its worker."""
        if self.offline:
            return [("watch store", self._watch_store)]
        lists = [(f"poll {name}", loop.run) for name, loop in self._loops.items()]
        return [
            *lists,
            ("poll focus", self._focus.run),
            ("watch store", self._watch_store),
            ("watch runs", self._sentinel.run),
            ("watch sleep", self._watch_sleep),
            ("search index", self._index.run),
            ("store upkeep", self._upkeep.run),
        ]

    def links_changed(self, changed: Iterable[str]) -> None:
        """Follow a change of the links this was made with, after it was made.

        Connections that are gone lose their loops, those named in `changed` get new ones; the old
        loops are their runner's to end, and `loops` tells the new ones.
        """
        afresh = set(changed)
        held = self.paused
        self._loops = {
            name: self._loops[name]
            if name in self._loops and name not in afresh
            else self._loop_of(link)
            for name, link in self._links.items()
        }
        self._sentinel.connections = tuple(self._links)
        if held:
            self.pause()

    def keep_below(self, store_limit: int | None) -> None:
        """Keep the store below so many bytes from now on; None = the default."""
        self._upkeep.limit = store_limit

    def _loop_of(self, link: Link) -> ConnectionLoop:
        link.pace = self.wish
        link.breaker.on_recovery = self._wake
        return ConnectionLoop(link, self._store, self._clock, self._random, self._health_changed)

    async def run(self) -> None:
        """Run all loops until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _name, loop in self.loops():
                group.create_task(loop())

    def focus(self, *refs: RunRef) -> None:
        """Follow the detail and rows of these runs, in turn; without one when none is open."""
        if next(iter(refs), None) != self._focus.focused:
            self.trouble = None
            self.rows_progress = None
        self._focus.focus(*refs)

    def set_visible(self, refs: Iterable[RunRef]) -> None:
        """Tell which runs are on screen, so that live ones among them are asked by themselves."""
        visible = frozenset(refs)
        for name, loop in self._loops.items():
            loop.visible = frozenset(ref for ref in visible if ref.connection == name)

    @property
    def pace(self) -> float:
        """How many times as long as configured is waited between two questions."""
        return self.wish.value

    def change_pace(self, *, faster: bool) -> float:
        """Ask twice as often, or half as often, within bounds; budgets hold. Returns the pace.

        It holds for all processes on the store, as `tui.polling.pace` tells.
        """
        place = PACES.index(self.wish.value) + (-1 if faster else 1)
        self.wish.set(PACES[max(0, min(len(PACES) - 1, place))])
        if faster:
            self._wake()
        return self.wish.value

    def disturbed(self) -> None:
        """A person types: what can wait goes slowly for a moment."""
        self._index.disturbed()

    def refresh(self, ref: RunRef | None = None) -> None:
        """Ask now: the run when one is given, else every list. Also while paused."""
        if self.offline:
            return
        for link in self._links.values():
            link.breaker.try_now()
        if ref is not None:
            self._focus.refresh()
            return
        for loop in self._loops.values():
            loop.ask_now()

    def stop_rows(self) -> bool:
        """End the fetching of the open run's rows; what came stays. False when none is under way.

        `refresh` of the run lets it go on.
        """
        return self._focus.stop_rows()

    @property
    def rows_stopped(self) -> bool:
        """Whether the person has ended the fetching of the open run's rows."""
        return self._focus.stopped

    def pause(self) -> None:
        """Hold all loops after the request under way, and a rows walk after its page."""
        for waker in self._wakers():
            waker.pause()

    def resume(self) -> None:
        """Let all loops go on, at once."""
        for waker in self._wakers():
            waker.resume()

    @property
    def paused(self) -> bool:
        """Whether the loops are held."""
        return self._focus.waker.paused

    def status(self) -> dict[str, ConnectionHealth]:
        """Return each connection's health, in configuration order."""
        if self.offline:
            return {
                name: ConnectionHealth(
                    name, HealthState.OFFLINE, ok_at=self._store.answered_at(name)
                )
                for name in self._links
            }
        return {name: loop.health for name, loop in self._loops.items()}

    def waits(self) -> dict[str, str]:
        """Return why connections that answer are asked less than wished, by name."""
        found = {}
        for name, loop in self._loops.items():
            budget = self._links[name].budget
            left = budget.left()
            if loop.standing_by:
                found[name] = "another evaltop asks"
            elif left <= budget.limit * TIGHT:
                found[name] = f"{left} of {budget.limit} requests left"
        return found

    def budget_left(self, connection: str) -> int:
        """Return how many requests this connection may send right now."""
        return self._links[connection].budget.left()

    async def trial_detail(self, ref: RunRef, row_key: str, trial_id: str) -> TrialDetail | None:
        """Fetch what only the trial's own requests can tell; None when there is no more to tell.

        Raises:
            ProviderError: the requests failed.
            NotFoundError: the run belongs to no configured connection.
        """
        if self.offline:
            return None
        link = self._links.get(ref.connection)
        if link is None:
            raise NotFoundError(f"There is no connection {ref.connection}.")
        return await (await link.sync()).trial_detail(ref, row_key, trial_id)

    async def cancel(self, ref: RunRef) -> Run:
        """Ask the provider, once, to cancel a run, and return what it says of it then.

        Raises:
            ProviderError: it refused, or did not answer: then nobody knows what became of it.
            NotFoundError: the run is not stored, or belongs to no configured connection.
        """
        link = self._links.get(ref.connection)
        if link is None:
            raise NotFoundError(f"There is no connection {ref.connection}.")
        try:
            return await (await link.sync()).cancel(ref)
        finally:
            self.refresh(ref)

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` with every change, in the loop's thread. Returns how to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, change: Change) -> None:
        """Tell the listeners; a change of nothing is not told."""
        if change.rows:
            self._index.changed()
        if change.refs or change.rows or change.connections:
            for listener in tuple(self._listeners):
                listener(change)

    async def aclose(self) -> None:
        """Close all clients."""
        for link in self._links.values():
            await link.aclose()

    async def _watch_store(self) -> None:
        """Tell what other processes on the same store have brought; ends at once in memory."""
        if self._store.file is None:
            return
        watch = self._store.watch()
        try:
            while True:
                before = self.wish.value
                change, repaced = await asyncio.to_thread(lambda: (watch.look(), self.wish.look()))
                self.publish(change)
                if repaced:
                    self._repaced(before)
                await self._clock.sleep(WATCH_EVERY_S)
        finally:
            watch.close()

    def _repaced(self, before: float) -> None:
        """Follow the pace a person wished for in another process."""
        if self.wish.value < before:
            self._wake()
        self._tell(connections=frozenset(self._links))

    async def _watch_sleep(self) -> None:
        """Ask everything once after the machine has slept: its timers stood still meanwhile."""
        slept = self._slept_s()
        while True:
            await self._clock.sleep(SLEEP_LOOK_S)
            before, slept = slept, self._slept_s()
            if slept - before >= SLEPT_S:
                for link in self._links.values():
                    link.breaker.try_now()
                self._wake()

    def _wake(self) -> None:
        """An outage is over, or the machine has slept: everything is due."""
        for waker in self._wakers():
            if not waker.paused:
                waker.wake()

    def _wakers(self) -> list[Waker]:
        return [self._focus.waker, *(loop.waker for loop in self._loops.values())]

    def _health_changed(self, health: ConnectionHealth) -> None:
        self._tell(connections=frozenset({health.connection}))

    def _focus_failed(self, ref: RunRef, error: ProviderError, delay_s: float) -> None:
        self.trouble = RunTrouble(ref, error.message, error.remedy)
        loop = self._loops.get(ref.connection)
        if loop is None:  # the connection was taken out meanwhile
            return
        next_at = self._clock.now() + timedelta(seconds=delay_s)
        loop.health = replace(loop.health.failed(error, next_at), failures=loop.health.failures)
        self._tell(connections=frozenset({ref.connection}), rows=frozenset({ref}))

    def _rows_progressed(self, progress: RowsProgress) -> None:
        self.trouble = None
        self.rows_progress = progress

    def _tell(
        self,
        *,
        connections: frozenset[str] = frozenset(),
        rows: frozenset[RunRef] = frozenset(),
    ) -> None:
        self.publish(Change(self._store.revision, frozenset(), rows, connections))
