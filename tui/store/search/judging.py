"""What filters ask of bodies: answered by the index as far as it reaches, else by reading."""

import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tui.query import Test, comparison
from tui.store.search.index import SearchIndex, existing, identity
from tui.store.search.needles import look_for
from tui.store.search.texts import field_reader, unfolded
from tui.store.search.wanted import ABSENT, Wanted
from tui.store.selecting import reading_connection

BODY_FIELDS = ("output", "input", "reason", "expected")
"""Fields of a filter whose values are bodies."""
_SAYS, _ABSENT, _UNREAD = 1, 2, 4
_WITH_UNREAD = bytes(mark | _UNREAD for mark in range(256))
_SOME = 100
_BODIES_OF_ROW = (
    "SELECT body.data FROM trial JOIN body ON body.trial = trial.id WHERE trial.row = ?"
)
_BODIES_OF_RUN = (
    "SELECT body.data FROM row JOIN trial ON trial.row = row.id"
    " JOIN body ON body.trial = trial.id WHERE row.run = ?"
)
_OF_ROW = "FROM trial JOIN body ON body.trial = trial.id WHERE trial.row = row.id"
"""The bodies of a row within a statement on rows."""
_UNREAD_OF_RUN = (
    f"{_BODIES_OF_RUN} AND trial.id > ? UNION ALL"  # noqa: S608 - our own
    f" {_BODIES_OF_RUN} AND trial.id <= ? AND trial.id IN (SELECT trial FROM retold)"
)


class _Asked(NamedTuple):
    """What the index says of a test, with the state of the store it is asked on."""

    upto: int
    says: "array[int]"
    """Trials, newest first."""
    absent: "array[int]"
    """Trials that have no such text."""
    retold: set[int]
    """Trials to be read although they are in the index."""


class _BodyTest:
    """A comparison of a body; three-valued like all of them."""

    def __init__(self, index: SearchIndex, test: Test, *, exact: bool) -> None:
        self._index = index
        self._test = test
        self._field = test.field.name
        self._exact = exact or test.op == "!=" or test.value is None
        """Whether no and unknown are to be told apart."""
        self.by_index = index.usable and test.op != "~"
        """Whether the index is asked first."""
        self._text_of = field_reader(test.field.name)
        self._says = comparison(test)
        self._may_hold = look_for(test)

    def _answer(self, says: bool | None) -> bool | None:
        """Return what the comparison is when some text says it, none does, or there is none."""
        if self._test.value is None:
            return (says is not None) == (self._test.op == "!=")
        return says if says is None or self._test.op != "!=" else not says

    def _in(self, bodies: Iterable[tuple[bytes]]) -> bool | None:
        """Return whether one of some bodies says it; None when none has such a text."""
        known: bool | None = None
        for (data,) in bodies:
            says = self.in_one(data)
            if says:
                return True
            known = known if says is None else says
        return known

    def in_one(self, body: bytes) -> bool | None:
        """Return whether a body says it; None when it has no such text.

        Where these two need not be told apart, None also when it does not.
        """
        data = unfolded(body)
        may_hold = self._may_hold is None or self._may_hold(data)
        if not (may_hold or self._exact):
            return None
        text = self._text_of(data)
        if not text:
            return None
        if not may_hold or self._test.value is None:
            return False
        return self._says(text) is (self._test.op != "!=")

    def _ask(self, connection: sqlite3.Connection, run: int | None) -> _Asked:
        store = identity(connection)
        # First: what is taken in meanwhile is then read once more, never missed.
        retold = {trial for (trial,) in connection.execute("SELECT trial FROM retold")}
        says, absent = array("q"), array("q")
        upto = self._index.upto(store)
        if self._test.value is not None:
            asked = self._index.ask(self._wanted(str(self._test.value)), store, run=run)
            says, upto = asked.trials, min(upto, asked.upto)
        if self._exact:
            asked = self._index.ask(self._wanted(ABSENT), store, run=run)
            absent, upto = asked.trials, min(upto, asked.upto)
        return _Asked(upto, says, absent, retold)

    def _wanted(self, phrase: str) -> Wanted:
        return Wanted((phrase,), (self._field,))


