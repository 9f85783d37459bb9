"""A search under way: in a thread, shown as it finds, ended when something else is wanted."""

import asyncio
from collections.abc import Callable

from textual.screen import Screen

from tui.clock import Clock
from tui.frozen import frozen
from tui.models import RunRef
from tui.store import Hit, Hits, Store, Wanted

MOST = 5000
"""Matches one search shows; whoever has more needs another word."""
FIRST = 50
"""Matches put in context before the first are shown."""
AT_ONCE = 200
SHOW_EVERY_S = 0.1


@frozen
class Finding:
    """What was found so far."""

    hits: tuple[Hit, ...] = ()
    runs: int = 0
    left: int = 0
    """Texts still to be read."""
    cut: bool = False
    done: bool = False
    lacking: int = 0
    """Of how many stored runs the rows were never fetched whole; known once it is done."""
    stored_runs: int = 0


class SearchFeed:
    """Runs one search at a time."""

    def __init__(
        self, screen: Screen[str], store: Store, clock: Clock, show: Callable[[Finding], None]
    ) -> None:
        """Prepare; `show` is called in the event loop, ever again while more is found."""
        self._screen = screen
        self._store = store
        self._clock = clock
        self._show = show
        self._number = 0

    def search(self, wanted: Wanted, ref: RunRef | None) -> None:
        """Look for something else than before."""
        self.stop()
        self._screen.run_worker(
            self._run(self._number, wanted, ref),
            name="search",
            group="search",
            exclusive=True,
            exit_on_error=False,
        )

    def stop(self) -> None:
        """End the search under way."""
        self._number += 1

    async def _run(self, number: int, wanted: Wanted, ref: RunRef | None) -> None:
        loop = asyncio.get_running_loop()

        def outdated() -> bool:
            return number != self._number

        def show(finding: Finding) -> None:
            if not outdated():
                self._show(finding)

        reading = _Reading(
            self._store,
            self._store.hits(wanted, most=MOST),
            self._clock,
            lambda finding: loop.call_soon_threadsafe(show, finding),
        )
        await asyncio.to_thread(reading.run, ref, outdated)


class _Reading:
    """The part of a search that is done in a thread."""

    def __init__(
        self, store: Store, hits: Hits, clock: Clock, show: Callable[[Finding], object]
    ) -> None:
        self._store = store
        self._hits = hits
        self._clock = clock
        self._show = show
        self._ready: list[Hit] = []
        self._read = 0
        self._shown_at = float("-inf")

    def run(self, ref: RunRef | None, outdated: Callable[[], bool]) -> None:
        self._hits.search(ref=ref, told=lambda: self._told(outdated), cancelled=outdated)

    def _told(self, outdated: Callable[[], bool]) -> None:
        hits = self._hits
        while self._read < len(hits) and not outdated():
            part = FIRST if not self._read else AT_ONCE
            self._ready.extend(hits.fetch(self._read, part))
            self._read = min(len(hits), self._read + part)
            self._show_sometimes()
        if hits.done:
            lacking, runs = self._store.never_whole()
            self._show(Finding(tuple(self._ready), self._runs(), 0, hits.cut, True, lacking, runs))
        else:
            self._show_sometimes()

    def _show_sometimes(self) -> None:
        now = self._clock.monotonic()
        if now - self._shown_at >= SHOW_EVERY_S:
            self._shown_at = now
            self._show(Finding(tuple(self._ready), self._runs(), self._hits.left, self._hits.cut))

    def _runs(self) -> int:
        return len({hit.ref for hit in self._ready})
