"""Reading a damaged file: every line of a table that can still be reached.

Tables are read by ranges of row ids, past whatever raises: a page that cannot be read costs the
lines on it, not the rest of the table; what a page of a tree's upper levels said is told by those
beneath it. SQLite has no checksums, so what comes out may still be wrong; the caller judges it.
"""

import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

from tui.store.mending import open_mended

Line = tuple[Any, ...]

_LAST_ID = 2**62
_FAR = 2**40
"""Beyond any id in use: a gap this wide is the end of a table."""


class Part(NamedTuple):
    """Some lines of a table, in the order of their ids."""

    lines: list[Line]
    """Each with its row id in front of its columns."""
    after: int
    """Where the next part goes on."""
    ended: bool
    """Whether the table has no more that can be read."""


class DamagedFile:
    """A file that is only read. Use `close`."""

    def __init__(self, file: Path) -> None:
        """Open it. Raises sqlite3.Error, OSError."""
        self._connection = open_mended(file)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def columns(self, table: str) -> list[str]:
        """Return the names of a table's columns; none when it is not there."""
        try:
            found = self._connection.execute(f"PRAGMA table_info({table})").fetchall()
        except sqlite3.DatabaseError:
            return []
        return [name for _n, name, *_more in found]

    def part(self, table: str, columns: list[str], after: int, limit: int) -> Part:
        """Return up to `limit` lines with row ids above `after`."""
        lines: list[Line] = []
        statement = f"SELECT rowid, {', '.join(columns)} FROM {table} NOT INDEXED WHERE rowid >"  # noqa: S608 - our own names
        try:
            for line in self._connection.execute(
                f"{statement} ? ORDER BY rowid LIMIT ?", (after, limit)
            ):
                lines.append(line)
                after = line[0]
        except (sqlite3.DatabaseError, UnicodeError):
            one = f"{statement}= ? ORDER BY rowid LIMIT 1"
            # Python reads a line ahead, so the last one before the damage has not come yet.
            while (found := self._read(one, after + 1)) is not None:
                if not found:
                    return Part(lines, after, ended=True)
                lines += found
                after = found[0][0]
            beyond = self._beyond(one, after)
            return Part(lines, after if beyond is None else beyond - 1, beyond is None)
        return Part(lines, after, len(lines) < limit)

    def line(self, table: str, columns: list[str], row_id: int) -> Line | None:
        """Return one line's columns; None when it is not there or cannot be read."""
        try:
            found: Line | None = self._connection.execute(
                f"SELECT {', '.join(columns)} FROM {table} WHERE rowid = ?",  # noqa: S608 - our own names
                (row_id,),
            ).fetchone()
        except (sqlite3.DatabaseError, UnicodeError):
            return None
        return found

    def some(self, statement: str) -> list[Line]:
        """Return what a statement gives until it fails."""
        lines: list[Line] = []
        try:
            for line in self._connection.execute(statement):
                lines.append(line)  # noqa: PERF402 - as in `part`
        except (sqlite3.DatabaseError, UnicodeError):
            return lines
        return lines

    def _beyond(self, statement: str, after: int) -> int | None:
        """Return where reading can go on after an unreadable line; None when nothing follows."""
        bad, step = after, 1
        while True:
            start = after + step
            if step > _FAR or start > _LAST_ID:
                return None
            if self._read(statement, start) is not None:
                break
            bad, step = start, step * 2
        good = start
        while good - bad > 1:
            middle = (good + bad) // 2
            if self._read(statement, middle) is None:
                bad = middle
            else:
                good = middle
        return good

    def _read(self, statement: str, start: int) -> list[Line] | None:
        """Return the next line, none at the end; None when it cannot be read."""
        try:
            return self._connection.execute(statement, (start,)).fetchall()
        except (sqlite3.DatabaseError, UnicodeError):
            return None
