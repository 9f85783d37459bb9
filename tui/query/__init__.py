"""What a person types to find something, as data; knows no SQL and no widget.

`read_filter` turns text into a tree of conditions, `holds` tells what one comparison says of a
value. Neither the grammar's library nor that of patterns is loaded before a filter needs it.
"""

import re
from functools import lru_cache

from tui.errors import QueryError
from tui.query.binding import Condition, Test, asks_bodies, bind
from tui.query.fields import ROW_FIELDS, RUN_FIELDS, Field, Fields, Kind
from tui.query.grammar import parser
from tui.query.literals import ALIKE, Literal, literal_of
from tui.query.meaning import comparison, holds, look_up, same_name
from tui.query.parsing import parse
from tui.query.syntax import And, Compare, Node, Not, Or, Span, Word
from tui.query.values import Moments, searcher
from tui.query.wording import PREFIX_FROM, find, may_go_on, phrase, phrases, says, words

__all__ = [
    "ALIKE",
    "PREFIX_FROM",
    "ROW_FIELDS",
    "RUN_FIELDS",
    "And",
    "Compare",
    "Condition",
    "Field",
    "Fields",
    "Kind",
    "Literal",
    "Moments",
    "Node",
    "Not",
    "Or",
    "QueryError",
    "Span",
    "Test",
    "Word",
    "asks_bodies",
    "begins_field",
    "bind",
    "comparison",
    "find",
    "holds",
    "literal_of",
    "look_up",
    "may_go_on",
    "parse",
    "phrase",
    "phrases",
    "read_row_filter",
    "read_run_filter",
    "same_name",
    "says",
    "searcher",
    "warm_up",
    "words",
]


def read_run_filter(text: str) -> Condition | None:
    """Return what a filter asks of runs; None when it is blank. Raises QueryError."""
    return _read(text, runs=True)


def read_row_filter(text: str) -> Condition | None:
    """Return what a filter asks of rows; None when it is blank. Raises QueryError."""
    return _read(text, runs=False)


def begins_field(text: str, fields: Fields) -> bool:
    """Return whether a filter ends in what may be the beginning of a field's name.

    While it is typed it is not a filter yet: looking for `stat` would empty the list on the way to
    `status:failed`.
    """
    last = re.split(r"[\s(]", text)[-1].removeprefix("-").casefold()
    return bool(last) and any(name.startswith(last) for name in fields.by_name)


def warm_up() -> None:
    """Load what the first filter needs; in a thread, so that the first key typed need not wait."""
    parser()


@lru_cache(maxsize=64)
def _read(text: str, *, runs: bool) -> Condition | None:
    node = parse(text)
    return None if node is None else bind(text, node, RUN_FIELDS if runs else ROW_FIELDS)
