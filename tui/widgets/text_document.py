"""Sections of text as one column of wrapped lines, known as far as somebody looked."""

from bisect import bisect_right
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from tui.frozen import frozen
from tui.widgets.text_highlight import Language
from tui.widgets.text_wrap import WrapIndex

HEADING = -1
"""Offset of a section's heading, where others are characters of its text."""


@frozen
class Section:
    """A text, under a heading line when it has one; without a heading it cannot be folded."""

    text: str
    """Any text, hostile or megabytes long; shown clean, copied as it is."""
    heading: str = ""
    tone: str = "title"
    """Of the heading."""
    language: Language = "plain"
    folded: bool = False
    text_tone: str = ""


class LineKind(Enum):
    """What a line shows."""

    HEADING = 1
    TEXT = 2
    BLANK = 3


class Line(NamedTuple):
    """One line of the column."""

    section: int
    kind: LineKind
    start: int
    """First and end character of the section's text."""
    end: int
    folded: bool


class Place(NamedTuple):
    """A spot that stays when the width or the folding changes."""

    section: int
    offset: int
    """A character of the section's text, or `HEADING`."""


class TextDocument:
    """The column. Lines are counted up to the first section that is not wrapped to its end."""

    def __init__(self, sections: Sequence[Section], width: int) -> None:
        self.sections = tuple(sections)
        self.folded = [section.folded and bool(section.heading) for section in sections]
        self._wraps = [WrapIndex(section.text, width) for section in sections]
        self._firsts: list[int] = []
        self._total = 0
        self._dirty = True

    @property
    def has_headings(self) -> bool:
        """Whether anything can be folded."""
        return any(section.heading for section in self.sections)

    @property
    def total(self) -> int:
        """Lines known so far."""
        self._count()
        return self._total

    @property
    def complete(self) -> bool:
        """Whether all lines are known."""
        return self._unfinished() is None

    def rewrap(self, width: int) -> None:
        """Start over at another width, folding kept."""
        self._wraps = [WrapIndex(section.text, width) for section in self.sections]
        self._dirty = True

    def fold(self, section: int, *, folded: bool) -> None:
        """Fold or unfold a section that has a heading."""
        if self.sections[section].heading:
            self.folded[section] = folded
            self._dirty = True

    def advance(self, characters: int) -> None:
        """Wrap some more of the first section that is not wrapped yet."""
        section = self._unfinished()
        if section is not None:
            self._wraps[section].advance(characters)
            self._dirty = True

    def reach_line(self, line: int) -> None:
        """Wrap as far as this line of the column, or the end."""
        while self.total <= line and (section := self._unfinished()) is not None:
            wrap = self._wraps[section]
            wrap.reach_line(wrap.known + line - self.total)
            self._dirty = True

    def reach_end(self) -> None:
        """Wrap everything."""
        for section, wrap in enumerate(self._wraps):
            if not self.folded[section]:
                wrap.reach_offset(len(wrap.text))
        self._dirty = True

    def line(self, index: int) -> Line:
        """Return a known line."""
        self._count()
        section = bisect_right(self._firsts, index) - 1
        index -= self._firsts[section]
        folded = self.folded[section]
        if self.sections[section].heading:
            if index == 0:
                return Line(section, LineKind.HEADING, 0, 0, folded)
            index -= 1
        wrap = self._wraps[section]
        if folded or index >= wrap.known:
            return Line(section, LineKind.BLANK, 0, 0, folded)
        return Line(section, LineKind.TEXT, *wrap.span(index), folded)

    def place(self, index: int) -> Place:
        """Return what a known line shows, in terms that outlive it."""
        line = self.line(index)
        if line.kind is LineKind.TEXT:
            return Place(line.section, line.start)
        return Place(line.section, HEADING if line.kind is LineKind.HEADING else 1 << 62)

    def line_of(self, place: Place) -> int:
        """Return the line that shows a place; of folded text, its heading."""
        for section in range(place.section):
            if not self.folded[section]:
                self._wraps[section].reach_offset(len(self._wraps[section].text))
        wrap = self._wraps[place.section]
        inside = place.offset != HEADING and not self.folded[place.section]
        if inside:
            wrap.reach_offset(place.offset)
        self._dirty = True
        self._count()
        first = self._firsts[place.section]
        if not inside:
            return first
        return first + bool(self.sections[place.section].heading) + wrap.line_of(place.offset)

    def _unfinished(self) -> int | None:
        for section, wrap in enumerate(self._wraps):
            if not wrap.done and not self.folded[section]:
                return section
        return None

    def _count(self) -> None:
        if not self._dirty:
            return
        self._dirty = False
        self._firsts = []
        total = 0
        last = len(self.sections) - 1
        for section, wrap in enumerate(self._wraps):
            self._firsts.append(total)
            heading = bool(self.sections[section].heading)
            total += heading
            if self.folded[section]:
                continue
            total += wrap.known
            if not wrap.done:
                break
            # A blank line between an open section and the next.
            total += section < last
        self._total = total
