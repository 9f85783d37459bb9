"""Which errors a run's rows have, kept up by differences."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tui.store.causes import MOST, Cause
from tui.store.many_rows import insert
from tui.store.types import ErrorCause

_MANY = 500


def take(connection: sqlite3.Connection, rows: Sequence[int]) -> None:
    """Take rows out of the causes they are counted under."""
    gone: Counter[int] = Counter()
    for start in range(0, len(rows), _MANY):
        part = rows[start : start + _MANY]
        marks = ",".join("?" * len(part))
        found = connection.execute(
            f"SELECT cause, row FROM row_cause WHERE row IN ({marks})",  # noqa: S608 - marks
            part,
        ).fetchall()
        gone.update(cause for cause, _row in found)
        connection.executemany("DELETE FROM row_cause WHERE cause = ? AND row = ?", found)
    moved = [(n, cause) for cause, n in gone.items()]
    connection.executemany("UPDATE cause SET n = n - ? WHERE id = ?", moved)


def add(connection: sqlite3.Connection, run: int, rows: Mapping[int, Iterable[Cause]]) -> None:
    """Count rows under their causes, and forget causes that no row has any more."""
    if rows:
        numbers = _Numbers(connection, run)
        found = {(numbers[cause], row) for row, causes in rows.items() for cause in causes}
        insert(connection, "INSERT INTO row_cause", sorted(found))
        came = Counter(cause for cause, _row in found)
        moved = [(n, cause) for cause, n in came.items()]
        connection.executemany("UPDATE cause SET n = n + ? WHERE id = ?", moved)
    connection.execute("DELETE FROM cause WHERE run = ? AND n = 0", (run,))


class _Numbers(dict[Cause, int]):
    """The ids of a run's causes; those that are too many get that of all others."""

    def __init__(self, connection: sqlite3.Connection, run: int) -> None:
        self._connection = connection
        self._run = run
        self._others: dict[bool, int] = {}
        for number, grader, other, code, text in connection.execute(
            "SELECT id, grader, other, code, text FROM cause WHERE run = ?", (run,)
        ):
            if other:
                self._others[bool(grader)] = number
            else:
                self[Cause(bool(grader), code, text)] = number
        self._kept = len(self)

    def __missing__(self, cause: Cause) -> int:
        if self._kept < MOST:
            self._kept += 1
            number = self._insert(cause, other=False)
        else:
            grader = cause.grader
            if grader not in self._others:
                self._others[grader] = self._insert(Cause(grader, "", ""), other=True)
            number = self._others[grader]
        self[cause] = number
        return number

    def _insert(self, cause: Cause, *, other: bool) -> int:
        cursor = self._connection.execute(
            "INSERT INTO cause(run, grader, other, code, text, n) VALUES(?, ?, ?, ?, ?, 0)",
            (self._run, cause.grader, other, cause.code, cause.text),
        )
        return cursor.lastrowid or 0


def causes(connection: sqlite3.Connection, run: int) -> list[ErrorCause]:
    """Return a run's causes, the most frequent first and all others last."""
    return [
        ErrorCause(number, bool(grader), code or None, text, n, key or "", other=bool(other))
        for number, grader, other, code, text, n, key in connection.execute(
            "SELECT id, grader, other, code, text, n, (SELECT key FROM row WHERE row.id ="
            " (SELECT min(row) FROM row_cause WHERE cause = cause.id)) FROM cause"
            " WHERE run = ? ORDER BY other, n DESC, id",
            (run,),
        )
    ]
