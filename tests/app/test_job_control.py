"""A terminal that is taken away for a while, made tiny, or says strange things of itself."""

import fcntl
import os
import shlex
import signal
import struct
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.app.test_terminal import COMMAND, ROOT, modes
from tests.terminal import Terminal

SETTINGS: tuple[dict[str, str], ...] = (
    {"TERM": "xterm"},
    {"TERM": "linux", "COLORTERM": ""},
    {"TERM": "vt100", "COLORTERM": ""},
    {"TERM": "screen-256color"},
    {"TERM": "tmux-256color", "TMUX": "none,1,0"},
    {"TERM": "xterm-kitty"},
    {"TERM": ""},
    {"TERM": "no-such-terminal"},
    {"NO_COLOR": "1"},
    {"LANG": "C", "LC_ALL": "C"},
    {"LANG": "tr_TR.UTF-8", "COLORTERM": ""},
    {"LANG": "", "COLUMNS": "nonsense", "LINES": "-1"},
)


def wait_state(terminal: Terminal, wanted: Callable[[str], bool]) -> None:
    """Read on until the process is in such a state."""
    process = psutil.Process(terminal.pid)
    for _ in range(500):
        if wanted(process.status()):
            return
        terminal._read(0.02)
    raise AssertionError(f"the process is {process.status()}")


def test_stopped_it_gives_the_terminal_back_and_continued_it_paints_again() -> None:
    with Terminal(COMMAND, cwd=ROOT) as terminal:
        terminal.wait_for("nightly-11-20")
        raw = modes(terminal)
        for _ in range(2):
            os.kill(terminal.pid, signal.SIGTSTP)
            wait_state(terminal, lambda state: state == psutil.STATUS_STOPPED)
            while terminal._read(0.1):
                pass
            assert modes(terminal) != raw
            output = bytes(terminal.output)
            assert output.rfind(b"\x1b[?1049l") > output.rfind(b"\x1b[?1049h")
            assert output.rfind(b"\x1b[?25h") > output.rfind(b"\x1b[?25l")
            before = len(terminal.output)
            os.kill(terminal.pid, signal.SIGCONT)
            wait_state(terminal, lambda state: state != psutil.STATUS_STOPPED)
            while b"\x1b[?1049h" not in terminal.output[before:]:
                assert terminal._read(10)
            while b"nightly-11-20" not in terminal.output[before:]:
                assert terminal._read(10), bytes(terminal.output[before:])
        terminal.send("jj\r")
        terminal.wait_for("weekly-47 ·")
        terminal.send("qq")
        assert terminal.wait_exit() == 0


def test_stopped_from_outside_it_goes_on_and_ends_as_before() -> None:
    with Terminal(COMMAND, cwd=ROOT) as terminal:
        before = modes(terminal)
        terminal.wait_for("nightly-11-20")
        process = psutil.Process(terminal.pid)
        threads = process.num_threads()
        for _ in range(6):
            os.kill(terminal.pid, signal.SIGSTOP)
            wait_state(terminal, lambda state: state == psutil.STATUS_STOPPED)
            # A shell draws its prompt, and has its own modes.
            terminal.screen.reset()
            begun = len(terminal.output)
            os.kill(terminal.pid, signal.SIGCONT)
            wait_state(terminal, lambda state: state != psutil.STATUS_STOPPED)
            while b"nightly-11-20" not in terminal.output[begun:]:
                assert terminal._read(10)
        assert process.num_threads() <= threads + 4, "a few wait for the store"
        terminal.send("jj\r")
        terminal.wait_for("weekly-47 ·")
        terminal.send("qq")
        assert terminal.wait_exit() == 0
        assert modes(terminal) == before


def test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_back() -> None:
    with Terminal(["bash", "--norc", "-i"], cwd=ROOT, environ={"PS1": "shell> "}) as terminal:
        terminal.wait_for("shell>")
        terminal.send(f"{shlex.join(COMMAND)}\r")
        terminal.wait_for("nightly-11-20")
        terminal.send("\x1a")
        terminal.wait_for("Stopped")
        (job,) = psutil.Process(terminal.pid).children()
        terminal.send("echo $((6 * 7))\r")
        terminal.wait_for("42")
        terminal.send("fg\r")
        terminal.wait_for("nightly-11-20")
        terminal.send("q")
        while job.is_running():  # its end throws away what is typed ahead
            terminal._read(0.02)
        terminal.send("exit\r")
        assert terminal.wait_exit() == 0


def test_without_a_shell_ctrl_z_stops_nothing() -> None:
    with Terminal(COMMAND, cwd=ROOT, columns=120) as terminal:
        terminal.wait_for("nightly-11-20")
        terminal.send("\x1a")
        terminal.wait_for("no shell has started evaltop")
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_two_hundred_sizes_down_to_nothing() -> None:
    with Terminal(COMMAND, cwd=ROOT) as terminal:
        terminal.wait_for("nightly-11-20")
        sizes = [(1, 1), (0, 0), (1, 50), (200, 1), (3, 2), (40, 10), (0, 24), (80, 0)]
        for number in range(200):
            columns, lines = sizes[number % len(sizes)]
            size = struct.pack("HHHH", lines, columns, 0, 0)
            fcntl.ioctl(terminal.fd, termios.TIOCSWINSZ, size)
            os.kill(terminal.pid, signal.SIGWINCH)
            if number % 10 == 0:
                terminal.send("j\rk?\x1b")
            terminal._read(0.005)
        terminal.resize(120, 30)
        os.kill(terminal.pid, signal.SIGWINCH)
        terminal.send("\x1b\x1b\x1b\x1b")
        terminal.wait_for("nightly-11-20")
        assert "A bug in evaltop" not in terminal.text()
        terminal.send("\x11")
        assert terminal.wait_exit() == 0


def told(setting: dict[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in setting.items())


@pytest.mark.parametrize("setting", SETTINGS, ids=told)
def test_it_opens_and_closes_on_any_terminal(setting: dict[str, str]) -> None:
    with Terminal(COMMAND, cwd=ROOT, environ=setting) as terminal:
        terminal.wait_for("nightly-11-20")
        assert "A bug in evaltop" not in terminal.text()
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_a_dumb_terminal_is_one_line(tmp_path: Path) -> None:
    evaltop = str(Path(sys.executable).with_name("evaltop"))
    with Terminal((evaltop, "demo"), environ={"TERM": "dumb"}, cwd=tmp_path) as terminal:
        assert terminal.wait_exit() == 64
        assert b"\x1b" not in terminal.output
        assert terminal.output.count(b"\n") == 1
