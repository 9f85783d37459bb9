"""Painting at once what a key has changed.

Textual paints at its next tick, which keeps what arrives by itself at so many frames a second; a
key would wait for it up to the length of a frame.
"""

from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from tui.widgets.backlog import BUSY, output_backlog

_MARKS = ("_dirty_widgets", "_layout_required", "_scroll_required", "_repaint_required")


def paint_now(screen: Screen[Any]) -> bool:
    """Paint what has changed; False when nothing has, or the terminal is slow to take what it gets.

    What is asked and called is private to Textual's screen; without it (another Textual) the tick
    paints.
    """
    paint: Callable[[], object] | None = getattr(screen, "_on_timer_update", None)
    if paint is None or not any(getattr(screen, mark, False) for mark in _MARKS):
        return False
    if output_backlog(screen.app) > BUSY:
        return False
    paint()
    return True
