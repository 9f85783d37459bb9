"""What a damaged file held, taken into the new one that has its place.

The runs come at once, in one transaction; rows and trials follow a few hundred at a time, in
transactions that also note how far they are, so that whoever opens the store next goes on after an
end or a kill. Ids stay as they were: the new file numbers its own rows from above them. Whatever a
provider was asked for again in the meantime is newer, and stays.

Sums, criteria, bins and causes are made from the rows that came, never copied. A run that misses
something is fetched again when it is next looked at.
"""

import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tui.models import Run, Trial
from tui.store import schema
from tui.store.codec import dumps, from_json, loads, unpack
from tui.store.damaged import DamagedFile, Line, Part
from tui.store.eviction import clear_sums
from tui.store.heads import OUTCOMES, Folded, RowSummary, load_cells, load_rest
from tui.store.row_table import chunks
from tui.store.standing import Salvaged
from tui.store.tallies import Difference

ASIDE = ".bad-"
"""What stands between a store's name and the time at which it was put aside."""
SIDE_FILES = ("-journal", "-wal", "-shm", "-copy")
DONE = "done"
AT_ONCE = 200
"""Rows or trials in one transaction."""
_FAR_ID = 2**40
"""Where new ids begin when nobody knows the old ones."""
WITHOUT_ROW_ID = frozenset({"sample", "match_key"})
"""They cannot be read past damage, only up to it."""
_WRONG = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, zlib.error)
"""What reading a value that was damaged may raise."""

_FIGURES = ("rows", "expected", "trials", "trials_expected")
# The index alone is read: it may have what the table's own pages have lost.
_REFS = "SELECT id, connection || '/' || path FROM run INDEXED BY sqlite_autoindex_run_1"

State = dict[str, Any]


def unread(connection: sqlite3.Connection, file: Path) -> Path | None:
    """Return the newest damaged file beside a store that it has not begun to read."""
    known = {name for (name,) in connection.execute("SELECT file FROM salvage")}
    found = sorted(
        one
        for one in file.parent.glob(f"{file.name}{ASIDE}*")
        if one.name not in known and not one.name.endswith(SIDE_FILES)
    )
    return found[-1] if found else None


def unfinished(connection: sqlite3.Connection) -> str | None:
    """Return the name of a file that is not read to its end; None without one."""
    for name, state in connection.execute("SELECT file, state FROM salvage ORDER BY file"):
        if loads(state)["stage"] != DONE:
            return str(name)
    return None


def begin(connection: sqlite3.Connection, file: Path) -> None:
    """Take runs and accounts into a store that has none, and note what is to follow.

    Within one transaction, and before anything else is written.
    """
    state: State = {"stage": DONE, "after": 0, "readable": False, "lost": [], "why": None}
    runs: dict[str, State] = {}
    try:
        old = DamagedFile(file)
    except (sqlite3.Error, OSError) as error:
        state["why"] = str(error)
    else:
        with closing(old):
            if old.columns("run"):
                runs = _take_runs(connection, old, state)
    connection.execute(
        "INSERT OR REPLACE INTO salvage VALUES(?, ?, ?)", (file.name, dumps(state), dumps(runs))
    )


def step(connection: sqlite3.Connection, name: str, old: DamagedFile) -> bool:
    """Take the next rows or trials; within one transaction. Returns whether more may follow."""
    found = connection.execute("SELECT state FROM salvage WHERE file = ?", (name,)).fetchone()
    state: State = {"stage": DONE} if found is None else loads(found[0])
    stage = state["stage"]
    if stage == DONE:
        return False
    columns = _shared(connection, old, stage)
    part = old.part(stage, columns, state["after"], AT_ONCE) if columns else Part([], 0, True)
    if stage == "row":
        _take_rows(connection, columns, part.lines)
    else:
        _take_trials(connection, columns, part.lines, old)
    state["after"] = part.after
    if part.ended:
        state |= {"stage": "trial" if stage == "row" else DONE, "after": 0}
    if state["stage"] == DONE:
        _finish(connection, name)
    connection.execute("UPDATE salvage SET state = ? WHERE file = ?", (dumps(state), name))
    return bool(state["stage"] != DONE)


def give_up(connection: sqlite3.Connection, name: str) -> None:
    """Note that a file is no longer there to be read."""
    (data,) = connection.execute("SELECT state FROM salvage WHERE file = ?", (name,)).fetchone()
    _finish(connection, name)
    state = dumps(loads(data) | {"stage": DONE})
    connection.execute("UPDATE salvage SET state = ? WHERE file = ?", (state, name))


