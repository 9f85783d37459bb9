"""Rows, trials and bodies: merging pages into the tables."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tui.models import Row, Trial
from tui.store.codec import column_integer, column_text, dumps, fingerprint, from_json, unpack
from tui.store.compression import compress_all
from tui.store.heads import (
    Folded,
    TrialHead,
    dump_head,
    head_of,
    holds_extra,
    load_head,
    load_rest,
    summary,
)
from tui.store.many_rows import insert
from tui.store.model_encoders import as_json
from tui.store.single_trial import single_summary
from tui.store.tallies import COUNTED, Counted, Difference

_MANY = 500
"""Values in one IN list; SQLite allows 999 in its oldest builds."""
_BODIES_BYTES = 2 * 2**20
"""Bodies are packed when so much has come together."""
_LARGE_BYTES = 64 * 1024
_INTO_ROW = (
    "INSERT INTO row(id, run, key, label, idx, walk, outcome, unstable, score, latency, tokens,"
    " preview, error, strip, rest, cells)"
)
_UPDATE_ROW = (
    "UPDATE row SET label=?, idx=?, walk=?, outcome=?, unstable=?, score=?, latency=?, tokens=?,"
    " preview=?, error=?, strip=?, rest=?, cells=? WHERE id=?"
)


@dataclass(slots=True)
class Merged:
    """What merging a page did."""

    changed: bool = False
    """Whether anything a person can see of the rows changed."""
    rows: int = 0
    """Rows this walk met for the first time."""
    trials: int = 0
    """Trials this walk met for the first time."""


class _StoredRow(NamedTuple):
    id: int
    key: str
    label: str
    idx: int | None
    walk: int
    outcome: int
    score: float | None
    error: str | None
    strip: str
    rest: bytes
    cells: bytes

    def counted(self) -> Counted:
        return Counted(
            self.id,
            self.label,
            self.outcome,
            self.strip,
            self.score,
            self.error,
            self.rest,
            self.cells,
        )


class _StoredTrial(NamedTuple):
    id: int
    row: int
    tid: str
    walk: int
    digest: bytes
    head: bytes | None


class _Told(NamedTuple):
    """A trial of the page, encoded."""

    trial: Trial
    data: bytes
    digest: bytes


@dataclass(slots=True)
class _Writes:
    """Statements' values, collected so that few statements run per page."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    changed_rows: list[tuple[Any, ...]] = field(default_factory=list)
    met_rows: list[int] = field(default_factory=list)
    trials: list[tuple[Any, ...]] = field(default_factory=list)
    changed_trials: list[tuple[Any, ...]] = field(default_factory=list)
    met_trials: list[int] = field(default_factory=list)
    bodies: list[tuple[int, bytes]] = field(default_factory=list)
    _texts: list[bytes] = field(default_factory=list)
    """Of the bodies last added, still to be packed."""
    _trials: list[int] = field(default_factory=list)
    _bytes: int = 0

    def add_body(self, trial: int, data: bytes) -> None:
        self._trials.append(trial)
        self._texts.append(data)
        self._bytes += len(data)
        if self._bytes >= _BODIES_BYTES:
            self._pack()

    def _pack(self) -> None:
        self.bodies += zip(self._trials, compress_all(self._texts), strict=True)
        self._trials, self._texts, self._bytes = [], [], 0

    def run(self, connection: sqlite3.Connection, walk: int) -> None:
        self._pack()
        insert(connection, _INTO_ROW, self.rows)
        connection.executemany(_UPDATE_ROW, self.changed_rows)
        _note_met(connection, "row", walk, self.met_rows)
        insert(connection, "INSERT INTO trial(id, row, tid, walk, digest, head)", self.trials)
        connection.executemany(
            "UPDATE trial SET walk = ?, digest = ?, head = ?, notes = NULL WHERE id = ?",
            self.changed_trials,
        )
        _note_met(connection, "trial", walk, self.met_trials)
        into = "INSERT OR REPLACE INTO body"
        insert(connection, into, [each for each in self.bodies if len(each[1]) <= _LARGE_BYTES])
        # Binding copies: of these, one at a time.
        large = [each for each in self.bodies if len(each[1]) > _LARGE_BYTES]
        connection.executemany(f"{into} VALUES(?, ?)", large)


