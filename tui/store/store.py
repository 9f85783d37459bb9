"""The store's front: every read and write the rest of the program may do."""

import sqlite3
import threading
from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from tui.clock import Clock
from tui.errors import StoreError
from tui.models import Row, Run, RunRef
from tui.providers.base import RowPage, RunSource, TrialDetail
from tui.store import accounts, finding, trials, walks
from tui.store.answers import apply_detail, apply_listed
from tui.store.codec import instant, micros
from tui.store.database import Database
from tui.store.queries import row_ids, run_ids
from tui.store.row_table import Merged
from tui.store.run_table import as_walking, find_id, load_one, settle
from tui.store.schema import FILE_NAME
from tui.store.selecting import select
from tui.store.types import (
    Change,
    ConnectionState,
    RowHead,
    RowQuery,
    RunQuery,
    SourceState,
    StoredRun,
    SyncState,
)
from tui.store.views import RowView, RunView, heads_by_id, runs_by_id


class Store:
    """Everything that was ever fetched. Thread-safe; calls are short and block.

    Nothing here raises because of the file: a broken, locked, full or read-only one is left or set
    aside, the store goes on in memory, and `problem` says so. Writes about a run that is not
    stored change nothing.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()  # guards the three below
        self._revision = 0
        self._walks: dict[RunRef, walks.Walk] = {}
        self._last_rows: tuple[RunRef, RowQuery, int, RowView] | None = None

    @classmethod
    def open(cls, data_dir: Path | None, *, clock: Clock) -> Self:
        """Open the store in a directory, made if need be; None keeps everything in memory."""
        return cls(Database(None if data_dir is None else data_dir / FILE_NAME, clock), clock)

    def close(self) -> None:
        """Close the file. Safe to call twice; other calls then raise StoreError."""
        self._database.close()

    @property
    def problem(self) -> StoreError | None:
        """Why nothing is kept on disk, or what happened to the file; None while all is well."""
        return self._database.problem

    @property
    def revision(self) -> int:
        """Grows with every visible change this process makes; starts at 0."""
        return self._revision

    @property
    def file(self) -> Path | None:
        """Where the data is kept; None in memory."""
        return self._database.file

    @property
    def journal(self) -> str:
        """SQLite's journal mode: `TRUNCATE`, `WAL`, or `MEMORY`."""
        return self._database.journal

    # Writes: one short immediate transaction each.

    def apply_runs(
        self, connection: str, source_id: str, runs: Sequence[Run], *, complete: bool
    ) -> Change:
        """Store a page of a run list.

        A list tells less than a detail: what it leaves empty does not wipe what is stored, and
        costs stay as last known. Runs the list no longer has are kept.

        Args:
            connection: the connection's name.
            source_id: `RunSource.id` of the list.
            runs: the page; the order does not matter.
            complete: True with the last page of a walk over all of them.
        """

        def work(found: sqlite3.Connection) -> list[RunRef]:
            now = self._now()
            if complete:
                accounts.source_complete(found, connection, source_id, now)
            return [run.ref for run in runs if apply_listed(found, source_id, run, now)]

        return self._change(refs=self._database.write(work))

    def apply_run(self, run: Run) -> Change:
        """Store a detail answer: it replaces what was stored; only known costs stay."""
        changed = self._database.write(lambda found: apply_detail(found, run, self._now()))
        return self._change(refs=[run.ref] if changed else [])

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

    def set_source_checked(self, connection: str, source: RunSource, *, at: datetime) -> None:
        """Note that a run list was asked."""
        self._database.write(lambda found: accounts.source_checked(found, connection, source, at))

    def set_connection(
        self, connection: str, *, ok_at: datetime | None, error: str | None, remedy: str | None
    ) -> Change:
        """Note how a connection fares.

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

    # Reads.

    def run(self, ref: RunRef) -> StoredRun | None:
        """Return a run with its raw object; None when it is not stored."""

        def work(found: sqlite3.Connection) -> StoredRun | None:
            run = find_id(found, ref)
            return None if run is None else load_one(found, run).stored

        stored = self._database.read(work)
        return None if stored is None else self._marked(stored)

    def find_runs(self, text: str, connections: Sequence[str] | None) -> list[StoredRun]:
        """Return the runs a reference means, newest first; several = ambiguous.

        The first rule that finds any wins: exact reference, exact id, exact name, prefix of at
        least 4 characters of the id; then the same three within the connection named before the
        first slash.

        Args:
            text: what the person wrote.
            connections: look only there; None = everywhere.
        """

        def work(found: sqlite3.Connection) -> list[StoredRun]:
            return runs_by_id(found, finding.run_ids(found, text, connections))

        return [self._marked(stored) for stored in self._database.read(work)]

    def runs(self, query: RunQuery) -> RunView:
        """Return a snapshot of the runs a query means. Raises QueryError."""
        selection = run_ids(query, self._now())
        ids = self._database.read(lambda found: select(found, selection))
        return RunView(self._database, ids, self._marked)

    def rows(
        self, ref: RunRef, query: RowQuery, *, cancelled: Callable[[], bool] | None = None
    ) -> RowView:
        """Return a snapshot of the rows a query means; empty when the run is not stored.

        With a million rows this takes some tenths of a second, and longer with a filter that asks
        for more than columns: call it in a thread, and show `first_rows` meanwhile.

        Args:
            ref: the run.
            query: which of its rows.
            cancelled: asked all along; True gives up.

        Raises:
            QueryError: the filter cannot be read, or one of its patterns takes too long.
            ReadCancelledError: `cancelled` said so.
        """
        with self._lock:
            last = self._last_rows

        def work(found: sqlite3.Connection) -> tuple[int, int, RowView]:
            run, version = trials.version(found, ref)
            if last is not None and last[:3] == (ref, query, version):
                return run, version, last[3]
            ids = select(found, row_ids(run, query), cancelled)
            return run, version, RowView(self._database, run, ids)

        _run, version, view = self._database.read(work)
        with self._lock:
            self._last_rows = (ref, query, version, view)
        return view

    def first_rows(self, ref: RunRef, query: RowQuery, limit: int) -> list[RowHead]:
        """Return the first rows a query means, at once however many there are.

        A filter that few rows pass is looked for in all of them. Raises QueryError.
        """

        def work(found: sqlite3.Connection) -> list[RowHead]:
            run, _version = trials.version(found, ref)
            wanted = row_ids(run, query)
            first = wanted._replace(
                sql=f"{wanted.sql} LIMIT :limit", values=wanted.values | {"limit": limit}
            )
            return heads_by_id(found, select(found, first))

        return self._database.read(work)

    def row(self, ref: RunRef, key: str) -> Row | None:
        """Return a row with the bodies of its trials, oldest first; None when not stored."""
        return self._database.read(lambda found: trials.row(found, ref, key))

    def details(self, ref: RunRef, key: str) -> dict[str, tuple[str, ...]]:
        """Return the notes of `apply_trial` by trial id; a trial is in it once it was opened."""
        return self._database.read(lambda found: trials.details(found, ref, key))

    def neighbours(self, ref: RunRef, query: RowQuery, key: str) -> tuple[str | None, str | None]:
        """Return the keys before and after a row in a query's order.

        None stands at either end; both are None when the query does not have the row.
        """
        view = self.rows(ref, query)
        index = view.index_of(key)
        if index is None:
            return None, None
        return (
            view.key_at(index - 1) if index > 0 else None,
            view.key_at(index + 1) if index + 1 < view.count() else None,
        )

    def latencies(self, ref: RunRef) -> tuple[float, float] | None:
        """Return median and 95th percentile of the rows' latency in seconds; None without any."""
        return self._database.read(lambda found: trials.latencies(found, ref))

    def scores(self, ref: RunRef) -> "array[float]":
        """Return the rows' numeric scores, ascending, for a histogram."""
        return self._database.read(lambda found: trials.scores(found, ref))

    def live_runs(self, connection: str) -> list[StoredRun]:
        """Return a connection's runs that may still change, newest first."""
        view = self.runs(RunQuery(connections=(connection,), live_only=True))
        return view.fetch(0, view.count())

    def sources(self, connection: str) -> list[SourceState]:
        """Return a connection's run lists as last checked, oldest check first."""
        return self._database.read(lambda found: accounts.sources(found, connection))

    def connection_state(self, connection: str) -> ConnectionState | None:
        """Return how a connection fares; None when it was never asked."""
        return self._database.read(lambda found: accounts.connection_state(found, connection))

    def counts(self, connections: Sequence[str] | None = None) -> dict[str, int]:
        """Return how many `runs`, `live` and `trouble` there are; `connections` None = all.

        In trouble are failed and expired runs, and live ones past their deadline.
        """
        return self._database.read(lambda found: accounts.counts(found, connections, self._now()))

    def progress(self, ref: RunRef) -> list[tuple[datetime, int]]:
        """Return samples of (time, rows done), oldest first.

        At most 120, of the last 6 hours, at least 2 s apart but for the newest; they begin anew
        when the run does.
        """

        def work(found: sqlite3.Connection) -> list[tuple[int, int]]:
            return found.execute(
                "SELECT at, done FROM sample WHERE run = ? ORDER BY at", (find_id(found, ref),)
            ).fetchall()

        return [(instant(at), done) for at, done in self._database.read(work)]

    def _now(self) -> int:
        return micros(self._clock.now()) or 0

    def _marked(self, stored: StoredRun) -> StoredRun:
        return as_walking(stored) if stored.run.ref in self._walks else stored

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
