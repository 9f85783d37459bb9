"""Runs that came from files, and the connections that exist only because of them."""

import sqlite3

from tui.models import Run
from tui.store.answers import apply_detail
from tui.store.codec import column_text, instant
from tui.store.eviction import KEPT_AS_IMPORTED, set_kept
from tui.store.standing import Imported


def apply_run(connection: sqlite3.Connection, run: Run, now: int) -> bool:
    """Store a run a file told of. Returns whether anything visible changed."""
    changed = apply_detail(connection, run, now)
    set_kept(connection, [run.ref], KEPT_AS_IMPORTED, keep=True)
    note_begun(connection, run.ref.connection, now)
    return changed


def note_begun(connection: sqlite3.Connection, name: str, now: int) -> None:
    """Note that something was imported under a name, before its file is read to the end."""
    connection.execute(
        "INSERT OR IGNORE INTO imported_file(connection, digest, name, at) VALUES(?, x'', '', ?)",
        (column_text(name), now),
    )


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
            "SELECT connection, count(nullif(digest, x'')),"
            " max(CASE WHEN digest <> x'' THEN at END),"
            " (SELECT count(*) FROM run WHERE run.connection = imported_file.connection)"
            " FROM imported_file GROUP BY connection ORDER BY connection"
        )
    ]
