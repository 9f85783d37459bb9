"""How connections and their run lists fare."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from tui.providers.base import RunSource
from tui.store.codec import (
    as_json,
    column_text,
    dumps,
    from_json,
    instant,
    loads,
    micros,
    optional_instant,
)
from tui.store.types import ConnectionState, SourceState


def source_complete(connection: sqlite3.Connection, name: str, source_id: str, now: int) -> None:
    """Note that all pages of a run list are stored."""
    connection.execute(
        "INSERT INTO source(connection, id, told, checked, complete) VALUES(?, ?, ?, ?, ?)"
        " ON CONFLICT(connection, id) DO UPDATE SET complete = excluded.complete",
        (
            column_text(name),
            column_text(source_id),
            dumps(as_json(RunSource(source_id))),
            now,
            now,
        ),
    )


def source_checked(
    connection: sqlite3.Connection, name: str, source: RunSource, at: datetime
) -> None:
    """Note that a run list was asked."""
    connection.execute(
        "INSERT INTO source(connection, id, told, checked) VALUES(?, ?, ?, ?)"
        " ON CONFLICT(connection, id) DO UPDATE SET told = excluded.told,"
        " checked = excluded.checked",
        (column_text(name), column_text(source.id), dumps(as_json(source)), micros(at)),
    )


def sources(connection: sqlite3.Connection, name: str) -> list[SourceState]:
    """Return a connection's run lists, oldest check first."""
    name = column_text(name)
    runs = {
        source: (live, began)
        for source, live, began in connection.execute(
            "SELECT source, sum(live), max(began) FROM run WHERE connection = ? GROUP BY source",
            (name,),
        )
    }
    found = []
    for source_id, told, checked, complete in connection.execute(
        "SELECT id, told, checked, complete FROM source WHERE connection = ? ORDER BY checked, id",
        (name,),
    ):
        live, began = runs.get(source_id, (0, None))
        found.append(
            SourceState(
                from_json(RunSource, loads(told)),
                checked_at=instant(checked),
                complete_at=optional_instant(complete),
                live_runs=live,
                newest_run_at=optional_instant(began),
            )
        )
    return found


def set_connection(
    connection: sqlite3.Connection,
    name: str,
    *,
    ok_at: datetime | None,
    error: str | None,
    remedy: str | None,
    now: int,
) -> bool:
    """Note how a connection fares. Returns whether more changed than the time of the answer."""
    old = connection_state(connection, name)
    was = (None, None, None) if old is None else (old.ok_at, old.error, old.remedy)
    since = None
    if error is not None:
        since = now if old is None or old.since is None else micros(old.since)
    connection.execute(
        "INSERT OR REPLACE INTO connection(name, ok, error, remedy, since) VALUES(?, ?, ?, ?, ?)",
        (
            column_text(name),
            micros(ok_at or was[0]),
            None if error is None else column_text(error),
            None if remedy is None else column_text(remedy),
            since,
        ),
    )
    return was[1:] != (error, remedy) or (was[0] is None and ok_at is not None)


def connection_state(connection: sqlite3.Connection, name: str) -> ConnectionState | None:
    """Return how a connection fares; None when it was never asked."""
    found = connection.execute(
        "SELECT ok, error, remedy, since FROM connection WHERE name = ?", (column_text(name),)
    ).fetchone()
    if found is None:
        return None
    ok, error, remedy, since = found
    return ConnectionState(name, optional_instant(ok), error, remedy, optional_instant(since))


def counts(connection: sqlite3.Connection, names: Sequence[str] | None, now: int) -> dict[str, int]:
    """Return the numbers of runs, of live ones and of those in trouble."""
    marks = "" if names is None else f" WHERE connection IN ({','.join('?' * len(names))})"
    runs, live, trouble = connection.execute(
        "SELECT count(*), total(live), total(status IN ('failed', 'expired')"  # noqa: S608 - marks
        f" OR (live AND coalesce(deadline < ?, 0))) FROM run{marks}",
        (now, *map(column_text, names or ())),
    ).fetchone()
    return {"runs": runs, "live": int(live), "trouble": int(trouble)}
