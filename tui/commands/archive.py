"""`evaltop archive [CONNECTION…]`: everything of the connections, into the store."""

import argparse
import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tui.commands.output import CUT_STORY, check_fields, write
from tui.commands.session import Session
from tui.errors import AuthError, KeyMissingError, RateLimitedError, RetiredError, StoreError
from tui.models import JsonObject, RunRef
from tui.polling.archiving import (
    GONE,
    Account,
    Archiver,
    Courtesy,
    TrialsProgress,
    is_archived,
    settles_at,
)
from tui.polling.links import Link
from tui.polling.rows_progress import RowsProgress
from tui.presentation.fetching import rows_story
from tui.presentation.format import number, plural
from tui.presentation.records import timestamp
from tui.store import RunQuery

FIELDS = (
    "ref",
    "connection",
    "name",
    "status",
    "state",
    "why",
    "rows_expected",
    "rows_stored",
    "trials_stored",
    "trials_opened",
    "archived_at",
)
TABLE_FIELDS = ("ref", "state", "rows_stored", "rows_expected", "trials_opened", "why")
MISSING_CODE = 65
"""Rows are missing, and no later call will bring them."""
LATER_CODE = 75
"""A later call may bring more."""
_STORY_EVERY_S = 2.0
_LOGGED_EVERY_S = 30.0
"""The same where the story goes to no terminal: a log of a long archive is to be read, too."""
_FAILURES_IN_A_ROW = 3
"""After so many a connection is left for this time."""
_PAGE = 500


async def run(arguments: argparse.Namespace, session: Session) -> int:
    """Archive, print an account of every run and return the exit code."""
    check_fields(arguments.fields, FIELDS)
    session.chosen = (*session.chosen, *arguments.connections)
    links = session.links()
    if session.nothing_is_kept():
        return session.exit_code()
    errand = Errand(session, trials=not arguments.rows_only)
    query = f"age<{arguments.since}" if arguments.since else ""
    try:
        if arguments.limit is None:
            await session.each(links, lambda link: errand.whole(link, query))
        else:
            await session.list_everything(links)
            chosen = errand.newest(links, query, arguments.limit)
            await session.each(
                links,
                lambda link: errand.runs(
                    link, [ref for ref in chosen if ref.connection == link.name]
                ),
            )
    except asyncio.CancelledError:
        session.tell("Stopped. The next call goes on here; this is what is stored:")
        _print(errand, arguments, session)
        raise
    _print(errand, arguments, session)
    # Calling it again helps nobody whose disk is full, so that code goes first.
    return StoreError.exit_code if session.nothing_is_kept() else session.exit_code()


