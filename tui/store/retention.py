"""How large a store may get, and making room in it before the disk is full.

A full disk cannot even delete (a journal needs room), so a reserve is left free. Files that were
made with the means to give pages back shrink; older ones fill their free pages up again first.
"""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from tui.frozen import frozen
from tui.models import RunRef
from tui.store import eviction
from tui.store.codec import column_text

MOST = 20 * 2**30
"""Default limit in bytes, where a quarter of the free disk is not less."""
RESERVE = 256 * 2**20
"""Bytes of disk left free; a twentieth of a disk where that is less."""
SLACK = 0.95
"""Share of the limit that eviction goes down to, so that it is not needed again at once."""
AT_ONCE = 100
"""Rows deleted in one transaction."""
_PAGES_AT_ONCE = 1000


@frozen
class Room:
    """What a store takes, and what there is."""

    used: int
    """Bytes of the file that hold something."""
    free: int
    """Bytes that the disk and the file's empty pages have left."""
    disk: int
    """Bytes of the whole disk."""

    def limit(self, wish: int | None) -> int:
        """Return how many bytes may be used.

        Args:
            wish: the person's limit; None = the smaller of 20 GiB and a quarter of the free disk,
                the store itself counted as free.
        """
        whole = self.used + self.free
        most = min(MOST, whole // 4) if wish is None else wish
        return max(0, min(most, whole - min(RESERVE, self.disk // 20)))


def room(connection: sqlite3.Connection, directory: Path) -> Room:
    """Return how a store stands. Raises OSError."""
    page, pages, empty = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_size", "page_count", "freelist_count")
    )
    disk = os.statvfs(directory)
    return Room(
        (pages - empty) * page,
        disk.f_bavail * disk.f_frsize + empty * page,
        disk.f_blocks * disk.f_frsize,
    )


def go_on(connection: sqlite3.Connection) -> bool:
    """Delete more of a run that is being evicted, then give pages back; within one transaction.

    Returns whether more may follow.
    """
    run = eviction.half_evicted(connection)
    if run is not None:
        eviction.delete_rows(connection, run, AT_ONCE)
        return True
    (empty,) = connection.execute("PRAGMA freelist_count").fetchone()
    (gives_back,) = connection.execute("PRAGMA auto_vacuum").fetchone()
    if not gives_back or not empty:
        return False
    connection.execute(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})").fetchall()
    return bool(empty > _PAGES_AT_ONCE)


def evict_one(connection: sqlite3.Connection, now: int, busy: Sequence[RunRef]) -> RunRef | None:
    """Mark the oldest run that may go; within one transaction. None when all must stay."""
    run = eviction.oldest(connection, now, busy)
    if run is None:
        return None
    eviction.mark_evicted(connection, run, now)
    connection.execute("UPDATE run SET changed = ? WHERE id = ?", (now, run))
    name, path = connection.execute(
        "SELECT connection, path FROM run WHERE id = ?", (run,)
    ).fetchone()
    return RunRef(column_text(name), column_text(path))