def accounts(connection: sqlite3.Connection) -> list[Salvaged]:
    """Return what came out of every damaged file this store has read."""
    found = []
    for name, state_data, runs_data in connection.execute("SELECT * FROM salvage ORDER BY file"):
        state: State = loads(state_data)
        runs: list[State] = [*loads(runs_data).values()]
        found.append(
            Salvaged(
                name,
                readable=state["readable"],
                why=state.get("why"),
                share=_share(state),
                runs=len(runs),
                rows=sum(run["rows"] for run in runs),
                rows_expected=sum(max(run["rows"], run["expected"]) for run in runs),
                missing={
                    run["ref"]: tuple(run[name] for name in _FIGURES)
                    for run in runs
                    if state["stage"] == DONE and _misses(run)
                },
                lost=tuple(state["lost"]),
            )
        )
    return found


def _share(state: State) -> float:
    if state["stage"] == DONE:
        return 1.0
    last: int = max(1, state["last"][state["stage"]])
    after: int = state["after"]
    first = 0.0 if state["stage"] == "row" else 0.5
    return first + min(0.5, after / last / 2)


def _shared(connection: sqlite3.Connection, old: DamagedFile, table: str) -> list[str]:
    """Return the columns a table has in both files."""
    found = connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
    there = {name for (name,) in found}
    return [name for name in old.columns(table) if name in there]


def _insert(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], values: Iterable[Line]
) -> None:
    marks = ",".join("?" * len(columns))
    connection.executemany(
        f"INSERT OR IGNORE INTO {table}({','.join(columns)}) VALUES({marks})",
        values,
    )


def _take_runs(connection: sqlite3.Connection, old: DamagedFile, state: State) -> dict[str, State]:
    for table in schema.OWN_TABLES:
        columns = _shared(connection, old, table)
        if table in WITHOUT_ROW_ID and columns:
            some = old.some(f"SELECT {','.join(columns)} FROM {table}")  # noqa: S608 - our own names
            _insert(connection, table, columns, some)
            continue
        after, ended = 0, not columns
        while not ended:
            part = old.part(table, columns, after, AT_ONCE)
            lines = [line[1:] for line in part.lines]
            if table == "run":
                lines = [line for line in (_sound_run(columns, line) for line in lines) if line]
            _insert(connection, table, columns, lines)
            after, ended = part.after, part.ended
    taken = dict(connection.execute("SELECT id, connection || '/' || path FROM run"))
    refs = old.some(_REFS)
    state["lost"] = sorted(str(ref) for run, ref in refs if run not in taken)
    for table in ("seen", "sync", "sample"):
        connection.execute(f"DELETE FROM {table} WHERE run NOT IN (SELECT id FROM run)")  # noqa: S608 - our tables
    connection.execute("INSERT OR IGNORE INTO seen(run, at) SELECT id, changed FROM run")
    connection.execute("INSERT OR IGNORE INTO sync(run) SELECT id FROM run")
    _keep_evicted_sums(connection, old)
    runs: dict[str, State] = {
        str(run): {
            "ref": taken[run],
            "expected": rows,
            "trials_expected": trials,
            "rows": 0,
            "trials": 0,
            "final": final,
            "completed": completed,
        }
        for run, rows, trials, final, completed in connection.execute(
            "SELECT run, row_n, trial_n, final, completed FROM sync WHERE evicted IS NULL"
        ).fetchall()
    }
    for run in runs:
        clear_sums(connection, int(run))
    connection.execute(
        "UPDATE sync SET final = 0, completed = NULL, resume = NULL, counted = 0"
        " WHERE evicted IS NULL"
    )
    state |= {"stage": "row", "readable": True, "last": _last_ids(connection, old)}
    return runs


def _keep_evicted_sums(connection: sqlite3.Connection, old: DamagedFile) -> None:
    """Take the criteria of evicted runs: nothing else tells them any more."""
    columns = _shared(connection, old, "criterion")
    evicted = {run for (run,) in connection.execute("SELECT run FROM sync WHERE evicted NOT NULL")}
    if columns and evicted:
        place = columns.index("run")
        lines = old.some(f"SELECT {','.join(columns)} FROM criterion")  # noqa: S608 - our own names
        _insert(connection, "criterion", columns, (one for one in lines if one[place] in evicted))


def _last_ids(connection: sqlite3.Connection, old: DamagedFile) -> dict[str, int]:
    """Let new rows and trials be numbered above the old ones. Returns the last old numbers."""
    told: dict[Any, Any] = dict(old.some("SELECT name, seq FROM sqlite_sequence"))
    last = {}
    for table in ("row", "trial"):
        seq = told.get(table)
        last[table] = seq if isinstance(seq, int) and 0 <= seq < 2**62 else _FAR_ID
        connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        connection.execute("INSERT INTO sqlite_sequence VALUES(?, ?)", (table, last[table]))
    return last


