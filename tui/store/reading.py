"""Every read the rest of the program may do."""

import sqlite3
import threading
from array import array
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from tui.clock import Clock
from tui.errors import StoreError
from tui.models import Row, Run, RunRef, ScoreStats
from tui.store import (
    accounts,
    bin_table,
    cause_table,
    filling,
    finding,
    imports,
    salvage,
    trials,
    walks,
)
from tui.store.codec import instant, micros
from tui.store.database import Database
from tui.store.growing import GrowingRead
from tui.store.joining import Joining
from tui.store.ordering import by_keys
from tui.store.queries import run_ids, unfiltered
from tui.store.retention import Room
from tui.store.run_table import as_walking, find_id, load_one
from tui.store.search import Hits, SearchIndex, Wanted
from tui.store.selecting import select, select_at_once
from tui.store.standing import ConnectionState, Holdings, Imported, Retired, Salvaged, SourceState
from tui.store.types import ErrorCause, Histogram, RowQuery, RunQuery, Sample, StoredRun
from tui.store.views import RowView, RunView, runs_by_id
from tui.store.whole_rows import WholeRows

ResultT = TypeVar("ResultT")


class StoreReader:
    """The reading half of `tui.store.Store`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.search = SearchIndex(database)
        """Full text of what is stored."""
        self.joining = Joining(database)
        self._lock = threading.Lock()  # guards the four below
        self._revision = 0
        self._walks: dict[RunRef, walks.Walk] = {}
        self._last_rows: tuple[RunRef, RowQuery, int, RowView] | None = None
        self._last_order: tuple[int, int, RowQuery, array[int]] | None = None

    def close(self) -> None:
        """Close the file. Safe to call twice; other calls then raise StoreError."""
        self.search.close()
        self._database.close()

    @property
    def problem(self) -> StoreError | None:
        """Why nothing is kept on disk, or what happened to the file; None while all is well."""
        return self._database.problem

    def salvaged(self) -> list[Salvaged]:
        """Return what came out of damaged files that this one has replaced."""
        return self._database.read(salvage.accounts)

    def room(self) -> Room | None:
        """Return what the file takes and what its disk has; None in memory or if nobody tells."""
        return self._database.room()

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

    def run(self, ref: RunRef) -> StoredRun | None:
        """Return a run with its raw object; None when it is not stored."""

        def work(found: sqlite3.Connection) -> StoredRun | None:
            run = find_id(found, ref)
            return None if run is None else load_one(found, run).stored

        stored = self._database.read(work)
        return None if stored is None else self._marked(stored)

    def told(self, ref: RunRef) -> Run | None:
        """Return a run as its provider told it, without what its rows add; None if not stored."""

        def work(found: sqlite3.Connection) -> Run | None:
            run = find_id(found, ref)
            return None if run is None else load_one(found, run).told

        return self._database.read(work)

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

    def runs(self, query: RunQuery, *, cancelled: Callable[[], bool] | None = None) -> RunView:
        """Return a snapshot of the runs a query means.

        A filter that asks for more than columns takes long: call it in a thread.

        Args:
            query: which runs.
            cancelled: asked all along; True gives up.

        Raises:
            QueryError: the filter cannot be read, or one of its patterns takes too long.
            ReadCancelledError: `cancelled` said so.
        """
        wanted = run_ids(query, self._now(), self.search)
        select_ids = select if wanted.judges else select_at_once
        read = self._database.read if cancelled is None else self._database.scan
        ids = read(lambda found: select_ids(found, wanted, cancelled))
        return RunView(self._database, ids, self._marked)

    def rows(
        self,
        ref: RunRef,
        query: RowQuery,
        *,
        cancelled: Callable[[], bool] | None = None,
        tell: Callable[[RowView], None] | None = None,
    ) -> RowView:
        """Return a snapshot of the rows a query means; empty when the run is not stored.

        With a million rows this takes some tenths of a second, and longer with a filter that asks
        for more than columns: call it in a thread.

        Args:
            ref: the run.
            query: which of its rows.
            cancelled: asked all along; True gives up.
            tell: called in this thread with growing beginnings of the answer while that takes
                long (`tui.store.growing`).

        Raises:
            QueryError: the filter cannot be read, or one of its patterns takes too long.
            ReadCancelledError: `cancelled` said so.
        """
        self._count_for(ref, query)
        with self._lock:
            last, order = self._last_rows, self._last_order
        run, version = self._database.read(lambda found: trials.version(found, ref))
        if last is not None and last[:3] == (ref, query, version):
            return last[3]
        near = 0 if last is None else last[3].near

        def view(ids: "array[int]") -> RowView:
            return RowView(self._database, run, ids, near=near)

        reading = GrowingRead(
            self._database,
            self._clock,
            self.search,
            cancelled=cancelled,
            tell=None if tell is None else lambda ids: tell(view(ids)),
        )
        bare = unfiltered(query)

        def in_order() -> "array[int]":
            if order is not None and order[:3] == (run, version, bare):
                return order[3]
            ids = reading.in_order(run, bare)
            with self._lock:
                self._last_order = run, version, bare, ids
            return ids

        found = view(reading.ids(run, query, in_order))
        with self._lock:
            self._last_rows = (ref, query, version, found)
        return found

    def whole_rows(self, ref: RunRef) -> WholeRows:
        """Return all rows of a run, to be read with their bodies; none when it is not stored."""
        return WholeRows(self._database, ref)

    def never_whole(self, connections: Sequence[str] | None = None) -> tuple[int, int]:
        """Return of how many runs the rows were never fetched to the end, and of how many in all.

        `connections` None = all.
        """
        return self._database.read(lambda found: accounts.never_whole(found, connections))

    def hits(self, wanted: Wanted, *, most: int | None = None) -> Hits:
        """Return a search that has not begun (`Hits.search`); `most` bounds what it tells."""
        return Hits(self._database, self.search, wanted, most)

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

    def histogram(self, ref: RunRef, *, most: int = 20) -> Histogram:
        """Return how the rows are spread over their score, at once however many there are.

        On a run stored by an older program the first call counts its rows, which takes some
        seconds for a hundred thousand: call it in a thread.

        Args:
            ref: the run.
            most: bins wanted at most, 2 to 256; how many come depends on the scores.
        """
        return self._counted(
            ref, lambda found, run: bin_table.histogram(found, run, most), Histogram
        )

    def score_stats(self, ref: RunRef) -> ScoreStats | None:
        """Return mean, least and greatest score of the stored rows, exactly; None without any."""

        def work(found: sqlite3.Connection) -> ScoreStats | None:
            run = find_id(found, ref)
            return None if run is None else load_one(found, run).tally.score

        return self._database.read(work)

    def error_causes(self, ref: RunRef) -> list[ErrorCause]:
        """Return what the rows' errors have in common, the most frequent first, `other` last.

        The first call on a run takes as long as that of `histogram`.
        """
        return self._counted(ref, cause_table.causes, list)

    def _counted(
        self,
        ref: RunRef,
        work: Callable[[sqlite3.Connection, int], ResultT],
        nothing: Callable[[], ResultT],
    ) -> ResultT:
        """Return what `work` reads of a run's bins or causes, once all rows are in them."""

        def read(found: sqlite3.Connection) -> tuple[int, ResultT] | int | None:
            run = find_id(found, ref)
            if run is None:
                return None
            return (run, work(found, run)) if filling.counted(found, run) else run

        result = self._database.read(read)
        if isinstance(result, int):
            filling.count_all(self._database, result)
            result = self._database.read(read)
        return result[1] if isinstance(result, tuple) else nothing()

    def _count_for(self, ref: RunRef, query: RowQuery) -> None:
        """See that all rows have the sort keys a query needs."""
        if by_keys(query):
            self._counted(ref, lambda _found, _run: None, lambda: None)

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

    def answered_at(self, connection: str) -> datetime | None:
        """Return when a connection last told anything; None when nothing of it is stored."""
        return self._database.read(lambda found: accounts.answered_at(found, connection))

    def retired(self, connection: str) -> Retired | None:
        """Return that a connection's service has ended; None while it has not."""
        return self._database.read(lambda found: accounts.retired(found, connection))

    def holdings(self, connection: str) -> Holdings:
        """Return what is stored of a connection's evals."""
        return self._database.read(lambda found: accounts.holdings(found, connection))

    def unopened(self, ref: RunRef, after: int, limit: int) -> list[tuple[int, str, str]]:
        """Return the next trials that were never opened: (place, row key, trial id).

        Places grow; `after` is the last one that was seen, 0 at the beginning.
        """
        return self._database.read(lambda found: trials.unopened(found, ref, after, limit))

    def opened(self, ref: RunRef) -> dict[tuple[str, ...], int]:
        """Return how many trials of a run were opened, by the notes that came with them."""
        return self._database.read(lambda found: trials.opened(found, ref))

    def imports(self) -> list[Imported]:
        """Return the names under which runs were imported from files, by name."""
        return self._database.read(imports.connections)

    def counts(self, connections: Sequence[str] | None = None) -> dict[str, int]:
        """Return how many `runs`, `live`, `trouble` and `news` there are; `connections` None = all.

        In trouble are failed and expired runs, those about which there is a concern, and live ones
        past their deadline; news are of what a person has not seen yet.
        """
        return self._database.read(lambda found: accounts.counts(found, connections, self._now()))

    def progress(self, ref: RunRef) -> list[tuple[datetime, int]]:
        """Return samples of (time, rows done), oldest first.

        At most 120, of the last 6 hours, at least 2 s apart but for the newest; they begin anew
        when the run does.
        """
        return [(sample.at, sample.done) for sample in self.course(ref)]

    def course(self, ref: RunRef) -> list[Sample]:
        """Return the samples of `progress` with the outcomes known at each, oldest first."""

        def work(found: sqlite3.Connection) -> list[tuple[int, ...]]:
            return found.execute(
                "SELECT at, done, passed, failed, errored FROM sample WHERE run = ? ORDER BY at",
                (find_id(found, ref),),
            ).fetchall()

        return [Sample(instant(at), *rest) for at, *rest in self._database.read(work)]

    def before_in_group(self, ref: RunRef) -> StoredRun | None:
        """Return the last completed run of the same group that began before this one; None = none.

        It is the one a run is compared with where nobody named another.
        """
        return self._database.read(lambda found: finding.before_in_group(found, ref))

    def _now(self) -> int:
        return micros(self._clock.now()) or 0

    def _marked(self, stored: StoredRun) -> StoredRun:
        return as_walking(stored) if stored.run.ref in self._walks else stored
