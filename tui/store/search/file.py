"""The index's own SQLite file, beside the store's.

It is apart from the store so that filling it takes no lock anybody waits for, and so that nothing
that befalls it can harm what was fetched: it holds nothing that cannot be made again. A damaged
one is begun anew; where it cannot be kept at all, searches read the stored texts instead.
"""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from tui.store.connections import transaction
from tui.store.place import journal_mode, make_private
from tui.store.search.texts import TEXT_FIELDS

ResultT = TypeVar("ResultT")

FILE_NAME = "search-2.sqlite3"
"""Its number changes with what is in it."""
_BEFORE = ("search-1.sqlite3",)
"""What it replaces, and nobody needs any more."""
BEGINNING = 5
"""Letters of the beginnings of words that have an index of their own."""
_TABLES = (
    # `ascii` splits at spaces alone here: what it is given are words that are folded already.
    f"""CREATE VIRTUAL TABLE said USING fts5(
        {", ".join(TEXT_FIELDS)}, run,
        content='', columnsize=0, detail=full, prefix='{BEGINNING}',
        tokenize="ascii tokenchars '_'"
    )""",
    # Its words, in order.
    "CREATE VIRTUAL TABLE word USING fts5vocab(said, instance)",
    # Neighbours in the index that are of one run, by trial.
    "CREATE TABLE span(first INTEGER PRIMARY KEY, last INTEGER NOT NULL, run INTEGER NOT NULL)",
    # Trials told anew have their texts under another number; the older ones no longer count.
    """CREATE TABLE again(
        doc INTEGER PRIMARY KEY, trial INTEGER NOT NULL UNIQUE, run INTEGER NOT NULL
    )""",
    "CREATE TABLE state(store BLOB, upto INTEGER NOT NULL, docs INTEGER NOT NULL)",
    "INSERT INTO state VALUES(NULL, 0, 0)",
    "PRAGMA user_version = 1",
)
_BUSY_S = 5.0
_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_SIDE_FILES = ("", "-journal", "-wal", "-shm")


class IndexFile:
    """A file, or its stand-in in memory. Thread-safe; `file` None keeps it in memory."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.usable = has_fts5()
        """False once it cannot be used in this process."""
        self._lock = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._inode = 0

    def write(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT | None:
        """Run `work` in a transaction; None when it could not be, or another process is writing."""
        with self._lock:
            return self._tried(lambda: transaction(self._opened(), "BEGIN IMMEDIATE", work))

    def read(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT | None:
        """Run `work` on one consistent state; None when there is no index.

        `sqlite3.OperationalError` of an interrupt goes on up.
        """
        if not self.usable:
            return None
        if self.file is None:
            with self._lock:
                return self._tried(lambda: transaction(self._opened(), "BEGIN", work))
        if not self.file.exists():
            return None
        return self._tried(lambda: self._read(work))

    def clear(self) -> None:
        """Begin anew: whoever still reads the old one reads on."""
        with self._lock:
            self._remove()

    def close(self) -> None:
        """Close the file. Safe to call twice; it opens again when it is used."""
        with self._lock:
            self._close()

    def _read(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT | None:
        file = self.file
        if file is None:
            return None
        reader = sqlite3.connect(
            f"{file.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=_BUSY_S,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            reader.execute("PRAGMA query_only = 1")
            if not reader.execute("PRAGMA user_version").fetchone()[0]:
                return None
            return transaction(reader, "BEGIN", work)
        finally:
            reader.close()

    def _tried(self, work: Callable[[], ResultT]) -> ResultT | None:
        if not self.usable:
            return None
        try:
            return work()
        except sqlite3.DatabaseError as error:
            code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
            if code == sqlite3.SQLITE_INTERRUPT:
                raise
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                return None
            if code in _BROKEN:
                self._remove()
            else:
                self.usable = False
        except OSError:
            self.usable = False
        return None

    def _opened(self) -> sqlite3.Connection:
        file = self.file
        if self._writer is not None and (file is None or _inode_of(file) == self._inode):
            return self._writer
        self._close()  # another process may have begun a new one
        if file is None:
            found = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        else:
            make_private(file)
            found = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            found.execute("PRAGMA synchronous = NORMAL")
            # A transaction that spilled would shut readers out until its end.
            found.execute("PRAGMA cache_spill = 0")
            if file is not None:
                with suppress(sqlite3.OperationalError):
                    found.execute(f"PRAGMA journal_mode = {journal_mode(file.parent)}")
            if transaction(found, "BEGIN IMMEDIATE", _make) and file is not None:
                for name in _BEFORE:
                    _unlink(file.with_name(name))
        except BaseException:
            found.close()
            raise
        self._writer = found
        self._inode = 0 if file is None else _inode_of(file)
        return found

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _remove(self) -> None:
        self._close()
        if self.file is not None:
            _unlink(self.file)


def _unlink(file: Path) -> None:
    for suffix in _SIDE_FILES:
        with suppress(OSError):
            file.with_name(file.name + suffix).unlink()


def _inode_of(file: Path) -> int:
    try:
        return file.stat().st_ino
    except FileNotFoundError:
        return -1


def has_fts5() -> bool:
    """Return whether this SQLite can search texts."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE found USING fts5(text)")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


def _make(connection: sqlite3.Connection) -> bool:
    """Make the tables; return whether they were not there yet."""
    if connection.execute("PRAGMA user_version").fetchone()[0]:
        return False
    for statement in _TABLES:
        connection.execute(statement)
    return True
