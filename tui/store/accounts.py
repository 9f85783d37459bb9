"""How connections and their run lists fare."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from tui.providers.base import RunSource
from tui.store.codec import column_text, dumps, from_json, instant, loads, micros, optional_instant
from tui.store.eviction import KEPT_AS_IMPORTED
from tui.store.model_encoders import as_json
from tui.store.news import HAS_NEWS
from tui.store.standing import ConnectionState, Holdings, Retired, SourceState


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
    """Note how a connection an app polls fares.

    Returns whether more changed than the times.
    """
    old = connection_state(connection, name)
    was = (None, None, None) if old is None else (old.ok_at, old.error, old.remedy)
    since = None
    if error is not None:
        since = now if old is None or old.since is None else micros(old.since)
    connection.execute(
        "INSERT OR REPLACE INTO connection(name, ok, error, remedy, since, polled)"
        " VALUES(?, ?, ?, ?, ?, ?)",
        (
            column_text(name),
            micros(ok_at or was[0]),
            None if error is None else column_text(error),
            None if remedy is None else column_text(remedy),
            since,
            now,
        ),
    )
    return was[1:] != (error, remedy) or (was[0] is None and ok_at is not None)


def connection_state(connection: sqlite3.Connection, name: str) -> ConnectionState | None:
    """Return how a connection fares; None when it was never asked."""
    found = connection.execute(
        "SELECT ok, error, remedy, since, polled FROM connection WHERE name = ?",
        (column_text(name),),
    ).fetchone()
    if found is None:
        return None
    ok, error, remedy, since, polled = found
    return ConnectionState(
        name, optional_instant(ok), error, remedy, optional_instant(since), optional_instant(polled)
    )


def set_retired(connection: sqlite3.Connection, name: str, found: Retired | None) -> bool:
    """Note that a service has ended, or that it answers after all. Returns whether that is news."""
    old = retired(connection, name)
    if found is None:
        connection.execute("DELETE FROM retired WHERE connection = ?", (column_text(name),))
    else:
        connection.execute(
            "INSERT OR REPLACE INTO retired VALUES(?, ?, ?, ?)",
            (
                column_text(name),
                micros(found.at),
                column_text(found.message),
                column_text(found.remedy),
            ),
        )
    return (old is None) != (found is None)


def retired(connection: sqlite3.Connection, name: str) -> Retired | None:
    """Return that a connection's service has ended; None while it has not."""
    found = connection.execute(
        "SELECT at, message, remedy FROM retired WHERE connection = ?", (column_text(name),)
    ).fetchone()
    return None if found is None else Retired(instant(found[0]), found[1], found[2])


def holdings(connection: sqlite3.Connection, name: str) -> Holdings:
    """Return what is stored of a connection's evals; batches are left out."""
    runs, rows, complete, newest = connection.execute(
        "SELECT count(*), total(sync.row_n), total(run.archived NOT NULL OR sync.final),"
        " max(run.began) FROM run JOIN sync ON sync.run = run.id"
        " WHERE run.connection = ? AND json_extract(CAST(run.told AS TEXT), '$.kind') = 'eval'",
        (column_text(name),),
    ).fetchone()
    return Holdings(runs, int(rows), int(complete), optional_instant(newest))


def answered_at(connection: sqlite3.Connection, name: str) -> datetime | None:
    """Return when a connection last told anything; None when nothing of it is stored."""
    told, well = connection.execute(
        "SELECT (SELECT max(seen.at) FROM seen JOIN run ON run.id = seen.run"
        " WHERE run.connection = :name), (SELECT ok FROM connection WHERE name = :name)",
        {"name": column_text(name)},
    ).fetchone()
    return optional_instant(max((at for at in (told, well) if at is not None), default=None))


def counts(connection: sqlite3.Connection, names: Sequence[str] | None, now: int) -> dict[str, int]:
    """Return the numbers of runs, of live ones, of those in trouble and of those with news.

    What came from a file stays as it was there, so nothing of it is live.
    """
    marks = "" if names is None else f" WHERE connection IN ({','.join('?' * len(names))})"
    live = f"(live AND kept & {KEPT_AS_IMPORTED} = 0)"
    runs, living, trouble, news = connection.execute(
        f"SELECT count(*), total({live}), total(status IN ('failed', 'expired')"  # noqa: S608 - marks
        f" OR concerns NOT NULL OR ({live} AND coalesce(deadline < ?, 0))), total({HAS_NEWS})"
        f" FROM run{marks}",
        (now, *map(column_text, names or ())),
    ).fetchone()
    return {"runs": runs, "live": int(living), "trouble": int(trouble), "news": int(news)}


def never_whole(connection: sqlite3.Connection, names: Sequence[str] | None) -> tuple[int, int]:
    """Return of how many runs no complete walk is stored, and how many runs there are."""
    marks = "" if names is None else f" WHERE connection IN ({','.join('?' * len(names))})"
    lacking, runs = connection.execute(
        "SELECT total(coalesce(sync.completed, 0) = 0), count(*) FROM run"  # noqa: S608 - marks
        f" LEFT JOIN sync ON sync.run = run.id{marks}",
        [column_text(name) for name in names or ()],
    ).fetchone()
    return int(lacking), runs
