"""The loop that keeps one connection's list of runs fresh."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

from tui.clock import Clock
from tui.errors import ProviderError, RetiredError
from tui.models import RunKind, RunRef
from tui.polling.discovery import SourceFacts, choose, per_tick
from tui.polling.health import ConnectionHealth, HealthState
from tui.polling.links import Link
from tui.polling.retirement import retired_error
from tui.polling.schedule import (
    LATE,
    RETIRED_RETRY_S,
    failure_delay_s,
    jittered,
    list_delay_s,
    needs_detail,
    run_interval_s,
)
from tui.polling.sync import Sync
from tui.polling.waiting import Waker
from tui.providers.base import RunSource
from tui.store import Store, StoredRun

STAND_BY_S = 2.0
"""How often a process looks whether the one that polls is still there."""
HEARD_EVERY = timedelta(seconds=5)
"""While a tick asks for many runs, how often it is told that answers come; and how often the store
is told of them while nothing else changes."""
RESERVE = 0.25
"""Share of a minute's requests that is left for the run a person opens."""
SOURCES_EVERY_S = 300.0
"""How often the list of evals itself is walked again; new evals appear this late at most."""


class ConnectionLoop:
    """Lists a connection's runs for ever; a typed failure is a state and a delay, never the end."""

    def __init__(
        self,
        link: Link,
        store: Store,
        clock: Clock,
        random: Random,
        on_health: Callable[[ConnectionHealth], None],
    ) -> None:
        """Prepare; the link says which process's turn it is."""
        self._link = link
        self._store = store
        self._clock = clock
        self._random = random
        self._on_health = on_health
        self.waker = Waker(clock)
        self.visible: frozenset[RunRef] = frozenset()
        self.health = ConnectionHealth(link.name)
        self._sources: list[RunSource] = []
        self._sources_at: float | None = None
        self._asked = False
        self.standing_by = False
        """Whether another process asks this connection, and this one reads what it stores."""
        self._asked_at: dict[RunRef, float] = {}
        """When live runs were last asked by themselves, on the monotonic clock."""
        self._well_saved_at: datetime | None = None
        """The answer of which the store was told last; None after a failure."""
        self._any_live = False
        """Whether the last tick found live runs."""
        self._partly = False
        """Whether the last tick brought some answers beside a failure."""
        self._hidden: ProviderError | None = None
        self._retired: RetiredError | None = None
        self._probe = False

    def ask_now(self) -> None:
        """Ask at once, whoever's turn it is, also what has ended: a person wants to know."""
        self._asked = True
        self._probe = self._retired is not None
        self.waker.wake()

    async def run(self) -> None:
        """Poll until cancelled."""
        await self._remember()
        try:
            while True:
                await self.waker.unpaused()
                delay = await self.tick()
                await self.waker.wait(delay)
        finally:
            self._link.lists.release()

    async def tick(self) -> float:
        """Ask once what is due. Returns the seconds until the next tick.

        While another process polls this connection, its answers are read from the store, and only
        what is on this screen alone is asked for.
        """
        asked, self._asked = self._asked, False
        self.standing_by = not asked and not self._link.lists.take()
        if self.standing_by:
            return await self._stand_by()
        try:
            failure = await self._ask()
        except ProviderError as error:
            failure, self._partly = error, False
        else:
            self._partly = failure is not None
        if failure is None:
            self._set_health(self._well())
            await self._save(self._retired)
            if self._retired is not None and not self._sources:
                return jittered(RETIRED_RETRY_S, self._random)
            busy = self._any_live or (await self._link.sync()).behind
            pause = list_delay_s(self._link.poll, self._random, any_live=busy)
            return max(pause, self._link.gate.poll_wish_s())
        now = self._clock.now()
        delay = failure_delay_s(failure, self.health.failures + 1, now, self._random)
        if self._partly:
            # Some of its lists answered: they neither wait for the broken one, nor are they asked
            # more often for its sake.
            delay = list_delay_s(self._link.poll, self._random, any_live=True)
        before = self._well() if self._partly else self.health
        self._set_health(before.failed(failure, now + timedelta(seconds=delay)))
        await self._save(failure)
        return delay

    async def _stand_by(self) -> float:
        """Show what the process that polls has found, and ask what it cannot know is looked at."""
        self._well_saved_at = None
        state = await asyncio.to_thread(self._store.connection_state, self._link.name)
        if state is not None:
            retired = await asyncio.to_thread(self._store.retired, self._link.name)
            self._retired = retired_error(retired)
            if self._retired is None:
                heard = partial(self._link.next_try.heard, self._clock.now())
                next_at = await asyncio.to_thread(heard) if state.error else None
                known = [at for at in (state.ok_at, self.health.ok_at) if at is not None]
                ok_at = max(known, default=None)
                self._set_health(self.health.told(ok_at, state.error, state.remedy, next_at))
            else:
                self._set_health(self.health.outlived(self._retired, state.ok_at))
        if self.visible and self.health.state is not HealthState.ERROR:
            told_since = self._clock.now() - timedelta(seconds=self._link.poll.live_s * LATE)
            for error in await self._details(await self._link.sync(), {}, told_since):
                now = self._clock.now()
                delay = failure_delay_s(error, self.health.failures + 1, now, self._random)
                self._set_health(self.health.failed(error, now + timedelta(seconds=delay)))
        return jittered(STAND_BY_S, self._random)

    def _well(self) -> ConnectionHealth:
        """Return the health after answers; a service that has ended stays so beside its batches."""
        now = self._clock.now()
        if self._retired is None:
            return self.health.succeeded(now)
        answered = now if self._sources else self.health.ok_at
        return self.health.outlived(self._retired, answered)

    async def _ask(self) -> ProviderError | None:
        """Ask the lists and details that are due; return the first failure of some of them.

        Raises ProviderError when nothing at all answered.
        """
        sync, poll = await self._link.sync(), self._link.poll
        begun = self._clock.now()
        await self._refresh_sources(sync)
        live_before = await self._may_change()
        hidden = None if isinstance(self._hidden, RetiredError) else self._hidden
        failures: list[ProviderError] = [] if hidden is None else [hidden]
        answered = 0
        most = per_tick(poll.max_requests_per_min, poll.live_s)
        due, checked = await self._due_sources(most)
        for source in due:
            try:
                await sync.source(source)
                checked[source.id] = self._clock.now()
                answered += 1
            except ProviderError as error:
                failures.append(error)
                if isinstance(error, RetiredError):
                    self._sources_at = None  # the list of lists must tell it
        older = min(max(1, most - len(due)), self._room())
        if older > 0 and (answered or not failures):
            try:
                await sync.older(older)
            except ProviderError as error:
                failures.append(error)
        self._count_checked(checked)
        if answered and not failures and not self._partly:
            # Asking many runs by themselves may take minutes of the budget.
            self._set_health(self._well())
            await self._save(self._retired)
        failures.extend(await self._details(sync, live_before, begun))
        if failures and not answered:
            raise failures[0]
        return failures[0] if failures else None

    async def _refresh_sources(self, sync: Sync) -> None:
        now = self._clock.monotonic()
        due = self._sources_at is None or now - self._sources_at >= SOURCES_EVERY_S
        if due or self._probe:
            self._sources, self._hidden = await sync.sources(again=self._probe)
            self._sources_at, self._probe = now, False
            self._retired = self._hidden if isinstance(self._hidden, RetiredError) else None

    async def _due_sources(self, most: int) -> tuple[list[RunSource], dict[str, datetime]]:
        """Return the lists to ask now, and when each was last asked."""
        states = {
            state.source.id: state
            for state in await asyncio.to_thread(self._store.sources, self._link.name)
        }
        facts = [
            SourceFacts(
                source,
                states[source.id].checked_at if source.id in states else None,
                source.id in states and states[source.id].live_runs > 0,
                states[source.id].newest_run_at if source.id in states else None,
            )
            for source in self._sources
        ]
        due = choose(facts, now=self._clock.now(), most=most)
        return due, {ident: state.checked_at for ident, state in states.items()}

    def _count_checked(self, checked: dict[str, datetime]) -> None:
        """Tell how many of the lists have been asked: with many evals it takes a while."""
        asked = [checked[source.id] for source in self._sources if source.id in checked]
        whole = len(asked) == len(self._sources)
        self._set_health(
            replace(
                self.health,
                checked=len(asked),
                sources=len(self._sources),
                oldest_check_at=min(asked) if whole and asked else None,
            )
        )

    async def _details(
        self, sync: Sync, live_before: dict[RunRef, StoredRun], told_since: datetime
    ) -> list[ProviderError]:
        """Ask live runs by themselves where the list does not tell, and once those that ended.

        What a list has told since `told_since` is not asked for.
        """
        live = await self._may_change()
        self._any_live = bool(live)
        wall = self._clock.now()
        due = [ref for ref in live_before if ref not in live]
        room, now = max(1, self._room() - len(due)), self._clock.monotonic()
        self._asked_at = {ref: at for ref, at in self._asked_at.items() if ref in live}
        # Where the budget does not reach for all, those that have waited longest come first.
        for ref in sorted(live, key=lambda ref: self._asked_at.get(ref, 0.0)):
            stored = live[ref]
            if not needs_detail(
                stored,
                sync.provider.capabilities,
                visible=ref in self.visible,
                asked=ref in self._asked_at,
                since=told_since,
                now=wall,
            ):
                continue
            interval = run_interval_s(
                self._link.poll, focused=False, idle_for=wall - stored.changed_at
            )
            if interval is not None and self._link.claims.take(str(ref), interval * 0.8):
                self._asked_at[ref] = now
                due.append(ref)
                room -= 1
                if room <= 0:
                    break
        return [error for _source, error in await sync.runs(due, on_answer=self._heard)]

    def _room(self) -> int:
        """Return how many requests may be spent on what nobody has opened."""
        budget = self._link.budget
        return budget.left() - int(budget.limit * RESERVE)

    def _heard(self) -> None:
        """Note an answer to one of many questions: the data of a connection that is well is new."""
        now = self._clock.now()
        ok_at = self.health.ok_at
        if self.health.state is HealthState.OK and ok_at is not None and now - ok_at >= HEARD_EVERY:
            self._set_health(self.health.succeeded(now))

    async def _may_change(self) -> dict[RunRef, StoredRun]:
        """Return the live runs, without those of a service that has ended."""
        live = await asyncio.to_thread(self._store.live_runs, self._link.name)
        return {
            stored.run.ref: stored
            for stored in live
            if self._retired is None or stored.run.kind is not RunKind.EVAL
        }

    async def _remember(self) -> None:
        """Start from the last answer, so that the age of the data is told at once.

        It may be a command's, which tells the store of no health.
        """
        answered_at = await asyncio.to_thread(self._store.answered_at, self._link.name)
        self._set_health(replace(self.health, ok_at=answered_at))

    async def _save(self, failure: ProviderError | None) -> None:
        """Tell the store how the connection is; that it answers on is told now and then."""
        ok_at, saved_at = self.health.ok_at, self._well_saved_at
        told_lately = (
            failure is None
            and ok_at is not None
            and saved_at is not None
            and timedelta() <= ok_at - saved_at < HEARD_EVERY
        )
        if not told_lately:
            await asyncio.to_thread(
                self._store.set_connection,
                self._link.name,
                ok_at=ok_at,
                error=None if failure is None else failure.message,
                remedy=None if failure is None else failure.remedy,
            )
            self._well_saved_at = ok_at if failure is None else None
        if self._link.lists.held and self._link.next_try.told != self.health.next_at:
            await asyncio.to_thread(self._link.next_try.tell, self.health.next_at)

    def _set_health(self, health: ConnectionHealth) -> None:
        if health != self.health:
            self.health = health
            self._on_health(health)
