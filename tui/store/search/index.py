"""The index over all stored texts: filled behind what comes, asked before anything is read.

It holds the words of each trial under the trial's id. A trial that is told anew is taken in again
under a negative number; what was removed from the store is not found any more, and once a fifth of
the index is of that kind it is made anew.
"""

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tui.query import words
from tui.store.database import Database
from tui.store.row_table import chunks
from tui.store.search.asking import numbers, run_word
from tui.store.search.file import FILE_NAME, IndexFile
from tui.store.search.texts import TEXT_FIELDS, read
from tui.store.search.wanted import ABSENT, Wanted

CHUNK = 500
"""Trials taken in at once: some dozens of milliseconds."""
CHUNK_BYTES = 2 * 2**20
"""Compressed bodies taken in at once, but for a single larger one."""
_MARKED = frozenset({"output", "input", "reason", "expected"})
"""Texts whose absence a filter may ask for."""
_STEPS = 1000
"""Steps of SQLite between two questions whether to stop: some hundred trials, or some hundred pages
of the index."""
_INSERT = (
    f"INSERT INTO said(rowid, run, {', '.join(TEXT_FIELDS)}) VALUES(?, ?{',?' * len(TEXT_FIELDS)})"
)
_TRIAL = (
    "SELECT trial.id, row.run, row.label, body.data FROM trial JOIN row ON row.id = trial.row"
    " JOIN body ON body.trial = trial.id"
)


class IndexShare(NamedTuple):
    """How far the index is."""

    indexed: int
    stored: int
    """Trials in the store."""


class Matches(NamedTuple):
    """What the index says."""

    trials: "array[int]"
    """Ids, newest first; some may have been removed since."""
    upto: int
    """Trials after this one are not in it yet."""


class _State(NamedTuple):
    store: bytes | None
    upto: int
    docs: int


class _Told(NamedTuple):
    """What the store holds that the index lacks."""

    store: bytes
    last: int
    """The newest id a trial ever had."""
    seq: int
    new: list[tuple[int, int, str, bytes]]
    again: list[tuple[int, int, str, bytes]]


class SearchIndex:
    """The index of one store. Thread-safe; nothing here raises because of its file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._file: IndexFile | None = None
        self._place: Path | None = None

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        if self._file is not None:
            self._file.close()

    @property
    def usable(self) -> bool:
        """Whether this SQLite and this disk can keep one; else searches read every text."""
        return self._here().usable

    def share(self) -> IndexShare:
        """Return how much of what is stored is in it."""
        upto = self.upto(self._database.read(identity))
        indexed, stored = self._database.read(
            lambda found: found.execute(
                "SELECT (SELECT count(*) FROM trial WHERE id <= ?), count(*) FROM trial", (upto,)
            ).fetchone()
        )
        return IndexShare(indexed, stored)

    def fill(self, limit: int = CHUNK) -> bool:
        """Take in the next trials, some dozens of milliseconds long.

        Returns whether there may be more; False also where no index can be kept, or while another
        process fills it.
        """
        file = self._here()
        state = file.write(_state)
        if state is None:
            return False
        told = self._database.read(lambda found: _told(found, state, limit))
        if state.store != told.store or state.upto > told.last:
            file.clear()
            return bool(file.write(lambda found: _belongs(found, told.store)))
        new, again = _documents(told.new), _documents(told.again)
        if not new and not told.seq:
            return self._sweep(file, state)
        done = file.write(lambda found: _take_in(found, state, new, again))
        if done and told.seq:
            self._database.write(
                lambda found: found.execute("DELETE FROM retold WHERE seq <= ?", (told.seq,))
            )
        return bool(done)

    def matches(
        self,
        wanted: Wanted,
        *,
        run: int | None = None,
        limit: int = -1,
        cancelled: Callable[[], bool] | None = None,
    ) -> Matches:
        """Return the trials that say it, newest first, as far as the index reaches.

        Args:
            wanted: what is looked for.
            run: only trials of the run with this id.
            limit: at most so many; -1 = all.
            cancelled: asked all along; True ends it, with nothing found.
        """
        store = self._database.read(identity)
        return self.ask(wanted, store, run=run, limit=limit, cancelled=cancelled)

    def ask(
        self,
        wanted: Wanted,
        store: bytes,
        *,
        run: int | None = None,
        limit: int = -1,
        cancelled: Callable[[], bool] | None = None,
    ) -> Matches:
        """Return the same; `store` is the `identity` of the store the answer is for."""

        def work(found: sqlite3.Connection) -> Matches | None:
            state = _state(found)
            if state.store != store:
                return None
            if cancelled is not None:
                found.set_progress_handler(cancelled, _STEPS)
            try:
                return Matches(numbers(found, wanted, run, limit), state.upto)
            finally:
                found.set_progress_handler(None, 0)

        try:
            return self._here().read(work) or Matches(array("q"), 0)
        except sqlite3.OperationalError:  # it was cancelled
            return Matches(array("q"), 0)

    def upto(self, store: bytes) -> int:
        """Return the newest trial of this store (`identity`) in it; 0 when none is."""
        state = self._here().read(_state)
        return state.upto if state is not None and state.store == store else 0

    def spans(self, upto: int) -> dict[int, list[tuple[int, int]]]:
        """Return by run the first and last id of its pieces in the index."""

        def work(found: sqlite3.Connection) -> dict[int, list[tuple[int, int]]]:
            pieces: dict[int, list[tuple[int, int]]] = {}
            for first, last, run in found.execute("SELECT first, last, run FROM span"):
                if first <= upto:
                    pieces.setdefault(run, []).append((first, last))
            for trial, run in found.execute("SELECT trial, run FROM again"):
                pieces.setdefault(run, []).append((trial, trial))
            return pieces

        return self._here().read(work) or {}

    def _here(self) -> IndexFile:
        """Return the file beside the store's; in memory when the store is."""
        place = self._database.file
        if self._file is None or place != self._place:
            self._place = place
            self._file = IndexFile(None if place is None else place.with_name(FILE_NAME))
        return self._file

    def _sweep(self, file: IndexFile, state: _State) -> bool:
        """Begin anew once too much of it is of trials that are gone or were told again."""
        stored: int = self._database.read(
            lambda found: found.execute("SELECT count(*) FROM trial").fetchone()
        )[0]
        if state.docs - stored <= stored // 5 + CHUNK:
            return False
        file.clear()
        return stored > 0


