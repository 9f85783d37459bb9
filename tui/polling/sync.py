"""Fetch once into the store: what poll loops, headless commands and archives share."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from functools import partial

from tui.clock import Clock
from tui.errors import NotFoundError, ProviderError, RetiredError
from tui.models import Run, RunKind, RunRef
from tui.polling.retirement import recently_retired, retired_error, told_now
from tui.polling.row_walks import RowWalks, at_once
from tui.polling.rows_progress import RowsProgress
from tui.providers.base import JointProvider, Provider, RunPage, RunSource, Skipped, TrialDetail
from tui.store import Change, Store, StoredRun

DETAILS_AT_ONCE = 4


class Sync:
    """One connection's provider, read into the store. Raises ProviderError subclasses only."""

    def __init__(
        self,
        provider: Provider,
        store: Store,
        clock: Clock,
        publish: Callable[[Change], None] = lambda _change: None,
    ) -> None:
        self.provider = provider
        self._store = store
        self._clock = clock
        self._publish = publish
        self._walks = RowWalks(provider, store, clock, publish)
        self._older: dict[str, tuple[RunSource, str]] = {}
        """By source id: where the pages begin that `older` brings."""
        self._looked_back: set[str] = set()
        """Sources whose older pages were asked for in this process."""

    async def sources(self, *, again: bool = False) -> tuple[list[RunSource], ProviderError | None]:
        """Return the run sources that could be told, and why some could not.

        A retired Evals API still has its batches, so an error after the first page is returned
        beside what was found. Raises ProviderError when nothing was.

        Args:
            again: ask a service that has ended, which else is asked once a day only.
        """
        retired = None if again else await self._retired()
        if retired is not None:
            return await self._outliving(), retired
        found: list[RunSource] = []
        try:
            async with aclosing(self.provider.iter_sources()) as pages:
                async for page in pages:
                    found.extend(page.sources)
        except RetiredError as error:
            await self._note_retired(error)
            for source in found:  # what a restart goes on with, before it is asked itself
                await self._checked(source)
            return found, error
        except ProviderError as error:
            if not found:
                raise
            return found, error
        await self._note_retired(None)
        return found, None

    async def _outliving(self) -> list[RunSource]:
        """Return the stored lists that are no eval's: batches outlive the Evals API."""
        states = await asyncio.to_thread(self._store.sources, self.provider.connection)
        return [state.source for state in states if state.source.group is None]

    async def _retired(self) -> RetiredError | None:
        """Return that the service has ended, as long as that need not be asked anew."""
        known = await asyncio.to_thread(self._store.retired, self.provider.connection)
        return retired_error(known) if recently_retired(known, self._clock.now()) else None

    async def _note_retired(self, error: RetiredError | None) -> None:
        connection = self.provider.connection
        known = await asyncio.to_thread(self._store.retired, connection)
        if error is not None or known is not None:
            found = None if error is None else told_now(error, self._clock.now())
            await self._write(partial(self._store.set_retired, connection, found))

    async def source(self, source: RunSource, *, all_pages: bool = False) -> int:
        """Store a source's newest page of runs, or all of them. Returns how many runs it told.

        Pages behind the newest are left to `older` where they may bring something: once in a
        process, and when nothing on the newest page was known.
        """
        page, change = await self._page(source, None, whole=not all_pages)
        told, after = len(page.runs), page.next_cursor
        if after is not None and not all_pages:
            strange = len(change.refs) == len(page.runs)
            if strange or source.id not in self._looked_back:
                self._looked_back.add(source.id)
                self._older.setdefault(source.id, (source, after))
        while all_pages and after is not None:
            page, _change = await self._page(source, after)
            told += len(page.runs)
            after = page.next_cursor if page.next_cursor != after else None
        if all_pages:
            await self._checked(source)
        return told

    async def _checked(self, source: RunSource) -> None:
        connection, now = self.provider.connection, self._clock.now()
        await asyncio.to_thread(self._store.set_source_checked, connection, source, at=now)

    @property
    def behind(self) -> bool:
        """Whether older runs are still to be brought."""
        return bool(self._older)

    async def older(self, most: int) -> None:
        """Store up to `most` pages of older runs, source by source in turn.

        A source is done at its end, or where a page brings nothing and all behind it was stored
        before. Raises ProviderError; a page that is refused for good is not asked again.
        """
        for _ in range(most):
            if not self._older:
                return
            source, after = self._older[next(iter(self._older))]
            try:
                page, change = await self._page(source, after)
            except ProviderError as error:
                if not error.retryable:
                    self._older.pop(source.id, None)
                raise
            self._older.pop(source.id, None)
            known = not change.refs and await self._was_complete(source)
            if page.next_cursor is not None and page.next_cursor != after and not known:
                self._older[source.id] = (source, page.next_cursor)  # the others are next

    async def _was_complete(self, source: RunSource) -> bool:
        states = await asyncio.to_thread(self._store.sources, self.provider.connection)
        return any(state.source.id == source.id and state.complete_at for state in states)

    async def _page(
        self, source: RunSource, after: str | None, *, whole: bool = False
    ) -> tuple[RunPage, Change]:
        """Store a page; `whole` = it is all that is asked, so that the source is checked by it."""
        page = await self.provider.list_runs(source, after=after)
        connection, complete = self.provider.connection, page.next_cursor is None
        change = await asyncio.to_thread(
            partial(
                self._store.apply_runs,
                connection,
                source.id,
                page.runs,
                complete=complete,
                checked=source if whole else None,
            )
        )
        self._publish(change)
        return page, change

    async def everything(self) -> list[tuple[RunSource, ProviderError]]:
        """Store all runs of all sources, and refresh live ones a stale list cannot tell.

        Returns:
            The sources that failed with their errors; the others are stored.

        Raises:
            ProviderError: when the sources themselves cannot be told.
        """
        failed: list[tuple[RunSource, ProviderError]] = []
        sources, hidden = await self.sources()
        if hidden is not None:
            failed.append((RunSource("evals"), hidden))
        for source in sources:
            try:
                await self.source(source, all_pages=True)
            except ProviderError as error:
                failed.append((source, error))
        if not self.provider.capabilities.list_refreshes:
            live = await asyncio.to_thread(self._store.live_runs, self.provider.connection)
            failed.extend(await self.runs([stored.run.ref for stored in live]))
        return failed

    async def runs(
        self, refs: list[RunRef], on_answer: Callable[[], None] = lambda: None
    ) -> list[tuple[RunSource, ProviderError]]:
        """Store the detail of some runs, a few at a time; returns those that failed.

        Args:
            refs: which.
            on_answer: called after each that was stored.
        """
        failed: list[tuple[RunSource, ProviderError]] = []
        slots = asyncio.Semaphore(DETAILS_AT_ONCE)

        async def one(ref: RunRef) -> None:
            async with slots:
                try:
                    await self.run(ref)
                    on_answer()
                except ProviderError as error:
                    failed.append((RunSource(ref.path), error))

        async with asyncio.TaskGroup() as group:
            for ref in refs:
                group.create_task(one(ref))
        return failed

    async def run(self, ref: RunRef, *, again: bool = False) -> Run:
        """Store and return one run's detail.

        Raises RetiredError without asking when its service is known to have ended, unless `again`.
        """
        retired = None if again else await self._retired()
        if retired is not None:
            stored = await asyncio.to_thread(self._store.run, ref)
            if stored is not None and stored.run.kind is RunKind.EVAL:
                raise retired
        try:
            run = await self.provider.get_run(ref)
        except RetiredError as error:
            await self._note_retired(error)
            raise
        await self._write(partial(self._store.apply_run, run))
        return run

    async def joint(self, refs: Sequence[RunRef]) -> None:
        """Store what the provider says of several runs at once.

        Nothing is asked where it cannot tell, or of rows that have not changed since it did.
        """
        provider, joining = self.provider, self._store.joining
        if not isinstance(provider, JointProvider):
            return
        _told, current = await asyncio.to_thread(joining.joint, refs)
        found = [await asyncio.to_thread(self._store.run, ref) for ref in refs]
        runs = [stored.run for stored in found if stored is not None]
        if not current and len(runs) == len(refs):
            told = await provider.joint_results(runs)
            await asyncio.to_thread(joining.set_joint, refs, told)

    async def rows(
        self,
        run: Run,
        progress: Callable[[RowsProgress], None] = lambda _progress: None,
        *,
        between: Callable[[], Awaitable[None]] = at_once,
        needed: Callable[[StoredRun], bool] | None = None,
    ) -> tuple[Skipped, ...]:
        """Walk a run's rows into the store; a second call for the same run waits for the first.

        A walk that was cut off resumes where it was, where the API has pages; else it starts over
        and what is stored stays. What arrived before a failure stays stored, and the failure is
        noted on the run. A live run whose API only appends is walked once and then asked for what
        came since.

        Args:
            run: whose rows.
            progress: told of every page that is stored.
            between: awaited after every page, so that a person can hold the walk.
            needed: asked when it is this call's turn; without need nothing is done.
        """
        return await self._walks.walk(run, progress, between, needed)

    async def archived(self, ref: RunRef) -> None:
        """Note that all the provider would give of a run is stored."""
        await self._write(partial(self._store.set_archived, ref, at=self._clock.now()))

    async def cancel(self, ref: RunRef) -> Run:
        """Ask the provider, once, to cancel a run; store and return what it says of it then.

        Raises NotFoundError for a run that is not stored, ProviderError when it is refused.
        """
        stored = await asyncio.to_thread(self._store.run, ref)
        if stored is None:
            raise NotFoundError(f"The run {ref} is not stored.")
        run = await self.provider.cancel(stored.run)
        await self._write(partial(self._store.apply_run, run))
        return run

    async def trial_detail(self, ref: RunRef, row_key: str, trial_id: str) -> TrialDetail | None:
        """Fetch and store what only the trial's own requests can tell.

        Returns None when the run, row or trial is not stored, or the provider tells no more.
        """
        stored = await asyncio.to_thread(self._store.run, ref)
        row = await asyncio.to_thread(self._store.row, ref, row_key)
        if stored is None or row is None or not self.provider.capabilities.trial_detail:
            return None
        trial = next((trial for trial in row.trials if trial.id == trial_id), None)
        if trial is None:
            return None
        detail = await self.provider.trial_detail(stored.run, row, trial)
        await self._write(partial(self._store.apply_trial, ref, row_key, detail))
        return detail

    async def _write(self, change: Callable[[], Change]) -> None:
        """Run a store write in a thread and publish what it changed."""
        self._publish(await asyncio.to_thread(change))


def wants_rows(stored: StoredRun) -> bool:
    """Return whether a run's rows may still bring something new."""
    return not stored.sync.final
