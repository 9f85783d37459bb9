"""The orders a person may choose for the rows of a run: by what a column shows, or a criterion."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args

from tui.store import RowQuery
from tui.store.types import RowSort

SORTS: Mapping[RowSort, tuple[str, str, bool]] = {
    "index": ("index", "place in the dataset", False),
    "outcome": ("outcome", "outcome, failures first", False),
    "score": ("score", "score, lowest first", False),
    "latency": ("latency", "latency, slowest first", True),
    "tokens": ("tokens", "tokens, most first", True),
    "cost": ("cost", "cost, dearest first", True),
    "trials": ("trials", "trials, most first", True),
    "instability": ("trials", "trials that disagree first", True),
    "error": ("said", "error", False),
    "label": ("row", "label", False),
}
"""Sort field of a `RowQuery` → column, text in the menu, whether it starts descending."""

_CRITERION = "criterion:"
"""Before a criterion's name in a choice."""


def order_choices(criteria: Sequence[str]) -> list[tuple[str, str]]:
    """Return what may be chosen as `(choice, text)`: the fields, then the criteria of the run."""
    fields = [(str(sort), text) for sort, (_column, text, _down) in SORTS.items()]
    return fields + [(_CRITERION + name, f"{name}, lowest first") for name in criteria]


def order_chosen(query: RowQuery) -> str:
    """Return the choice a query is ordered by."""
    return query.sort if query.criterion is None else _CRITERION + query.criterion


def reordered(query: RowQuery, choice: str) -> RowQuery:
    """Return the query in a chosen order; choosing the same again turns it round.

    A choice that is none leaves it as it is.
    """
    if choice == order_chosen(query):
        return replace(query, descending=not query.descending)
    if choice.startswith(_CRITERION):
        name = choice.removeprefix(_CRITERION)
        return replace(query, sort="index", criterion=name, descending=False)
    for sort in get_args(RowSort):
        if sort == choice and sort in SORTS:
            return replace(query, sort=sort, criterion=None, descending=SORTS[sort][2])
    return query


def order_column(query: RowQuery, criteria: Sequence[str]) -> str:
    """Return the id of the column a query is ordered by (`row_columns`); empty when it has none."""
    if query.criterion is None:
        return SORTS[query.sort][0] if query.sort in SORTS else ""
    return f"criterion-{criteria.index(query.criterion)}" if query.criterion in criteria else ""
