"""Plain text and styles to strips: cutting, padding and merging. No markup is ever read."""

from collections.abc import Iterable
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.text import clean_line
from tui.widgets.table_model import Align

Part = tuple[str, Style]
"""Clean text and the style to draw it in."""

ELLIPSIS = "…"


def clean_cut(text: str, width: int) -> str:
    """Return clean text of one line with all that could be seen in `width` cells, and a bit.

    Cuts before it looks at anything: the text may hold megabytes. Zero-width characters may take
    several places in a string, so more characters than cells are kept.
    """
    limit = 2 * width + 8
    head = text[: limit + 1]
    if head.isascii() and head.isprintable():
        return head
    return clean_line(head, limit + 1)


def fit(text: str, width: int, align: Align = "left") -> str:
    """Return clean text of exactly `width` cells, cut with an ellipsis or padded with spaces.

    A wide character on the edge is replaced by padding.
    """
    if width <= 0:
        return ""
    text = clean_cut(text, width)
    size = cells(text)
    if size > width:
        # A wide character on the edge becomes a space.
        return set_cell_size(text, width - 1) + ELLIPSIS
    if size == width:
        return text
    blank = width - size
    if align == "right":
        return " " * blank + text
    if align == "center":
        return " " * (blank // 2) + text + " " * (blank - blank // 2)
    return text + " " * blank


def shorten(text: str, width: int) -> str:
    """Return clean text of at most `width` cells, with an ellipsis when something was cut."""
    if width <= 0:
        return ""
    text = clean_cut(text, width)
    return text if cells(text) <= width else set_cell_size(text, width - 1) + ELLIPSIS


def cells(text: str) -> int:
    """Return how many cells clean text takes; nearly all of it is ASCII, which need not be read."""
    return len(text) if text.isascii() else cell_len(text)


def line(parts: Iterable[Part], width: int, base: Style) -> Strip:
    """Return a strip of exactly `width` cells.

    Neighbours of one style become one segment, and blanks join the segment before them, because
    every change of style costs up to 40 bytes on the wire. Cuts what is too long.
    """
    texts: list[str] = []
    styles: list[Style] = []
    last: Style | None = None
    room = width
    for text, style in parts:
        size = cells(text)
        shown = text if size <= room else set_cell_size(text, room)
        if not shown:
            continue
        room -= min(size, room)
        if last is not None and (
            last is style or last == style or (shown.isspace() and _same_blank(last, style))
        ):
            texts[-1] += shown
        elif len(texts) == 1 and texts[0].isspace() and _same_blank(styles[0], style):
            texts[0] += shown
            last = styles[0] = style
        else:
            texts.append(shown)
            styles.append(style)
            last = style
        if room <= 0:
            break
    if room > 0:
        if last is not None and _same_blank(last, base):
            texts[-1] += " " * room
        else:
            texts.append(" " * room)
            styles.append(base)
    return Strip(list(map(Segment, texts, styles)), width)


@lru_cache(maxsize=1024)
def _same_blank(one: Style, other: Style) -> bool:
    """Return whether a blank looks the same in both styles."""
    return one.bgcolor == other.bgcolor and not any(
        style.underline or style.reverse or style.strike for style in (one, other)
    )
