"""The list of runs, read again and again while they change, without keys ever waiting for it."""

from collections.abc import Callable, Mapping
from functools import partial

from textual.screen import Screen

from screens.feed import Feed
from tui.clock import Clock
from tui.errors import QueryError
from tui.frozen import frozen
from tui.store import RunQuery, RunView, Store


@frozen
class RunsLook:
    """A view of runs and the numbers over it."""

    query: RunQuery
    view: RunView
    counts: Mapping[str, int]
    """Of all runs of the connections that are shown (`Store.counts`)."""


class RunsFeed(Feed[RunQuery]):
    """Reads runs in a thread."""

    def __init__(
        self,
        screen: Screen[str],
        store: Store,
        clock: Clock,
        *,
        show: Callable[[RunsLook], None],
        show_mistake: Callable[[QueryError], None],
    ) -> None:
        """Prepare; nothing is read before `want`.

        Args:
            screen: owns the worker and the timer, which end with it.
            store: what is read.
            clock: tells how long a reading took.
            show: called with what is wanted at that moment.
            show_mistake: called when the filter turns out to be one that cannot be used.
        """
        super().__init__(screen, clock, "runs view", show_mistake)
        self._store = store
        self._show = show

    async def look(self, wanted: RunQuery) -> bool:
        """Read and show what is wanted; False when something else is by now, or it is a mistake."""
        outdated = partial(self.is_outdated, wanted)
        found = await self.in_thread(wanted, partial(_look, self._store, wanted, outdated))
        if found is None:
            return False
        self._show(found)
        return True


def _look(store: Store, query: RunQuery, outdated: Callable[[], bool]) -> RunsLook:
    """Order the runs; in a thread, for a filter may read what their rows say."""
    return RunsLook(query, store.runs(query, cancelled=outdated), store.counts(query.connections))
