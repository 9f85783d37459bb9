"""What other processes have changed in the same file."""

import sqlite3
import threading

from tui.models import RunRef
from tui.store.connections import connect
from tui.store.database import Database
from tui.store.types import Change

_ACCOUNTS = "SELECT name, ok, error, remedy FROM connection"


class StoreWatch:
    """Looks at the file now and then; cheap while nobody writes.

    What this process wrote itself is told only together with what others wrote.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._state: tuple[int, int] | None = None
        self._mark = 0
        self._at_mark: frozenset[RunRef] = frozenset()
        self._accounts: frozenset[tuple[object, ...]] = frozenset()

    def look(self) -> Change:
        """Return what changed since the last look; the first one tells nothing. Blocks briefly."""
        with self._lock:
            try:
                return self._look()
            except sqlite3.Error:  # busy, or another file has taken its place: look again later
                self._close()
                return Change(0)

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._state = None

    def _look(self) -> Change:
        file = self._database.file
        if file is None:
            return Change(0)
        if self._connection is None:
            self._connection = connect(file, "ro")
            self._connection.execute("PRAGMA busy_timeout = 0")
        state = self._database.others()
        if state == self._state:
            return Change(0)
        first = self._state is None
        change = self._changed()
        self._state = state
        return Change(0) if first else change

    def _changed(self) -> Change:
        assert self._connection is not None  # noqa: S101 - for the type checker
        refs: dict[RunRef, int] = {}
        for connection, path, changed in self._connection.execute(
            "SELECT connection, path, changed FROM run WHERE changed >= ?", (self._mark,)
        ):
            refs[RunRef(connection, path)] = changed
        mark = max(refs.values(), default=self._mark)
        fresh = {ref for ref, at in refs.items() if at > self._mark or ref not in self._at_mark}
        self._at_mark = frozenset(ref for ref, at in refs.items() if at == mark)
        self._mark = mark
        accounts = frozenset(self._connection.execute(_ACCOUNTS))
        names = {str(account[0]) for account in accounts ^ self._accounts}
        self._accounts = accounts
        told = frozenset(fresh)
        return Change(0, told, told, frozenset(names))
