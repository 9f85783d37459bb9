"""The outcomes of a row's trials on one line."""

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.reactive import reactive

from tui.models import Outcome
from tui.presentation.words import OUTCOME_GLYPHS, OUTCOME_TONES
from tui.widgets.drawing import Part
from tui.widgets.tone_line import ToneLine


class TrialStrip(ToneLine):
    """`[✓]✗ ✓`: a glyph per trial, brackets around the current one. A click chooses.

    Never focused: the screen binds keys to `step`. More trials than fit are shown in the window
    around the current one, with `<` and `>` where there are more.
    """

    outcomes: reactive[tuple[Outcome, ...]] = reactive(())
    current: reactive[int] = reactive(0)
    """0-based; kept within the trials."""

    class TrialChosen(Message):
        """Another trial was clicked or stepped to."""

        def __init__(self, strip: "TrialStrip", index: int) -> None:
            super().__init__()
            self.strip = strip
            self.index = index

        @property
        def control(self) -> "TrialStrip":
            """The strip."""
            return self.strip

    def validate_current(self, current: int) -> int:
        """Keep within the trials there are."""
        return max(0, min(current, len(self.outcomes) - 1))

    def watch_outcomes(self) -> None:
        """Keep the current trial within the new ones."""
        self.current = self.validate_current(self.current)

    def step(self, delta: int) -> None:
        """Choose another trial relative to the current one; at the end nothing happens."""
        self._choose(self.current + delta)

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self.outcomes) and index != self.current:
            self.current = index
            self.post_message(self.TrialChosen(self, index))

    def _window(self, width: int) -> range:
        """Return the trials shown: three cells each, two for the marks of more."""
        fit = max(1, (width - 2) // 3)
        first = max(0, min(self.current - fit // 2, len(self.outcomes) - fit))
        return range(first, min(len(self.outcomes), first + fit))

    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """Draw the glyphs, each in its outcome's tone."""
        if y or not self.outcomes:
            return ()
        shown = self._window(width)
        plain = self.palette.base
        parts: list[Part] = [("<" if shown.start else " ", plain)]
        for index in shown:
            outcome = self.outcomes[index]
            glyph = OUTCOME_GLYPHS[outcome]
            text = f"[{glyph}]" if index == self.current else f" {glyph} "
            parts.append((text, self.palette.tone(OUTCOME_TONES[outcome])))
        parts.append((">" if shown.stop < len(self.outcomes) else " ", plain))
        return parts

    def on_click(self, event: events.Click) -> None:
        """Choose the trial under the pointer."""
        offset = event.get_content_offset(self)
        if offset is None or not self.outcomes:
            return
        shown = self._window(self.size.width)
        index = shown.start + (offset.x - 1) // 3
        if index in shown:
            event.stop()
            self._choose(index)
