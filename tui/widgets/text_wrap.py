"""Where the lines of a wrapped text begin, found as far as somebody looks.

Ten megabytes are wrapped in slices between two frames; nothing is copied but the numbers.
"""

import re
from array import array
from functools import lru_cache

from rich.cells import cell_len

from tui.text import clean_line

TAB = "    "
PIECE = 65_536
"""Characters looked at in one go: a single line may be megabytes long."""

_RUNS = re.compile(r"[\x20-\x7e]+|[^\x20-\x7e]+")


@lru_cache(maxsize=8192)
def char_cells(char: str) -> int:
    """Return how many cells one character takes once it is clean."""
    return len(TAB) if char == "\t" else cell_len(clean_line(char, 8))


class WrapIndex:
    """Start offsets of the lines of `text`, wrapped at `width` cells.

    Lines end between words where a space is near enough, else in the middle of what is there (a
    base64 body, a language without spaces).
    """

    def __init__(self, text: str, width: int) -> None:
        self.text = text
        self.width = max(1, width)
        self._look_back = self.width // 2
        self._starts = array("Q", (0,))
        self._next = 0
        self._cells = 0
        self.done = not text

    @property
    def known(self) -> int:
        """Return how many lines are known to their end."""
        return len(self._starts) - (0 if self.done else 1)

    def advance(self, characters: int) -> None:
        """Look at about this many more characters."""
        stop = min(len(self.text), self._next + characters)
        while self._next < stop:
            self._take_piece()
        self.done = self._next >= len(self.text)

    def reach_line(self, line: int) -> None:
        """Look as far as this line, 0-based, or the end."""
        while not self.done and self.known <= line:
            self.advance(PIECE)

    def reach_offset(self, offset: int) -> None:
        """Look as far as the line that holds this character, or the end."""
        while not self.done and self._starts[-1] <= offset:
            self.advance(PIECE)

    def line_of(self, offset: int) -> int:
        """Return the known line that holds a character."""
        low, high = 0, len(self._starts)
        while low < high:
            middle = (low + high) // 2
            if self._starts[middle] <= offset:
                low = middle + 1
            else:
                high = middle
        return max(0, low - 1)

    def span(self, line: int) -> tuple[int, int]:
        """Return first and end offset of a known line, without its newline."""
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        if end > start and self.text[end - 1] == "\n":
            end -= 1
            if end > start and self.text[end - 1] == "\r":
                end -= 1
        return start, end

    def _take_piece(self) -> None:
        start = self._next
        limit = min(len(self.text), start + PIECE)
        newline = self.text.find("\n", start, limit)
        end = limit if newline < 0 else newline
        piece = self.text[start:end]
        if piece.isascii() and piece.isprintable():
            self._take_plain(start, end)
        else:
            for run in _RUNS.finditer(piece):
                if run[0].isascii() and run[0].isprintable():
                    self._take_plain(start + run.start(), start + run.end())
                else:
                    self._take_wide(start + run.start(), run[0])
        self._next = end
        if newline >= 0:
            self._next = end + 1
            self._starts.append(self._next)
            self._cells = 0

    def _take_plain(self, place: int, end: int) -> None:
        """Take characters of one cell each: how many fit is arithmetic."""
        while end - place > self.width - self._cells:
            place = self._break(place + self.width - self._cells)
        self._cells += end - place

    def _take_wide(self, start: int, run: str) -> None:
        for place, char in enumerate(run, start):
            cells = char_cells(char)
            if self._cells and self._cells + cells > self.width:
                self._break(place)
            self._cells += cells

    def _break(self, place: int) -> int:
        """Begin a line where `place` does not fit any more: behind the last space not far before.

        Returns where to go on: `place`, or behind it when it is the space itself (which hangs over
        the edge, where nobody sees it).
        """
        line = self._starts[-1]
        space = self.text.rfind(" ", max(line + 1, place - self._look_back), place + 1)
        begin = place if space < 0 else space + 1
        self._starts.append(begin)
        self._cells = sum(map(char_cells, self.text[begin:place]))
        return max(begin, place)
