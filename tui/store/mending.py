"""Opening a damaged file: as it is, or a copy in which what leads to its lines is mended.

A header, the list of tables and the upper pages of tables say where lines are, and can be told from
elsewhere; the lines themselves are left as they are, and so is the file.
"""

import os
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import suppress
from glob import escape
from pathlib import Path
from shutil import copyfile
from tempfile import mkstemp
from time import time
from typing import Any, BinaryIO

from tui.store.connections import broken, connect, create, transaction
from tui.store.trees import PAGE, Trees

COPY_LIMIT = 2**30
"""Bytes up to which a file is copied and mended where it cannot be read as it is."""
_COPY = "-copy"
_LEFT_S = 3600.0
"""Nobody takes that long to make a copy; who has made it keeps it open, without a name."""
_HEADER = 100
"""Bytes of the first page in front of its tree."""
_LEAF = 13
"""First byte of a page of a table's tree that leads to no others."""
_ROOTS = "SELECT rootpage FROM sqlite_master WHERE type = 'table' ORDER BY rootpage"
_TABLES = "SELECT type, name, rootpage, sql FROM sqlite_master ORDER BY name"


def open_mended(file: Path) -> sqlite3.Connection:
    """Open a file to read what can be reached in it. Raises sqlite3.Error, OSError."""
    try:
        connection = _opened(file)
    except sqlite3.OperationalError:
        raise  # nothing is wrong with what is in it
    except sqlite3.DatabaseError:
        if file.stat().st_size > COPY_LIMIT:
            raise OSError("it is too large to be copied and mended") from None
        return _mended(file)
    return _with_whole_trees(connection, file)


def _opened(file: Path) -> sqlite3.Connection:
    try:
        return _open(file, "ro")
    except sqlite3.OperationalError:
        try:
            # It was left in the middle of a transaction, which must be rolled back first.
            return _open(file, "rw")
        except sqlite3.OperationalError:
            # In a directory that cannot be written nobody can, nor is anybody writing.
            return _open(file, "ro&immutable=1")


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


def _with_whole_trees(connection: sqlite3.Connection, file: Path) -> sqlite3.Connection:
    """Open a copy in which no table has a ruined upper page, if one has; else return this one."""
    try:
        if file.stat().st_size > COPY_LIMIT:
            return connection
        roots = [root for (root,) in connection.execute(_ROOTS)]
        with file.open("rb") as opened:
            pages = Trees(opened).made_anew(roots)
        if not pages:
            return connection
        mended = _copy_with(pages, file)
    except (sqlite3.DatabaseError, OSError):
        return connection  # what it says without them is all there is
    connection.close()
    return mended


def _copy_with(pages: dict[int, bytes], file: Path) -> sqlite3.Connection:
    copy = _private_copy(file)
    log = copy.with_name(f"{copy.name}-wal")
    try:
        _write_pages(copy, pages)
        # What stands in the log is newer than the pages, and read instead of them.
        with suppress(FileNotFoundError):
            copyfile(file.with_name(f"{file.name}-wal"), log)
        return _open(copy, "rw")
    finally:
        for each in (copy, log, copy.with_name(f"{copy.name}-shm")):
            each.unlink(missing_ok=True)  # what is open stays readable


def _write_pages(file: Path, pages: dict[int, bytes]) -> None:
    with file.open("r+b") as opened:
        for number, page in pages.items():
            opened.seek((number - 1) * PAGE)
            opened.write(page)


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
    """Copy a file beside itself, or where programs keep what they need for a while.

    Each process has a copy of its own; what one that was killed left is removed by the next.
    """
    for left in file.parent.glob(f"{escape(file.name)}-*{_COPY}"):
        with suppress(OSError):
            if left.stat().st_mtime < time() - _LEFT_S:
                left.unlink()
    try:
        descriptor, name = mkstemp(_COPY, f"{file.name}-", file.parent)
    except OSError:
        descriptor, name = mkstemp(_COPY, f"{file.name}-")
    os.close(descriptor)
    try:
        return Path(copyfile(file, name))
    except BaseException:
        Path(name).unlink()
        raise


def _mended_at(copy: Path, *, new_list: bool) -> sqlite3.Connection:
    if not new_list:
        _mend_header(copy)
        return _open(copy, "ro")
    pages, tables = _new_store()
    with copy.open("r+b") as opened:
        # Only then do the tables begin where a new store's do; else others would be read.
        if not any(_is_there(opened, number, page) for number, page in pages.items()):
            raise broken("its list of tables is ruined")
    _write_pages(copy, pages)
    _mend_header(copy)
    connection = _open(copy, "ro")
    if connection.execute(_TABLES).fetchall() != tables:
        connection.close()
        raise broken("its list of tables is ruined")
    return connection


def _is_there(file: BinaryIO, number: int, page: bytes) -> bool:
    """Return whether a page of a file is this one; the header in front of the first may differ."""
    begin = _HEADER if number == 1 else 0
    file.seek((number - 1) * PAGE + begin)
    return file.read(PAGE - begin) == page[begin:]


def _new_store() -> tuple[dict[int, bytes], list[tuple[Any, ...]]]:
    """Return the pages of the list of tables of a store made just now, and what is in it.

    They are the same in all stores that this version made.
    """
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    transaction(connection, "BEGIN", create)
    data, tables = connection.serialize(), connection.execute(_TABLES).fetchall()
    connection.close()
    pages = {number: data[(number - 1) * PAGE :][:PAGE] for number in _tree(data, 1)}
    # The file's own length counts, not the new store's.
    pages[1] = pages[1][:28] + bytes(4) + pages[1][32:]
    return pages, tables


def _tree(data: bytes, number: int) -> Iterator[int]:
    """Yield the numbers of the pages of a table's tree, from its root."""
    yield number
    begin = (number - 1) * PAGE
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
            header[:24] = struct.pack(">16sH6B", b"SQLite format 3\0", PAGE, 1, 1, 0, 64, 32, 32)
            header[28:32] = struct.pack(">I", -(-size // PAGE))
            header[44:48] = struct.pack(">I", 4)
            header[56:60] = struct.pack(">I", 1)
            header[92:96] = header[24:28]
        opened.seek(0)
        opened.write(header)
        (pages,) = struct.unpack(">I", header[28:32])
        if size < pages * PAGE <= 4 * size + PAGE:
            opened.truncate(pages * PAGE)
