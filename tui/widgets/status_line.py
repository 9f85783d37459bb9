"""One line of short states: each connection's health."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.reactive import reactive

from tui.presentation.status import StatusItem
from tui.widgets.drawing import Part, shorten
from tui.widgets.tone_line import ToneLine

GAP = "   "
LEAST_CUT = 8
"""Cells of an item's text below which cutting it leaves nothing to read."""

__all__ = ["StatusItem", "StatusLine"]


class StatusLine(ToneLine):
    """Items from left to right; those that do not fit become `+2 more`."""

    DEFAULT_CSS = "StatusLine { padding: 0 1; }"

    items: reactive[tuple[StatusItem, ...]] = reactive(())

    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """Draw as many items as fit."""
        if y:
            return ()
        texts = [(shorten(item.name, width), shorten(item.text, width)) for item in self.items]
        sizes = [cell_len(name) + 1 + cell_len(text) for name, text in texts]
        shown = _fitting(sizes, width)
        note = len(GAP) + len(_more(sizes, 1)) if len(texts) > 1 else 0
        room = width - note - (cell_len(texts[0][0]) + 1 if texts else 0)
        if shown == 0 and texts and (room >= LEAST_CUT or len(texts) == 1):
            # The first one cut says more than how many there are.
            shown = 1
            texts[0] = texts[0][0], shorten(texts[0][1], room)
        parts: list[Part] = []
        for item, (name, text) in list(zip(self.items, texts, strict=True))[:shown]:
            if parts:
                parts.append((GAP, self.palette.base))
            parts.append((f"{name} ", self.palette.base))
            parts.append((text, self.palette.tone(item.tone)))
        if shown < len(texts):
            parts.append((f"{GAP if parts else ''}{_more(sizes, shown)}", self.palette.base))
        return parts


def _more(sizes: Sequence[int], shown: int) -> str:
    return f"+{len(sizes) - shown} more"


def _fitting(sizes: Sequence[int], width: int) -> int:
    """Return how many items fit, with room for the note about the others."""
    for shown in range(len(sizes), 0, -1):
        used = sum(sizes[:shown]) + len(GAP) * (shown - 1)
        if shown < len(sizes):
            used += len(GAP) + len(_more(sizes, shown))
        if used <= width:
            return shown
    return 0
