"""The rows of a run, read again and again while they come, without keys ever waiting for it.

Of other rows than those shown the first are shown while the last are looked for; typing on ends
that reading at once. Rows that are shown and read again, because some have come, are replaced
when all are known: else a list would shrink for a moment.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from textual.screen import Screen
from textual.timer import Timer

from tui.clock import Clock
from tui.errors import QueryError
from tui.frozen import frozen
from tui.models import RunRef
from tui.presentation.latency import quantiles
from tui.presentation.rows import RowsShape, shape_of
from tui.presentation.run import latency_text
from tui.store import ReadCancelledError, RowQuery, RowView, Store

LATENCY_ROWS = 50_000
"""Above it the median latency is not worth a sort of all rows."""
REST_SHARE = 3.0
"""A rows view rests this many times as long as it took to build, so that keys stay quick."""
LEAST_REST_S = 0.2
LOOK_AT = 50
"""Rows that are looked at to learn which columns they need."""


@frozen
class RowsLook:
    """A rows view and what its first rows are like."""

    view: RowView
    shape: RowsShape
    whole: bool = True
    """False while more is looked for: then the view is the beginning of the answer."""
    grown: bool = False
    """Whether it goes on where the one before ended."""


class RowsFeed:
    """Builds rows views in a thread, one at a time; what comes meanwhile is caught up with."""

    def __init__(
        self,
        screen: Screen[str],
        store: Store,
        clock: Clock,
        *,
        show: Callable[[RowsLook], None],
        show_latency: Callable[[str], None],
        show_mistake: Callable[[QueryError], None],
    ) -> None:
        """Prepare; nothing is read before `read`.

        Args:
            screen: owns the worker and the timer, which end with it.
            store: what is read.
            clock: tells how long a view took.
            show: called with each view of what is wanted at that moment; where the answer takes
                long, first with growing beginnings of it.
            show_latency: called with the latency of all rows where that is cheap to know.
            show_mistake: called when the filter turns out to be one that cannot be used.
        """
        self._screen = screen
        self._store = store
        self._clock = clock
        self._show = show
        self._show_latency = show_latency
        self._show_mistake = show_mistake
        self._wanted: tuple[RunRef, RowQuery] | None = None
        self._shown: tuple[RunRef, RowQuery] | None = None
        self._told = False
        self._building = False
        self._stale = False
        self._urgent = False
        self._rest: Timer | None = None

    def read(self, ref: RunRef, query: RowQuery, *, urgent: bool) -> None:
        """Read rows: at once for a person, after a rest for live data."""
        self._wanted = ref, query
        self._stale = True
        self._urgent = self._urgent or urgent
        if self._building or (self._rest is not None and not urgent):
            return
        self._building = True
        self._screen.run_worker(
            self._build(), name="rows view", group="rows-view", exit_on_error=False
        )

    async def _build(self) -> None:
        try:
            while self._wanted and self._stale and (self._urgent or self._rest is None):
                self._stale = self._urgent = False
                begun = self._clock.monotonic()
                wanted = self._wanted
                outdated = partial(self._is_outdated, wanted)
                tell = None
                if wanted != self._shown:  # live data never takes rows away from the screen
                    tell = partial(self._from_thread, asyncio.get_running_loop(), wanted)
                self._told = False
                try:
                    looked = await asyncio.to_thread(_look, self._store, *wanted, outdated, tell)
                except ReadCancelledError:
                    continue
                except QueryError as mistake:
                    if not outdated():
                        self._show_mistake(mistake)
                    continue
                if outdated():
                    continue
                self._shown = wanted
                self._show(replace(looked, grown=self._told))
                await self._measure_latency(*wanted, looked.view.count())
                took_s = self._clock.monotonic() - begun
                self._rest_for(max(LEAST_REST_S, took_s * REST_SHARE))
        finally:
            self._building = False

    def _from_thread(
        self, loop: asyncio.AbstractEventLoop, wanted: tuple[RunRef, RowQuery], looked: RowsLook
    ) -> None:
        loop.call_soon_threadsafe(self._show_part, wanted, looked)

    def _show_part(self, wanted: tuple[RunRef, RowQuery], looked: RowsLook) -> None:
        """Show what has been found so far, unless something else is wanted by now."""
        if not self._is_outdated(wanted) and self._screen.is_attached:
            self._show(replace(looked, grown=self._told))
            self._told = True

    def _is_outdated(self, wanted: tuple[RunRef, RowQuery]) -> bool:
        """Return whether other rows are wanted by now; also asked by the thread that reads."""
        return wanted != self._wanted

    async def _measure_latency(self, ref: RunRef, query: RowQuery, n_rows: int) -> None:
        if query.text or not 0 < n_rows <= LATENCY_ROWS:
            return
        found = await asyncio.to_thread(_latency, self._store, ref)
        if self._wanted is not None and ref == self._wanted[0]:
            self._show_latency(found)

    def _rest_for(self, seconds: float) -> None:
        if self._rest is not None:
            self._rest.stop()
        self._rest = self._screen.set_timer(seconds, self._rested, name="rows rest")

    def _rested(self) -> None:
        self._rest = None
        if self._stale and self._wanted is not None:
            self.read(*self._wanted, urgent=False)


def _look(
    store: Store,
    ref: RunRef,
    query: RowQuery,
    outdated: Callable[[], bool],
    tell: Callable[[RowsLook], object] | None,
) -> RowsLook:
    """Order the rows and look at the first; in a thread, for a million of them takes a while."""

    def show_part(view: RowView) -> None:
        if tell is not None:
            tell(RowsLook(view, shape_of(view.fetch(0, LOOK_AT)), whole=False))

    view = store.rows(ref, query, cancelled=outdated, tell=show_part)
    return RowsLook(view, shape_of(view.fetch(0, LOOK_AT)))


def _latency(store: Store, ref: RunRef) -> str:
    """Return median and slow end of the latency of a run's rows, as text."""
    return latency_text(*quantiles(store.rows(ref, RowQuery(sort="latency"))))
