"""The line at the top of a screen and the key hints at its bottom."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.reactive import reactive

from tui.widgets.drawing import Part, shorten
from tui.widgets.tone_line import ToneLine

MIN_LEFT = 12
"""Cells the left part keeps before the right one goes."""


class HeaderLine(ToneLine):
    """A text at the left and a note at the right; both are cleaned and cut to fit."""

    DEFAULT_CSS = "HeaderLine { padding: 0 1; }"

    left: reactive[str] = reactive("")
    right: reactive[str] = reactive("")
    tone: reactive[str] = reactive("title")
    """Tone of the left part."""
    right_tone: reactive[str] = reactive("muted")

    def __init__(
        self,
        left: str = "",
        right: str = "",
        *,
        tone: str = "title",
        right_tone: str = "muted",
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.set_reactive(HeaderLine.left, left)
        self.set_reactive(HeaderLine.right, right)
        self.set_reactive(HeaderLine.tone, tone)
        self.set_reactive(HeaderLine.right_tone, right_tone)

    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """Draw left, blanks, right."""
        if y:
            return ()
        right = shorten(self.right, width - MIN_LEFT - 1)
        left = shorten(self.left, width - cell_len(right) - (1 if right else 0))
        blank = width - cell_len(left) - cell_len(right)
        return [
            (left, self.palette.tone(self.tone)),
            (" " * blank, self.palette.base),
            (right, self.palette.tone(self.right_tone)),
        ]


class HintLine(ToneLine):
    """`enter open · space mark`: as many hints as fit, in their order."""

    DEFAULT_CSS = "HintLine { padding: 0 1; }"

    hints: reactive[tuple[tuple[str, str], ...]] = reactive(())
    """Key and what it does."""

    def __init__(
        self,
        hints: Sequence[tuple[str, str]] = (),
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.set_reactive(HintLine.hints, tuple(hints))

    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """Draw whole hints only."""
        if y:
            return ()
        parts: list[Part] = []
        used = 0
        muted = self.palette.tone("muted")
        for key, text in self.hints:
            gap = " · " if parts else ""
            key, word = shorten(key, width), shorten(text, width)  # noqa: PLW2901 - cleaned
            used += cell_len(gap) + cell_len(key) + 1 + cell_len(word)
            if used > width:
                break
            parts += ((gap, muted), (f"{key} ", self.palette.base), (word, muted))
        return parts
