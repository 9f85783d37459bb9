"""All a provider has of a run, into the store: detail, rows, and what opening trials tells."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from tui.clock import Clock
from tui.errors import MissingError, ProviderError, RetiredError
from tui.frozen import frozen
from tui.models import RunRef, Status
from tui.polling.links import Link
from tui.polling.row_walks import at_once
from tui.polling.rows_progress import RowsProgress
from tui.polling.sync import Sync, wants_rows
from tui.presentation.completeness import Completeness, completeness, ended_by, rows_expected
from tui.presentation.format import plural
from tui.store import Store, StoredRun

SETTLE = timedelta(seconds=61)
"""Rows may come so long after a run's end; then a walk is the last one (design section 6)."""
GONE = (RetiredError, MissingError)
"""Failures after which the provider will never give more of a run."""
_TRIALS_AT_ONCE = 100
_LOOK_EVERY_S = 15.0
_WAIT_S = 1.0
_LATE = timedelta(minutes=5)
"""How much longer than promised a detail is asked for."""


@frozen
class TrialsProgress:
    """How many trials have been opened."""

    ref: RunRef
    opened: int
    trials: int


@frozen
class Account:
    """What is stored of one run, and what lacks."""

    ref: RunRef
    complete: bool
    why: tuple[str, ...]
    """Sentences; a complete run may have some, too (documents that had expired)."""
    may_come: bool
    """Whether asking again later may bring what lacks."""
    rows_expected: int | None
    rows_stored: int
    trials_stored: int
    opened: int | None
    """Trials whose own detail is stored; None where there is no more to a trial than its row."""
    asked: bool = True
    """False when the run was archived before and nobody was asked."""
    failure: ProviderError | None = None
    name: str | None = None
    status: Status | None = None
    """As it was when the rest was judged; None when nothing is stored of the run."""


class Archiver:
    """Archives the runs of one connection."""

    def __init__(
        self,
        sync: Sync,
        store: Store,
        clock: Clock,
        *,
        trials: bool = True,
        between: Callable[[], Awaitable[None]] = at_once,
        on_rows: Callable[[RowsProgress], None] = lambda _progress: None,
        on_trials: Callable[[TrialsProgress], None] = lambda _progress: None,
    ) -> None:
        """Prepare.

        Args:
            sync: the connection's.
            store: where everything goes.
            clock: for the times.
            trials: whether to open every trial where that tells more; without, no run counts as
                archived whose trials have more to tell.
            between: awaited between pages and trials, to be polite.
            on_rows: told of every page.
            on_trials: told of every opened trial.
        """
        self._sync = sync
        self._store = store
        self._clock = clock
        self._trials = trials
        self._between = between
        self._on_rows = on_rows
        self._on_trials = on_trials

    async def run(self, ref: RunRef) -> Account:
        """Bring one run whole, as far as the provider has it. Failures are in the account."""
        stored = await asyncio.to_thread(self._store.run, ref)
        if stored is not None and is_archived(stored):
            return await self.account(ref, asked=False)
        failure: ProviderError | None = None
        try:
            await self._bring(ref)
        except ProviderError as error:
            failure = error
        found = await self.account(ref, failure=failure)
        all_there = failure is None or isinstance(failure, GONE)
        if all_there and not found.may_come and self._all_opened(found):
            await self._sync.archived(ref)
        return found

    async def account(
        self, ref: RunRef, *, asked: bool = True, failure: ProviderError | None = None
    ) -> Account:
        """Judge what is stored of a run, without asking anybody."""
        stored = await asyncio.to_thread(self._store.run, ref)
        if stored is None:
            return Account(ref, False, _words(failure), True, None, 0, 0, None, asked, failure)
        judged = completeness(stored)
        if judged.complete and not stored.run.live and _settling(stored):
            end = "It ended" if stored.run.ended_at else "Its end was first seen"
            late = f"{end} less than a minute before its rows were read: some may still come."
            judged = Completeness(False, (late, *judged.why), may_come=True)
        opened: int | None = None
        why, complete, may_come = list(judged.why), judged.complete, judged.may_come
        if self._tells_more:
            notes = await asyncio.to_thread(self._store.opened, ref)
            opened = sum(notes.values())
            lacking = stored.sync.trials_stored - opened
            if lacking and self._gone(stored):
                why.append(f"What {plural(lacking, 'trial')} had to tell is no longer kept.")
            elif lacking and self._trials:
                why.append(f"Not opened yet: {plural(lacking, 'trial')}.")
                complete, may_come = False, True
            why.extend(
                f"{text} (of {plural(n, 'trial')})" for texts, n in notes.items() for text in texts
            )
        if failure is not None:
            complete = complete and isinstance(failure, GONE)
            may_come = not isinstance(failure, GONE)
            why = [*_words(failure), *(text for text in why if text not in failure.sentence())]
        return Account(
            ref,
            complete,
            tuple(why),
            may_come,
            rows_expected(stored),
            stored.sync.rows_stored,
            stored.sync.trials_stored,
            opened,
            asked,
            failure,
            stored.run.name,
            stored.run.status,
        )

    @property
    def _tells_more(self) -> bool:
        return self._sync.provider.capabilities.trial_detail

    def _all_opened(self, found: Account) -> bool:
        return self._trials or not self._tells_more or found.opened == found.trials_stored

    def _gone(self, stored: StoredRun) -> bool:
        """Return whether the provider has deleted what trials had to tell."""
        kept, ended = self._sync.provider.capabilities.details_kept_s, stored.run.ended_at
        if kept is None or ended is None:
            return False
        return self._clock.now() - ended > timedelta(seconds=kept) + _LATE

    async def _bring(self, ref: RunRef) -> None:
        run = await self._sync.run(ref)
        await self._between()
        await self._sync.rows(run, self._on_rows, between=self._between, needed=wants_rows)
        stored = await asyncio.to_thread(self._store.run, ref)
        if stored is not None and self._trials and self._tells_more and not self._gone(stored):
            await self._open(ref, stored.sync.trials_stored)

    async def _open(self, ref: RunRef, trials: int) -> None:
        """Open the trials that were not; one that is refused for good is left."""
        opened = sum((await asyncio.to_thread(self._store.opened, ref)).values())
        place = 0
        while found := await asyncio.to_thread(self._store.unopened, ref, place, _TRIALS_AT_ONCE):
            for at, key, trial in found:
                place = at
                await self._sync.trial_detail(ref, key, trial)
                opened += 1
                self._on_trials(TrialsProgress(ref, opened, trials))
                await self._between()


