"""Reading what the next key may show while nobody waits for it."""

from collections.abc import Callable

from textual.timer import Timer
from textual.widget import Widget

SOON_S = 0.01
"""Until then the frame a key has made is on its way to the terminal."""


class ReadAhead:
    """Has a widget read piece by piece, between keys."""

    def __init__(self, widget: Widget, read: Callable[[], bool]) -> None:
        """Prepare.

        Args:
            widget: owns the timer, which ends with it.
            read: reads a piece; False when there is none left.
        """
        self._widget = widget
        self._read = read
        self._timer: Timer | None = None

    def soon(self) -> None:
        """Read when the key that is being answered has its frame."""
        if self._timer is None:
            self._timer = self._widget.set_timer(SOON_S, self._read_piece, name="read ahead")

    def _read_piece(self) -> None:
        self._timer = None
        if self._widget.is_mounted and self._read():
            self.soon()
