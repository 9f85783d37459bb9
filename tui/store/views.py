"""Ordered snapshots of runs and rows for the virtual table."""

import sqlite3
from array import array
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tui.models import ErrorInfo, RunRef
from tui.store.codec import column_text
from tui.store.database import Database
from tui.store.heads import OUTCOMES, load_cells, load_rest
from tui.store.row_table import chunks
from tui.store.run_table import find_id, load
from tui.store.types import RowHead, StoredRun

ItemT = TypeVar("ItemT")

_REACH = 4_096
"""How far around the likely position a row is looked for at first."""

_HEAD = (
    "SELECT id, key, label, idx, outcome, unstable, score, latency, preview, error, strip, rest,"
    " cells FROM row WHERE id IN ({marks})"
)


class RunView:
    """A snapshot of ordered runs; see `View`. Keys are `str(ref)`."""

    def __init__(
        self, database: Database, ids: "array[int]", mark: Callable[[StoredRun], StoredRun]
    ) -> None:
        self._database = database
        self._ids = ids
        self._mark = mark

    def count(self) -> int:
        """Return how many runs the snapshot has."""
        return len(self._ids)

    def same_order(self, other: "RunView") -> bool:
        """Return whether another snapshot has the same runs in the same order."""
        return self._ids == other._ids  # noqa: SLF001 - of the same class

    def fetch(self, offset: int, limit: int) -> list[StoredRun]:
        """Return the runs from `offset`, fewer at the end; `raw` is None in them."""
        ids = self._ids[max(0, offset) : max(0, offset) + max(0, limit)]

        def work(connection: sqlite3.Connection) -> list[StoredRun]:
            return runs_by_id(connection, ids)

        return [self._mark(stored) for stored in self._database.read(work)]

    def index_of(self, key: str) -> int | None:
        """Return the position of a run, None when the snapshot lacks it."""
        try:
            ref = RunRef.parse(key)
        except ValueError:
            return None
        return _position(self._ids, self._database.read(lambda found: find_id(found, ref)))

    def key_at(self, index: int) -> str:
        """Return the key at a position. Raises IndexError outside the snapshot."""
        connection, path = _one(
            self._database, "SELECT connection, path FROM run WHERE id = ?", _at(self._ids, index)
        ) or ("", "")
        return f"{connection}/{path}"


class RowView:
    """A snapshot of ordered rows; see `View`. Keys are row keys."""

    def __init__(self, database: Database, run: int, ids: "array[int]", *, near: int = 0) -> None:
        self._database = database
        self._run = run
        self._ids = ids
        self.near = near
        """Where a row was found last; the next is looked for around it first."""

    @property
    def ids(self) -> "array[int]":
        """The rows' ids in this store, in order."""
        return self._ids

    def count(self) -> int:
        """Return how many rows the snapshot has."""
        return len(self._ids)

    def fetch(self, offset: int, limit: int) -> list[RowHead]:
        """Return the rows from `offset`, fewer at the end; one removed since is left out."""
        ids = self._ids[max(0, offset) : max(0, offset) + max(0, limit)]
        return self._database.read(lambda connection: heads_by_id(connection, ids))

    def index_of(self, key: str) -> int | None:
        """Return the position of a row, None when the snapshot lacks it."""
        found = _one(
            self._database,
            "SELECT id FROM row WHERE run = ? AND key = ?",
            self._run,
            column_text(key),
        )
        place = None if found is None else _around(self._ids, found[0], self.near)
        self.near = self.near if place is None else place
        return place

    def key_at(self, index: int) -> str:
        """Return the key at a position; empty if that row was removed since.

        Raises IndexError outside the snapshot.
        """
        found = _one(self._database, "SELECT key FROM row WHERE id = ?", _at(self._ids, index))
        return "" if found is None else str(found[0])


def runs_by_id(connection: sqlite3.Connection, ids: Sequence[int]) -> list[StoredRun]:
    """Return runs in the order of their ids."""
    found = {}
    for part in chunks(ids):
        found.update(load(connection, part))
    return [found[run].stored for run in ids if run in found]


def heads_by_id(connection: sqlite3.Connection, ids: Sequence[int]) -> list[RowHead]:
    """Return row heads in the order of their ids."""
    found = {}
    for part in chunks(ids):
        statement = _HEAD.format(marks=",".join("?" * len(part)))
        for values in connection.execute(statement, part):
            found[values[0]] = _head(values[1:])
    return [found[row] for row in ids if row in found]


def _head(values: Sequence[Any]) -> RowHead:
    key, label, index, outcome, unstable, score, latency, preview, error, strip, *blobs = values
    code, usage, extra = load_rest(blobs[0])
    return RowHead(
        key=key,
        label=label,
        index=index,
        outcome=OUTCOMES[outcome],
        unstable=bool(unstable),
        score=score,
        trials_n=len(strip),
        outcomes=tuple(OUTCOMES[int(rank)] for rank in strip),
        latency_s=latency,
        usage=usage,
        preview=preview,
        error=None if error is None else ErrorInfo(code, error),
        criteria={cell.name: cell.cell() for cell in load_cells(blobs[1])},
        extra=extra,
    )


def _one(database: Database, statement: str, *values: object) -> tuple[Any, ...] | None:
    def work(connection: sqlite3.Connection) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = connection.execute(statement, values).fetchone()
        return found

    return database.read(work)


def _at(ids: "array[int]", index: int) -> int:
    if index < 0:
        raise IndexError(index)
    return ids[index]


def _position(ids: "array[int]", wanted: int | None) -> int | None:
    if wanted is None:
        return None
    try:
        return ids.index(wanted)
    except ValueError:
        return None


def _around(ids: "array[int]", wanted: int, near: int) -> int | None:
    """Return the position of an id, which is likely to be near another.

    A search through a million takes some hundredths of a second: as long as a key may take.
    """
    reach = _REACH
    while True:
        start, end = max(0, near - reach), min(len(ids), near + reach)
        try:
            return ids.index(wanted, start, end)
        except ValueError:
            if start == 0 and end == len(ids):
                return None
        reach *= 8
