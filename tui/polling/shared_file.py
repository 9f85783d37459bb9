"""A small file that several processes read and write, one after the other."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tui.private import make_private_folder

AHEAD_S = 5.0
"""A time in such a file may lie ahead of one's own by the wait for the lock; further ahead, it is
from before the machine's last start, since when the monotonic clock counts."""


@contextmanager
def locked(file: Path) -> Iterator[int]:
    """Open a file, private and made with its directory if need be, and lock it for the moment.

    The lock is held for some microseconds by whoever has it and ends with its process, so waiting
    for it is short. Yields the descriptor; raises OSError where the file cannot be used.
    """
    make_private_folder(file.parent)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def read_all(descriptor: int) -> bytes:
    """Return what the file holds."""
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def write_all(descriptor: int, data: bytes) -> None:
    """Replace what the file holds."""
    os.pwrite(descriptor, data, 0)
    os.ftruncate(descriptor, len(data))
