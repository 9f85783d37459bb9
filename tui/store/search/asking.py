"""What the index is asked, and what it answers: numbers of trials.

FTS5 puts the places of all words with one beginning together before it tells the first trial:
seconds for a common one. It tells the trials of whole words, and of beginnings that have an index,
as they are wanted. So a beginning is asked for as all the words, or longer beginnings, that there
are of it.
"""

import sqlite3
from array import array
from collections.abc import Iterator
from itertools import islice

from tui.query import may_go_on
from tui.store.search.file import BEGINNING
from tui.store.search.wanted import Wanted

MOST_WORDS = 512
"""So many words are looked up of one beginning, at some 50 µs each; the rare ones of which there
are more FTS5 puts together as quickly."""
MOST_LISTS = 2048
"""So many lists of places are read side by side for one question; to open one takes as long."""
_LAST_SIGN = "\U0010ffff"
_RUN = "\ue001"
"""A run's word begins with it; no word of a text contains it."""


def run_word(run: int) -> str:
    """Return the word that all trials of a run have in the index."""
    return f"{_RUN}{run}"


def numbers(
    connection: sqlite3.Connection, wanted: Wanted, run: int | None, limit: int
) -> "array[int]":
    """Return the trials that say it, newest first, those that were told anew before the others.

    Args:
        connection: to the index.
        wanted: what is looked for.
        run: only trials of the run with this id; None = of all.
        limit: at most so many; -1 = all.
    """
    expression = wanted.expression(_Spelling(connection, wanted).phrases)
    within, first, last = expression, 1, 2**62
    if run is not None:
        within = f'({expression}) AND {{run}} : "{run_word(run)}"'
        first, last, pieces = connection.execute(
            "SELECT min(first), max(last), count(*) FROM span WHERE run = ?", (run,)
        ).fetchone()
        if pieces != 1:
            expression = within
    again = dict(connection.execute("SELECT doc, trial FROM again"))
    found = array("q")
    if again:
        retold = (again.get(number, 0) for number in _rows(connection, within, -(2**62), -1))
        found.extend(sorted(filter(None, retold), reverse=True))
    if first is not None:
        outdated = set(again.values())
        rows = _rows(connection, expression, first, last)
        valid = (trial for trial in rows if trial not in outdated)
        found.extend(valid if limit < 0 else islice(valid, max(0, limit - len(found))))
    return found if limit < 0 else found[:limit]


class _Spelling:
    """Says what is looked for in the index's own words."""

    def __init__(self, connection: sqlite3.Connection, wanted: Wanted) -> None:
        self._connection = connection
        # Several phrases must stand in one text: each is asked for in each kind of text.
        self._left = MOST_LISTS // (1 if len(wanted.phrases) == 1 else len(wanted.fields))

    def phrases(self, phrase: str) -> list[str]:
        """Return the FTS5 phrases any of which a phrase is."""
        if not may_go_on(phrase):
            return [f'"{phrase}"']
        *before, beginning = phrase.split(" ")
        most = min(MOST_WORDS, self._left // (len(before) + 1))
        ends = list(islice(_goings_on(self._connection, beginning), most + 1))
        if len(ends) > most:
            return [f'"{phrase}" *']
        self._left -= len(ends) * (len(before) + 1)
        return [f'"{" ".join([*before, end])}' for end in ends] or [f'"{phrase}"']


def _goings_on(connection: sqlite3.Connection, beginning: str) -> Iterator[str]:
    """Yield the words with a beginning, as the end of an FTS5 phrase.

    Those that share their indexed beginning are one.
    """
    if len(beginning) == BEGINNING:
        yield f'{beginning}" *'
        return
    least = beginning
    while True:
        row = connection.execute("SELECT term FROM word WHERE term >= ? LIMIT 1", (least,))
        (word,) = row.fetchone() or ("",)
        if not word.startswith(beginning):
            return
        if len(beginning) < BEGINNING <= len(word):
            yield f'{word[:BEGINNING]}" *'
            least = word[:BEGINNING] + _LAST_SIGN
        else:
            yield f'{word}"'
            least = f"{word}\1"


def _rows(connection: sqlite3.Connection, expression: str, first: int, last: int) -> Iterator[int]:
    for (row,) in connection.execute(
        "SELECT rowid FROM said WHERE said MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC",
        (expression, first, last),
    ):
        yield row
