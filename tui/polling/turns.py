"""Which of several processes on one store does a piece of polling: the one that holds its lock.

A lock is an advisory lock on a file beside the store. The system takes it away with the process
that has it, however that ends, so work moves on to another as soon as that one asks.
"""

import fcntl
import os
from hashlib import blake2b
from pathlib import Path

from tui.private import make_private_folder


class Turn:
    """One piece of work that one process at a time does."""

    def __init__(self, file: Path | None) -> None:
        """Use this lock file; None = nobody else is there."""
        self._file = file
        self._descriptor: int | None = None
        self._held = False

    @property
    def held(self) -> bool:
        """Whether this process has the turn."""
        return self._held

    def take(self) -> bool:
        """Take the turn if it is free, and return whether this process has it now.

        Where no lock can be made (a read-only directory, a file system without locks), everybody
        has it: polling twice is better than not at all.
        """
        if self._held or self._file is None:
            self._held = True
            return True
        try:
            make_private_folder(self._file.parent)
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError:
            os.close(descriptor)
            return True
        self._descriptor = descriptor
        self._held = True
        return True

    def release(self) -> None:
        """Let another process have it. Safe to call twice."""
        self._held = False
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class Turns:
    """All turns of one store."""

    def __init__(self, directory: Path | None) -> None:
        """Keep the lock files in this directory; None = nobody else is there."""
        self._directory = directory

    def turn(self, work: str, name: str) -> Turn:
        """Return the turn for a kind of work on a connection or run.

        Names are hashed into 4,096 files a kind, so that files do not grow with runs; two names
        that meet in one file take turns, which costs a look or two.
        """
        if self._directory is None:
            return Turn(None)
        place = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=2).hexdigest()[:3]
        return Turn(self._directory / f"{work}-{place}")
