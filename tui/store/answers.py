"""Providers' answers about runs, merged into the tables."""

import sqlite3

from tui.models import Run
from tui.store import events
from tui.store.codec import column_text, micros
from tui.store.merging import digest, moved, state_digest, with_detail, with_list
from tui.store.run_table import find_id, insert, load_one, settle, write


def apply_listed(connection: sqlite3.Connection, source: str, run: Run, now: int) -> bool:
    """Merge a list's answer about a run. Returns whether anything visible changed.

    An answer equal to the list's last one is no news: lists that never refresh repeat old states,
    and a detail answer that came in between stays. An answer with another state than the list's
    last one reopens a finished run.
    """
    listed, state = digest(run), state_digest(run)
    run_id = find_id(connection, run.ref)
    if run_id is None:
        run_id = insert(connection, run, now)
        write(connection, run_id, run, now)
        changed = True
        if _is_news(connection, source, run):
            events.note(connection, run_id, ((run.status.value, ""),), now)
    else:
        connection.execute("UPDATE seen SET at = ? WHERE run = ?", (now, run_id))
        last, last_state, detailed, live, last_source = connection.execute(
            "SELECT listed, listed_state, detailed, live, source FROM run WHERE id = ?", (run_id,)
        ).fetchone()
        if (last, last_source) == (listed, source):
            return False
        if last_state is None:
            # Only a detail told the run so far; a list that still calls it live is the older one.
            news = not (detailed and run.live and not live)
        else:
            news = last_state != state
        merged = with_list(load_one(connection, run_id).told, run, news=news)
        changed = write(connection, run_id, merged, now)
        if news and last_state is not None:
            _reopen(connection, run_id)
    connection.execute(
        "UPDATE run SET source = ?, listed = ?, listed_state = ? WHERE id = ?",
        (source, listed, state, run_id),
    )
    if changed:
        settle(connection, run_id, now)
    return changed


def apply_detail(connection: sqlite3.Connection, run: Run, now: int) -> bool:
    """Store a detail answer. Returns whether anything visible changed."""
    run_id = find_id(connection, run.ref)
    if run_id is None:
        run_id = insert(connection, run, now)
        changed = write(connection, run_id, run, now)
    else:
        connection.execute("UPDATE seen SET at = ? WHERE run = ?", (now, run_id))
        old = load_one(connection, run_id).told
        changed = write(connection, run_id, with_detail(old, run), now)
        if moved(old, run):
            _reopen(connection, run_id)
    if changed:
        connection.execute("UPDATE run SET detailed = 1 WHERE id = ?", (run_id,))
        settle(connection, run_id, now)
    return changed


def _is_news(connection: sqlite3.Connection, source: str, run: Run) -> bool:
    """Return whether a run met for the first time has come since its whole list was asked."""
    ended = micros(run.ended_at)
    if not run.live and ended is None:
        return False
    found = connection.execute(
        "SELECT checked FROM source WHERE connection = ? AND id = ? AND complete NOT NULL",
        (column_text(run.ref.connection), column_text(source)),
    ).fetchone()
    return found is not None and (ended is None or ended > found[0])


def _reopen(connection: sqlite3.Connection, run: int) -> None:
    """Let the rows be walked again; a walk under way does not count as the last one."""
    connection.execute("UPDATE sync SET final = 0, begun = NULL WHERE run = ?", (run,))
