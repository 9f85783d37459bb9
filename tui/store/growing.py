"""Which rows a query means, told while they are found: the first long before the last.

A statement gets a moment to answer by itself; most do. What it told by then is the beginning of
the answer, unless SQLite has to sort first. After that all rows are put in order, which needs no
more than an index, and the filter looks at them in short turns from the first on. So what is told
is at any time exactly the beginning of the whole answer, and nothing holds the file for long.

An order without an index has no beginning before its end: then nothing is told before all is
sorted.
"""

import sqlite3
from array import array
from collections.abc import Callable
from functools import partial

from tui.clock import Clock
from tui.store.database import Database
from tui.store.ordering import by_keys, first_ids, ordered_ids
from tui.store.queries import Passing, is_filtered, passing, row_ids, unfiltered
from tui.store.search import SearchIndex
from tui.store.selecting import (
    Cancelled,
    ReadCancelledError,
    Selection,
    select,
    select_at_once,
    select_some,
)
from tui.store.types import RowQuery

AT_ONCE_S = 0.05
"""How long a statement may take to tell everything by itself."""
LONGER_S = 0.3
"""The same for one that began to tell at once."""
BEGINNING = 16_384
"""So many rows are filtered before the order of all is asked for."""
SCREENFUL = 40
"""So many rows are told at once; later on, twice as many as the time before."""
FIRST_S = 0.05
"""After this time what there is is told, even if it is nothing."""
EVERY_S = 0.5
"""And after this time again."""
TURN_S = 0.02
"""How long a turn of filtering should take."""
_LEAST_TURN, _FIRST_TURN, _LONGEST_TURN = 100, 500, 65_536

Tell = Callable[["array[int]"], None]
"""Takes the first ids of an answer that is still being looked for."""


class GrowingRead:
    """One reading of a run's rows."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        search: SearchIndex,
        *,
        cancelled: Cancelled | None,
        tell: Tell | None,
    ) -> None:
        """Prepare.

        Args:
            database: what is read.
            clock: tells how long a turn takes.
            search: answers what a filter asks of the full text.
            cancelled: asked all along; True gives up.
            tell: called in the reading thread with growing beginnings of the answer.
        """
        self._database = database
        self._clock = clock
        self._search = search
        self._cancelled = cancelled or _never
        self._tell = tell
        self._given_up = False
        self._told = 0
        self._times_told = 0
        self._told_at = clock.monotonic()

    def ids(self, run: int, query: RowQuery, in_order: Callable[[], "array[int]"]) -> "array[int]":
        """Return the ids a query means, in its order.

        Args:
            run: id of the run.
            query: which rows.
            in_order: returns the ids of all rows in the query's order.

        Raises:
            QueryError: the filter cannot be read, or one of its patterns takes too long.
            ReadCancelledError: `cancelled` said so.
        """
        filtered = is_filtered(query)
        if by_keys(query):
            if filtered:
                return self._filtered(run, query, in_order)
            self._hand_on(self._beginning(run, query, SCREENFUL))
            return in_order()
        wanted = row_ids(run, query, self._search)
        first, whole = self._some(wanted, AT_ONCE_S, SCREENFUL)
        if not whole and first and filtered:
            # An index tells them in order: it may well be quickest to the end.
            self._hand_on(first)
            first, whole = self._some(wanted, LONGER_S)
        if whole:
            return first
        if first:
            self._hand_on(first)
        return self._filtered(run, query, in_order) if filtered else in_order()

    def in_order(self, run: int, query: RowQuery) -> "array[int]":
        """Return the ids of all rows of a run in a query's order. Raises ReadCancelledError."""
        bare = unfiltered(query)
        if by_keys(bare):
            return self._database.scan(
                lambda found: ordered_ids(found, run, bare, self._search, self._stopped)
            )
        wanted = row_ids(run, bare, self._search)
        return self._database.scan(lambda found: select_at_once(found, wanted, self._stopped))

    def _beginning(self, run: int, query: RowQuery, rows: int) -> "array[int]":
        """Return the first of all rows in a query's order; fewer, or none, if that takes long."""
        bare = unfiltered(query)
        if by_keys(bare):
            return self._database.scan(
                lambda found: first_ids(found, run, bare, self._search, rows)
            )
        return self._some(row_ids(run, bare, self._search), AT_ONCE_S, rows)[0]

    def _some(
        self, wanted: Selection, seconds: float, rows: int | None = None
    ) -> "tuple[array[int], bool]":
        """Return the first ids of a statement, and whether these are all."""
        begun = self._clock.monotonic()

        def enough(ids: "array[int]") -> bool:
            return (
                self._stopped()
                or (rows is not None and len(ids) >= rows)
                or self._clock.monotonic() - begun >= seconds
            )

        found = self._database.scan(lambda connection: select_some(connection, wanted, enough))
        self._check()
        return found

    def _filtered(
        self, run: int, query: RowQuery, in_order: Callable[[], "array[int]"]
    ) -> "array[int]":
        """Look at all rows in turns, and at the first of them before the order of all is known."""
        wanted = passing(query, self._search)
        ids = array("q")
        start = self._look_at(self._beginning(run, query, BEGINNING), 0, wanted, ids)
        self._look_at(in_order(), start, wanted, ids)
        return ids

    def _look_at(self, rows: "array[int]", start: int, wanted: Passing, ids: "array[int]") -> int:
        """Add those that pass to `ids`, from a place on; return how many have been looked at."""
        size = _FIRST_TURN
        while start < len(rows):
            self._check()
            begun = self._clock.monotonic()
            turn = rows[start : start + size]
            found = set(self._database.scan(partial(self._pass, wanted, turn)))
            ids.extend([row for row in turn if row in found])
            start += len(turn)
            took = self._clock.monotonic() - begun
            size = max(_LEAST_TURN, size // 2) if took > TURN_S else min(size * 2, _LONGEST_TURN)
            if self._is_time(len(ids)):
                self._hand_on(ids[:])
        return start

    def _pass(
        self, wanted: Passing, rows: "array[int]", connection: sqlite3.Connection
    ) -> "array[int]":
        return select(connection, wanted.among(rows), self._stopped)

    def _stopped(self) -> bool:
        self._given_up = self._given_up or self._cancelled()
        return self._given_up

    def _check(self) -> None:
        if self._given_up or self._stopped():
            raise ReadCancelledError

    def _is_time(self, found: int) -> bool:
        if found > self._told and found >= max(SCREENFUL, 2 * self._told):
            return True
        wait = EVERY_S if self._times_told else FIRST_S
        return self._clock.monotonic() - self._told_at >= wait

    def _hand_on(self, ids: "array[int]") -> None:
        # Never fewer than before: the rows that were told first are found again first.
        if self._tell is None or (self._times_told and len(ids) <= self._told):
            return
        self._tell(ids)
        self._told = len(ids)
        self._times_told += 1
        self._told_at = self._clock.monotonic()


def _never() -> bool:
    return False
