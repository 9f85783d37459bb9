"""When the last requests of a connection were sent: by this process, or by all on this machine."""

from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tui.polling.shared_file import AHEAD_S, locked, read_all, write_all

WINDOW_S = 60.0
"""Older requests are forgotten."""
Windows = Sequence[tuple[float, int]]
"""`(seconds, most requests in them)`."""

_ITEM = array("d").itemsize


class Ledger(Protocol):
    """Times of requests on the monotonic clock, oldest first."""

    def spend(self, now: float, windows: Windows) -> float:
        """Note a request unless a window is full. Returns 0, else the seconds to wait."""
        ...

    def times(self, now: float) -> Sequence[float]:
        """Return the requests of the last minute."""
        ...


class OwnLedger:
    """Of this process alone."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def spend(self, now: float, windows: Windows) -> float:
        """Note a request unless a window is full. Returns 0, else the seconds to wait."""
        self._times = recent(self._times, now)
        wait = wait_s(self._times, now, windows)
        if wait <= 0:
            self._times.append(now)
        return wait

    def times(self, now: float) -> Sequence[float]:
        """Return the requests of the last minute."""
        return recent(self._times, now)


class SharedLedger:
    """Of all processes that use the same file, one after the other.

    The monotonic clock counts from the machine's start for all of its processes; times ahead of
    it are from before a restart. Where the file cannot be used, this process counts alone.
    """

    def __init__(self, file: Path) -> None:
        """Use this file, made private with its directory when first needed."""
        self._file = file
        self._own = OwnLedger()

    def spend(self, now: float, windows: Windows) -> float:
        """Note a request unless a window is full. Returns 0, else the seconds to wait."""
        try:
            with locked(self._file) as descriptor:
                times = recent(_decoded(read_all(descriptor)), now)
                wait = wait_s(times, now, windows)
                if wait <= 0:
                    write_all(descriptor, array("d", [*times, now]).tobytes())
                return wait
        except OSError:
            return self._own.spend(now, windows)

    def times(self, now: float) -> Sequence[float]:
        """Return the requests of the last minute."""
        try:
            return recent(_decoded(self._file.read_bytes()), now)
        except OSError:
            return self._own.times(now)


def recent(times: Sequence[float], now: float) -> list[float]:
    """Return the times of the last minute; none may lie far ahead."""
    # The very expression of `wait_s`: rounding must not make a wait of zero of a full window.
    return [at for at in times if at + WINDOW_S - now > 0 and at - now <= AHEAD_S]


def wait_s(times: Sequence[float], now: float, windows: Windows) -> float:
    """Return the seconds until each window has a place; zero or less when all have one.

    Args:
        times: of the requests in the longest window, oldest first.
        now: on the same clock.
        windows: all must have a place.
    """
    waits = [
        times[-most] + seconds - now for seconds, most in windows if most and len(times) >= most
    ]
    return max(waits, default=0.0)


def _decoded(data: bytes) -> list[float]:
    times = array("d")
    times.frombytes(data[: len(data) // _ITEM * _ITEM])
    return [at for at in times if at == at]  # noqa: PLR0124 - a torn write may be no number
