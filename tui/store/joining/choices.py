"""What a person chose for good: a group's baseline, and what runs of two groups are matched by."""

import sqlite3

from tui.models import Run, RunKind, RunRef
from tui.store.codec import column_text


def family_of(run: Run) -> str:
    """Return what runs comparable by nature share: their group, else their connection's batches.

    A connection's name has no slash, so that no group can be taken for another's.
    """
    if run.group is not None:
        return f"{run.ref.connection}/{run.group.id}"
    return f"{run.ref.connection}//{'batches' if run.kind is RunKind.BATCH else 'runs'}"


def baseline(connection: sqlite3.Connection, family: str) -> RunRef | None:
    """Return the run marked as a family's baseline; None without a mark."""
    found = connection.execute(
        "SELECT connection, path FROM baseline WHERE family = ?", (column_text(family),)
    ).fetchone()
    return None if found is None else RunRef(*found)


def set_baseline(connection: sqlite3.Connection, family: str, ref: RunRef | None) -> None:
    """Mark a run as its family's baseline; None takes the mark away."""
    connection.execute("DELETE FROM baseline WHERE family = ?", (column_text(family),))
    if ref is not None:
        connection.execute(
            "INSERT INTO baseline VALUES(?, ?, ?)", (column_text(family), ref.connection, ref.path)
        )


def match_key(connection: sqlite3.Connection, one: str, other: str) -> str | None:
    """Return what runs of two families were last matched by; None when nobody chose."""
    found = connection.execute(
        "SELECT key FROM match_key WHERE one = ? AND other = ?", _pair(one, other)
    ).fetchone()
    return None if found is None else str(found[0])


def set_match_key(connection: sqlite3.Connection, one: str, other: str, key: str | None) -> None:
    """Remember what two families are matched by, in both directions; None forgets it."""
    pair = _pair(one, other)
    connection.execute("DELETE FROM match_key WHERE one = ? AND other = ?", pair)
    if key is not None:
        connection.execute("INSERT INTO match_key VALUES(?, ?, ?)", (*pair, column_text(key)))


def _pair(one: str, other: str) -> tuple[str, str]:
    first, second = sorted((column_text(one), column_text(other)))
    return first, second
