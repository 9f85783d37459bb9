"""A walk over all rows of a run: pages come while those before them are written."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any

from tui.clock import Clock
from tui.errors import ProviderError
from tui.models import Run
from tui.polling.gathering import SOON_S, Gathered
from tui.polling.rows_progress import RowsProgress
from tui.polling.write_behind import WriteBehind
from tui.providers.base import Provider, RowPage, Skipped
from tui.store import Change, Store

LEFT = "The rows were left before their end."
"""What a run says of a walk that somebody ended."""


class WholeWalk:
    """One walk; goes on where the last one was cut off, if that is known."""

    def __init__(
        self,
        run: Run,
        store: Store,
        clock: Clock,
        *,
        publish: Callable[[Change], None],
        progress: Callable[[RowsProgress], None],
        between: Callable[[], Awaitable[None]],
    ) -> None:
        """Prepare; the callables are those of `Sync.rows`, `publish` takes what was changed."""
        self.tail: str | None = None
        """Where rows that come later begin; None when the provider does not say."""
        self._run = run
        self._store = store
        self._clock = clock
        self._publish = publish
        self._progress = progress
        self._between = between
        self._gathered = Gathered(clock)
        self._behind = WriteBehind()
        self._skipped: list[Skipped] = []
        self._before = self._rows = 0
        self._begun = clock.monotonic()
        self._held = 0.0

    async def bring(self, provider: Provider) -> tuple[Skipped, ...]:
        """Bring the rows to their end; returns what could not be read."""
        ref = self._run.ref
        state = await asyncio.to_thread(self._store.begin_walk, ref)
        self._before = self._rows = state.told if state.resume is not None else 0
        self._begun = self._clock.monotonic()
        error: str | None = LEFT
        try:
            try:
                async with aclosing(provider.iter_rows(self._run, resume=state.resume)) as pages:
                    await self._take(pages)
            except ProviderError:
                await self._rest()  # what came before a failure stays
                raise
            await self._rest()
            error = None
        except ProviderError as failure:
            error = failure.sentence()
            raise
        finally:
            await self._end(error)
        return tuple(self._skipped)

    async def _take(self, pages: AsyncGenerator[RowPage, None]) -> None:
        coming = asyncio.ensure_future(anext(pages, None))
        try:
            while (page := await self._next(coming)) is not None:
                self._gathered.add(page)
                if self._gathered.full or (self._gathered.due and not self._behind.busy):
                    await self._begin_write()
                await self._pause()
                coming = asyncio.ensure_future(anext(pages, None))
        finally:
            await _ended(coming)

    async def _pause(self) -> None:
        """Await `between`; if that takes more than a moment, all that came is stored first."""
        waiting = self._clock.monotonic()
        pause = asyncio.ensure_future(self._between())
        try:
            await asyncio.sleep(0)  # a stop is heard here, not in the middle of a write
            if not pause.done():
                await self._rest()
            await pause
        finally:
            await _ended(pause)
        self._held += self._clock.monotonic() - waiting

    async def _next(self, coming: "asyncio.Future[RowPage | None]") -> RowPage | None:
        """Return the next page, None at the end; while it is slow, the others are written."""
        if self._gathered:
            await asyncio.wait({coming}, timeout=SOON_S)
            if not coming.done():
                await self._begin_write()
        return await coming

    async def _begin_write(self) -> None:
        await self._behind.begin(self._write(self._gathered.take()))

    async def _write(self, page: RowPage) -> None:
        ref = self._run.ref
        self._publish(await asyncio.to_thread(self._store.apply_rows, ref, page))
        self._gathered.written()
        self._rows += len(page.rows)
        self._skipped.extend(page.skipped)
        self.tail = page.resume or self.tail
        took = self._clock.monotonic() - self._begun - self._held
        rate = (self._rows - self._before) / took if took > 0 else None
        self._progress(RowsProgress(ref, self._rows, page.expected_rows, rate))

    async def _rest(self) -> None:
        """Write what has come."""
        if self._gathered:
            await self._begin_write()
        await self._behind.done()

    async def _end(self, error: str | None) -> None:
        """End the walk in a thread, after the write under way: it may remove many rows.

        Also on cancellation, when pages may have come and not been written yet; told also to those
        who do not wait for it.
        """
        ref = self._run.ref
        left = self._gathered.take() if self._gathered else None

        def end() -> Change:
            came = Change(0) if left is None else self._store.apply_rows(ref, left)
            return came | self._store.end_walk(ref, complete=error is None, error=error)

        async def end_behind() -> Change:
            await self._behind.done()
            return await asyncio.to_thread(end)

        ending = asyncio.ensure_future(end_behind())
        try:
            self._publish(await asyncio.shield(ending))
        except asyncio.CancelledError:
            ending.add_done_callback(self._publish_late)
            raise

    def _publish_late(self, ended: "asyncio.Future[Change]") -> None:
        if not ended.cancelled() and ended.exception() is None:
            self._publish(ended.result())


async def _ended(work: "asyncio.Future[Any]") -> None:
    """Cancel what is still under way and wait for its end."""
    if not work.done():
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
