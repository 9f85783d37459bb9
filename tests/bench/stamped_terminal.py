"""A pseudo-terminal that stamps every byte, and reads what the program costs from /proc."""

import os
import select
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyte

from tests.terminal import Terminal

SILENCE_S = 0.03
"""A frame is over when nothing came for this long."""


class StampedTerminal(Terminal):
    """Reads without drawing, so that the driver takes no time from the program on these cores."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        lines: int = 40,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.chunks: list[tuple[float, bytes]] = []
        """When each piece of output came, in seconds of `time.perf_counter`."""
        self.begun = time.perf_counter()
        super().__init__(command, columns=columns, lines=lines, environ=environ)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.fd, 65_536)
        except OSError:  # the other side is closed
            return False
        if not data:
            return False
        self.chunks.append((time.perf_counter(), data))
        self.output += data
        self._answer(data)
        return True

    def read_for(self, seconds: float) -> int:
        """Read for a time; return how many bytes came."""
        end = time.perf_counter() + seconds
        before = len(self.output)
        while (left := end - time.perf_counter()) > 0:
            self._read(left)
        return len(self.output) - before

    def draw(self) -> str:
        """Return the screen as all output so far has left it."""
        screen = pyte.Screen(self.screen.columns, self.screen.lines)
        pyte.ByteStream(screen).feed(bytes(self.output))
        return "\n".join(line.rstrip() for line in screen.display)

    def shown_after(self, wanted: str, *, seconds: float = 30.0) -> float:
        """Return the seconds from the start until a text was on the screen.

        Reads on until it is, and then to the end of that frame.
        """
        screen = pyte.Screen(self.screen.columns, self.screen.lines)
        stream = pyte.ByteStream(screen)
        drawn = 0
        while True:
            while drawn < len(self.chunks):
                at, data = self.chunks[drawn]
                drawn += 1
                stream.feed(data)
                if any(wanted in line for line in screen.display):
                    return at - self.begun
            if time.perf_counter() - self.begun > seconds:
                raise AssertionError(f"{wanted!r} did not come:\n{self.draw()}")
            self._read(0.2)
            while self._read(SILENCE_S):
                pass

    def times_of(self, wanted: Sequence[str]) -> list[float]:
        """Return when each of these texts, in this order, was first on the screen."""
        screen = pyte.Screen(self.screen.columns, self.screen.lines)
        stream = pyte.ByteStream(screen)
        times: list[float] = []
        for at, data in self.chunks:
            stream.feed(data)
            text = "\n".join(screen.display)
            while len(times) < len(wanted) and wanted[len(times)] in text:
                times.append(at)
        if len(times) < len(wanted):
            raise AssertionError(f"{wanted[len(times)]!r} did not come:\n{self.draw()}")
        return times

    def key(self, keys: str, *, silence: float = SILENCE_S) -> tuple[float, int]:
        """Type; return milliseconds to the last byte of the answer, and its bytes.

        The milliseconds are 0 when nothing came.
        """
        before = len(self.chunks)
        sent = time.perf_counter()
        self.send(keys)
        while self._read(max(silence, 1.0 if len(self.chunks) == before else silence)):
            pass
        answer = self.chunks[before:]
        if not answer:
            return 0.0, 0
        return (answer[-1][0] - sent) * 1000, sum(len(data) for _, data in answer)

    def cpu_s(self) -> float:
        """Return the processor seconds the program has used so far, exact to the microsecond."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def memory_mib(self) -> float:
        """Return the resident memory now."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise AssertionError("the program has ended")
