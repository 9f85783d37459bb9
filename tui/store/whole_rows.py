"""All rows of a run with their bodies, in the order they arrived."""

import sqlite3
from array import array

from tui.models import Row, RunRef, Trial
from tui.store import trials
from tui.store.database import Database
from tui.store.row_table import chunks, read_trial, trials_of
from tui.store.types import RowHead
from tui.store.views import heads_by_id


class WholeRows:
    """A snapshot of which rows there are; their content is read fresh, a slice at a time."""

    def __init__(self, database: Database, ref: RunRef) -> None:
        self._database = database
        self._ref = ref

        def work(found: sqlite3.Connection) -> tuple[int, tuple[str, ...], "array[int]"]:
            run, version = trials.version(found, ref)
            names = found.execute("SELECT name FROM criterion WHERE run = ? ORDER BY id", (run,))
            criteria = tuple(name for (name,) in names)
            ids = found.execute("SELECT id FROM row WHERE run = ? ORDER BY id", (run,))
            return version, criteria, array("q", (row for (row,) in ids))

        self._version, self.criteria, self._ids = database.read(work)
        """`criteria`: the name of every criterion any row has, in the order first met."""

    def count(self) -> int:
        """Return how many rows the snapshot has."""
        return len(self._ids)

    def unchanged(self) -> bool:
        """Return whether the run's rows are still those of the snapshot, in every part."""
        return self._version == self._database.read(
            lambda found: trials.version(found, self._ref)[1]
        )

    def fetch(self, offset: int, limit: int) -> list[tuple[RowHead, Row]]:
        """Return the rows from `offset` with their trials, oldest first; fewer at the end."""
        ids = self._ids[offset : offset + limit]
        return self._database.read(lambda found: _whole(found, ids))


def _whole(connection: sqlite3.Connection, ids: "array[int]") -> list[tuple[RowHead, Row]]:
    bodies: dict[int, list[Trial]] = {}
    for part in chunks(ids):
        for trial in trials_of(connection, part):
            bodies.setdefault(trial.row, []).append(read_trial(connection, trial.id))
    heads = heads_by_id(connection, ids)
    if len(heads) != len(ids):  # some were removed since: the caller sees that fewer came
        return []
    return [
        (head, Row(head.key, head.label, tuple(bodies.get(row, ())), head.index, head.extra))
        for row, head in zip(ids, heads, strict=True)
    ]
