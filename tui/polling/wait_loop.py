"""Wait for runs to end: asks each now and then, survives outages, tells what happens."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from tui.clock import Clock
from tui.errors import (
    AuthError,
    KeyMissingError,
    MissingError,
    ProviderError,
    RetiredError,
)
from tui.models import RunRef
from tui.polling.links import Link
from tui.polling.schedule import LATE, failure_delay_s, jittered, list_tells
from tui.store import Store, StoredRun

LOOK_EVERY_S = 2.0
"""How often the store is looked at for what another process has brought."""

Tell = Callable[[str, StoredRun, str], None]
"""Told of an event: its word, the run as it is now, and a sentence where the word is not all."""


class WaitLoop:
    """Waits for some stored runs.

    The events are `waiting` (once for each), `progress`, `status`, `trouble`, `recovered` and
    `ended`.
    """

    def __init__(
        self,
        links: Mapping[str, Link],
        store: Store,
        clock: Clock,
        random: Random,
        tell: Tell,
    ) -> None:
        self._links = links
        self._store = store
        self._clock = clock
        self._random = random
        self._tell = tell
        self._due: dict[RunRef, float] = {}
        self._failures: dict[RunRef, int] = {}
        self._known: dict[RunRef, StoredRun] = {}
        self._told_here: dict[RunRef, datetime] = {}
        """When the last answer to this process came."""
        self._answered: set[str] = set()
        """Connections that have answered well in this process."""

    async def run(self, refs: Sequence[RunRef]) -> None:
        """Return when all have ended.

        Raises:
            ProviderError: one that waiting cannot mend: a run that is gone, a service that has
                ended, a key that never worked.
        """
        for ref in refs:
            stored = await asyncio.to_thread(self._store.run, ref)
            if stored is not None:
                self._known[ref] = stored
                self._tell("waiting" if stored.run.live else "ended", stored, "")
        left = [ref for ref in refs if ref in self._known and self._known[ref].run.live]
        while left:
            await self._heed_pace(left)
            for ref in left:
                await self._look(ref)
            left = [ref for ref in left if self._known[ref].run.live]
            if left:
                await self._clock.sleep(self._pause_s(left))

    async def _heed_pace(self, left: Sequence[RunRef]) -> None:
        """Follow the pace a person wishes for in an app on the same store."""
        for pace in {self._links[ref.connection].pace for ref in left}:
            if await asyncio.to_thread(pace.look):
                self._due.clear()

    def _pause_s(self, left: Sequence[RunRef]) -> float:
        now = self._clock.monotonic()
        return max(0.1, min(LOOK_EVERY_S, *(self._due.get(ref, now) - now for ref in left)))

    async def _look(self, ref: RunRef) -> None:
        """Ask for a run if it is due, and tell what has changed, whoever brought it."""
        link = self._links[ref.connection]
        now = self._clock.monotonic()
        if self._due.get(ref, now) <= now:
            every_s = link.poll.live_s
            if await self._told_by_others(ref, link) or not link.claims.take(
                str(ref), every_s * 0.8
            ):
                self._due[ref] = now + jittered(every_s / 4, self._random)
            else:
                await self._ask(ref, link)
        stored = await asyncio.to_thread(self._store.run, ref)
        if stored is not None:
            self._note(ref, stored)

    async def _told_by_others(self, ref: RunRef, link: Link) -> bool:
        """Return whether a process that asks the lists has just brought all there is to know."""
        stored = await asyncio.to_thread(self._store.run, ref)
        if stored is None or stored.fetched_at == self._told_here.get(ref, stored.fetched_at):
            return False
        now = self._clock.now()
        since = now - timedelta(seconds=link.poll.live_s * LATE)
        capabilities = (await link.sync()).provider.capabilities
        return list_tells(stored, capabilities, since=since, now=now)

    async def _ask(self, ref: RunRef, link: Link) -> None:
        try:
            await (await link.sync()).run(ref)
        except ProviderError as error:
            if not self._may_pass(error, link):
                raise
            failures = self._failures[ref] = self._failures.get(ref, 0) + 1
            pause = failure_delay_s(error, failures, self._clock.now(), self._random)
            if failures == 1:
                self._tell("trouble", self._known[ref], error.sentence())
        else:
            self._answered.add(link.name)
            told = await asyncio.to_thread(self._store.run, ref)
            if told is not None:
                self._told_here[ref] = told.fetched_at
            if self._failures.pop(ref, 0):
                self._tell("recovered", self._known[ref], "")
            wish_s = max(link.poll.live_s, link.gate.poll_wish_s())
            pause = jittered(wish_s, self._random)
        self._due[ref] = self._clock.monotonic() + pause

    def _may_pass(self, error: ProviderError, link: Link) -> bool:
        if isinstance(error, MissingError | RetiredError):
            return False
        # A key that worked may be a token that is being renewed.
        return not isinstance(error, AuthError | KeyMissingError) or link.name in self._answered

    def _note(self, ref: RunRef, stored: StoredRun) -> None:
        old, self._known[ref] = self._known[ref].run, stored
        run = stored.run
        if not run.live:
            self._tell("ended", stored, "")
        elif (run.status, run.raw_status) != (old.status, old.raw_status):
            self._tell("status", stored, "")
        elif run.counts != old.counts:
            self._tell("progress", stored, "")
