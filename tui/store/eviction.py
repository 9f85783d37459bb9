"""What goes when room is needed: a run's rows, trials and bodies. Its own line and sums stay.

The first transaction marks the run as evicted, the following ones delete its rows a few at a time.
A process that ends in between leaves a marked run with rows; the next one deletes on.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from tui.models import RunRef
from tui.store import sort_keys
from tui.store.codec import column_text
from tui.store.heads import load_cells
from tui.store.tallies import COUNTED, Counted

KEPT_BY_PERSON = 1
KEPT_AS_IMPORTED = 2
"""Bits of `run.kept`; a run with any of them is never evicted."""

OPEN_FOR = 300_000_000
"""Microseconds a run counts as open after an instance last said that it is on its screen."""

_SUMS = (
    "row_n",
    "trial_n",
    "trial_ended_n",
    "passed",
    "failed",
    "errored",
    "skipped_n",
    "ungraded",
    "pending",
    "score_n",
    "score_sum",
)


def set_kept(
    connection: sqlite3.Connection, refs: Iterable[RunRef], why: int, *, keep: bool
) -> list[RunRef]:
    """Note a reason never to evict runs, or withdraw it. Returns those that changed."""
    changed = []
    for ref in refs:
        cursor = connection.execute(
            f"UPDATE run SET kept = kept {'| ?' if keep else '& ~?'}"  # noqa: S608 - an operator
            " WHERE connection = ? AND path = ? AND (kept & ? != 0) != ?",
            (why, column_text(ref.connection), column_text(ref.path), why, keep),
        )
        if cursor.rowcount:
            changed.append(ref)
    return changed


def set_opened(connection: sqlite3.Connection, refs: Iterable[RunRef], now: int) -> None:
    """Note that runs are on a screen now."""
    connection.executemany(
        "UPDATE seen SET opened = ? WHERE run ="
        " (SELECT id FROM run WHERE connection = ? AND path = ?)",
        [(now, column_text(ref.connection), column_text(ref.path)) for ref in refs],
    )


def oldest(connection: sqlite3.Connection, now: int, busy: Sequence[RunRef]) -> int | None:
    """Return the run whose rows go first: the one that began first; None when none may go.

    Live, kept, archived, imported and open runs, and `busy` ones, never go.
    """
    spared = {(column_text(ref.connection), column_text(ref.path)) for ref in busy}
    for run, name, path in connection.execute(
        "SELECT run.id, run.connection, run.path FROM run"
        " JOIN sync ON sync.run = run.id JOIN seen ON seen.run = run.id"
        " WHERE NOT run.live AND NOT run.kept AND run.archived IS NULL"
        " AND sync.row_n AND sync.evicted IS NULL"
        " AND (seen.opened IS NULL OR seen.opened NOT BETWEEN ? AND ?)"
        " ORDER BY coalesce(run.began, run.first_seen), run.id",
        (now - OPEN_FOR, now + OPEN_FOR),
    ):
        if (name, path) not in spared:
            return int(run)
    return None


def mark_evicted(connection: sqlite3.Connection, run: int, now: int) -> None:
    """Let a run read as evicted; it may be fetched again from the start."""
    connection.execute(
        "UPDATE sync SET evicted = ?, final = 0, begun = NULL, resume = NULL, error = NULL,"
        " version = version + 1 WHERE run = ?",
        (now, run),
    )


def half_evicted(connection: sqlite3.Connection) -> int | None:
    """Return a run that is marked as evicted and still has rows; None without one."""
    found = connection.execute(
        "SELECT run FROM sync WHERE evicted NOT NULL"
        " AND (EXISTS(SELECT 1 FROM row WHERE row.run = sync.run)"
        " OR EXISTS(SELECT 1 FROM sort_key WHERE of_run = sync.run)) LIMIT 1"
    ).fetchone()
    return None if found is None else int(found[0])


def delete_rows(connection: sqlite3.Connection, run: int, limit: int) -> int:
    """Delete up to `limit` of a run's rows with all that hangs on them. Returns how much went.

    Call it until nothing goes: what rows are sorted by goes after them. The one place that knows
    what a row has in other tables. Sums are left as they are.
    """
    found = [
        Counted(*values)
        for values in connection.execute(
            f"SELECT {COUNTED} FROM row WHERE run = ? ORDER BY key LIMIT ?",  # noqa: S608 - our columns
            (run, limit),
        )
    ]
    keys = [key for row in found for key in row.keys(load_cells(row.cells))]
    sort_keys.write(connection, run, keys, ())
    rows = [(row.id,) for row in found]
    trials = [
        trial
        for row in rows
        for trial in connection.execute("SELECT id FROM trial WHERE row = ?", row)
    ]
    connection.executemany("DELETE FROM row_cause WHERE row = ?", rows)
    connection.executemany("DELETE FROM body WHERE trial = ?", trials)
    connection.executemany("DELETE FROM trial WHERE id = ?", trials)
    connection.executemany("DELETE FROM row WHERE id = ?", rows)
    if rows:
        return len(rows)
    connection.execute("DELETE FROM item_field WHERE run = ?", (run,))
    return connection.execute(
        "DELETE FROM sort_key WHERE of_run = ?1 AND (what, value, of_row) IN ("
        "SELECT what, value, of_row FROM sort_key WHERE of_run = ?1 LIMIT ?2)",
        (run, 10 * limit),
    ).rowcount


def begin_anew(connection: sqlite3.Connection, run: int) -> None:
    """Before rows of an evicted run come again: delete what is left, and let sums start at 0."""
    evicted = connection.execute("SELECT evicted FROM sync WHERE run = ?", (run,)).fetchone()
    if evicted == (None,):
        return
    while delete_rows(connection, run, 500):
        pass
    clear_sums(connection, run)
    connection.execute("UPDATE sync SET evicted = NULL, completed = NULL WHERE run = ?", (run,))


def clear_sums(connection: sqlite3.Connection, run: int) -> None:
    """Let a run's sums say that it has no rows."""
    for table in ("criterion", "bin", "cause"):
        connection.execute(f"DELETE FROM {table} WHERE run = ?", (run,))  # noqa: S608 - our tables
    connection.execute(
        f"UPDATE sync SET {', '.join(f'{name} = 0' for name in _SUMS)}"  # noqa: S608 - our columns
        ", version = version + 1, counted = NULL, bin_level = 0 WHERE run = ?",
        (run,),
    )
