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

from screens.feed import Feed
from tui.clock import Clock
from tui.errors import QueryError
from tui.frozen import frozen
from tui.models import RunRef
from tui.presentation.latency import quantiles
from tui.presentation.rows import RowsShape, shape_of
from tui.presentation.run import latency_text
from tui.store import RowQuery, RowView, Store

LATENCY_ROWS = 50_000
"""Above it the median latency is not worth a sort of all rows."""
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


class RowsFeed(Feed[tuple[RunRef, RowQuery]]):
    """Builds rows views."""

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
        super().__init__(screen, clock, "rows view", show_mistake)
        self._store = store
        self._show = show
        self._show_latency = show_latency
        self._shown: tuple[RunRef, RowQuery] | None = None
        self._told = False

    def read(self, ref: RunRef, query: RowQuery, *, urgent: bool) -> None:
        """Read rows: at once for a person, after a rest for live data."""
        self.want((ref, query), urgent=urgent)

    async def look(self, wanted: tuple[RunRef, RowQuery]) -> bool:
        """Build a view and show it, in parts where others than those shown are wanted."""
        outdated = partial(self.is_outdated, wanted)
        tell = None
        if wanted != self._shown:  # live data never takes rows away from the screen
            tell = partial(self._from_thread, asyncio.get_running_loop(), wanted)
        self._told = False
        looked = await self.in_thread(wanted, partial(_look, self._store, *wanted, outdated, tell))
        if looked is None:
            return False
        self._shown = wanted
        self._show(replace(looked, grown=self._told))
        await self._measure_latency(*wanted, looked.view.count())
        return True

    def _from_thread(
        self, loop: asyncio.AbstractEventLoop, wanted: tuple[RunRef, RowQuery], looked: RowsLook
    ) -> None:
        loop.call_soon_threadsafe(self._show_part, wanted, looked)

    def _show_part(self, wanted: tuple[RunRef, RowQuery], looked: RowsLook) -> None:
        """Show what has been found so far, unless something else is wanted by now."""
        if not self.is_outdated(wanted) and self._screen.is_attached:
            self._show(replace(looked, grown=self._told))
            self._told = True

    async def _measure_latency(self, ref: RunRef, query: RowQuery, n_rows: int) -> None:
        if query.text or not 0 < n_rows <= LATENCY_ROWS:
            return
        found = await asyncio.to_thread(_latency, self._store, ref)
        if self._wanted is not None and ref == self._wanted[0]:
            self._show_latency(found)


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
