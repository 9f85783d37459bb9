"""Where the file lies: private whatever the umask, and which journal its file system can carry."""

import os
import sqlite3
from pathlib import Path

from tui.private import make_private_folder

MOUNTS = Path("/proc/self/mounts")
LOCAL_FILE_SYSTEMS = frozenset(
    {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "tmpfs", "xfs", "zfs"}
)
"""Known to share memory between processes and to lock properly; anything else may be remote."""

_WAL_FIXED = (3, 51, 3)
_WAL_FIXED_BACKPORTS = frozenset({(3, 44, 6), (3, 50, 7)})
"""Releases of older lines that carry the repair of the WAL-reset corruption."""


def make_private(file: Path) -> None:
    """Make the file (0600) and its missing directories (0700). Raises OSError."""
    make_private_folder(file.parent)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(descriptor).st_mode & 0o777 != 0o600:  # noqa: PLR2004 - a mode is best literal
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def journal_mode(directory: Path, version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """Return the journal for a store in this directory: `WAL` or `TRUNCATE`.

    WAL needs shared memory, so a local file system, and an SQLite without the bug that could
    corrupt a file when its log was reset (https://sqlite.org/wal.html). TRUNCATE always works.
    """
    fixed = version >= _WAL_FIXED or version in _WAL_FIXED_BACKPORTS
    return "WAL" if fixed and file_system(directory) in LOCAL_FILE_SYSTEMS else "TRUNCATE"


def file_system(directory: Path) -> str | None:
    """Return the type of the file system that holds a directory; None where nobody tells."""
    try:
        mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
        wanted = directory.resolve()
    except OSError:
        return None
    found, longest = None, -1
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:  # noqa: PLR2004 - device, mount point, type
            continue
        point = Path(parts[1].replace("\\040", " "))
        if len(point.parts) >= longest and wanted.is_relative_to(point):
            found, longest = parts[2], len(point.parts)
    return found
