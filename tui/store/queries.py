"""Queries as SQL: which ids, in which order."""

import json
from array import array
from dataclasses import replace
from typing import Any, NamedTuple

from tui.store.heads import RANKS
from tui.store.search import SearchIndex
from tui.store.selecting import Selection
from tui.store.types import RowQuery, RunQuery

_TOLD = "CAST(told AS TEXT)"
_RUN_ORDER = {
    "status": "status_rank",
    "started": "coalesce(began, first_seen)",
    "progress": "progress",
    "score": "headline",
    "duration": "coalesce(ended, CASE WHEN live THEN :now END) - began",
    "deadline": "CASE WHEN live THEN deadline END",
    "name": "title",
    "group": (
        f"coalesce(nullif(json_extract({_TOLD}, '$.group.name'), ''),"
        f" json_extract({_TOLD}, '$.group.id')) COLLATE NOCASE"
    ),
    "model": f"json_extract({_TOLD}, '$.models[0]') COLLATE NOCASE",
    "connection": "connection",
}
_ROW_ORDER = {
    "index": "idx",
    "key": "key",
    "outcome": "outcome",
    "score": "score",
    "latency": "latency",
    "tokens": "tokens",
}


def run_ids(query: RunQuery, now: int, search: SearchIndex) -> Selection:
    """Return the statement that tells the ids of the runs. Raises QueryError."""
    values: dict[str, Any] = {"now": now}
    found = _no_filter()
    if not _is_blank(query.text):
        from tui.store.run_filters import run_filter

        found = run_filter(query.text, search)
    conditions = ["1"]
    if query.connections is not None:
        names = [f":connection{i}" for i in range(len(query.connections))]
        # Tests want runs in the order of their ids (`tui.store.run_criteria`): no index then.
        column = "+connection" if found.judges else "connection"
        conditions.append(f"{column} IN ({','.join(names)})")
        values.update((f"connection{i}", name) for i, name in enumerate(query.connections))
    if query.live_only:
        conditions.append("live")
    if found.sql:
        conditions.append(found.sql)
    limit = ""
    if query.limit is not None:
        limit = " LIMIT :limit"
        values["limit"] = query.limit
    statement = (
        f"SELECT id FROM run WHERE {' AND '.join(conditions)}"  # noqa: S608 - our own fragments
        f" ORDER BY {_RUN_ORDER[query.sort]} {_direction(query.descending)},"
        f" coalesce(began, first_seen) DESC, id DESC{limit}"
    )
    return found._replace(sql=statement, values=values | found.values)


def row_ids(run: int, query: RowQuery, search: SearchIndex) -> Selection:
    """Return the statement that tells the ids of a run's rows. Raises QueryError.

    The query's order must be one of the row table (`tui.store.ordering`).
    """
    found = _row_conditions(query, search)
    # Ties go the way of the column: so an index gives the whole order.
    way = "DESC" if query.descending else "ASC"
    order = f"{_ROW_ORDER[query.sort]} {_direction(query.descending)}"
    if query.sort == "outcome":
        order += f", idx {way}"
    statement = f"SELECT id FROM row WHERE run = :run AND {found.sql} ORDER BY {order}, id {way}"  # noqa: S608 - as above
    return found._replace(sql=statement, values=found.values | {"run": run})


class Passing(NamedTuple):
    """Which of given rows pass, in no order."""

    condition: Selection

    def among(self, ids: "array[int]") -> Selection:
        """Return the statement that tells it of some rows, at least one."""
        first, last = min(ids), max(ids)
        if last - first + 1 == len(ids):  # mostly so in the order they came in, and quicker
            return self._where("id BETWEEN :first AND :last", first=first, last=last)
        listed = json.dumps(ids.tolist())
        return self._where("id IN (SELECT value FROM json_each(:ids))", ids=listed)

    def _where(self, rows: str, **values: Any) -> Selection:
        found = self.condition
        return found._replace(
            sql=f"SELECT id FROM row WHERE {rows} AND {found.sql}",  # noqa: S608 - as above
            values=found.values | values,
        )


def passing(query: RowQuery, search: SearchIndex) -> Passing:
    """Return what a query asks of rows apart from their run. Raises QueryError."""
    return Passing(_row_conditions(query, search))


def is_filtered(query: RowQuery) -> bool:
    """Return whether a query leaves rows out."""
    return query.outcome is not None or query.cause is not None or not _is_blank(query.text)


def unfiltered(query: RowQuery) -> RowQuery:
    """Return the query for all rows in the same order."""
    return replace(query, text="", outcome=None, cause=None)


def _row_conditions(query: RowQuery, search: SearchIndex) -> Selection:
    """Return the conditions a query puts on rows."""
    values: dict[str, Any] = {}
    conditions = ["1"]
    if query.outcome is not None:
        conditions.append("outcome = :outcome")
        values["outcome"] = RANKS[query.outcome]
    if query.cause is not None:
        conditions.append("id IN (SELECT row FROM row_cause WHERE cause = :cause)")
        values["cause"] = query.cause
    found = _no_filter()
    if not _is_blank(query.text):
        from tui.store.row_filters import row_filter

        found = row_filter(query.text, search)
        conditions.append(found.sql)
    return found._replace(sql=" AND ".join(conditions), values=values | found.values)


def _no_filter() -> Selection:
    return Selection("", {})


def _is_blank(text: str) -> bool:
    """Return whether nothing is filtered: then the filter language is not even loaded."""
    return not text or text.isspace()


def _direction(descending: bool) -> str:
    return "DESC NULLS LAST" if descending else "ASC NULLS LAST"
