"""Reading a damaged file: every line of a table that can still be reached.

Tables are read by ranges of row ids, past whatever raises: a page that cannot be read costs the
lines on it (a page of the tree's upper levels those beneath it), not the rest of the table. SQLite
has no checksums, so what comes out may still be wrong; the caller judges it.
"""

import os
import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from tempfile import mkstemp
from typing import Any, BinaryIO, NamedTuple

from tui.store.connections import broken, connect, create, transaction

Line = tuple[Any, ...]

COPY_LIMIT = 2**30
"""Bytes up to which a file that SQLite does not open at all is copied and mended to be read."""
_PAGE = 4096
"""SQLite's page size, which stores never change."""
_HEADER = 100
"""Bytes of the first page in front of its tree."""
_LEAF = 13
"""First byte of a page of a table's tree that leads to no others."""
_TABLES = "SELECT type, name, rootpage, sql FROM sqlite_master ORDER BY name"
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
        try:
            self._connection = _open(file, "ro")
        except sqlite3.OperationalError:
            try:
                # It was left in the middle of a transaction, which must be rolled back first.
                self._connection = _open(file, "rw")
            except sqlite3.OperationalError:
                # In a directory that cannot be written nobody can, nor is anybody writing.
                self._connection = _open(file, "ro&immutable=1")
        except sqlite3.DatabaseError:
            if file.stat().st_size > COPY_LIMIT:
                raise OSError("it is too large to be copied and mended") from None
            self._connection = _mended(file)

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


def _open(file: Path, mode: str) -> sqlite3.Connection:
    connection = connect(file, mode)
    try:
        connection.execute("PRAGMA query_only = 1")
        connection.execute("PRAGMA cell_size_check = 1")
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _mended(file: Path) -> sqlite3.Connection:
    """Open a copy with a header that holds, or with a new store's list of tables.

    Raises sqlite3.Error, OSError.
    """
    try:
        return _mended_copy(file, new_list=False)
    except sqlite3.DatabaseError:
        return _mended_copy(file, new_list=True)


def _mended_copy(file: Path, *, new_list: bool) -> sqlite3.Connection:
    copy = _private_copy(file)
    try:
        return _mended_at(copy, new_list=new_list)
    finally:
        copy.unlink(missing_ok=True)  # what is open stays readable


def _private_copy(file: Path) -> Path:
    """Copy a file beside itself, or where programs keep what they need for a while."""
    copy = file.with_name(f"{file.name}-copy")
    try:
        copy.touch(mode=0o600)
    except OSError:
        descriptor, name = mkstemp(prefix=f"{file.name}-")
        os.close(descriptor)
        copy = Path(name)
    return Path(copyfile(file, copy))


def _mended_at(copy: Path, *, new_list: bool) -> sqlite3.Connection:
    if not new_list:
        _mend_header(copy)
        return _open(copy, "ro")
    pages, tables = _new_store()
    with copy.open("r+b") as opened:
        # Only then do the tables begin where a new store's do; else others would be read.
        if not any(_is_there(opened, number, page) for number, page in pages.items()):
            raise broken("its list of tables is ruined")
        for number, page in pages.items():
            opened.seek((number - 1) * _PAGE)
            opened.write(page)
    _mend_header(copy)
    connection = _open(copy, "ro")
    if connection.execute(_TABLES).fetchall() != tables:
        connection.close()
        raise broken("its list of tables is ruined")
    return connection


def _is_there(file: BinaryIO, number: int, page: bytes) -> bool:
    """Return whether a page of a file is this one; the header in front of the first may differ."""
    begin = _HEADER if number == 1 else 0
    file.seek((number - 1) * _PAGE + begin)
    return file.read(_PAGE - begin) == page[begin:]


def _new_store() -> tuple[dict[int, bytes], list[Line]]:
    """Return the pages of the list of tables of a store made just now, and what is in it.

    They are the same in all stores that this version made.
    """
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    transaction(connection, "BEGIN", create)
    data, tables = connection.serialize(), connection.execute(_TABLES).fetchall()
    connection.close()
    pages = {number: data[(number - 1) * _PAGE :][:_PAGE] for number in _tree(data, 1)}
    # The file's own length counts, not the new store's.
    pages[1] = pages[1][:28] + bytes(4) + pages[1][32:]
    return pages, tables


def _tree(data: bytes, number: int) -> Iterator[int]:
    """Yield the numbers of the pages of a table's tree, from its root."""
    yield number
    begin = (number - 1) * _PAGE
    at = begin + (_HEADER if number == 1 else 0)
    if data[at] == _LEAF:
        return
    (cells,) = struct.unpack_from(">H", data, at + 3)
    for cell in struct.unpack_from(f">{cells}H", data, at + 12):
        yield from _tree(data, *struct.unpack_from(">I", data, begin + cell))
    yield from _tree(data, *struct.unpack_from(">I", data, at + 8))


def _mend_header(copy: Path) -> None:
    """Give a file a header that holds, and the length that the header says it had."""
    size = copy.stat().st_size
    with copy.open("r+b") as opened:
        header = bytearray(opened.read(100).ljust(100, b"\0"))
        if not header.startswith(b"SQLite format 3\0"):
            header[:24] = struct.pack(">16sH6B", b"SQLite format 3\0", _PAGE, 1, 1, 0, 64, 32, 32)
            header[28:32] = struct.pack(">I", -(-size // _PAGE))
            header[44:48] = struct.pack(">I", 4)
            header[56:60] = struct.pack(">I", 1)
            header[92:96] = header[24:28]
        opened.seek(0)
        opened.write(header)
        (pages,) = struct.unpack(">I", header[28:32])
        if size < pages * _PAGE <= 4 * size + _PAGE:
            opened.truncate(pages * _PAGE)