class PageMerge:
    """One page on its way into the tables of a run, within one transaction."""

    def __init__(self, connection: sqlite3.Connection, run: int, walk: int) -> None:
        self._connection = connection
        self._run = run
        self._walk = walk
        self._writes = _Writes()
        self._difference = Difference()
        self._next_row = _next_id(connection, "row")
        self._next_trial = _next_id(connection, "trial")

    def merge(self, rows: Iterable[Row]) -> Merged:
        """Merge the rows; rows and trials that did not change only note that they were met."""
        told = _by_key(rows)
        stored = self._stored_rows(list(told))
        trials = self._stored_trials([row.id for row in stored.values()])
        merged = Merged()
        for key, row in told.items():
            old = stored.get(key)
            if old is None:
                self._insert(key, row, merged)
            else:
                self._update(old, trials.get(old.id, {}), row, merged)
        self._writes.run(self._connection, self._walk)
        if merged.changed:
            self._difference.write(self._connection, self._run)
        return merged

    def _insert(self, key: str, row: Row, merged: Merged) -> None:
        told = _told(row)
        if len(told) == 1:
            (only,) = told.values()
            heads: list[TrialHead | None] = [None]  # its body has it all
            folded = single_summary(only.trial, row.extra)
        else:
            found = [head_of(each.trial) for each in told.values()]
            heads, folded = [*found], summary(found, row.extra)
        row_id, self._next_row = self._next_row, self._next_row + 1
        label = column_text(row.label)
        self._writes.rows.append(
            (
                row_id,
                self._run,
                key,
                label,
                column_integer(row.index),
                self._walk,
                *folded.columns,
            )
        )
        for (tid, each), head in zip(told.items(), heads, strict=True):
            self._insert_trial(row_id, tid, each, head)
        self._difference.add(row_id, label, folded)
        merged.changed = True
        merged.rows += 1
        merged.trials += len(told)

    def _insert_trial(self, row: int, tid: str, told: _Told, head: TrialHead | None) -> None:
        trial_id, self._next_trial = self._next_trial, self._next_trial + 1
        stored_head = None if head is None else dump_head(head)
        self._writes.trials.append((trial_id, row, tid, self._walk, told.digest, stored_head))
        self._writes.add_body(trial_id, told.data)

    def _update(
        self, old: _StoredRow, stored: dict[str, _StoredTrial], row: Row, merged: Merged
    ) -> None:
        told = _told(row)
        fresh = {
            tid: each
            for tid, each in told.items()
            if tid not in stored or stored[tid].digest != each.digest
        }
        merged.rows += old.walk < self._walk
        merged.trials += sum(tid not in stored or stored[tid].walk < self._walk for tid in told)
        self._writes.met_trials.extend(
            stored[tid].id for tid in told if tid not in fresh and stored[tid].walk < self._walk
        )
        label = column_text(row.label) or old.label
        index = old.idx if row.index is None else column_integer(row.index)
        same_extra = not row.extra or holds_extra(old.rest, row.extra)
        if not fresh and same_extra and (label, index) == (old.label, old.idx):
            if old.walk < self._walk:
                self._writes.met_rows.append(old.id)
            return
        extra_now = row.extra or load_rest(old.rest)[2]
        heads = self._heads(stored, fresh)
        folded = summary(list(heads.values()), extra_now)
        walk = max(old.walk, self._walk)
        self._writes.changed_rows.append((label, index, walk, *folded.columns, old.id))
        for tid, each in fresh.items():
            head = heads[tid] if len(heads) > 1 else None
            if tid in stored:
                stored_head = None if head is None else dump_head(head)
                trial_id = stored[tid].id
                walk = max(stored[tid].walk, self._walk)
                self._writes.changed_trials.append((walk, each.digest, stored_head, trial_id))
                self._writes.add_body(trial_id, each.data)
            else:
                self._insert_trial(old.id, tid, each, head)
        self._difference.take(old.counted())
        self._difference.add(old.id, label, folded)
        merged.changed = True

    def _heads(
        self, stored: dict[str, _StoredTrial], fresh: dict[str, _Told]
    ) -> dict[str, TrialHead]:
        """Return the heads of all trials, stored ones first, in their order."""
        heads = {
            tid: head_of(fresh[tid].trial) if tid in fresh else stored_head(self._connection, trial)
            for tid, trial in stored.items()
        }
        heads.update((tid, head_of(each.trial)) for tid, each in fresh.items() if tid not in heads)
        return heads

    def _stored_rows(self, keys: Sequence[str]) -> dict[str, _StoredRow]:
        found = {}
        for part in chunks(keys):
            marks = ",".join("?" * len(part))
            for values in self._connection.execute(
                "SELECT id, key, label, idx, walk, outcome, score, error, strip, rest, cells"  # noqa: S608 - marks
                f" FROM row WHERE run = ? AND key IN ({marks})",
                (self._run, *part),
            ):
                found[values[1]] = _StoredRow(*values)
        return found

    def _stored_trials(self, rows: Sequence[int]) -> dict[int, dict[str, _StoredTrial]]:
        found: dict[int, dict[str, _StoredTrial]] = {}
        for part in chunks(rows):
            for trial in trials_of(self._connection, part):
                found.setdefault(trial.row, {})[trial.tid] = trial
        return found