def existing(connection: sqlite3.Connection, trials: Iterable[int]) -> dict[int, int]:
    """Return the row of each of some trials that are still stored."""
    found: dict[int, int] = {}
    for part in chunks(list(trials)):
        marks = ",".join("?" * len(part))
        found.update(
            connection.execute(f"SELECT id, row FROM trial WHERE id IN ({marks})", part)  # noqa: S608 - marks
        )
    return found


def identity(connection: sqlite3.Connection) -> bytes:
    """Return which store this is."""
    (token,) = connection.execute("SELECT token FROM identity").fetchone()
    return bytes(token)


def _state(connection: sqlite3.Connection) -> _State:
    return _State(*connection.execute("SELECT store, upto, docs FROM state").fetchone())


def _belongs(connection: sqlite3.Connection, store: bytes) -> bool:
    connection.execute("UPDATE state SET store = ?", (store,))
    return True


def _told(connection: sqlite3.Connection, state: _State, limit: int) -> _Told:
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'trial'").fetchone()
    (seq,) = connection.execute(
        "SELECT coalesce(max(seq), 0) FROM (SELECT seq FROM retold ORDER BY seq LIMIT ?)", (limit,)
    ).fetchone()
    again = connection.execute(
        f"{_TRIAL} JOIN retold ON retold.trial = trial.id WHERE trial.id <= ? AND seq <= ?",
        (state.upto, seq),
    )
    new = connection.execute(
        f"{_TRIAL} WHERE trial.id > ? ORDER BY trial.id LIMIT ?", (state.upto, limit)
    )
    return _Told(
        identity(connection),
        0 if last is None else int(last[0]),
        seq,
        _bounded(new),
        again.fetchall() if seq else [],
    )


def _bounded(cursor: sqlite3.Cursor) -> list[Any]:
    """Return rows until their bodies fill the chunk."""
    found, size = [], 0
    for values in cursor:
        found.append(values)
        size += len(values[-1])
        if size >= CHUNK_BYTES:
            break
    return found


def _documents(trials: Sequence[tuple[int, int, str, bytes]]) -> list[tuple[int, int, list[str]]]:
    """Return trial, run and the words of each text."""
    return [(trial, run, _columns(read(data, label))) for trial, run, label, data in trials]


def _columns(texts: dict[str, str]) -> list[str]:
    return [
        " ".join(words(texts[field])) or (ABSENT if field in _MARKED and not texts[field] else "")
        for field in TEXT_FIELDS
    ]


def _take_in(
    connection: sqlite3.Connection,
    state: _State,
    new: Sequence[tuple[int, int, list[str]]],
    again: Sequence[tuple[int, int, list[str]]],
) -> bool:
    if _state(connection) != state:  # another process was faster
        return True
    connection.executemany(
        _INSERT, ((trial, run_word(run), *columns) for trial, run, columns in new)
    )
    _note_spans(connection, ((trial, run) for trial, run, _columns in new))
    (lowest,) = connection.execute("SELECT coalesce(min(doc), 0) FROM again").fetchone()
    for doc, (trial, run, columns) in enumerate(again, 1):
        number = lowest - doc
        connection.execute("INSERT OR REPLACE INTO again VALUES(?, ?, ?)", (number, trial, run))
        connection.execute(_INSERT, (number, run_word(run), *columns))
    connection.execute(
        "UPDATE state SET upto = max(upto, ?), docs = docs + ?",
        (new[-1][0] if new else 0, len(new) + len(again)),
    )
    return True


def _note_spans(connection: sqlite3.Connection, trials: Iterable[tuple[int, int]]) -> None:
    last = connection.execute("SELECT first, last, run FROM span ORDER BY first DESC LIMIT 1")
    pieces = [list(piece) for piece in last]
    for trial, run in trials:
        if pieces and pieces[-1][2] == run:
            pieces[-1][1] = trial
        else:
            pieces.append([trial, trial, run])
    connection.executemany("INSERT OR REPLACE INTO span VALUES(?, ?, ?)", pieces)