class RowBodies(_BodyTest):
    """A comparison of the bodies of one run's rows: called with run, row and number of trials."""

    def __init__(self, index: SearchIndex, test: Test, *, exact: bool) -> None:
        super().__init__(index, test, exact=exact)
        self._marks: bytearray | None = None

    def condition(self, said: str) -> str:
        """Return the comparison as a condition on rows that reads their bodies.

        Args:
            said: the call of `in_one` on `body.data`.
        """
        if not self._exact:
            return f"EXISTS(SELECT 1 {_OF_ROW} AND {said})"
        read = f"(SELECT max({said}) {_OF_ROW})"  # what is unknown does not count
        if self._test.value is None:
            return f"{read} IS {'NOT NULL' if self._test.op == '!=' else 'NULL'}"
        return f"NOT {read}" if self._test.op == "!=" else read

    def __call__(self, run: int, row: int, trials: int) -> bool | None:
        """Return what the comparison says of a row, from the index as far as it reaches."""
        if self._marks is None:
            self._marks = self._look(run)
        mark = self._marks[row] if row < len(self._marks) else 0
        if not trials:
            return self._answer(None)
        if mark & _UNREAD or (mark & _ABSENT and trials > 1):
            return self._answer(self._read(row))
        return self._answer(True if mark & _SAYS else None if mark & _ABSENT else False)

    def _read(self, row: int) -> bool | None:
        return self._in(reading_connection().execute(_BODIES_OF_ROW, (row,)))

    def _look(self, run: int) -> bytearray:
        """Return a mark for each row, by its id."""
        connection = reading_connection()
        asked = self._ask(connection, run)
        last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'row'").fetchone()
        marks = bytearray(1 + (0 if last is None else last[0]))
        for mark, trials in ((_SAYS, asked.says), (_ABSENT, asked.absent), (_UNREAD, asked.retold)):
            for row in existing(connection, trials).values():
                marks[row] |= mark
        self._mark_unread(marks, connection, asked.upto)
        return marks

    def _mark_unread(self, marks: bytearray, connection: sqlite3.Connection, upto: int) -> None:
        """Mark the rows whose trials came after what is in the index, or some rows more."""
        first, last, trials = connection.execute(
            "SELECT min(row), max(row), count(*) FROM trial WHERE id > ?", (upto,)
        ).fetchone()
        if trials and last - first < 2 * trials:  # nearly all between: no need to go through them
            marks[first : last + 1] = marks[first : last + 1].translate(_WITH_UNREAD)
            return
        for (row,) in connection.execute("SELECT row FROM trial WHERE id > ?", (upto,)):
            marks[row] |= _UNREAD


class RunBodies(_BodyTest):
    """A comparison of the bodies of all stored rows of a run: called with the run's id."""

    def __init__(self, index: SearchIndex, test: Test, *, exact: bool) -> None:
        super().__init__(index, test, exact=exact)
        self._asked: _Asked | None = None
        self._pieces: dict[int, list[tuple[int, int]]] = {}
        self._unread: set[int] = set()
        """Runs of which the index lacks something."""

    def __call__(self, run: int) -> bool | None:
        """Return what the comparison says of a run."""
        connection = reading_connection()
        if not self.by_index:
            return self._answer(self._in(connection.execute(_BODIES_OF_RUN, (run,))))
        asked = self._asked or self._look(connection)
        says = self._indexed(connection, asked, run)
        if says is not True and run in self._unread:
            read = self._in(connection.execute(_UNREAD_OF_RUN, (run, asked.upto, run, asked.upto)))
            says = read if says is None or read else says
        return self._answer(says)

    def _look(self, connection: sqlite3.Connection) -> _Asked:
        asked = self._ask(connection, None)
        self._asked = asked._replace(
            says=array("q", sorted(asked.says)), absent=array("q", sorted(asked.absent))
        )
        self._pieces = self._index.spans(asked.upto)
        self._unread = {
            run
            for (run,) in connection.execute(
                "SELECT DISTINCT row.run FROM trial JOIN row ON row.id = trial.row"
                " WHERE trial.id > ? OR trial.id IN (SELECT trial FROM retold)",
                (asked.upto,),
            )
        }
        return self._asked

    def _indexed(self, connection: sqlite3.Connection, asked: _Asked, run: int) -> bool | None:
        pieces = self._pieces.get(run, ())
        candidates = (
            trial
            for first, last in pieces
            for trial in asked.says[bisect_left(asked.says, first) : bisect_right(asked.says, last)]
            if trial not in asked.retold
        )
        if any(existing(connection, part) for part in _parts(candidates)):
            return True
        if not self._exact:
            return False
        for piece in pieces:
            for (trial,) in connection.execute(
                "SELECT id FROM trial WHERE id BETWEEN ? AND ?", piece
            ):
                place = bisect_left(asked.absent, trial)
                absent = place < len(asked.absent) and asked.absent[place] == trial
                if not absent and trial not in asked.retold and trial <= asked.upto:
                    return False
        return None


def _parts(trials: Iterable[int]) -> Iterator[list[int]]:
    part: list[int] = []
    for trial in trials:
        part.append(trial)
        if len(part) == _SOME:
            yield part
            part = []
    if part:
        yield part
