"""Upper pages of the tables of a damaged file, made anew from the pages beneath them.

A table of SQLite is a tree of pages: leaves hold its lines, upper pages say which page leads to
which row ids. A file that can be vacuumed by pieces, as a store is, also says of each page which
one is above it, so what is beneath a ruined upper page is known, and the row ids there tell what it
said. (The SQLite file format, sections 1.6 to 1.8; checked against SQLite 3.40.)
"""

import struct
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import BinaryIO

PAGE = 4096
"""SQLite's page size, which stores never change."""
_UPPER, _LEAF = 5, 13
"""First byte of a page of a table's tree."""
_INDEX_UPPER, _INDEX_LEAF = 2, 10
"""First byte of a page of another kind of tree."""
_TOLD = PAGE // 5
"""Pages a page of the pointer map tells of: the ones that follow it."""
_BENEATH = 5
"""What the pointer map says of a page beneath another one of a tree."""
_DEEPEST = 20
"""More levels than the tree of any file has."""

Span = tuple[int, int]
"""The first and the last row id beneath a page."""


class Trees:
    """The trees of a file that is only read."""

    def __init__(self, file: BinaryIO) -> None:
        """Look at the file of a store."""
        self._file = file
        self._count = file.seek(0, 2) // PAGE
        self._anew: dict[int, bytes] = {}
        self._beneath: dict[int, list[int]] | None = None

    def made_anew(self, roots: Iterable[int]) -> dict[int, bytes]:
        """Return what ruined upper pages of some tables said, by page number.

        Args:
            roots: the page where each table begins.
        """
        for root in roots:
            self._look(root, 0)
        return self._anew

    def _look(self, page: int, depth: int) -> None:
        data = self._read(page)
        children = _children(data, self._count)
        if children is None and (_is_of_index(data) or _row_ids(data) is not None):
            return
        beneath = children or self._told(page)
        if depth < _DEEPEST and self._lead_on(beneath):
            for child in beneath:
                self._look(child, depth + 1)
        if children is None and (anew := self._upper_of(beneath)) is not None:
            self._anew[page] = anew

    def _lead_on(self, pages: Sequence[int]) -> bool:
        """Return whether pages beside each other, which are of one kind, are upper ones."""
        for page in pages:
            data = self._read(page)
            if _children(data, self._count) is not None:
                return True
            if _row_ids(data) is not None:
                return False
        return any(self._told(page) for page in pages)

    def _upper_of(self, pages: Sequence[int]) -> bytes | None:
        """Return the page above some; None where nothing can be read of them."""
        spans: list[tuple[Span, int]] = []
        for span, page in sorted(
            (span, page) for page in pages if (span := self._span(page, 0)) is not None
        ):
            if not spans or span[0] > spans[-1][0][1]:
                spans.append((span, page))
        if len(spans) < 2:  # noqa: PLR2004 - above one page there is none
            return self._read(spans[0][1]) if spans else None
        cells = [struct.pack(">I", page) + _varint(last) for (_first, last), page in spans[:-1]]
        content = b"".join(reversed(cells))
        begin = PAGE - len(content)
        places, at = [], PAGE
        for cell in cells:
            at -= len(cell)
            places.append(at)
        head = struct.pack(">BHHHBI", _UPPER, 0, len(cells), begin, 0, spans[-1][1])
        head += struct.pack(f">{len(cells)}H", *places)
        return head + bytes(begin - len(head)) + content if len(head) <= begin else None

    def _span(self, page: int, depth: int) -> Span | None:
        data = self._read(page)
        row_ids = _row_ids(data)
        if row_ids:
            return row_ids[0], row_ids[-1]
        found: list[Span] = []
        children = _children(data, self._count) or []
        for some in (children, children[::-1]):
            for child in some if depth < _DEEPEST else ():
                if (span := self._span(child, depth + 1)) is not None:
                    found.append(span)
                    break
        return (found[0][0], found[1][1]) if found else None

    def _told(self, page: int) -> list[int]:
        """Return the pages that are beneath one, as the pointer map says."""
        if self._beneath is None:
            self._beneath = defaultdict(list)
            for place in range(2, self._count + 1, _TOLD + 1):
                told = struct.iter_unpack(">BI", self._read(place)[: _TOLD * 5])
                for child, (kind, above) in enumerate(told, place + 1):
                    if kind == _BENEATH and child <= self._count:
                        self._beneath[above].append(child)
        return self._beneath.get(page, [])

    def _read(self, page: int) -> bytes:
        if page in self._anew:
            return self._anew[page]
        self._file.seek((page - 1) * PAGE)
        return self._file.read(PAGE).ljust(PAGE, b"\0")


def _children(data: bytes, count: int) -> list[int] | None:
    """Return the pages an upper page leads to; None of what is no upper page."""
    cells, right = struct.unpack_from(">3xH3xI", data)
    if data[0] != _UPPER or not cells or 12 + 2 * cells > PAGE:
        return None
    children, keys = [], []
    for at in struct.unpack_from(f">{cells}H", data, 12):
        if not 12 + 2 * cells <= at <= PAGE - 5:
            return None
        children.append(struct.unpack_from(">I", data, at)[0])
        keys.append(_number(data, at + 4)[0])
    children.append(right)
    is_sound = _ascends(keys) and all(1 < child <= count for child in children)
    return children if is_sound else None


def _row_ids(data: bytes) -> list[int] | None:
    """Return the row ids on a leaf; None of what is no leaf."""
    cells, begin = struct.unpack_from(">3xHH", data)
    if data[0] != _LEAF or 8 + 2 * cells > PAGE or (not cells and begin != PAGE):
        return None
    row_ids = []
    for at in struct.unpack_from(f">{cells}H", data, 8):
        if not 8 + 2 * cells <= at <= PAGE - 4:
            return None
        _size, after = _number(data, at)
        row_ids.append(_number(data, after)[0])
    return row_ids if _ascends(row_ids) else None


def _is_of_index(data: bytes) -> bool:
    """Return whether a page is of the tree of an index, or of a table without row ids."""
    if data[0] not in (_INDEX_UPPER, _INDEX_LEAF):
        return False
    cells, begin = struct.unpack_from(">3xHH", data)
    head = (8 if data[0] == _INDEX_LEAF else 12) + 2 * cells
    if head > PAGE or (not cells and begin != PAGE):
        return False
    return all(head <= at < PAGE for at in struct.unpack_from(f">{cells}H", data, head - 2 * cells))


def _ascends(numbers: list[int]) -> bool:
    return all(one < other for one, other in pairwise(numbers))


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of one to nine bytes, and where it ends."""
    number = 0
    for place in range(at, min(at + 8, len(data))):
        number = number << 7 | data[place] & 0x7F
        if data[place] < 0x80:  # noqa: PLR2004 - the highest bit says that more follow
            return number, place + 1
    number = number << 8 | data[at + 8] if at + 8 < len(data) else number
    return number - (1 << 64) if number >= 1 << 63 else number, at + 9


def _varint(number: int) -> bytes:
    """Return a number as it is written, for row ids of a store: no nine bytes, none below zero."""
    found = bytes([number & 0x7F])
    while number := number >> 7:
        found = bytes([number & 0x7F | 0x80]) + found
    return found
