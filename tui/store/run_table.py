"""Runs: what the providers told, what is shown of it, and the columns lists are sorted by."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from tui.frozen import frozen
from tui.models import Counts, Run, RunRef, ScoreStats, Status
from tui.store.codec import (
    column_integer,
    column_text,
    dumps,
    from_json,
    instant,
    loads,
    micros,
    optional_instant,
    pack,
    unpack,
)
from tui.store.effective import (
    Tally,
    criterion_stats,
    effective,
    headline,
    progress,
)
from tui.store.eviction import KEPT_AS_IMPORTED, KEPT_BY_PERSON
from tui.store.model_encoders import as_json
from tui.store.news import HAS_NEWS, IS_BASELINE, IS_WATCHED
from tui.store.types import Concern, StoredRun, SyncState

STATUS_ORDER = (
    Status.RUNNING,
    Status.QUEUED,
    Status.UNKNOWN,
    Status.FAILED,
    Status.EXPIRED,
    Status.CANCELED,
    Status.COMPLETED,
)
"""What may still change first, then what went wrong."""

SAMPLES = 120
SAMPLES_FOR = 6 * 3600 * 1_000_000
SAMPLE_EVERY = 2_000_000
"""Microseconds."""

_SUMS = """sync.row_n, sync.trial_n, sync.trial_ended_n, sync.passed, sync.failed,
    sync.errored, sync.skipped_n, sync.ungraded, sync.pending, sync.score_n, sync.score_sum,
    CASE WHEN score_n THEN (
        SELECT score FROM row WHERE run = sync.run AND score NOT NULL ORDER BY score LIMIT 1) END,
    CASE WHEN score_n THEN (
        SELECT score FROM row WHERE run = sync.run ORDER BY score DESC LIMIT 1) END"""
_CRITERIA = "SELECT run, name, type, n, passed, failed, errored, value_n, value_sum FROM criterion"
_SELECT = """
SELECT run.id, run.told, run.more, {raw}, seen.at, run.first_seen, run.changed,
    run.end_seen, run.archived, run.concerns, sync.begun, sync.completed, sync.resume,
    sync.expected, sync.notes, sync.skipped, sync.error, sync.final, sync.told, sync.met,
    sync.evicted, run.kept, {own}, {sums}
