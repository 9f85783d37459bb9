"""Comparing in a thread: rows are fetched first, then compared, and again as more of them come."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.screen import Screen

from screens.feed import Feed
from tui.errors import ProviderError, QueryError
from tui.messages import Told
from tui.models import RunRef
from tui.polling.rows_progress import RowsProgress
from tui.presentation.verdicts import letter
from tui.services import Services
from tui.store import ReadCancelledError, Store, StoredRun

if TYPE_CHECKING:  # NumPy and SciPy are loaded with the first comparison, in its thread
    from tui.analysis.changes import Flags, RowChanges
    from tui.analysis.compared import Comparison, Options

Changes = dict[int, "RowChanges"]
"""By the place of the run beside the baseline."""
Passing = tuple["Comparison", int, str]
"""Of what comparison, of which run beside the baseline, and by which filter."""


class ComparisonFeed(Feed["Options"]):
    """Compares some stored runs; live rows are compared after a rest."""

    def __init__(
        self,
        screen: Screen[str],
        services: Services,
        refs: Sequence[RunRef],
        *,
        show: Callable[["Comparison", Changes], None],
        tell: Callable[[str], None],
    ) -> None:
        """Prepare.

        Args:
            screen: owns the workers.
            services: where runs are read and fetched from.
            refs: the runs, the baseline first.
            show: called with each comparison.
            tell: called with how far it is, and why it cannot be.
        """
        super().__init__(screen, services.clock, "compare")
        self._services = services
        self._refs = tuple(refs)
        self._show = show
        self._tell = tell

    def begin(self, options: "Options") -> None:
        """Fetch what is missing, then compare."""
        self._screen.run_worker(
            self._fetch(options), name="fetch", group="fetch", exclusive=True, exit_on_error=False
        )

    async def _fetch(self, options: "Options") -> None:
        runs = [await self._with_rows(ref) for ref in self._refs]
        known = [stored for stored in runs if stored is not None]
        if len(known) < len(runs):
            self._tell("a run is not stored any more")
            return
        await self._ask_together(known)
        self.want(options, urgent=True)

    async def look(self, wanted: "Options") -> bool:
        """Compare what is stored."""
        loop = asyncio.get_running_loop()

        def progress(done: int, of: int) -> bool:
            loop.call_soon_threadsafe(self._tell, f"{done:,} of {of:,} rows read…")
            return self.is_outdated(wanted)

        found = await self.in_thread(
            wanted, partial(_compare, self._services.store, self._refs, wanted, progress)
        )
        if found is None:
            return False
        self._show(*found)
        return True

    async def _with_rows(self, ref: RunRef) -> StoredRun | None:
        """Return a run, its rows fetched where they are not whole; a failure is told."""
        store = self._services.store
        stored = await asyncio.to_thread(store.run, ref)
        link = self._services.links.get(ref.connection)
        if stored is None or stored.sync.final or link is None or self._services.poller.paused:
            return stored
        if stored.sync.completed_at is not None and not stored.run.live:
            return stored

        def progress(told: RowsProgress) -> None:
            of = "" if told.expected is None else f" of {told.expected:,}"
            self._tell(f"{letter(self._refs.index(ref))}: {told.rows:,}{of} rows fetched…")

        try:
            sync = await link.sync()
            await sync.rows(await sync.run(ref), progress)
        except ProviderError as error:
            self._screen.post_message(Told(f"{ref}: {error.message}"))
        return await asyncio.to_thread(store.run, ref)

    async def _ask_together(self, runs: Sequence[StoredRun]) -> None:
        """Let a provider that can say what it knows of all runs together; a failure is told."""
        services = self._services
        connections = {stored.run.ref.connection for stored in runs}
        link = services.links.get(connections.pop()) if len(connections) == 1 else None
        if link is None or services.poller.paused or services.poller.offline:
            return
        try:
            await (await link.sync()).joint([stored.run.ref for stored in runs])
        except ProviderError as error:
            told = f"not asked of all runs together: {error.message}"
            self._screen.post_message(Told(told))


class PassingFeed(Feed[Passing]):
    """Finds the pairs of rows that pass a filter."""

    def __init__(
        self,
        screen: Screen[str],
        services: Services,
        *,
        show: Callable[["Flags", Passing], None],
        show_mistake: Callable[[QueryError], None],
    ) -> None:
        """Prepare; `show` is called with the rows that pass, in the alignment's order."""
        super().__init__(screen, services.clock, "pairs", show_mistake)
        self._store = services.store
        self._show = show

    def is_outdated(self, wanted: Passing) -> bool:
        """Return whether something else is wanted by now."""
        now = self._wanted
        return now is None or now[0] is not wanted[0] or now[1:] != wanted[1:]

    async def look(self, wanted: Passing) -> bool:
        """Find them and show them."""
        found = await self.in_thread(
            wanted, partial(_passing, self._store, wanted, partial(self.is_outdated, wanted))
        )
        if found is None:
            return False
        self._show(found, wanted)
        return True


def _compare(
    store: Store,
    refs: Sequence[RunRef],
    options: "Options",
    progress: Callable[[int, int], bool],
) -> tuple["Comparison", Changes]:
    from tui.analysis.changes import row_changes
    from tui.analysis.comparing import compare_stored

    runs = [store.run(ref) for ref in refs]
    known = [stored for stored in runs if stored is not None]
    if len(known) < len(refs):
        raise ReadCancelledError
    comparison = compare_stored(store, known, options, progress)
    return comparison, {
        pair.place: row_changes(comparison.matched, pair.place) for pair in comparison.pairs
    }


def _passing(store: Store, wanted: Passing, outdated: Callable[[], bool]) -> "Flags":
    from tui.analysis.changes import passing

    comparison, place, text = wanted
    return passing(store, comparison.matched, place, text, outdated)
