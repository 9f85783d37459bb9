"""What a search finds: trials as they are found, and each in its context when it is looked at."""

import sqlite3
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tui.frozen import frozen
from tui.models import RunRef
from tui.query import find
from tui.store.codec import loads
from tui.store.database import Database
from tui.store.row_table import chunks
from tui.store.run_table import find_id
from tui.store.search.index import SearchIndex
from tui.store.search.texts import TEXT_FIELDS, read, texts_of, unfolded
from tui.store.search.wanted import Wanted

BEFORE = 60
"""Characters of context before a match."""
AFTER = 200
"""Characters of context behind it."""
_READ_AT_ONCE = 400
_MORE = 4
"""How many times as many trials are asked for when too many of them do not count."""
_SMALL_PART = 4
"""Of a run with less than one in so many of the texts to be read, the trials are found by its rows.
"""
_READ = (
    "SELECT trial.id, row.label, body.data FROM trial CROSS JOIN row ON row.id = trial.row"
    " CROSS JOIN body ON body.trial = trial.id"
)


@frozen
class Hit:
    """One trial that says what was looked for; texts are raw."""

    number: int
    """Of the trial in this store, whatever its provider calls it."""
    ref: RunRef
    run_name: str | None
    row_key: str
    row_label: str
    trial_id: str
    field: str
    """The most telling text that says it."""
    also: tuple[str, ...]
    """Other texts that do."""
    position: int
    """Where in the text, in characters."""
    before: str
    match: str
    after: str


class Hits:
    """Trials a search has found so far; grows at its end, while another thread reads it."""

    def __init__(
        self, database: Database, index: SearchIndex, wanted: Wanted, most: int | None = None
    ) -> None:
        self.wanted = wanted
        self.most = most
        """How many trials it tells at most; None = all."""
        self.left = 0
        """Texts that are still to be read because the index lacks them."""
        self.done = False
        """Whether all was looked through."""
        self.cut = False
        """Whether there are more than `most`."""
        self._database = database
        self._index = index
        self._trials = array("q")

    def __len__(self) -> int:
        return len(self._trials)

    def search(
        self,
        *,
        ref: RunRef | None,
        connections: Sequence[str] | None = None,
        told: Callable[[], None],
        cancelled: Callable[[], bool],
    ) -> None:
        """Look for it: in the index at once, then in what the index lacks, newest first.

        Runs come newest first, their rows in the order of the dataset; what is read later comes
        behind.

        Args:
            ref: only in this run; None = in all.
            connections: only in runs of these; None = of all.
            told: called when there is more to show.
            cancelled: asked all along; True ends it.
        """
        run = None if ref is None else self._database.read(lambda found: find_id(found, ref))
        if ref is not None and run is None:
            self.done = True
            return
        # Before the index is asked: what was told anew meanwhile is rather read than believed.
        retold = self._database.read(lambda found: _retold(found, run))
        upto = self._look_up(run, connections, frozenset(retold), cancelled)
        if cancelled():
            return
        told()
        unread = _Unread(self._database, run, upto, retold)
        self.left = unread.count()
        for trials, seen in unread.saying(self.wanted):
            if cancelled():
                return
            self.left = max(0, self.left - seen)
            self._add(self._in_order(trials, connections))
            told()
            if self.cut:
                break
        self.left, self.done = 0, True
        told()

    def fetch(self, offset: int, limit: int) -> list[Hit]:
        """Return hits with their context; one removed since is left out."""
        wanted = self._trials[max(0, offset) : max(0, offset) + max(0, limit)]
        found = self._database.read(lambda connection: _hits(connection, wanted, self.wanted))
        return [found[trial][0] for trial in wanted if trial in found]

    def fetch_all(self, offset: int, limit: int) -> list[Hit]:
        """Return the same trials with a hit for each of their texts that says it."""
        wanted = self._trials[max(0, offset) : max(0, offset) + max(0, limit)]
        found = self._database.read(lambda connection: _hits(connection, wanted, self.wanted))
        return [hit for trial in wanted for hit in found.get(trial, ())]

    def _look_up(
        self,
        run: int | None,
        connections: Sequence[str] | None,
        retold: frozenset[int],
        cancelled: Callable[[], bool],
    ) -> int:
        """Take what the index tells; return the newest trial in it."""
        limit = -1 if self.most is None else self.most + 1
        while True:
            matches = self._index.matches(self.wanted, run=run, limit=limit, cancelled=cancelled)
            trials = [trial for trial in matches.trials if trial not in retold]
            fresh = self._in_order(trials, connections)
            all_told = limit < 0 or len(matches.trials) < limit
            if all_told or len(fresh) > (self.most or 0) or cancelled():
                self._add(fresh)
                return matches.upto
            limit *= _MORE  # some are gone, or of other connections: then there may be others

    def _in_order(self, trials: Sequence[int], connections: Sequence[str] | None) -> list[int]:
        return self._database.read(lambda found: _in_order(found, trials, connections))

    def _add(self, fresh: Sequence[int]) -> None:
        if self.most is not None:
            room = self.most - len(self._trials)
            self.cut = self.cut or len(fresh) > room
            fresh = fresh[:room]
        self._trials.extend(fresh)