FROM run JOIN seen ON seen.run = run.id JOIN sync ON sync.run = run.id
WHERE run.id IN ({marks})
"""


@frozen
class Loaded:
    """A run as the provider told it, and what the store knows beside it."""

    id: int
    told: Run
    tally: Tally
    stored: StoredRun
    """As it is shown; without `walking`, which the tables do not know."""


def load(
    connection: sqlite3.Connection, ids: Sequence[int], *, raw: bool = False
) -> dict[int, Loaded]:
    """Return the runs with these ids (at most 500) that are there."""
    marks = ",".join("?" * len(ids))
    criteria: dict[int, list[Sequence[Any]]] = {}
    for run, *sums in connection.execute(
        f"{_CRITERIA} WHERE run IN ({marks}) ORDER BY id",
        ids,
    ):
        if sums[2] or sums[5]:
            criteria.setdefault(run, []).append(sums)
    statement = _SELECT.format(
        marks=marks,
        sums=_SUMS,
        own=f"{HAS_NEWS}, {IS_WATCHED}, {IS_BASELINE}",
        raw="run.raw" if raw else "NULL",
    )
    return {
        values[0]: _loaded(values, criteria.get(values[0], []))
        for values in connection.execute(statement, ids)
    }


def load_one(connection: sqlite3.Connection, run: int) -> Loaded:
    """Return one run with its raw object. Raises KeyError when it is not there."""
    return load(connection, (run,), raw=True)[run]


def find_id(connection: sqlite3.Connection, ref: RunRef) -> int | None:
    """Return the id of a run."""
    found = connection.execute(
        "SELECT id FROM run WHERE connection = ? AND path = ?",
        (column_text(ref.connection), column_text(ref.path)),
    ).fetchone()
    return None if found is None else int(found[0])


def insert(connection: sqlite3.Connection, run: Run, now: int) -> int:
    """Store a run that was not there; its `told` columns come by `write`. Returns its id."""
    cursor = connection.execute(
        "INSERT INTO run(connection, path, source, run_id, title, words, status, status_rank, live,"
        " first_seen, changed, detailed, told)"
        " VALUES(?, ?, '', '', '', '', '', 0, 0, ?, ?, 0, x'')",
        (column_text(run.ref.connection), column_text(run.ref.path), now, now),
    )
    new = cursor.lastrowid or 0
    connection.execute("INSERT INTO seen(run, at) VALUES(?, ?)", (new, now))
    connection.execute("INSERT INTO sync(run) VALUES(?)", (new,))
    return new


def write(connection: sqlite3.Connection, run_id: int, run: Run, now: int) -> bool:
    """Store what is told of a run, if it differs. Returns whether it did."""
    told = as_json(run)
    raw = told.pop("raw", None)
    more = {name: told.pop(name, {}) for name in ("metadata", "config")}
    blobs = (
        dumps(told),
        pack(more) if any(more.values()) else None,
        None if raw is None else pack(raw),
    )
    if (
        blobs
        == connection.execute("SELECT told, more, raw FROM run WHERE id = ?", (run_id,)).fetchone()
    ):
        return False
    group = () if run.group is None else (run.group.name, run.group.id)
    words = (
        run.name,
        run.id,
        *group,
        *run.models,
        run.ref.connection,
        run.provider,
        run.status,
        run.raw_status,
    )
    connection.execute(
        "UPDATE run SET run_id=?, name=?, title=?, words=?, status=?, status_rank=?, live=?,"
        " began=?, ended=?, deadline=?, changed=?, told=?, more=?, raw=?,"
        " end_seen = CASE WHEN ? THEN NULL ELSE coalesce(end_seen, ?) END WHERE id = ?",
        (
            column_text(run.id),
            None if run.name is None else column_text(run.name),
            column_text((run.name or run.id).casefold()),
            column_text("\n".join(word for word in words if word).casefold()),
            run.status.value,
            STATUS_ORDER.index(run.status),
            run.live,
            micros(run.started_at or run.created_at),
            micros(run.ended_at),
            micros(run.deadline_at),
            now,
            *blobs,
            run.live,
            now,
            run_id,
        ),
    )
    return True


def load_concerns(data: str | None) -> tuple[Concern, ...]:
    """Return what `set_concerns` wrote."""
    return () if data is None else tuple(Concern(*each) for each in json.loads(data))


def set_concerns(
    connection: sqlite3.Connection, run: int, concerns: Sequence[Concern]
) -> tuple[Concern, ...] | None:
    """Store what is wrong with a run. Returns what is newly so; None when nothing changed.

    When the run itself last changed stays: that it did not may be what is wrong.
    """
    (data,) = connection.execute("SELECT concerns FROM run WHERE id = ?", (run,)).fetchone()
    old = load_concerns(data)
    if old == tuple(concerns):
        return None
    told = json.dumps([[each.kind, each.sentence] for each in concerns]) if concerns else None
    connection.execute("UPDATE run SET concerns = ? WHERE id = ?", (told, run))
    known = {each.kind for each in old}
    return tuple(each for each in concerns if each.kind not in known)


def settle(connection: sqlite3.Connection, run: int, now: int) -> None:
    """Bring up what follows from a run and its rows: what it is sorted by, its progress samples."""
    loaded = load_one(connection, run)
    shown = loaded.stored.run
    connection.execute(
        "UPDATE run SET headline = ?, progress = ?, changed = ? WHERE id = ?",
        (headline(shown), progress(shown), now, run),
    )
    if shown.counts.done is not None:
        _sample(connection, run, now, shown.counts, live=shown.live)


def _sample(
    connection: sqlite3.Connection, run: int, now: int, counts: Counts, *, live: bool
) -> None:
    """Note how many rows are done, at most every two seconds, for the recent past only."""
    done, *outcomes = map(
        column_integer, (counts.done, counts.passed, counts.failed, counts.errored)
    )
    last = connection.execute(
        "SELECT at, done FROM sample WHERE run = ? ORDER BY at DESC LIMIT 2", (run,)
    ).fetchall()
    if (not live and not last) or (last and last[0][1] == done):
        return
    if done is not None and last and (done < last[0][1] or now < last[0][0]):
        # It began again, or the wall clock was set back: the old pace says nothing now.
        connection.execute("DELETE FROM sample WHERE run = ?", (run,))
    elif len(last) == 2 and last[0][0] - last[1][0] < SAMPLE_EVERY:  # noqa: PLR2004 - a pair
        connection.execute("DELETE FROM sample WHERE run = ? AND at = ?", (run, last[0][0]))
    connection.execute(
        "INSERT OR REPLACE INTO sample(run, at, done, passed, failed, errored)"
        " VALUES(?, ?, ?, ?, ?, ?)",
        (run, now, done, *outcomes),
    )
    connection.execute(
        "DELETE FROM sample WHERE run = ? AND (at < ? OR at NOT IN"
        " (SELECT at FROM sample WHERE run = ? ORDER BY at DESC LIMIT ?))",
        (run, now - SAMPLES_FOR, run, SAMPLES),
    )


def _loaded(values: Sequence[Any], criteria: Sequence[Sequence[Any]]) -> Loaded:
    run, told_data, more, raw, seen, first_seen, changed, end_seen, archived, concerns, *rest = (
        values
    )
    begun, completed, resume, expected, notes, skipped, error, final, sent, met, *more_sync = rest
    evicted, kept, news, watched, baseline, *sums = more_sync
    told = from_json(
        Run,
        loads(told_data)
        | ({} if more is None else unpack(more))
        | ({} if raw is None else {"raw": unpack(raw)}),
    )
    tally = _tally(sums, criteria, complete=completed is not None)
    sync = SyncState(
        rows_stored=tally.rows if evicted is None else 0,
        expected=expected,
        resume=resume,
        begun_at=optional_instant(begun),
        completed_at=optional_instant(completed),
        final=bool(final),
        notes=() if notes is None else tuple(loads(notes)),
        skipped=skipped,
        error=error,
        trials_stored=tally.trials,
        told=sent,
        met=met,
        evicted_at=optional_instant(evicted),
        evicted_rows=0 if evicted is None else tally.rows,
    )
    stored = StoredRun(
        effective(told, tally),
        fetched_at=instant(seen),
        first_seen_at=instant(first_seen),
        changed_at=instant(changed),
        sync=sync,
        skipped=skipped,
        archived_at=optional_instant(archived),
        concerns=load_concerns(concerns),
        kept=bool(kept & KEPT_BY_PERSON),
        imported=bool(kept & KEPT_AS_IMPORTED),
        end_seen_at=optional_instant(end_seen),
        news=bool(news),
        watched=bool(watched),
        baseline=bool(baseline),
    )
    return Loaded(run, told, tally, stored)


def _tally(sums: Sequence[Any], criteria: Sequence[Sequence[Any]], *, complete: bool) -> Tally:
    rows, trials, ended, passed, failed, errored, skipped, ungraded, pending, *score = sums
    score_n, score_sum, low, high = score
    return Tally(
        complete=complete,
        rows=rows,
        trials=trials,
        trials_ended=ended,
        passed=passed,
        failed=failed,
        errored=errored,
        skipped=skipped,
        ungraded=ungraded,
        pending=pending,
        score=ScoreStats(score_sum / score_n, low, high) if score_n else None,
        criteria=tuple(criterion_stats(each) for each in criteria),
    )


def criterion_sums(
    connection: sqlite3.Connection, first: int, end: int
) -> Iterable[tuple[Any, ...]]:
    """Return what rows add up to for each criterion of the runs with ids from `first` to `end`.

    The run's id comes first, then what `criterion_stats` takes; those that nobody met are left out.
    """
    return connection.execute(
        f"{_CRITERIA} WHERE run >= ? AND run < ? AND (n OR errored) ORDER BY run, id", (first, end)
    )


def as_walking(stored: StoredRun) -> StoredRun:
    """Return the run marked as being walked now."""
    return replace(stored, sync=replace(stored.sync, walking=True))
