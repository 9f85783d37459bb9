"""A real pseudo-terminal with a screen model, for end-to-end tests."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte


class Terminal:
    """Runs a program in a pty, answers what a terminal is asked, and keeps its screen.

    `output` holds every byte the program wrote. Waiting is for a condition of the screen, with a
    deadline; nothing here sleeps for a fixed time.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        lines: int = 24,
        environ: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.output = bytearray()
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self._status: int | None = None
        env = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            **(environ or {}),
        }
        self.pid, self.fd = pty.fork()
        if self.pid == 0:  # pragma: no cover - the child
            os.chdir(cwd or Path.cwd())
            # Test runners may ignore these; the program must see the usual behaviour.
            for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            os.execvpe(command[0], list(command), env)
        self.resize(columns, lines)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.screen.resize(lines, columns)

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self.fd, keys.encode())

    def text(self) -> str:
        """Return the screen as text, lines right-stripped."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait_for(self, wanted: str | Callable[[str], bool], seconds: float = 30) -> str:
        """Read until the screen holds a text (or satisfies a test). Returns the screen."""
        holds = wanted if callable(wanted) else lambda text: wanted in text
        deadline = time.monotonic() + seconds
        while not holds(self.text()):
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"{wanted!r} did not come; the screen is\n{self.text()}")
        return self.text()

    def wait_quiet(self, seconds: float, limit: float = 30) -> int:
        """Read until nothing came for `seconds`; returns the bytes that came before."""
        deadline = time.monotonic() + limit
        before = len(self.output)
        while time.monotonic() < deadline and self._read(seconds):
            pass
        return len(self.output) - before

    def wait_exit(self, seconds: float = 10) -> int:
        """Read to the end and return the exit code (negative: the signal that killed it)."""
        deadline = time.monotonic() + seconds
        while self._status is None:
            self._read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > deadline:
                raise AssertionError(f"still running; the screen is\n{self.text()}")
        while self._read(0.05):
            pass
        return self._status

    def _read(self, seconds: float) -> bool:
        """Take what comes within `seconds`; False when nothing does or the program has gone."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.fd, 65_536)
        except OSError:  # Linux: EIO once the other side is closed
            return False
        if not data:
            return False
        self.output += data
        self._stream.feed(data)
        self._answer(data)
        return True

    def _answer(self, data: bytes) -> None:
        """Answer the queries Textual sends as a modern xterm does."""
        if b"\x1b[?2026$p" in data:
            os.write(self.fd, b"\x1b[?2026;2$y")
        if b"\x1b[?2048$p" in data:
            os.write(self.fd, b"\x1b[?2048;0$y")