class Errand:
    """One call of the command over some connections, and the accounts it has so far."""

    def __init__(self, session: Session, *, trials: bool) -> None:
        self._session = session
        self._store = session.services.store
        self._clock = session.services.clock
        self._trials = trials
        self._told_at = float("-inf")
        self._story_every_s = _STORY_EVERY_S if session.err.isatty() else _LOGGED_EVERY_S
        self.accounts: dict[RunRef, Account] = {}
        self.not_reached = 0
        """Runs that were to come when it ended early."""

    async def whole(self, link: Link, query: str) -> None:
        """List a connection's runs and archive them, newest first."""
        await self._session.list_everything([link])
        await self.runs(link, self.newest([link], query, None))

    def newest(self, links: Sequence[Link], query: str, limit: int | None) -> list[RunRef]:
        """Return the stored runs, newest first."""
        names = tuple(link.name for link in links)
        view = self._store.runs(RunQuery(text=query, connections=names))
        count = view.count() if limit is None else min(limit, view.count())
        return [
            stored.run.ref
            for offset in range(0, count, _PAGE)
            for stored in view.fetch(offset, min(_PAGE, count - offset))
        ]

    async def runs(self, link: Link, refs: Sequence[RunRef]) -> None:
        """Archive these runs of one connection; after some failures in a row the rest is left."""
        archiver = Archiver(
            await link.sync(),
            self._store,
            self._clock,
            trials=self._trials,
            between=Courtesy(link, self._store, self._clock),
            on_rows=self._rows_story,
            on_trials=self._trials_story,
        )
        failures = 0
        if self._session.nothing_is_kept():
            self.not_reached += len(refs)
            return
        for place, ref in enumerate(refs, start=1):
            if failures >= _FAILURES_IN_A_ROW:
                self.accounts[ref] = await archiver.account(ref, asked=False)
                continue
            try:
                found = self.accounts[ref] = await self._patiently(archiver, ref)
            except asyncio.CancelledError:
                self.accounts[ref] = await archiver.account(ref, asked=False)
                self.not_reached += len(refs) - place
                raise
            if self._session.nothing_is_kept():
                self.accounts[ref] = self._lost(found)
                self.not_reached += len(refs) - place
                return
            if found.failure is None or isinstance(found.failure, GONE):
                failures = 0
            else:
                self._session.failed(found.failure)
                hopeless = isinstance(found.failure, AuthError | KeyMissingError)
                failures = _FAILURES_IN_A_ROW if hopeless else failures + 1
            if found.asked and not _ended(found):
                self._tell_run(found, place, len(refs))
        if failures < _FAILURES_IN_A_ROW:
            await self._settle(archiver, refs)

    async def _patiently(self, archiver: Archiver, ref: RunRef) -> Account:
        """Archive a run; a pause the provider asks for is waited out, once."""
        found = await archiver.run(ref)
        failure = found.failure
        if isinstance(failure, RateLimitedError) and failure.retry_at is not None:
            wait = (failure.retry_at - self._clock.now()).total_seconds()
            self._session.tell(f"{ref.connection}: waiting {wait:.0f} s, as the provider asks.")
            await self._clock.sleep(max(0.0, wait))
            found = await archiver.run(ref)
        return found

    async def _settle(self, archiver: Archiver, refs: Sequence[RunRef]) -> None:
        """Look once more at runs that ended just before they were read: rows may come late."""
        for ref in refs:
            stored = self._store.run(ref)
            found = self.accounts[ref]
            if stored is None or is_archived(stored) or found.failure or stored.run.live:
                continue
            at = settles_at(stored)
            if at is not None:
                wait = (at - self._clock.now()).total_seconds()
                if wait > 0:
                    self._session.tell(f"{ref}: late rows may come; looking again in {wait:.0f} s.")
                    await self._clock.sleep(wait)
                found = await archiver.run(ref)
                lost = self._session.nothing_is_kept()
                self.accounts[ref] = self._lost(found) if lost else found
                if lost:
                    return

    def _lost(self, found: Account) -> Account:
        """Return the account of a run that the store's file did not take."""
        problem = self._store.problem
        why = "" if problem is None else problem.message
        return replace(found, complete=False, why=(why,), may_come=True)

    def _rows_story(self, progress: RowsProgress) -> None:
        self._tell(f"{progress.ref}: {rows_story(progress)} …")

    def _trials_story(self, progress: TrialsProgress) -> None:
        self._tell(f"{progress.ref}: {progress.opened} of {progress.trials} trials opened …")

    def _tell(self, sentence: str) -> None:
        now = self._clock.monotonic()
        if now - self._told_at >= self._story_every_s:
            self._told_at = now
            self._session.tell(sentence)

    def _tell_run(self, found: Account, place: int, of: int) -> None:
        state = state_of(found)
        why = "" if found.complete or not found.why else f" ({found.why[0]})"
        rows = plural(found.rows_stored, "row")
        self._session.tell(f"{place}/{of} {found.ref}: {state}, {rows}{why}")


def state_of(found: Account) -> str:
    """Return `complete` or `partial`."""
    return "complete" if found.complete else "partial"


def _print(errand: Errand, arguments: argparse.Namespace, session: Session) -> None:
    accounts, form = list(errand.accounts.values()), arguments.format
    default = FIELDS if form in ("json", "jsonl") else TABLE_FIELDS
    cut = write(
        [_record(session, found, listed=form in ("json", "jsonl")) for found in accounts],
        form=form,
        fields=arguments.fields or default,
        every_field=FIELDS,
        out=session.out,
    )
    if cut:
        session.tell(CUT_STORY)
    states = Counter(state_of(found) for found in accounts)
    session.tell(
        f"{plural(len(accounts), 'run')}: {states['complete']} complete, "
        f"{states['partial']} partial"
        f"{f', {number(errand.not_reached)} not reached' if errand.not_reached else ''}."
    )
    # What a service that has ended no longer tells is no failure of this call.
    lacking = [found for found in accounts if not found.complete and not _ended(found)]
    if any(found.may_come and found.failure is None for found in lacking):
        session.codes.add(LATER_CODE)
    if any(not found.may_come for found in lacking):
        session.codes.add(MISSING_CODE)


def _ended(found: Account) -> bool:
    return isinstance(found.failure, RetiredError)


def _record(session: Session, found: Account, *, listed: bool) -> JsonObject:
    """Return the record of an account, its reasons as a list or as one text."""
    stored = session.services.store.run(found.ref)
    return {
        "ref": str(found.ref),
        "connection": found.ref.connection,
        "name": found.name,
        "status": None if found.status is None else found.status.value,
        "state": state_of(found),
        "why": list(found.why) if listed else " ".join(found.why),
        "rows_expected": found.rows_expected,
        "rows_stored": found.rows_stored,
        "trials_stored": found.trials_stored,
        "trials_opened": found.opened,
        "archived_at": None if stored is None else timestamp(stored.archived_at),
    }