def is_archived(stored: StoredRun) -> bool:
    """Return whether a run was archived, and has not been reopened by its list since."""
    return stored.archived_at is not None and stored.sync.begun_at is not None


def settles_at(stored: StoredRun) -> datetime | None:
    """Return from when on a walk can be the last one; None when one was already."""
    return ended_by(stored) + SETTLE if _settling(stored) else None


def _settling(stored: StoredRun) -> bool:
    """Return whether rows may come that the walk has not seen: it began too near to the end.

    A run whose every row is stored has no such rows, whatever the time.
    """
    if stored.sync.final or stored.run.live:
        return False
    told = stored.run.counts.total
    if told is not None and stored.sync.rows_stored >= told:
        return False
    begun = stored.sync.begun_at
    return begun is None or begun < ended_by(stored) + SETTLE


def _words(failure: ProviderError | None) -> tuple[str, ...]:
    return () if failure is None else (failure.sentence(),)


class Courtesy:
    """Leaves half of a connection's budget to an app that is at work on the same store."""

    def __init__(self, link: Link, store: Store, clock: Clock) -> None:
        self._link = link
        self._store = store
        self._clock = clock
        self._looked_at = float("-inf")
        self._app = False

    async def __call__(self) -> None:
        """Return when the archive may go on."""
        while await self._beside_an_app() and self._link.budget.left() < self._share:
            await self._clock.sleep(_WAIT_S)

    @property
    def _share(self) -> int:
        return self._link.budget.limit // 2

    async def _beside_an_app(self) -> bool:
        now = self._clock.monotonic()
        if now - self._looked_at >= _LOOK_EVERY_S:
            self._looked_at = now
            state = await asyncio.to_thread(self._store.connection_state, self._link.name)
            polled = None if state is None else state.polled_at
            longest = timedelta(seconds=2 * self._link.config.poll.idle_s)
            self._app = polled is not None and self._clock.now() - polled < longest
        return self._app
