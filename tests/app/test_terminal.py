"""The terminal is always given back, whatever ends the app."""

import io
import os
import signal
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.terminal import Terminal
from tui import crash
from tui.terminal import refusal

COMMAND = (sys.executable, "-m", "tests.app.standalone")
ROOT = Path(__file__).parents[2]

RESTORED = (
    *(b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?1006l"),
    *(b"\x1b[?1004l", b"\x1b[?2004l", b"\x1b[<u"),
)
"""Alternate screen left, cursor shown; mouse, focus, paste and kitty's keyboard modes ended."""
GONE_S = 3.0
"""How long an end may take."""


class Stream(io.StringIO):
    """A stream that may be a terminal."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("stdin", "stdout", "term", "refused"),
    [
        (True, True, "xterm-256color", False),
        (True, True, "", False),
        (True, False, "xterm", True),
        (False, True, "xterm", True),
        (True, True, "dumb", True),
    ],
)
def test_what_is_no_terminal_is_refused_with_what_works_instead(
    *, stdin: bool, stdout: bool, term: str, refused: bool
) -> None:
    reason = refusal(Stream(terminal=stdin), Stream(terminal=stdout), {"TERM": term})
    assert (reason is not None) is refused
    assert reason is None or ("evaltop runs" in reason and "\n" not in reason)


def modes(terminal: Terminal) -> object:
    return termios.tcgetattr(terminal.fd)[:6]


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (lambda terminal: terminal.send("q"), 0),
        (lambda terminal: terminal.send("\x11"), 0),
        (lambda terminal: terminal.send("\x03"), 130),
        (lambda terminal: os.kill(terminal.pid, signal.SIGINT), 130),
        (lambda terminal: os.kill(terminal.pid, signal.SIGTERM), 143),
        (lambda terminal: os.kill(terminal.pid, signal.SIGHUP), 129),
    ],
    ids=["q", "ctrl+q", "ctrl+c", "SIGINT", "SIGTERM", "SIGHUP"],
)
def test_every_end_restores_the_terminal(end: Callable[[Terminal], None], code: int) -> None:
    with Terminal(COMMAND, cwd=ROOT) as terminal:
        terminal.wait_for("nightly-11-20")
        raw = modes(terminal)
        end(terminal)
        assert terminal.wait_exit(GONE_S) == code
        for sequence in RESTORED:
            assert sequence in terminal.output
        assert bytes(terminal.output).rindex(b"\x1b[?1049l") > bytes(terminal.output).rindex(
            b"\x1b[?1049h"
        )
        assert modes(terminal) != raw


def test_bugs_without_an_end_give_the_terminal_back_and_say_where_the_report_is() -> None:
    with Terminal((*COMMAND, "--broken"), cwd=ROOT) as terminal:
        terminal.wait_for("nightly-11-20")
        terminal.send("?")
        terminal.wait_for("A bug in evaltop: KeyError")
        terminal.send("?" * crash.MOST_BUGS)
        assert terminal.wait_exit() == crash.EXIT_CODE
        output = bytes(terminal.output)
        for sequence in RESTORED:
            assert sequence in output
        after = output[output.rindex(b"\x1b[?1049l") :]
        assert b"A bug in evaltop: KeyError in app/standalone.py line" in after
        assert b"Traceback" not in output


def gone(pid: int, seconds: float) -> bool:
    """Wait until a child process has ended."""
    descriptor = os.pidfd_open(pid)
    try:
        import select

        ready, _, _ = select.select([descriptor], [], [], seconds)
    finally:
        os.close(descriptor)
    return bool(ready)


@pytest.mark.parametrize("command", [COMMAND, (*COMMAND, "--deaf")], ids=["hangup", "nohup"])
def test_a_closed_terminal_ends_the_process(command: tuple[str, ...]) -> None:
    terminal = Terminal(command, cwd=ROOT)
    terminal.wait_for("nightly-11-20")
    times = psutil.Process(terminal.pid).cpu_times()
    os.close(terminal.fd)
    assert gone(terminal.pid, GONE_S)
    _, status, used = os.wait4(terminal.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 129
    # Ending takes some computing; spinning until then would take all of it.
    assert used.ru_utime + used.ru_stime - times.user - times.system < 0.5


def test_a_terminal_that_stopped_reading_does_not_keep_the_process() -> None:
    with Terminal(COMMAND, cwd=ROOT) as terminal:
        terminal.wait_for("nightly-11-20")
        # Nobody reads from here on: paint until the line is full.
        for number in range(400):
            terminal.resize(80 + number % 60, 24 + number % 10)
            os.kill(terminal.pid, signal.SIGWINCH)
            terminal.send("jk")
        os.kill(terminal.pid, signal.SIGTERM)
        assert gone(terminal.pid, 5)


def test_an_idle_app_writes_nothing() -> None:
    with Terminal(COMMAND, cwd=ROOT) as terminal:
        terminal.wait_for("nightly-11-20")
        terminal.wait_quiet(0.5)
        assert terminal.wait_quiet(3) == 0


def test_pager_and_editor_get_the_terminal_and_give_it_back(tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text('#!/bin/sh\necho PAGER HERE; head -c 400 "$1"; read answer\n')
    pager.chmod(0o700)
    with Terminal(COMMAND, cwd=ROOT, environ={"PAGER": str(pager)}) as terminal:
        terminal.wait_for("nightly-11-20")
        terminal.send("jj\r")
        terminal.wait_for("weekly-47 ·")
        terminal.send("v")
        terminal.wait_for("PAGER HERE")
        assert "pass rate 66.7%" in terminal.text()
        # ctrl+c is the pager's while it has the terminal.
        terminal.send("\n")
        terminal.wait_for("✓ completed")
        terminal.send("qq")
        assert terminal.wait_exit() == 0