def _sound_run(columns: list[str], line: Line) -> Line | None:
    """Return a run's line, without bodies that cannot be read; None when it is not a run's."""
    found = dict(zip(columns, line, strict=True))
    try:
        from_json(Run, loads(found["told"]))
    except _WRONG:
        return None
    for name in ("more", "raw"):
        try:
            if found[name] is not None:
                unpack(found[name])
        except _WRONG:
            found[name] = None
    texts = ("connection", "path", "source", "run_id", "title", "words", "status")
    if not all(isinstance(found[name], str) for name in texts):
        return None
    return tuple(found.values())


def _take_rows(connection: sqlite3.Connection, columns: list[str], lines: list[Line]) -> None:
    moves: dict[int, Difference] = {}
    known = _there(connection, "run", {line[1:][columns.index("run")] for line in lines})
    for row_id, *values in lines:
        found = dict(zip(columns, values, strict=True))
        run = found["run"]
        if run not in known:
            continue
        try:
            folded = _folded(found)
        except _WRONG:
            continue
        before = connection.total_changes
        _insert(connection, "row", columns, [tuple(values)])
        if connection.total_changes > before:
            moves.setdefault(run, Difference()).add(row_id, found["label"], folded)
    for run, move in moves.items():
        move.write(connection, run)


def _folded(found: dict[str, Any]) -> Folded:
    """Return what a row adds to its run's sums; raises when the row cannot be shown."""
    load_rest(found["rest"])
    ranks = range(len(OUTCOMES))
    if found["outcome"] not in ranks or any(int(each) not in ranks for each in found["strip"]):
        raise ValueError("an outcome that is none")
    if not all(isinstance(found[name], str) for name in ("key", "label", "preview")):
        raise TypeError("a text that is none")
    names = RowSummary._fields
    return Folded(
        RowSummary(*(found[name] for name in names)), load_cells(found["cells"]), [], None
    )


def _take_trials(
    connection: sqlite3.Connection, columns: list[str], lines: list[Line], old: DamagedFile
) -> None:
    known = _there(connection, "row", {line[1:][columns.index("row")] for line in lines})
    bodies = _shared(connection, old, "body")
    for trial, *values in lines:
        found = dict(zip(columns, values, strict=True))
        body = old.line("body", bodies, trial) if found["row"] in known else None
        if body is None:
            continue
        try:
            from_json(Trial, unpack(dict(zip(bodies, body, strict=True))["data"]))
            if found["notes"] is not None:
                loads(found["notes"])
        except _WRONG:
            continue
        before = connection.total_changes
        _insert(connection, "trial", columns, [tuple(values)])
        if connection.total_changes > before:
            _insert(connection, "body", bodies, [body])
            # Whoever indexes texts may have passed this number already.
            connection.execute("INSERT OR REPLACE INTO retold(trial) VALUES(?)", (trial,))


def _there(connection: sqlite3.Connection, table: str, ids: set[Any]) -> set[int]:
    """Return which of these ids a table has."""
    found: set[int] = set()
    for part in chunks([each for each in ids if isinstance(each, int)]):
        marks = ",".join("?" * len(part))
        rows = connection.execute(f"SELECT id FROM {table} WHERE id IN ({marks})", part)  # noqa: S608 - ours
        found.update(row for (row,) in rows)
    return found


def _finish(connection: sqlite3.Connection, name: str) -> None:
    """Count what came, and let what is whole be whole again."""
    (data,) = connection.execute("SELECT runs FROM salvage WHERE file = ?", (name,)).fetchone()
    runs: dict[str, State] = loads(data)
    for run, told in runs.items():
        stored = connection.execute(
            "SELECT row_n, (SELECT count(*) FROM row JOIN trial ON trial.row = row.id"
            " WHERE row.run = sync.run) FROM sync WHERE run = ?",
            (int(run),),
        ).fetchone()
        told["rows"], told["trials"] = stored or (0, 0)
        if not _misses(told):
            connection.execute(
                "UPDATE sync SET final = ?, completed = ? WHERE run = ? AND completed IS NULL",
                (told["final"], told["completed"], int(run)),
            )
    connection.execute("UPDATE salvage SET runs = ? WHERE file = ?", (dumps(runs), name))


def _misses(run: State) -> bool:
    return bool(run["rows"] < run["expected"] or run["trials"] < run["trials_expected"])
