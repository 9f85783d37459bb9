"""The terminal is always given back: signals, hang-up, and refusing what is none."""

import asyncio
import os
import select
import signal
import socket
import sys
import termios
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TextIO

EXIT_HANGUP = 129
SIGNAL_EXITS = {"SIGHUP": 129, "SIGINT": 130, "SIGTERM": 143}
GRACE_S = 2.5
"""How long an orderly end may take after a signal; design section 6 promises 3 s in all."""

# Leaves the alternate screen, shows the cursor, ends mouse, focus, paste, kitty keyboard and
# synchronised output, wraps lines again, resets colours.
_RESTORE = (
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[?2004l\x1b[?2026l"
    b"\x1b[<u\x1b[?7h\x1b[?1049l\x1b[?25h\x1b[0m"
)


def refusal(stdin: TextIO, stdout: TextIO, environ: Mapping[str, str]) -> str | None:
    """Return why the app cannot be shown here, as one line; None when it can.

    Asked before Textual is imported: without a terminal it would hang and write escapes.
    """
    if environ.get("TERM") == "dumb":
        return "evaltop needs a terminal that can move its cursor (TERM is dumb); try: evaltop runs"
    if not (stdin.isatty() and stdout.isatty()):
        return "evaltop needs a terminal; without one, try: evaltop runs"
    return None


def has_shell() -> bool:
    """Return whether a shell with job control has started this: only it lets a stopped one go on.

    Such a shell leads the session, and puts each job into a process group of its own.
    """
    return os.getsid(0) != os.getpgrp()


def _ignored(*_: object) -> None:
    """A handler, unlike SIG_IGN, is not inherited by children."""


class TerminalWatch:
    """Ends the app on a signal or a lost terminal, orderly if it can, by force if it must."""

    def __init__(self, leave: Callable[[int], None]) -> None:
        self._leave = leave
        self._loop: asyncio.AbstractEventLoop | None = None
        self._modes: list[Any] | None = None
        self._before: dict[int, Any] = {}
        self._done = threading.Event()
        self._waking: tuple[socket.socket, ...] = ()

    def remember_modes(self) -> None:
        """Keep the line discipline as it is now, before Textual changes it."""
        try:
            self._modes = termios.tcgetattr(sys.__stdin__ or 0)
        except (OSError, termios.error, ValueError):
            self._modes = None

    def start(self) -> None:
        """Watch from now on. Called in the event loop of the main thread.

        Plain handlers and not the loop's: a loop that is stuck in a write to a terminal that no
        longer reads would never come to run those.
        """
        self._loop = asyncio.get_running_loop()
        self._wake_on_signals(self._loop)
        for name in SIGNAL_EXITS:
            number = getattr(signal, name)
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._ended)
        threading.Thread(target=self._watch_hangup, name="terminal watch", daemon=True).start()

    def finished(self) -> None:
        """The app has ended in order: nothing needs force any more."""
        self._done.set()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()
        if self._waking:
            signal.set_wakeup_fd(-1)
            for end in self._waking:
                end.close()
            self._waking = ()

    def _wake_on_signals(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have each signal end the loop's wait.

        Python only notes a signal; its handler runs when the main thread next does. One that came
        just before the loop began to wait would be seen to at the next timer, up to a minute later.
        """
        reading, writing = self._waking = socket.socketpair()
        reading.setblocking(False)
        writing.setblocking(False)
        loop.add_reader(reading, reading.recv, 4096)
        signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)

    @contextmanager
    def interrupts_elsewhere(self) -> Iterator[None]:
        """Leave ctrl+c to a child that has the terminal: a pager's must not end the app."""
        before = signal.signal(signal.SIGINT, _ignored)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _ended(self, number: int, _frame: object) -> None:
        code = SIGNAL_EXITS[signal.Signals(number).name]
        threading.Thread(
            target=self._force_later, args=(code,), name="terminal end", daemon=True
        ).start()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._leave, code)

    def _force_later(self, code: int) -> None:
        if not self._done.wait(GRACE_S):
            self._restore()
            os._exit(code)

    def _restore(self) -> None:
        """Give the terminal back without Textual, and without waiting for it."""
        handle = 1 if sys.__stdout__ is None else sys.__stdout__.fileno()
        with suppress(OSError, termios.error):
            # What was painted and not taken would come before the words that end painting.
            termios.tcflush(handle, termios.TCOFLUSH)
        with suppress(OSError):
            os.set_blocking(handle, False)
            os.write(handle, _RESTORE)
        with suppress(OSError):
            # The shell shares this open terminal: it must not find it non-blocking.
            os.set_blocking(handle, True)
        with suppress(OSError, termios.error):
            if self._modes is not None:
                termios.tcsetattr(handle, termios.TCSANOW, self._modes)

    def _watch_hangup(self) -> None:
        """Wait for the terminal to go away; a signal may be ignored, this is not."""
        stream = sys.__stdin__
        if stream is None:
            return
        poller = select.poll()
        try:
            poller.register(stream.fileno(), 0)
            poller.poll()
        except (OSError, ValueError):
            return
        if not self._done.is_set():
            # Nothing can be restored or shown; the store survives being cut off.
            os._exit(EXIT_HANGUP)
