"""What is left behind when evaltop meets a bug: a private report without local variables."""

import os
import platform
import sys
import traceback
from collections import deque
from datetime import datetime
from pathlib import Path

import tui
from tui.clock import Clock
from tui.private import make_private_folder

EXIT_CODE = 70
"""`EX_SOFTWARE`: a bug in evaltop (design 4.2)."""


MOST_BUGS = 20
"""Bugs within `BUGS_S` after which there is no going on: one that returns with every frame."""
BUGS_S = 10.0


class BugCount:
    """Which bugs have been met: each is reported once, and too many in a short time are an end."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._met: set[tuple[str, str]] = set()
        self._times: deque[float] = deque(maxlen=MOST_BUGS)

    def is_new(self, error: BaseException) -> bool:
        """Note a bug; return whether none of its kind was met at its place before."""
        name = type(_unwrapped(error)).__name__, place_of(_unwrapped(error))
        known = name in self._met
        self._met.add(name)
        self._times.append(self._clock.monotonic())
        return not known

    def too_many(self) -> bool:
        """Return whether bugs come faster than they can be lived with."""
        times = self._times
        return len(times) == MOST_BUGS and self._clock.monotonic() - times[0] <= BUGS_S


def report_text(error: BaseException, at: datetime) -> str:
    """Return the report: versions and the stack as file, line and source, no values."""
    stack = "".join(traceback.format_exception(error))
    return (
        f"evaltop {tui.__version__}, Python {platform.python_version()}, {sys.platform}\n"
        f"{at.isoformat(timespec='seconds')}\n\n{stack}"
    )


def write_report(error: BaseException, folder: Path, at: datetime) -> Path | None:
    """Write the report, readable by its owner only. Returns None where it cannot be written."""
    path = folder / f"crash-{at:%Y%m%dT%H%M%S%f}.txt"
    try:
        make_private_folder(folder)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(report_text(error, at))
    except OSError:
        return None
    return path


def _unwrapped(error: BaseException) -> BaseException:
    """Return the bug itself where a group of tasks handed it on; of several the first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def place_of(error: BaseException) -> str:
    """Return where it happened, `screens/run.py line 12`; empty without a stack."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    path = Path(frames[-1].filename)
    return f"{'/'.join(path.parts[-2:])} line {frames[-1].lineno}"


def sentence(error: BaseException, report: Path | None) -> str:
    """Return what a person is told: the kind of error, its place, and where the report is."""
    error = _unwrapped(error)
    place = place_of(error)
    where = f" in {place}" if place else ""
    kept = f" The report is {report}." if report else " The report could not be written."
    return f"A bug in evaltop: {type(error).__name__}{where}.{kept}"
