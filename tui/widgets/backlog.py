"""How much output the terminal has not taken yet.

A terminal that stops reading (a stalled SSH link) fills Textual's queue of 30 writes; the next
write then stops the event loop. Live refreshes are skipped while more than a few writes wait.
"""

from typing import Any

from textual.app import App

BUSY = 3
"""More writes waiting than this: skip what can be skipped."""


def output_backlog(app: App[Any]) -> int:
    """Return how many writes wait for the terminal; 0 when that cannot be known.

    The queue is Textual's private `driver._writer_thread._queue`; without it (another driver,
    another Textual) there is no limit.
    """
    writer = getattr(getattr(app, "_driver", None), "_writer_thread", None)
    size = getattr(getattr(writer, "_queue", None), "qsize", None)
    waiting = size() if callable(size) else 0
    return waiting if isinstance(waiting, int) else 0
