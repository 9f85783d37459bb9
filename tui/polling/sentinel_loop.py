"""The loop that notices what is wrong with runs and writes it to the store."""

import asyncio
from collections.abc import Callable

from tui.analysis.sentinel import Watching, concerns
from tui.clock import Clock
from tui.models import RunRef
from tui.store import Change, RunQuery, Store, StoredRun

LOOK_EVERY_S = 20.0
RECENT_ENDS = 50
"""Runs that ended lately are looked at once more, for what only an end can tell."""


class SentinelLoop:
    """Looks at live runs and those that have just ended, of these connections."""

    def __init__(
        self,
        store: Store,
        connections: tuple[str, ...],
        clock: Clock,
        publish: Callable[[Change], None],
    ) -> None:
        self._store = store
        self.connections = connections
        """Whose runs are looked at; may be set to others at any time."""
        self._clock = clock
        self._publish = publish
        self._judged: dict[RunRef, StoredRun] = {}

    async def run(self) -> None:
        """Look now and then until cancelled."""
        while True:
            await self.tick()
            await self._clock.sleep(LOOK_EVERY_S)

    async def tick(self) -> None:
        """Look once."""
        for change in await asyncio.to_thread(self._look):
            self._publish(change)

    def _look(self) -> list[Change]:
        view = self._store.runs(RunQuery(connections=self.connections, live_only=True))
        live = view.fetch(0, view.count())
        refs = {stored.run.ref for stored in live}
        ended = [ref for ref in self._judged if ref not in refs]
        found = [stored for ref in ended if (stored := self._store.run(ref)) is not None]
        for event in self._store.events.unseen(limit=RECENT_ENDS):
            if event.ref not in refs and event.ref not in self._judged:
                stored = self._store.run(event.ref)
                if stored is not None and event.ref.connection in self.connections:
                    found.append(stored)
        watched = self._store.events.watched()
        changes = [self._judge(stored, watched) for stored in (*live, *found)]
        # An ended run is judged until its rows are final: only then its rates are.
        self._judged = {
            stored.run.ref: stored
            for stored in (*live, *found)
            if stored.run.live or not stored.sync.final
        }
        return [change for change in changes if change]

    def _judge(self, stored: StoredRun, watched: dict[RunRef, float | None]) -> Change:
        ref = stored.run.ref
        before = None if stored.run.live else self._store.before_in_group(ref)
        found = concerns(
            stored,
            self._store.course(ref) if stored.run.live else (),
            self._clock.now(),
            Watching(watched.get(ref), before),
        )
        return self._store.set_concerns(ref, found)
