"""Counting the rows of a file made before there were bins, causes and sort keys, in bounded pieces.

Not in the step that makes their tables: a million rows take half a minute, which nobody should
wait for at the start. A run is counted when one of these is first asked for; rows that come
or change meanwhile are counted at once if they lie before the last counted row, else in turn.
"""

import sqlite3
from array import array

from tui.store import bin_table, cause_table, sort_keys
from tui.store.causes import Cause, causes_of
from tui.store.database import Database
from tui.store.heads import load_cells
from tui.store.row_table import read_trial, trials_of
from tui.store.tallies import COUNTED, Counted

_AT_ONCE = 1000


def count_all(database: Database, run: int) -> None:
    """Count what is not counted yet of a run, each piece in a transaction of its own."""
    while ids := database.read(lambda connection: _not_counted(connection, run)):
        for last in (*ids[_AT_ONCE - 1 :: _AT_ONCE], ids[-1]):
            database.write(lambda connection, last=last: _count(connection, run, last))  # type: ignore[misc] # its result is None
    database.write(lambda connection: _finish(connection, run))


def counted(connection: sqlite3.Connection, run: int) -> bool:
    """Return whether all rows of a run are in its bins, causes and sort keys."""
    return _bound(connection, run) is None


def _bound(connection: sqlite3.Connection, run: int) -> int | None:
    found = connection.execute("SELECT counted FROM sync WHERE run = ?", (run,)).fetchone()
    return None if found is None else found[0]


def _not_counted(connection: sqlite3.Connection, run: int) -> "array[int]":
    bound = _bound(connection, run)
    if bound is None:
        return array("q")
    # Any index on the run has the ids; sorting them here is faster than reading whole rows.
    found = connection.execute("SELECT id FROM row WHERE run = ? AND id > ?", (run, bound))
    return array("q", sorted(row for (row,) in found))


def _count(connection: sqlite3.Connection, run: int, last: int) -> None:
    bound, level = connection.execute(
        "SELECT counted, bin_level FROM sync WHERE run = ?", (run,)
    ).fetchone()
    if bound is None or bound >= last:  # another thread or process was here
        return
    scores: list[tuple[float, int]] = []
    causes: dict[int, list[Cause]] = {}
    keys: list[sort_keys.Key] = []
    for values in connection.execute(
        f"SELECT {COUNTED} FROM row WHERE id > ? AND id <= ? AND run = ?",  # noqa: S608 - our columns
        (bound, last, run),
    ):
        row = Counted(*values)
        cells = load_cells(row.cells)
        keys += row.keys(cells)
        if row.score is not None:
            scores.append((row.score, 1))
        if len(row.strip) > 1 or row.error is not None or any(cell.errored_n for cell in cells):
            causes[row.id] = _causes(connection, row.id)
    bin_table.move(connection, run, level, scores)
    cause_table.add(connection, run, causes)
    sort_keys.write(connection, run, (), keys)
    connection.execute("UPDATE sync SET counted = ? WHERE run = ?", (last, run))


def _finish(connection: sqlite3.Connection, run: int) -> None:
    if not _not_counted(connection, run):
        connection.execute("UPDATE sync SET counted = NULL WHERE run = ?", (run,))


def _causes(connection: sqlite3.Connection, row: int) -> list[Cause]:
    """Return a row's causes from its bodies, the only place that has them in full."""
    found: dict[Cause, None] = {}
    for trial in trials_of(connection, (row,)):
        found.update(dict.fromkeys(causes_of(read_trial(connection, trial.id))))
    return [*found]
