"""The SQLite file: one writer, a pool of readers, and what happens when the file fails.

A file that cannot be written or stays locked is left as it is: what it holds is copied into memory
and the program goes on there. A file that is not readable as a store is renamed aside and a new
one begun. A file of a newer program is not touched. In each case `problem` says so.
"""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from tui.clock import Clock
from tui.errors import StoreError
from tui.models import RunRef
from tui.store import connections, retention, salvage, schema
from tui.store.connections import (
    NewerError,
    check,
    connect,
    copy_into,
    create,
    is_busy,
    memory,
    primary,
    transaction,
    version_of,
    waiting,
)
from tui.store.damaged import DamagedFile
from tui.store.failures import BROKEN, MEMORY_NOTE, UNUSABLE, WRITABLE
from tui.store.place import journal_mode, make_private
from tui.store.turn import PATIENCE_S, StoreTurn

ResultT = TypeVar("ResultT")

_CACHE_KIB = 16 * 1024
_SALVAGED_AT_ONCE_S = 1.0
"""How long opening may read a damaged file; the rest follows piece by piece."""


class Database:
    """A store's file, or its stand-in in memory. Thread-safe."""

    def __init__(self, file: Path | None, clock: Clock) -> None:
        self.problem: StoreError | None = None
        self.file = file
        """None once (or always) in memory."""
        self._clock = clock
        self._lock = threading.RLock()
        self._pool = threading.Lock()  # apart from the writer's: reading goes on meanwhile
        self._readers: list[sqlite3.Connection] = []
        self._closed = self._evicting = False
        self._inode = 0
        self._damaged: Path | None = None  # where damaged files are read from
        self._generation = 0  # grows when something else takes the file's place
        self._writer = memory()
        if file is None:
            return
        self._turn, self._damaged = StoreTurn(file), file.parent
        try:
            opened = self._open(file)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self._leave_file(f"The store {file} cannot be used ({reason})", WRITABLE)
        except sqlite3.DatabaseError as error:
            self._mend(error)
        except NewerError:
            self._leave_file(
                f"The store {file} belongs to a newer evaltop and is left as it is",
                "Start the newer one, or set EVALTOP_DATA_DIR to another directory.",
                copy=False,
            )
        else:
            self._writer.close()
            self._writer = opened
        self.salvage(_SALVAGED_AT_ONCE_S)

    @property
    def journal(self) -> str:
        """The journal mode in use, upper case (`MEMORY` without a file)."""
        with self._lock:
            return str(self._writer.execute("PRAGMA journal_mode").fetchone()[0]).upper()

    def others(self) -> tuple[int, int]:
        """Return what is another pair after others have written to the file, or it was replaced."""
        with self._lock:
            found = self._writer.execute("PRAGMA data_version").fetchone()
        return self._generation, int(found[0])

    def write(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        """Run `work` in one immediate transaction and return its result.

        When the file fails it is run again on what takes the file's place, so it must have no
        effect but on its connection. Raises StoreError once closed.
        """
        with self._lock:
            self._check_open()
            try:
                return self._write(self._writer, work)
            except sqlite3.DatabaseError as error:
                self._mend(error)
            return self._write(self._writer, work)

    def read(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        """Run `work` on one consistent state and return its result; as `write` else."""
        generation = self._generation
        patience = PATIENCE_S
        while True:
            try:
                return self._read(work)
            except sqlite3.DatabaseError as error:
                patience -= connections.BUSY_S
                # Another evaltop may be writing much at once: that ends.
                if patience > 0 and is_busy(error) and self._turn.taken():
                    continue
                with self._lock:
                    # Another thread may have met the same failure first.
                    if generation == self._generation:
                        self._mend(error)
            return self._read(work)

    def scan(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        """As `read`, for a reading that takes long.

        With a rollback journal a write that waits for a reader keeps every new reader out, and
        with it the keys. So writes wait before they begin, those of other processes too.
        """
        with self._lock:
            if self.file is not None and self.journal != "WAL":
                with self._turn.reading(PATIENCE_S):
                    return self.read(work)
        return self.read(work)

    def salvage(self, seconds: float) -> bool:
        """Go on reading a damaged file into this one, about so long.

        `problem` tells how far it is, and at the end what is missing. Returns whether more follows.
        """
        folder, name = self._damaged, self.read(salvage.unfinished)
        if folder is None or name is None:
            return False
        until = self._clock.monotonic() + seconds
        try:
            old = DamagedFile(folder / name)
        except (sqlite3.Error, OSError):
            self.write(lambda found: salvage.give_up(found, name))
            more = False
        else:
            with closing(old):
                more = True
                while more and self._clock.monotonic() < until:
                    more = self.write(lambda found: salvage.step(found, name, old))
        if self._damaged is not None:
            self._tell_salvaged(name)
        return more and self._damaged is not None

    def room(self) -> retention.Room | None:
        """Return what the file takes and what its disk has; None in memory or if nobody tells."""
        file = self.file
        if file is None:
            return None
        try:
            return self.read(lambda found: retention.room(found, file.parent))
        except OSError:
            return None

    def make_room(
        self, limit: int | None, now: int, busy: Sequence[RunRef]
    ) -> tuple[RunRef | None, bool]:
        """Evict a piece if the file is above its limit, or the disk nearly full.

        Returns the run that was evicted, if one was, and whether more is to be done.
        """
        file = self.file
        if file is None:
            return None, False
        if self.write(retention.go_on):
            return None, True
        room = self.room()
        if room is None:  # nobody knows; a write will tell if the disk is full
            return None, False
        most = room.limit(limit) * (retention.SLACK if self._evicting else 1.0)
        self._evicting = room.used > most
        if not self._evicting:
            return None, False
        evicted = self.write(lambda found: retention.evict_one(found, now, busy))
        if evicted is None:
            self._evicting = False
            self.problem = StoreError(
                "The store is above its limit, and all that is in it is kept, archived, imported,"
                " live or open.",
                remedy="Raise max_gib in [store], or let runs go with K.",
            )
        return evicted, evicted is not None

    def _tell_salvaged(self, name: str) -> None:
        for account in self.read(salvage.accounts):
            if account.file != name:
                continue
            if self.file is None:
                self.problem = StoreError(
                    f"The store {name} is damaged and cannot be replaced; {account.sentence()};"
                    f" {MEMORY_NOTE}.",
                    remedy=WRITABLE,
                )
            else:
                self.problem = StoreError(
                    f"The store was damaged; {account.sentence()}; it was put aside as {name}.",
                    remedy="What is missing is fetched again when its run is opened, if the"
                    " provider still has it; evaltop doctor names it all.",
                )

    def close(self) -> None:
        """Close all connections. Safe to call twice."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._writer.close()
                self._drop_readers()
                if self.file is not None:
                    self._turn.close()

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError("The store is closed.")

    def _write(
        self, connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], ResultT]
    ) -> ResultT:
        if self.file is None:
            return transaction(connection, "BEGIN IMMEDIATE", work)

        def begun(found: sqlite3.Connection) -> ResultT:
            self._turn.begun()
            return work(found)

        with self._turn.writing(connections.BUSY_S) as left, waiting(connection, left):
            return transaction(connection, "BEGIN IMMEDIATE", begun)

    def _read(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        generation = self._generation
        reader = self._take()
        if reader is None:
            with self._lock:
                self._check_open()
                return transaction(self._writer, "BEGIN", work)
        try:
            result = transaction(reader, "BEGIN", work)
        except BaseException:
            reader.close()
            raise
        self._give_back(reader, generation)
        return result

    def _take(self) -> sqlite3.Connection | None:
        """Return a reader nobody else uses; None in memory, where the writer reads."""
        with self._pool:
            self._check_open()
            file = self.file
            if file is None:
                return None
            if self._readers:
                return self._readers.pop()
        reader = connect(file, "rw")
        reader.execute("PRAGMA query_only = 1")
        return reader

    def _give_back(self, reader: sqlite3.Connection, generation: int) -> None:
        with self._pool:
            if self._closed or generation != self._generation:
                reader.close()
            else:
                self._readers.append(reader)

    def _drop_readers(self) -> None:
        with self._pool:
            while self._readers:
                self._readers.pop().close()

    def _open(self, file: Path) -> sqlite3.Connection:
        """Return a checked connection for writing; makes the file and its tables if need be.

        Raises OSError, sqlite3.DatabaseError, NewerError.
        """
        make_private(file)
        self._inode = file.stat().st_ino
        connection = connect(file, "rw")
        try:
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            # A transaction that spilled would shut readers out until its end.
            connection.execute("PRAGMA cache_spill = 0")
            connection.execute("PRAGMA synchronous = NORMAL")
            # Two that begin at the same time must not both find it empty.
            with self._turn.writing(PATIENCE_S):
                self._turn.begun()
                version = version_of(connection)
                if not version:
                    # Only of use before the first table: then deleted rows give room back.
                    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                if version != schema.VERSION:
                    self._write(connection, lambda found: _make(found, file))
            check(connection)
            # Another instance may be at work in another mode: then that one stays.
            with suppress(sqlite3.OperationalError), self._turn.writing(connections.BUSY_S):
                self._turn.begun()
                connection.execute(f"PRAGMA journal_mode = {journal_mode(file.parent)}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _mend(self, error: sqlite3.DatabaseError) -> None:
        """Put something usable in the file's place, or raise the error if it is not the file's."""
        code, file = primary(error), self.file
        if file is None or (code not in BROKEN and code not in UNUSABLE):
            raise error
        if code in UNUSABLE:
            sentence, remedy = UNUSABLE[code]
            self._leave_file(f"{sentence} ({file})", remedy)
            return
        self._generation += 1
        self._drop_readers()
        self._writer.close()
        aside = None
        try:
            if file.stat().st_ino == self._inode:
                aside = self._set_aside(file)
                said = f"it was put aside as {aside} and a new one begun"
            else:
                said = "another evaltop has put it aside and begun a new one"
            self._writer = self._open(file)
        except (OSError, sqlite3.DatabaseError, NewerError) as failure:
            self._leave_file(
                f"The store {file} is damaged and could not be replaced ({failure})",
                "Move it away and start evaltop again.",
                copy=False,
            )
            self._read_damaged(file)
        else:
            self.problem = StoreError(
                f"The store was damaged; {said}.",
                remedy="What the providers still have is fetched again.",
            )
            if aside is not None:
                self._tell_salvaged(aside.name)
            self.salvage(_SALVAGED_AT_ONCE_S)

    def _set_aside(self, file: Path) -> Path:
        """Rename the file and what belongs to it; return its new name."""
        stamp = f"{self._clock.now():%Y%m%dT%H%M%SZ}"
        aside, n = file.with_name(f"{file.name}{salvage.ASIDE}{stamp}"), 1
        while aside.exists():
            aside, n = file.with_name(f"{file.name}{salvage.ASIDE}{stamp}-{n}"), n + 1
        file.rename(aside)
        for suffix in salvage.SIDE_FILES:
            with suppress(FileNotFoundError):
                file.with_name(file.name + suffix).rename(aside.with_name(aside.name + suffix))
        return aside

    def _leave_file(self, sentence: str, remedy: str, *, copy: bool = True) -> None:
        """Go on in memory, with what the file holds if it can be read."""
        file, self.file, self._damaged = self.file, None, None
        self._generation += 1
        self._drop_readers()
        self._writer.close()
        self._writer = memory()
        self.problem = StoreError(f"{sentence}; {MEMORY_NOTE}.", remedy=remedy)
        if not copy or file is None:
            return
        try:
            copy_into(self._writer, file)
        except (OSError, sqlite3.DatabaseError, NewerError) as error:
            self._writer.close()
            self._writer = memory()
            if isinstance(error, sqlite3.DatabaseError) and primary(error) in BROKEN:
                self._read_damaged(file)

    def _read_damaged(self, file: Path) -> None:
        """Take what a damaged file holds into memory, if it can stay there."""
        try:
            if file.stat().st_size > connections.COPY_LIMIT:
                return
        except OSError:
            return
        self._damaged = file.parent
        transaction(self._writer, "BEGIN", lambda found: salvage.begin(found, file))
        self.salvage(_SALVAGED_AT_ONCE_S)


def _make(connection: sqlite3.Connection, file: Path) -> None:
    """Take the steps a file lacks; a new one begins with what a damaged one beside it held."""
    new = not version_of(connection)
    create(connection)
    old = salvage.unread(connection, file) if new else None
    if old is not None:
        salvage.begin(connection, old)
