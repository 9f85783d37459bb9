"""How a line of text looks: clean, highlighted, with matches marked."""

from collections.abc import Sequence
from itertools import pairwise

from rich.style import Style

from tui.text import clean_line
from tui.widgets.drawing import Part
from tui.widgets.text_document import Line, Section
from tui.widgets.text_highlight import LONGEST, highlight
from tui.widgets.text_wrap import TAB
from tui.widgets.tones import Palette

StyledSpan = tuple[int, int, Style]
"""First and end character of a section's text, and their style."""


def toned_spans(section: Section, line: Line, palette: Palette) -> list[StyledSpan]:
    """Return the highlighted parts that touch a line, read as part of its logical line."""
    if section.language == "plain":
        return []
    text = section.text
    first = text.rfind("\n", max(0, line.start - LONGEST), line.start) + 1
    if first == 0 and line.start > LONGEST:
        return []
    last = text.find("\n", line.start, first + LONGEST + 1)
    if last < 0:
        last = min(len(text), first + LONGEST + 1)
    return [
        (first + start, first + end, palette.tone(tone))
        for start, end, tone in highlight(text[first:last], section.language)
        if first + end > line.start and first + start < line.end
    ]


def text_parts(text: str, line: Line, spans: Sequence[StyledSpan], plain: Style) -> list[Part]:
    """Return a line's clean text in its styles; of overlapping spans the later one counts."""
    edges = {line.start, line.end}
    for start, end, _ in spans:
        edges.update((max(line.start, start), min(line.end, end)))
    cuts = sorted(edge for edge in edges if line.start <= edge <= line.end)
    parts = []
    for start, end in pairwise(cuts):
        style = plain
        for span_start, span_end, span_style in spans:
            if span_start <= start and end <= span_end:
                style = span_style
        parts.append((_clean(text[start:end]), style))
    return parts


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return TAB.join(clean_line(piece, len(piece) + 1) for piece in text.split("\t"))
