"""Queries as SQL: which ids, in which order."""

from typing import Any

from tui.query import words
from tui.store.heads import RANKS
from tui.store.types import RowQuery, RunQuery

_RUN_ORDER = {
    "status": "status_rank",
    "started": "coalesce(began, first_seen)",
    "score": "headline",
    "duration": "coalesce(ended, CASE WHEN live THEN :now END) - began",
    "name": "title",
    "connection": "connection",
}
_ROW_ORDER = {
    "index": "idx",
    "key": "key",
    "outcome": "outcome",
    "score": "score",
    "latency": "latency",
    "tokens": "tokens",
    "label": "label COLLATE NOCASE",
}


def run_ids(query: RunQuery, now: int) -> tuple[str, dict[str, Any]]:
    """Return the statement that tells the ids of the runs, and its values."""
    values: dict[str, Any] = {"now": now}
    conditions = ["1"]
    if query.connections is not None:
        names = [f":connection{i}" for i in range(len(query.connections))]
        conditions.append(f"connection IN ({','.join(names)})")
        values.update((f"connection{i}", name) for i, name in enumerate(query.connections))
    if query.live_only:
        conditions.append("live")
    for i, word in enumerate(words(query.text.casefold())):
        conditions.append(f"instr(words, :word{i})")
        values[f"word{i}"] = word
    limit = ""
    if query.limit is not None:
        limit = " LIMIT :limit"
        values["limit"] = query.limit
    statement = (
        f"SELECT id FROM run WHERE {' AND '.join(conditions)}"  # noqa: S608 - our own fragments
        f" ORDER BY {_RUN_ORDER[query.sort]} {_direction(query.descending)},"
        f" coalesce(began, first_seen) DESC, id DESC{limit}"
    )
    return statement, values


def row_ids(run: int, query: RowQuery) -> tuple[str, dict[str, Any]]:
    """Return the statement that tells the ids of a run's rows, and its values."""
    values: dict[str, Any] = {"run": run}
    conditions = ["run = :run"]
    if query.outcome is not None:
        conditions.append("outcome = :outcome")
        values["outcome"] = RANKS[query.outcome]
    for i, word in enumerate(words(query.text)):
        found: list[str] = []
        for j, variant in enumerate(_variants(word)):
            name = f"word{i}_{j}"
            values[name] = f"%{_escaped(variant)}%"
            found.extend(
                f"{column} LIKE :{name} ESCAPE '\\'"
                for column in ("key", "label", "preview", "error")
            )
        conditions.append(f"({' OR '.join(found)})")
    # Ties go the way of the column: so an index gives the whole order.
    way = "DESC" if query.descending else "ASC"
    order = f"{_ROW_ORDER[query.sort]} {_direction(query.descending)}"
    if query.sort == "outcome":
        order += f", idx {way}"
    return (
        f"SELECT id FROM row WHERE {' AND '.join(conditions)} ORDER BY {order}, id {way}",  # noqa: S608 - as above
        values,
    )


def _direction(descending: bool) -> str:
    return "DESC NULLS LAST" if descending else "ASC NULLS LAST"


def _variants(word: str) -> list[str]:
    """Return how a word may be written; LIKE itself folds the case of ASCII letters only."""
    if word.isascii():
        return [word]
    return list(dict.fromkeys((word, word.lower(), word.upper(), word.title())))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
