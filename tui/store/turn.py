"""Whose turn it is among the evaltop processes on one store, kept by locks on files beside it.

SQLite's own way of waiting is unfair: of several that write without a pause, one may wait for
seconds, and nobody can tell that from a program that keeps the file locked for good. With a turn
taken first, SQLite's lock is only ever waited for because of other programs, and a short wait for
it is enough.

Whoever comes takes the queue, waits there for the turn and leaves the queue, so nobody is passed
by twice. The system takes locks away with the process that has them.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tui.store.place import make_private

LOOK_S = 0.001
"""How often a place that is taken is looked at."""
PATIENCE_S = 30.0
"""How long another evaltop may take over one piece of work; after that it may be a stopped one."""
_WAITING, _WORKING = b"w", b"t"


class StoreTurn:
    """The turn of one store; to be used by one thread at a time, but for `taken`.

    Where no lock can be had (a read-only directory, a file system without locks), everybody has
    the turn, and SQLite's own waiting is all there is.
    """

    def __init__(self, file: Path) -> None:
        """Take turns on the store in this file; nothing is made before the first one."""
        self._folder = file.parent / "shared"
        self._files: tuple[int, int] | None = None
        self._depth = 0

    @contextmanager
    def writing(self, stranger_s: float) -> Iterator[float]:
        """Have the turn alone. Call `begun` within it once SQLite's lock is there.

        Args:
            stranger_s: how long another program may keep the file, as told by the evaltop that
                waits for it.

        Yields how much of that is left. Raises sqlite3.OperationalError, as SQLite does itself
        when it is busy.
        """
        with self._held(fcntl.LOCK_EX, stranger_s) as left:
            yield left

    @contextmanager
    def reading(self, stranger_s: float) -> Iterator[None]:
        """Have the turn together with others that read; as `writing` else."""
        with self._held(fcntl.LOCK_SH, stranger_s):
            yield

    def begun(self) -> None:
        """Tell the others that what they wait for is this process, and no other program."""
        if self._files is not None:
            os.pwrite(self._files[1], _WORKING, 0)

    def taken(self) -> bool:
        """Return whether an evaltop is at work on the file."""
        try:
            descriptor = os.open(self._folder / "store-turn", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return os.pread(descriptor, 1, 0) != _WAITING
        except OSError:
            return False
        finally:
            os.close(descriptor)
        return False

    def close(self) -> None:
        """Close the files; they open again when they are used."""
        if self._files is not None:
            for descriptor in self._files:
                os.close(descriptor)
            self._files = None

    @contextmanager
    def _held(self, how: int, stranger_s: float) -> Iterator[float]:
        files = self._opened() if not self._depth else None
        if files is None:
            yield stranger_s
            return
        queue, turn = files
        self._depth += 1
        try:
            strange = self._take(queue, turn, how, stranger_s)
            os.pwrite(turn, _WAITING if how == fcntl.LOCK_EX else _WORKING, 0)
            yield stranger_s - strange
        finally:
            self._depth -= 1
            for descriptor in (turn, queue):
                with suppress(OSError):
                    fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _opened(self) -> tuple[int, int] | None:
        if self._files is None:
            made: list[int] = []
            try:
                for name in ("store-queue", "store-turn"):
                    file = self._folder / name
                    make_private(file)
                    made.append(os.open(file, os.O_RDWR | os.O_CLOEXEC))
            except OSError:
                for descriptor in made:
                    os.close(descriptor)
                return None
            self._files = (made[0], made[1])
        return self._files

    def _take(self, queue: int, turn: int, how: int, stranger_s: float) -> float:
        """Wait for the turn; without it after `PATIENCE_S`. The queue is left either way.

        Returns for how many seconds of that another program had the file.
        """
        waited = strange = 0.0
        wanted = [(queue, fcntl.LOCK_EX), (turn, how)]
        while wanted:
            try:
                fcntl.flock(wanted[0][0], wanted[0][1] | fcntl.LOCK_NB)
            except BlockingIOError:
                if waited >= PATIENCE_S:
                    break
                if os.pread(turn, 1, 0) == _WAITING:
                    strange += LOOK_S
                if strange >= stranger_s:
                    raise _busy() from None
                time.sleep(LOOK_S)
                waited += LOOK_S
            except OSError:  # no locks here
                break
            else:
                del wanted[0]
        with suppress(OSError):
            fcntl.flock(queue, fcntl.LOCK_UN)
        return strange


def _busy() -> sqlite3.OperationalError:
    """Return the error SQLite itself raises while another program has the file."""
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error
