"""Single connections to a store: opening, transactions, making, checking and copying tables."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from tui.store import schema
from tui.store.selecting import add_function

ResultT = TypeVar("ResultT")

BUSY_S = 1.2
"""How long a lock held by another program is waited for; evaltop's own take turns before it."""
_COPY_BUSY_S = 0.1
"""The same for a copy into memory: there has been waiting before it."""
COPY_LIMIT = 256 * 2**20
"""Larger files are not copied into memory whole: only their runs, without rows."""


class NewerError(Exception):
    """The file was made by a newer program."""


def connect(file: Path, mode: str, busy_s: float | None = None) -> sqlite3.Connection:
    """Open the file, `rw` or `ro`; it must be there. Locks are waited for `BUSY_S` or `busy_s`."""
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_S if busy_s is None else busy_s,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    add_function(connection)
    return connection


def memory() -> sqlite3.Connection:
    """Return an empty store in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    add_function(connection)
    transaction(connection, "BEGIN", create)
    return connection


@contextmanager
def waiting(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Let a connection wait for locks for less than `BUSY_S`, for now."""
    if seconds >= BUSY_S:
        yield
        return
    connection.execute(f"PRAGMA busy_timeout = {max(0, int(seconds * 1000))}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_S * 1000)}")


def transaction(
    connection: sqlite3.Connection, begin: str, work: Callable[[sqlite3.Connection], ResultT]
) -> ResultT:
    """Run `work` between `begin` and a commit; anything raised rolls back and goes on up."""
    try:
        connection.execute(begin)
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise
    return result


def version_of(connection: sqlite3.Connection) -> int:
    """Return the schema's version, 0 in an empty file. Raises NewerError."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > schema.VERSION:
        raise NewerError
    return version


def create(connection: sqlite3.Connection) -> None:
    """Take the steps the file lacks, unless another instance just has.

    A foreign database counts as broken.
    """
    version = version_of(connection)
    if not version and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise broken("this is another program's database")
    for step in schema.STEPS[version:]:
        for statement in step:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {schema.VERSION}")


def check(connection: sqlite3.Connection) -> None:
    """Read a little of every table, so that a torn file shows now. Raises DatabaseError."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if not there >= schema.NAMES:
        raise broken("tables are missing")
    for name in schema.TABLE_NAMES:
        connection.execute(f"SELECT * FROM {name} LIMIT 1").fetchone()  # noqa: S608 - our names


def primary(error: sqlite3.DatabaseError) -> int:
    """Return SQLite's code of an error without its particulars; 0 when it is not SQLite's."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def is_busy(error: sqlite3.DatabaseError) -> bool:
    """Return whether an error says that somebody else has the file."""
    return primary(error) == sqlite3.SQLITE_BUSY


def broken(why: str) -> sqlite3.DatabaseError:
    """Return the error SQLite itself raises for a damaged file."""
    error = sqlite3.DatabaseError(why)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def copy_into(target: sqlite3.Connection, file: Path) -> None:
    """Copy what a file holds, taking the steps it lacks in the copy.

    Raises OSError, sqlite3.DatabaseError, NewerError.
    """
    source = _readable(file)
    try:
        if not version_of(source):
            raise broken("it holds no tables")
        if file.stat().st_size <= COPY_LIMIT:
            source.backup(target)
            transaction(target, "BEGIN", create)
            return
        there = {name for (name,) in source.execute("SELECT name FROM sqlite_master")}
        for name in schema.OWN_TABLES:
            if name == "sync" or name not in there:
                continue
            rows = source.execute(f"SELECT * FROM {name}")  # noqa: S608 - our own names
            columns = ",".join(column for column, *_nothing in rows.description)
            marks = ",".join("?" * len(rows.description))
            target.executemany(f"INSERT INTO {name}({columns}) VALUES({marks})", rows)
        target.execute("INSERT INTO sync(run) SELECT id FROM run")
    finally:
        source.close()


def _readable(file: Path) -> sqlite3.Connection:
    """Return a connection that already holds its read lock: a backup would wait for it for ever."""
    source = connect(file, "ro", _COPY_BUSY_S)
    try:
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM run LIMIT 1").fetchone()
    except sqlite3.OperationalError as error:
        source.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        # Where the side files of a WAL cannot be made, nobody writes: then this is safe.
        source = sqlite3.connect(
            f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None
        )
    except sqlite3.DatabaseError:
        source.close()
        raise
    return source
