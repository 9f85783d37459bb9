"""Running a statement that selects ids, with conditions SQLite cannot judge by itself.

Such a statement calls `matches(number, …)`: the test of that number is a Python function, which
says yes, no or unknown of the columns it is given. SQLite does the and, or and not of all three.
"""

import sqlite3
from array import array
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.errors import QueryError

if TYPE_CHECKING:
    from tui.query import Span

Judge = Callable[..., bool | None]
"""A test: columns in, answer out."""
Cancelled = Callable[[], bool]
"""Asked every now and then; True stops the reading."""

_AT_ONCE = 4096
_STEPS = 1000
"""Steps of SQLite between two questions whether to stop: some dozens of rows."""


class Selection(NamedTuple):
    """A statement that tells ids, or the part of one that a filter is."""

    sql: str
    values: dict[str, Any]
    judges: tuple[Judge, ...] = ()
    spans: "tuple[Span, ...]" = ()
    """Where in the filter each test stands."""
    text: str = ""
    """The filter."""


class ReadCancelledError(Exception):
    """A reading nobody waits for any more was stopped."""


class _Running:
    __slots__ = ("connection", "judges", "slow")

    def __init__(self, connection: sqlite3.Connection, judges: tuple[Judge, ...]) -> None:
        self.connection = connection
        self.judges = judges
        self.slow: int | None = None


_RUNNING: ContextVar[_Running] = ContextVar("running selection")


def add_function(connection: sqlite3.Connection) -> None:
    """Let statements on this connection call `matches`."""
    connection.create_function("matches", -1, _matches)


def reading_connection() -> sqlite3.Connection:
    """Return the connection of the selection that calls this test, for more of the same state."""
    return _RUNNING.get().connection


def _matches(number: int, *columns: Any) -> bool | None:
    running = _RUNNING.get()
    try:
        return running.judges[number](*columns)
    except TimeoutError:
        running.slow = number
        raise


def select(
    connection: sqlite3.Connection, selection: Selection, cancelled: Cancelled | None = None
) -> "array[int]":
    """Return the ids a statement tells.

    Raises:
        QueryError: one of its patterns takes too long on some text.
        ReadCancelledError: `cancelled` said so.
    """
    running = _Running(connection, selection.judges)
    token = _RUNNING.set(running)
    if cancelled is not None:
        connection.set_progress_handler(cancelled, _STEPS)
    ids = array("q")
    try:
        cursor = connection.execute(selection.sql, selection.values)
        # In parts: a list of a million ids would take sixty megabytes for a moment.
        while part := cursor.fetchmany(_AT_ONCE):
            ids.extend([found for (found,) in part])
    except sqlite3.OperationalError as error:
        if running.slow is not None:
            at = selection.spans[running.slow]
            raise QueryError(
                "This pattern takes too long on some texts.",
                text=selection.text,
                position=at.position,
                length=at.length,
            ) from None
        # A test that reads more of the same state is stopped within itself.
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT or (cancelled and cancelled()):
            raise ReadCancelledError from None
        raise
    finally:
        if cancelled is not None:
            connection.set_progress_handler(None, 0)
        _RUNNING.reset(token)
    return ids
