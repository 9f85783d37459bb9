"""The rows of a run in a query's order: by an index of the row table, or by sort keys."""

import sqlite3
from array import array
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from tui.store.codec import column_text
from tui.store.queries import row_ids
from tui.store.search import SearchIndex
from tui.store.selecting import Cancelled, Selection, select
from tui.store.sort_keys import NUMBERS, USUAL_TRIALS
from tui.store.types import RowQuery


def by_keys(query: RowQuery) -> bool:
    """Return whether a query's order comes from sort keys."""
    return query.criterion is not None or query.sort in NUMBERS


def ordered_ids(
    connection: sqlite3.Connection,
    run: int,
    query: RowQuery,
    search: SearchIndex,
    cancelled: Cancelled | None = None,
) -> "array[int]":
    """Return the ids of all rows a query means. Raises as `select` and `row_ids`."""
    if not by_keys(query):
        return select(connection, row_ids(run, query, search), cancelled)
    parts = _keyed(connection, run, query)
    before = select(connection, parts.before, cancelled)
    after = array("q") if parts.after is None else select(connection, parts.after, cancelled)
    plain = not query.text and query.outcome is None and query.cause is None
    if plain and len(before) + len(after) == _rows(connection, run):
        return before + after
    base = select(connection, _in_dataset_order(run, query, search), cancelled)
    if not (before or after):
        return base
    if not plain:
        wanted = _Ids(base)
        before, after = wanted.held(before), wanted.held(after)
    return before + _Ids(before + after).others(base) + after


def first_ids(
    connection: sqlite3.Connection, run: int, query: RowQuery, search: SearchIndex, limit: int
) -> "array[int]":
    """Return the ids of the first rows a query means. Raises as `ordered_ids`."""
    if not by_keys(query):
        return select(connection, _limited(row_ids(run, query, search), limit))
    parts = _keyed(connection, run, query)
    if parts.after is not None and select(connection, _limited(parts.after, 1)):
        return ordered_ids(connection, run, query, search)[:limit]
    base = _in_dataset_order(run, query, search)
    found = select(connection, _limited(_joined(parts.before, base), limit))
    if len(found) < limit:  # then no other row that has a key is meant
        more = select(connection, _limited(base, limit))
        found += _Ids(found).others(more)[: limit - len(found)]
    return found


def _in_dataset_order(run: int, query: RowQuery, search: SearchIndex) -> Selection:
    return row_ids(run, replace(query, sort="index", descending=False, criterion=None), search)


class _Parts(NamedTuple):
    before: Selection
    """Rows with a key that stand before those without."""
    after: Selection | None
    """Those that stand behind them; None when there are none."""


def _keyed(connection: sqlite3.Connection, run: int, query: RowQuery) -> _Parts:
    what = NUMBERS.get(query.sort, 0)
    if query.criterion is not None:
        found = connection.execute(
            "SELECT id FROM criterion WHERE run = ? AND name = ?",
            (run, column_text(query.criterion)),
        ).fetchone()
        what = 0 if found is None else found[0]
    way = "DESC" if query.descending else "ASC"

    def part(condition: str) -> Selection:
        return Selection(
            "SELECT of_row FROM sort_key WHERE of_run = :run AND what = :what"  # noqa: S608 - our own fragments
            f"{condition} ORDER BY value {way}, of_row {way}",
            {"run": run, "what": what},
        )

    if what != NUMBERS["trials"]:
        return _Parts(part(""), None)
    fewer, more = part(f" AND value < {USUAL_TRIALS}"), part(f" AND value > {USUAL_TRIALS}")
    return _Parts(more, fewer) if query.descending else _Parts(fewer, more)


def _joined(keyed: Selection, base: Selection) -> Selection:
    """Return the statement for those of the keyed rows that the base statement means."""
    head, order = keyed.sql.split(" WHERE ", 1)[1].rsplit(" ORDER BY ", 1)
    meant = base.sql.split(" WHERE ", 1)[1].rsplit(" ORDER BY ", 1)[0]
    return base._replace(
        sql="SELECT row.id FROM sort_key CROSS JOIN row ON row.id = of_row"  # noqa: S608 - likewise
        f" WHERE {head} AND {meant} ORDER BY {order}",
        values=keyed.values | base.values,
    )


def _limited(selection: Selection, limit: int) -> Selection:
    return selection._replace(
        sql=f"{selection.sql} LIMIT :limit", values=selection.values | {"limit": limit}
    )


def _rows(connection: sqlite3.Connection, run: int) -> int:
    found = connection.execute("SELECT row_n FROM sync WHERE run = ?", (run,)).fetchone()
    return 0 if found is None else int(found[0])


class _Ids:
    """A set of ids that takes a byte for each between the least and the greatest."""

    def __init__(self, ids: "array[int]") -> None:
        self._least = min(ids, default=0)
        self._marks = bytearray(max(ids, default=-1) - self._least + 1)
        for found in ids:
            self._marks[found - self._least] = 1
        self._range = range(self._least, self._least + len(self._marks))

    def held(self, ids: Iterable[int]) -> "array[int]":
        """Return those that are in it."""
        marks, least, within = self._marks, self._least, self._range
        return array("q", [one for one in ids if one in within and marks[one - least]])

    def others(self, ids: Iterable[int]) -> "array[int]":
        """Return those that are not."""
        marks, least, within = self._marks, self._least, self._range
        return array("q", [one for one in ids if one not in within or not marks[one - least]])
