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

_STEPS = 1000
"""Steps of SQLite between two questions whether to stop: some dozens of rows."""
_STEPS_AT_ONCE = 20_000
"""The same where no test is called: a millisecond. Each question waits for other threads."""
_TEXT_AT_ONCE = 65_536
"""Characters of a list of ids read at once: a millisecond that no other thread runs in."""


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
    ids = array("q")
    if not _collect(connection, selection, ids, cancelled):
        raise ReadCancelledError
    return ids


def select_some(
    connection: sqlite3.Connection,
    selection: Selection,
    enough: "Callable[[array[int]], bool]",
) -> "tuple[array[int], bool]":
    """Return the ids a statement tells until `enough` says so of them, and whether these are all.

    Raises QueryError as `select`.
    """
    ids = array("q")
    return ids, _collect(connection, selection, ids, lambda: enough(ids))


def select_at_once(
    connection: sqlite3.Connection, selection: Selection, cancelled: Cancelled | None = None
) -> "array[int]":
    """Return the ids of a statement without a filter, as one text that SQLite makes.

    A million rows given out one by one would be a million hand-overs between the reading thread
    and the one that answers keys. Raises ReadCancelledError as `select`.
    """
    from orjson import loads  # half of the time without other threads

    found = _Texts()
    whole = f"SELECT group_concat(id) FROM ({selection.sql})"  # noqa: S608 - our own statement
    one_text = selection._replace(sql=whole)
    if not _run(connection, one_text, found.take, cancelled, _STEPS_AT_ONCE):
        raise ReadCancelledError
    ids = array("q")
    start, text = 0, found.text
    while start < len(text):
        end = text.find(",", start + _TEXT_AT_ONCE)
        end = len(text) if end < 0 else end
        ids.extend(loads(f"[{text[start:end]}]"))
        start = end + 1
    return ids


class _Texts:
    """Takes the one value of a statement."""

    def __init__(self) -> None:
        self.text = ""

    def take(self, cursor: sqlite3.Cursor) -> None:
        (text,) = cursor.fetchone()
        self.text = text or ""


def _collect(
    connection: sqlite3.Connection, selection: Selection, ids: "array[int]", stop: Cancelled | None
) -> bool:
    def take(cursor: sqlite3.Cursor) -> None:
        # One by one: what came before a stop is kept, and no list of a million is made.
        for (found,) in cursor:
            ids.append(found)

    return _run(connection, selection, take, stop)


def _run(
    connection: sqlite3.Connection,
    selection: Selection,
    take: Callable[[sqlite3.Cursor], None],
    stop: Cancelled | None,
    steps: int = _STEPS,
) -> bool:
    """Run a statement to its end; False when `stop` ended it. Raises QueryError."""
    running = _Running(connection, selection.judges)
    token = _RUNNING.set(running)
    if stop is not None:
        connection.set_progress_handler(stop, steps)
    try:
        take(connection.execute(selection.sql, selection.values))
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
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT or (stop and stop()):
            return False
        raise
    finally:
        if stop is not None:
            connection.set_progress_handler(None, 0)
        _RUNNING.reset(token)
    return True