def trials_of(connection: sqlite3.Connection, rows: Sequence[int]) -> list[_StoredTrial]:
    """Return the stored trials of some rows (at most 500), oldest first."""
    marks = ",".join("?" * len(rows))
    return [
        _StoredTrial(*values)
        for values in connection.execute(
            "SELECT id, row, tid, walk, digest, head FROM trial"  # noqa: S608 - marks
            f" WHERE row IN ({marks}) ORDER BY id",
            rows,
        )
    ]


def stored_head(connection: sqlite3.Connection, trial: _StoredTrial) -> TrialHead:
    """Return a stored trial's head, from its body where it was not written as it is now."""
    if trial.head is not None:
        head = load_head(trial.head)
        if head.causes is not None:
            return head
    return head_of(read_trial(connection, trial.id))


def read_trial(connection: sqlite3.Connection, trial: int) -> Trial:
    """Return a trial with its body."""
    (data,) = connection.execute("SELECT data FROM body WHERE trial = ?", (trial,)).fetchone()
    return from_json(Trial, unpack(data))


def refold(
    connection: sqlite3.Connection, row: int, trials: Sequence[_StoredTrial], move: Difference
) -> Folded:
    """Derive a stored row again from its trials, e.g. after one of them changed or went."""
    old = Counted(
        *connection.execute(
            f"SELECT {COUNTED} FROM row WHERE id = ?",  # noqa: S608 - our own columns
            (row,),
        ).fetchone()
    )
    folded = summary([stored_head(connection, trial) for trial in trials], load_rest(old.rest)[2])
    connection.execute(
        "UPDATE row SET outcome=?, unstable=?, score=?, latency=?, tokens=?, preview=?, error=?,"
        " strip=?, rest=?, cells=? WHERE id=?",
        (*folded.columns, row),
    )
    move.take(old)
    move.add(row, old.label, folded)
    return folded


def _note_met(connection: sqlite3.Connection, table: str, walk: int, ids: Sequence[int]) -> None:
    for part in chunks(ids):
        marks = ",".join("?" * len(part))
        connection.execute(
            f"UPDATE {table} SET walk = ? WHERE id IN ({marks})",  # noqa: S608 - our names, marks
            (walk, *part),
        )


def chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Split values into lists that fit into one IN."""
    return (values[start : start + _MANY] for start in range(0, len(values), _MANY))


def _next_id(connection: sqlite3.Connection, table: str) -> int:
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
    last = found.fetchone()
    return 1 if last is None else int(last[0]) + 1


def _by_key(rows: Iterable[Row]) -> dict[str, Row]:
    """Return a page's rows by key; one that comes twice is one row with all trials."""
    found: dict[str, Row] = {}
    for row in rows:
        key = column_text(row.key)
        if key in found:
            first = found[key]
            row = Row(  # noqa: PLW2901 - from here on it is the joined one
                first.key,
                row.label or first.label,
                first.trials + row.trials,
                first.index if row.index is None else row.index,
                row.extra or first.extra,
            )
        found[key] = row
    return found


def _told(row: Row) -> dict[str, _Told]:
    found = {}
    for trial in row.trials:
        data = dumps(as_json(trial))
        digest = fingerprint(data)
        found[column_text(trial.id)] = _Told(trial, data, digest)
    return found
