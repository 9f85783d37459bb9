"""Fetch once into the store: what poll loops, headless commands and archives share."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from tui.clock import Clock
from tui.errors import ProviderError
from tui.frozen import frozen
from tui.models import Run, RunRef
from tui.providers.base import Provider, RunPage, RunSource, Skipped, TrialDetail
from tui.store import Change, Store, StoredRun

DETAILS_AT_ONCE = 4


@frozen
class RowsProgress:
    """How far a rows walk is."""

    ref: RunRef
    rows: int
    """Rows brought by this walk so far."""
    expected: int | None


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
        self._walks: dict[RunRef, asyncio.Lock] = {}
        self._tails: dict[RunRef, str] = {}
        """Where a live run's next rows begin, after a walk of this process has seen the others."""
        self._older: dict[str, tuple[RunSource, str]] = {}
        """By source id: where the pages begin that `older` brings."""
        self._looked_back: set[str] = set()
        """Sources whose older pages were asked for in this process."""

    async def sources(self) -> tuple[list[RunSource], ProviderError | None]:
        """Return the run sources that could be told, and why some could not.

        A retired Evals API still has its batches, so an error after the first page is returned
        beside what was found. Raises ProviderError when nothing was.
        """
        found: list[RunSource] = []
        try:
            async with aclosing(self.provider.iter_sources()) as pages:
                async for page in pages:
                    found.extend(page.sources)
        except ProviderError as error:
            if not found:
                raise
            return found, error
        return found, None

    async def source(self, source: RunSource, *, all_pages: bool = False) -> int:
        """Store a source's newest page of runs, or all of them. Returns how many runs it told.

        Pages behind the newest are left to `older` where they may bring something: once in a
        process, and when nothing on the newest page was known.
        """
        page, change = await self._page(source, None)
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
        await asyncio.to_thread(
            self._store.set_source_checked,
            self.provider.connection,
            source,
            at=self._clock.now(),
        )
        return told

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

    async def _page(self, source: RunSource, after: str | None) -> tuple[RunPage, Change]:
        page = await self.provider.list_runs(source, after=after)
        connection, complete = self.provider.connection, page.next_cursor is None
        change = await asyncio.to_thread(
            partial(self._store.apply_runs, connection, source.id, page.runs, complete=complete)
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

    async def runs(self, refs: list[RunRef]) -> list[tuple[RunSource, ProviderError]]:
        """Store the detail of some runs, a few at a time; returns those that failed."""
        failed: list[tuple[RunSource, ProviderError]] = []
        slots = asyncio.Semaphore(DETAILS_AT_ONCE)

        async def one(ref: RunRef) -> None:
            async with slots:
                try:
                    await self.run(ref)
                except ProviderError as error:
                    failed.append((RunSource(ref.path), error))

        async with asyncio.TaskGroup() as group:
            for ref in refs:
                group.create_task(one(ref))
        return failed

    async def run(self, ref: RunRef) -> Run:
        """Store and return one run's detail."""
        run = await self.provider.get_run(ref)
        await self._write(partial(self._store.apply_run, run))
        return run

    async def rows(
        self, run: Run, progress: Callable[[RowsProgress], None] = lambda _progress: None
    ) -> tuple[Skipped, ...]:
        """Walk a run's rows into the store; a second call for the same run waits for the first.

        A walk that was cut off resumes where it was. What arrived before a failure stays stored,
        and the failure is noted on the run. A live run whose API only appends is walked once and
        then asked for what came since.
        """
        async with self._walks.setdefault(run.ref, asyncio.Lock()):
            if run.live and run.ref in self._tails:
                return await self._tail(run, progress)
            self._tails.pop(run.ref, None)
            return await self._walk(run, progress)

    async def _tail(
        self, run: Run, progress: Callable[[RowsProgress], None]
    ) -> tuple[Skipped, ...]:
        """Bring the rows behind the last known one; no walk, so nothing is judged complete."""
        skipped: list[Skipped] = []
        rows = 0
        async with aclosing(self.provider.iter_rows(run, resume=self._tails[run.ref])) as pages:
            async for page in pages:
                rows += len(page.rows)
                skipped.extend(page.skipped)
                # Without its token: a later walk must not take this place for its own.
                behind = replace(page, resume=None)
                await self._write(partial(self._store.apply_rows, run.ref, behind))
                if page.resume is not None:
                    self._tails[run.ref] = page.resume
                progress(RowsProgress(run.ref, rows, page.expected_rows))
        return tuple(skipped)

    async def _walk(
        self, run: Run, progress: Callable[[RowsProgress], None]
    ) -> tuple[Skipped, ...]:
        state = await asyncio.to_thread(self._store.begin_walk, run.ref)
        skipped: list[Skipped] = []
        rows = 0
        tail: str | None = None
        error: str | None = "The rows were left before their end."
        try:
            async with aclosing(self.provider.iter_rows(run, resume=state.resume)) as pages:
                async for page in pages:
                    rows += len(page.rows)
                    skipped.extend(page.skipped)
                    await self._write(partial(self._store.apply_rows, run.ref, page))
                    tail = page.resume or tail
                    progress(RowsProgress(run.ref, rows, page.expected_rows))
            error = None
            if tail is not None and run.live and self.provider.capabilities.rows_append:
                self._tails[run.ref] = tail
        except ProviderError as failure:
            error = failure.sentence()
            raise
        finally:
            # Also on cancellation: the walk's end is one short local write, never awaited away.
            self._publish(self._store.end_walk(run.ref, complete=error is None, error=error))
        return tuple(skipped)

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