class _Unread:
    """Trials whose texts the index lacks, or has as they were before."""

    def __init__(
        self, database: Database, run: int | None, upto: int, retold: Sequence[int]
    ) -> None:
        self._database = database
        self._run = run
        self._upto = upto
        self._retold = [trial for trial in retold if trial <= upto]
        self._of_run: array[int] | None = None
        """Those of a run that is a small part of them, newest first; else they are looked for."""

    def count(self) -> int:
        """Return how many there are."""
        return len(self._retold) + self._database.read(self._count)

    def saying(self, wanted: Wanted) -> Iterator[tuple[list[int], int]]:
        """Yield those that say it, newest first, and how many were read for it."""
        for part in chunks([*self._retold, *(self._of_run or ())]):
            statement = f"{_READ} WHERE trial.id IN ({_marks(part)}) ORDER BY trial.id DESC"
            yield _saying(self._read(statement, part), wanted), len(part)
        if self._of_run is not None:
            return
        within = "" if self._run is None else " AND row.run = :run"
        statement = (
            f"{_READ} WHERE trial.id > :upto AND trial.id < :before{within}"
            " ORDER BY trial.id DESC LIMIT :limit"
        )
        values = {"upto": self._upto, "before": 2**62, "limit": _READ_AT_ONCE, "run": self._run}
        while rows := self._read(statement, values):
            values["before"] = rows[-1][0]
            yield _saying(rows, wanted), len(rows)

    def _read(self, statement: str, values: Any) -> list[tuple[int, str, bytes]]:
        return self._database.read(lambda found: found.execute(statement, values).fetchall())

    def _count(self, connection: sqlite3.Connection) -> int:
        (n,) = connection.execute(
            "SELECT count(*) FROM trial WHERE id > ?", (self._upto,)
        ).fetchone()
        if self._run is None or not n:
            return int(n)
        (of_run,) = connection.execute(
            "SELECT trial_n FROM sync WHERE run = ?", (self._run,)
        ).fetchone()
        if of_run > n // _SMALL_PART:
            return min(int(n), int(of_run))
        found = connection.execute(
            "SELECT trial.id FROM row CROSS JOIN trial ON trial.row = row.id"
            " WHERE row.run = ? AND trial.id > ?",
            (self._run, self._upto),
        )
        self._of_run = array("q", sorted((trial for (trial,) in found), reverse=True))
        return len(self._of_run)


def _retold(connection: sqlite3.Connection, run: int | None) -> list[int]:
    """Return the trials that wait to be taken in again, newest first."""
    within = "1" if run is None else "row.run = :run"
    return [
        trial
        for (trial,) in connection.execute(
            "SELECT trial.id FROM retold CROSS JOIN trial ON trial.id = retold.trial"  # noqa: S608 - our own
            f" CROSS JOIN row ON row.id = trial.row WHERE {within} ORDER BY trial.id DESC",
            {"run": run},
        )
    ]


def _saying(rows: Sequence[tuple[int, str, bytes]], wanted: Wanted) -> list[int]:
    return [trial for trial, label, body in rows if _says(body, label, wanted)]


def _says(body: bytes, label: str, wanted: Wanted) -> bool:
    data = unfolded(body)
    return wanted.may_be_in(data, label) and bool(wanted.found_in(texts_of(loads(data), label)))


def _in_order(
    connection: sqlite3.Connection, trials: Sequence[int], connections: Sequence[str] | None
) -> list[int]:
    """Return those trials that are still stored, and in runs of some connections, in order."""
    names = "" if connections is None else f" AND connection IN ({_marks(connections)})"
    found: list[tuple[Any, ...]] = []
    for part in chunks(trials):
        found += connection.execute(
            "SELECT -coalesce(began, first_seen), -run.id, idx IS NULL, idx, row.id, trial.id"  # noqa: S608 - marks
            " FROM trial JOIN row ON row.id = trial.row JOIN run ON run.id = row.run"
            f" WHERE trial.id IN ({_marks(part)}){names}",
            (*part, *(connections or ())),
        )
    return [values[-1] for values in sorted(found)]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _hits(
    connection: sqlite3.Connection, trials: Sequence[int], wanted: Wanted
) -> dict[int, list[Hit]]:
    found = {}
    for part in chunks(trials):
        for values in connection.execute(
            "SELECT trial.id, run.connection, run.path, run.name, row.key, row.label, trial.tid,"  # noqa: S608 - marks
            " body.data FROM trial JOIN row ON row.id = trial.row JOIN run ON run.id = row.run"
            f" JOIN body ON body.trial = trial.id WHERE trial.id IN ({_marks(part)})",
            part,
        ):
            found[values[0]] = _hits_of(values, wanted)
    return found


def _hits_of(
    values: tuple[int, str, str, str | None, str, str, str, bytes], wanted: Wanted
) -> list[Hit]:
    """Return a hit for each text of a trial that says it, the most telling first."""
    number, connection, path, name, key, label, trial_id, body = values
    texts = read(body, label)
    # Told anew since it was found, it may say it no more; then its beginning is shown.
    fields = wanted.found_in(texts) or [one for one in TEXT_FIELDS if texts[one]][:1] or ["label"]
    hits = []
    for field in fields:
        text = texts[field]
        start, end = find(text, wanted.phrases[0]) or (0, 0)
        hits.append(
            Hit(
                number=number,
                ref=RunRef(connection, path),
                run_name=name,
                row_key=key,
                row_label=label,
                trial_id=trial_id,
                field=field,
                also=tuple(one for one in fields if one != field),
                position=start,
                before=text[max(0, start - BEFORE) : start],
                match=text[start:end],
                after=text[end : end + AFTER],
            )
        )
    return hits
