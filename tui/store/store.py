"""The store's front: every write the rest of the program may do, on top of its reads."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from tui.clock import Clock
from tui.models import Run, RunRef
from tui.providers.base import RowPage, RunSource, TrialDetail
from tui.store import accounts, events, imports, trials, walks
from tui.store.answers import apply_detail, apply_listed
from tui.store.codec import micros
from tui.store.database import Database
from tui.store.eviction import KEPT_BY_PERSON, set_kept, set_opened
from tui.store.reading import StoreReader
from tui.store.row_table import Merged
from tui.store.run_table import as_walking, find_id, load_one, set_concerns, settle
from tui.store.schema import FILE_NAME
from tui.store.standing import Retired
from tui.store.types import Change, Concern, StoredRun, SyncState
from tui.store.watching import StoreWatch

SALVAGE_S = 0.25
"""How long one piece of salvage may take."""


class Store(StoreReader):
    """Everything that was ever fetched. Thread-safe; calls are short and block.

    Nothing here raises because of the file: a broken, locked, full or read-only one is left or set
    aside, the store goes on in memory, and `problem` says so. Writes about a run that is not
    stored change nothing.
    """

    @classmethod
    def open(cls, data_dir: Path | None, *, clock: Clock) -> Self:
        """Open the store in a directory, made if need be; None keeps everything in memory."""
        return cls(Database(None if data_dir is None else data_dir / FILE_NAME, clock), clock)

    @property
    def events(self) -> events.EventLog:
        """What happened to runs."""
        return events.EventLog(self._database)

    def watch(self) -> StoreWatch:
        """Return what tells of other processes' writes to the same file."""
        return StoreWatch(self._database)

    # One short immediate transaction each.

    def keep(self, refs: Iterable[RunRef], *, why: int = KEPT_BY_PERSON, on: bool = True) -> Change:
        """Let runs never be evicted, or let them go again.

        Args:
            refs: the runs.
            why: a bit of `tui.store.eviction`; several reasons stand side by side.
            on: False withdraws the reason.
        """
        given = tuple(refs)
        changed = self._database.write(lambda found: set_kept(found, given, why, keep=on))
        return self._change(refs=changed)

    def upkeep(self, limit: int | None = None) -> tuple[Change, bool]:
        """Do one piece of what keeps the store in order: salvage first, then eviction.

        Args:
            limit: how many bytes it may take; None = the smaller of 20 GiB and a quarter of the
                free disk.

        Returns:
            What changed, and whether more is to be done.
        """
        if self._database.salvage(SALVAGE_S):
            return self._change(), True
        with self._lock:
            busy = tuple(self._walks)
        evicted, more = self._database.make_room(limit, self._now(), busy)
        refs = [] if evicted is None else [evicted]
        return self._change(refs=refs, rows=refs), more

    def set_open(self, refs: Iterable[RunRef]) -> None:
        """Note that runs are on a screen: no instance evicts them in the next five minutes."""
        given = tuple(refs)
        self._database.write(lambda found: set_opened(found, given, self._now()))

    def apply_runs(
        self,
        connection: str,
        source_id: str,
        runs: Sequence[Run],
        *,
        complete: bool,
        checked: RunSource | None = None,
    ) -> Change:
        """Store a page of a run list.

        A list tells less than a detail: what it leaves empty does not wipe what is stored, and
        costs stay as last known. Runs the list no longer has are kept.

        Args:
            connection: the connection's name.
            source_id: `RunSource.id` of the list.
            runs: the page; the order does not matter.
            complete: True with the last page of a walk over all of them.
            checked: the list, when it was asked to the end with this page; as
                `set_source_checked`.
        """

        def work(found: sqlite3.Connection) -> list[RunRef]:
            now = self._now()
            changed = [run.ref for run in runs if apply_listed(found, source_id, run, now)]
            if complete:
                accounts.source_complete(found, connection, source_id, now)
            if checked is not None:
                accounts.source_checked(found, connection, checked, self._clock.now())
            return changed

        return self._change(refs=self._database.write(work))

    def set_concerns(self, ref: RunRef, concerns: Sequence[Concern]) -> Change:
        """Store what is wrong with a run; what is newly so becomes an event."""

        def work(found: sqlite3.Connection) -> bool:
            run = find_id(found, ref)
            new = None if run is None else set_concerns(found, run, concerns)
            if run is not None and new:
                events.note(found, run, ((each.kind, each.sentence) for each in new), self._now())
            return new is not None

        return self._change(refs=[ref] if self._database.write(work) else [])

    def apply_run(self, run: Run) -> Change:
        """Store a detail answer: it replaces what was stored; only known costs stay."""
        changed = self._database.write(lambda found: apply_detail(found, run, self._now()))
        return self._change(refs=[run.ref] if changed else [])

    def apply_imported(self, run: Run) -> Change:
        """Store a run a file told of: as `apply_run`, and marked as the person's own."""
        changed = self._database.write(lambda found: imports.apply_run(found, run, self._now()))
        return self._change(refs=[run.ref] if changed else [])

    def note_imported_file(self, connection: str, file: str, digest: bytes) -> Change:
        """Note that a file was read to its end; one with the same content counts once."""
        news = self._database.write(
            lambda found: imports.note_file(found, connection, file, digest, self._now())
        )
        return self._change(connections=[connection] if news else [])

    def begin_walk(self, ref: RunRef) -> SyncState:
        """Begin a walk over a run's rows.

        Returns:
            The state to go on from: with `resume` set, the walk that was cut off continues there.
        """

        def work(found: sqlite3.Connection) -> tuple[walks.Walk, StoredRun] | None:
            run = find_id(found, ref)
            if run is None:
                return None
            walk = walks.begin(found, run, self._now())
            return walk, load_one(found, run).stored

        begun = self._database.write(work)
        if begun is None:
            return SyncState()
        with self._lock:
            self._walks[ref] = begun[0]
        return as_walking(begun[1]).sync

    def apply_rows(self, ref: RunRef, page: RowPage) -> Change:
        """Merge a page of rows by row key and trial id, and note where to resume."""
        with self._lock:
            walk = self._walks.get(ref)

        def work(found: sqlite3.Connection) -> tuple[Merged, bool] | None:
            run = find_id(found, ref)
            if run is None:
                return None
            merged, visible = walks.store_page(found, run, walk, page)
            if merged.changed:
                settle(found, run, self._now())
            return merged, visible

        done = self._database.write(work)
        if done is None:
            return self._change()
        merged, visible = done
        if walk is not None:
            walk.met(page, merged)
        return self._change(refs=[ref] if visible else [], rows=[ref] if merged.changed else [])

    def end_walk(self, ref: RunRef, *, complete: bool, error: str | None = None) -> Change:
        """End the walk.

        Args:
            ref: the run.
            complete: whether everything the provider has was seen. Then rows it no longer has are
                removed, with the exceptions of `tui.store.walks`.
            error: why the walk stopped early; with it a walk is never complete.
        """
        with self._lock:
            walk = self._walks.pop(ref, None)
        why = error if error is not None or complete else "The rows were not fetched to the end."

        def work(found: sqlite3.Connection) -> tuple[bool, bool]:
            run = find_id(found, ref)
            if run is None:
                return False, False
            before = load_one(found, run).stored
            removed = walks.end(found, run, walk, why, self._now())
            after = load_one(found, run).stored
            visible = before.run != after.run or walks.visible(before.sync) != walks.visible(
                after.sync
            )
            if visible or removed:
                settle(found, run, self._now())
            return visible or removed, removed

        visible, removed = self._database.write(work)
        return self._change(refs=[ref] if visible else [], rows=[ref] if removed else [])

    def apply_trial(self, ref: RunRef, row_key: str, detail: TrialDetail) -> Change:
        """Store what opening a trial fetched.

        It stays until the list form of the trial changes: then the trial reads as not opened.
        """

        def work(found: sqlite3.Connection) -> bool:
            run = find_id(found, ref)
            changed = run is not None and trials.apply_detail(found, run, row_key, detail)
            if run is not None and changed:
                settle(found, run, self._now())
            return changed

        changed = [ref] if self._database.write(work) else []
        return self._change(refs=changed, rows=changed)

    def set_archived(self, ref: RunRef, *, at: datetime | None) -> Change:
        """Note that all the provider would give of a run is stored; None takes that back."""

        def work(found: sqlite3.Connection) -> bool:
            cursor = found.execute(
                "UPDATE run SET archived = ? WHERE id = ? AND archived IS NOT ?",
                (micros(at), find_id(found, ref), micros(at)),
            )
            return cursor.rowcount > 0

        return self._change(refs=[ref] if self._database.write(work) else [])

    def set_retired(self, connection: str, found: Retired | None) -> Change:
        """Note that a connection's service has ended, and when it was asked; None: it has not."""
        news = self._database.write(lambda writer: accounts.set_retired(writer, connection, found))
        return self._change(connections=[connection] if news else [])

    def set_source_checked(self, connection: str, source: RunSource, *, at: datetime) -> None:
        """Note that a run list was asked."""
        self._database.write(lambda found: accounts.source_checked(found, connection, source, at))

    def set_connection(
        self, connection: str, *, ok_at: datetime | None, error: str | None, remedy: str | None
    ) -> Change:
        """Note how a connection fares, and that an app polls it.

        Args:
            connection: its name.
            ok_at: the last good answer; None keeps the one stored.
            error: the failure that lasts; None when all is well.
            remedy: what helps against it.
        """
        changed = self._database.write(
            lambda found: accounts.set_connection(
                found, connection, ok_at=ok_at, error=error, remedy=remedy, now=self._now()
            )
        )
        return self._change(connections=[connection] if changed else [])

    def _change(
        self,
        *,
        refs: Iterable[RunRef] = (),
        rows: Iterable[RunRef] = (),
        connections: Iterable[str] = (),
    ) -> Change:
        with self._lock:
            found = Change(self._revision, frozenset(refs), frozenset(rows), frozenset(connections))
            if not found:
                return found
            self._revision += 1
            return Change(self._revision, found.refs, found.rows, found.connections)
