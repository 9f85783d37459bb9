"""Runs that came from files, and the connections that exist only because of them."""

import sqlite3

from tui.models import Run
from tui.store.answers import apply_detail
from tui.store.codec import column_text, instant
from tui.store.eviction import KEPT_AS_IMPORTED, set_kept
from tui.store.types import Imported


def apply_run(connection: sqlite3.Connection, run: Run, now: int) -> bool:
    """Store a run a file told of. Returns whether anything visible changed."""
    changed = apply_detail(connection, run, now)
    set_kept(connection, [run.ref], KEPT_AS_IMPORTED, keep=True)
    return changed


def note_file(
    connection: sqlite3.Connection, name: str, file: str, digest: bytes, now: int
) -> bool:
    """Note that a file was read to its end. Returns False when its content was noted before."""
    cursor = connection.execute(
        "INSERT OR IGNORE INTO imported_file(connection, digest, name, at) VALUES(?, ?, ?, ?)",
        (column_text(name), digest, column_text(file), now),
    )
    return cursor.rowcount > 0


def connections(connection: sqlite3.Connection) -> list[Imported]:
    """Return the names runs were imported under, by name."""
    return [
        Imported(name, files, None if at is None else instant(at), runs)
        for name, files, at, runs in connection.execute(
            "SELECT named.connection, count(file.digest), max(file.at), named.runs FROM"
            " (SELECT connection, count(*) AS runs FROM run WHERE kept & ? GROUP BY connection)"
            " AS named LEFT JOIN imported_file AS file ON file.connection = named.connection"
            " GROUP BY named.connection ORDER BY named.connection",
            (KEPT_AS_IMPORTED,),
        )
    ]
