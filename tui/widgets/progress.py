"""How far something is, as text: a bar where the total is known, a count where it is not."""

from collections.abc import Sequence

from textual.reactive import reactive

from tui.presentation.progress import ProgressView, bar
from tui.widgets.drawing import Part, shorten
from tui.widgets.tone_line import ToneLine

BAR_WIDTH = 10

__all__ = ["BAR_WIDTH", "ProgressLine", "ProgressView", "bar", "count_text", "progress_text"]


def count_text(view: ProgressView) -> str:
    """Return `812/1000`, `812` without a total, `—` when nothing is known."""
    done = "—" if view.done is None else str(view.done)
    return f"{done}/{view.total}" if view.total else done


def progress_parts(view: ProgressView, width: int, bar_width: int = BAR_WIDTH) -> tuple[str, str]:
    """Return the bar and the text after it, together at most `width` cells.

    The ETA goes first when there is no room, then the rate, then the bar; the count stays.
    """
    count = count_text(view)
    drawn = bar((view.done or 0) / view.total, bar_width) if view.total else ""
    room = width - (len(drawn) + 1 if drawn else 0)
    if drawn and len(count) > room:
        drawn, room = "", width
    text = count
    for extra in (view.rate_text, view.eta_text if view.total else ""):
        longer = f"{text} · {extra}"
        if not extra:
            continue
        if len(longer) > room:
            break
        text = longer
    return drawn, shorten(text, room)


def progress_text(view: ProgressView, width: int, bar_width: int = BAR_WIDTH) -> str:
    """Return `████████░░ 812/1000 · 42/min · 3m left` in at most `width` cells."""
    drawn, text = progress_parts(view, width, bar_width)
    return f"{drawn} {text}" if drawn else text


class ProgressLine(ToneLine):
    """One line of progress; an equal value draws nothing."""

    view: reactive[ProgressView] = reactive(ProgressView())

    def __init__(
        self,
        view: ProgressView | None = None,
        *,
        bar_width: int = BAR_WIDTH,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._bar_width = bar_width
        if view is not None:
            self.set_reactive(ProgressLine.view, view)

    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """Draw the bar in its tone, the text plain."""
        if y:
            return ()
        drawn, text = progress_parts(self.view, width, self._bar_width)
        parts = [(f"{drawn} ", self.palette.tone(self.view.tone))] if drawn else []
        return [*parts, (text, self.palette.base)]
