"""The last gate before the terminal: no foreign control character passes."""

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui.text import FORBIDDEN, is_clean


class SafeFilter(LineFilter):
    """Takes control, bidi and surrogate characters out of every segment.

    Return one from `App.get_line_filters`, last. Nothing is left of them but the cells they were
    counted for, so the layout holds. It covers every widget, Textual's own too; what is printed
    after the app has ended it does not see.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments without forbidden characters."""
        del background
        return [
            segment
            if is_clean(segment.text)
            else Segment(FORBIDDEN.sub(_blank, segment.text), segment.style, segment.control)
            for segment in segments
        ]


def _blank(found: re.Match[str]) -> str:
    return " " * cell_len(found[0])
