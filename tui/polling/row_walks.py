"""Walks over the rows of runs, page by page into the store."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from tui.clock import Clock
from tui.models import Run, RunRef
from tui.polling.rows_progress import RowsProgress
from tui.polling.whole_walk import WholeWalk
from tui.providers.base import Provider, Skipped
from tui.store import Change, Store, StoredRun


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
        walk = WholeWalk(
            run,
            self._store,
            self._clock,
            publish=self._publish,
            progress=progress,
            between=between,
        )
        skipped = await walk.bring(self.provider)
        if walk.tail is not None and run.live and self.provider.capabilities.rows_append:
            self._tails[run.ref] = walk.tail
        return skipped

    async def _write(self, change: Callable[[], Change]) -> None:
        """Run a store write in a thread and publish what it changed."""
        self._publish(await asyncio.to_thread(change))
