"""Walks over the rows of runs, page by page into the store."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import partial

from tui.clock import Clock
from tui.errors import ProviderError
from tui.frozen import frozen
from tui.models import Run, RunRef
from tui.polling.gathering import SOON_S, Gathered
from tui.providers.base import Provider, RowPage, Skipped
from tui.store import Change, Store, StoredRun

LEFT = "The rows were left before their end."
"""What a run says of a walk that somebody ended."""


@frozen
class RowsProgress:
    """How far a rows walk is."""

    ref: RunRef
    rows: int
    """Rows this walk has brought so far, those before an interruption included."""
    expected: int | None
    rate: float | None = None
    """Rows a second since this process began or went on; None while that says nothing."""
    resumed_at: int = 0
    """Rows that an earlier part of this walk had brought; 0 when it began at the start."""

    @property
    def eta_s(self) -> float | None:
        """Seconds until the expected rows are here at this rate; None when nobody can say."""
        if self.expected is None or not self.rate or self.rows >= self.expected:
            return None
        return (self.expected - self.rows) / self.rate


async def at_once() -> None:
    """Let the next page follow at once."""


class RowWalks:
    """The rows walks of one connection; at most one per run at a time."""

    def __init__(
        self, provider: Provider, store: Store, clock: Clock, publish: Callable[[Change], None]
    ) -> None:
        self.provider = provider
        self._store = store
        self._clock = clock
        self._publish = publish
        self._turns: dict[RunRef, asyncio.Lock] = {}
        self._tails: dict[RunRef, str] = {}
        """Where a live run's next rows begin, after a walk of this process has seen the others."""

    async def walk(
        self,
        run: Run,
        progress: Callable[[RowsProgress], None],
        between: Callable[[], Awaitable[None]],
        needed: Callable[[StoredRun], bool] | None,
    ) -> tuple[Skipped, ...]:
        """Bring a run's rows; see `Sync.rows`."""
        async with self._turns.setdefault(run.ref, asyncio.Lock()):
            if needed is not None:
                stored = await asyncio.to_thread(self._store.run, run.ref)
                if stored is not None and not needed(stored):
                    return ()
            if run.live and run.ref in self._tails:
                return await self._tail(run, progress, between)
            self._tails.pop(run.ref, None)
            return await self._whole(run, progress, between)

    async def _tail(
        self,
        run: Run,
        progress: Callable[[RowsProgress], None],
        between: Callable[[], Awaitable[None]],
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
                await asyncio.sleep(0)  # a stop is heard here, not in the middle of a write
                await between()
        return tuple(skipped)

    async def _whole(
        self,
        run: Run,
        progress: Callable[[RowsProgress], None],
        between: Callable[[], Awaitable[None]],
    ) -> tuple[Skipped, ...]:
        state = await asyncio.to_thread(self._store.begin_walk, run.ref)
        skipped: list[Skipped] = []
        before = rows = state.told if state.resume is not None else 0
        begun, held = self._clock.monotonic(), 0.0
        tail: str | None = None
        error: str | None = LEFT
        gathered = Gathered(self._clock)

        async def store() -> None:
            nonlocal rows, tail
            page = gathered.take()
            await self._write(partial(self._store.apply_rows, run.ref, page))
            gathered.written()
            rows += len(page.rows)
            skipped.extend(page.skipped)
            tail = page.resume or tail
            took = self._clock.monotonic() - begun - held
            rate = (rows - before) / took if took > 0 else None
            progress(RowsProgress(run.ref, rows, page.expected_rows, rate, before))

        try:
            try:
                async with aclosing(self.provider.iter_rows(run, resume=state.resume)) as pages:
                    while (page := await _next(pages, store if gathered else None)) is not None:
                        gathered.add(page)
                        # What a later process would go on from is stored before more is asked for.
                        if page.resume is not None or gathered.due:
                            await store()
                            waiting = self._clock.monotonic()
                            await asyncio.sleep(0)  # as above
                            await between()
                            held += self._clock.monotonic() - waiting
            except ProviderError:
                if gathered:
                    await store()  # what came before a failure stays
                raise
            if gathered:
                await store()
            error = None
            if tail is not None and run.live and self.provider.capabilities.rows_append:
                self._tails[run.ref] = tail
        except ProviderError as failure:
            error = failure.sentence()
            raise
        finally:
            await self._end(run.ref, error, gathered.take() if gathered else None)
        return tuple(skipped)

    async def _end(self, ref: RunRef, error: str | None, left: RowPage | None) -> None:
        """End a walk in a thread: it waits for a write under way, and may remove many rows.

        Also on cancellation, when `left` may have come and not been written yet; told also to
        those who do not wait for it.
        """

        def end() -> Change:
            came = Change(0) if left is None else self._store.apply_rows(ref, left)
            return came | self._store.end_walk(ref, complete=error is None, error=error)

        ending = asyncio.ensure_future(asyncio.to_thread(end))
        try:
            self._publish(await asyncio.shield(ending))
        except asyncio.CancelledError:
            ending.add_done_callback(self._publish_late)
            raise

    def _publish_late(self, ended: "asyncio.Future[Change]") -> None:
        if not ended.cancelled() and ended.exception() is None:
            self._publish(ended.result())

    async def _write(self, change: Callable[[], Change]) -> None:
        """Run a store write in a thread and publish what it changed."""
        self._publish(await asyncio.to_thread(change))


async def _next(
    pages: AsyncGenerator[RowPage, None], store: Callable[[], Awaitable[None]] | None
) -> RowPage | None:
    """Return the next page, None at the end; one that is slow lets those before it be stored.

    Args:
        pages: the walk.
        store: writes what waits to be written with the next page; None when nothing does.
    """
    coming = asyncio.ensure_future(anext(pages, None))
    try:
        if store is not None:
            await asyncio.wait({coming}, timeout=SOON_S)
            if not coming.done():
                await store()
        return await coming
    finally:
        if not coming.done():
            coming.cancel()
            with suppress(asyncio.CancelledError):
                await coming
