"""The whole program in a real pseudo-terminal, and headless over real sockets."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import Terminal

EVALTOP = str(Path(sys.executable).with_name("evaltop"))
MODES_ON = (b"\x1b[?1049h", b"\x1b[?25l", b"\x1b[?1003h", b"\x1b[?2004h")
MODES_OFF = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1003l", b"\x1b[?2004l")


def given_back(output: bytes) -> bool:
    """Whether every mode that was set was reset after it."""
    return all(
        output.rfind(off) > output.rfind(on)
        for on, off in zip(MODES_ON, MODES_OFF, strict=True)
        if on in output
    )


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])
def test_a_walk_through_the_demo_to_a_failed_trial_and_back(columns: int, lines: int) -> None:
    with Terminal([EVALTOP, "demo"], columns=columns, lines=lines) as terminal:
        terminal.wait_for("STATUS")
        terminal.wait_for(lambda screen: "completed" in screen and "running" in screen)
        terminal.send("/nightly prompt\r")
        terminal.wait_for(lambda screen: "filter: nightly prompt" in screen and "3 of " in screen)
        terminal.wait_quiet(0.5)  # the same text stands there before enter has been taken
        terminal.send("\r")
        terminal.wait_for("OUTCOME")
        terminal.wait_for("failed")
        terminal.send("/unfortunately\r")
        terminal.wait_for("filter: unfortunately")
        terminal.wait_quiet(0.5)
        terminal.send("\x1b[H\r")
        terminal.wait_for("transcript")
        terminal.wait_for(lambda screen: "✗" in screen)
        terminal.send("]")
        terminal.send("\x7f")  # to the run
        terminal.wait_for("OUTCOME")
        terminal.send("\x7f")  # clears the filter of its rows
        terminal.wait_for(lambda screen: "filter:" not in screen)
        terminal.send("\x7f")  # to the list
        terminal.wait_for("STATUS")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert given_back(bytes(terminal.output))


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_gives_the_terminal_back(number: signal.Signals, code: int) -> None:
    with Terminal([EVALTOP, "demo"]) as terminal:
        terminal.wait_for("STATUS")
        os.kill(terminal.pid, number)
        assert terminal.wait_exit() == code
        assert given_back(bytes(terminal.output))


def test_without_a_terminal_there_is_one_line_and_no_escape() -> None:
    done = subprocess.run(
        [EVALTOP, "demo"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 64
    assert done.stdout == ""
    assert "\x1b" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A demo server of its own process; yields the environment that points at it."""
    home = tmp_path_factory.mktemp("home")
    server = subprocess.Popen(
        [EVALTOP, "demo", "--serve", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    assert server.stdout is not None
    server.stderr.readline()
    os.set_blocking(server.stdout.fileno(), False)
    config = home / "config.toml"
    # A budget that holds up nobody: what is tested here is not how long requests wait.
    config.write_text(f"{server.stdout.read()}\n[poll]\nmax_requests_per_min = 6000\n")
    yield {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "EVALTOP_CONFIG": str(config),
        "EVALTOP_DATA_DIR": str(home / "data"),
    }
    server.send_signal(signal.SIGINT)
    assert server.wait(10) == 130
    server.stderr.close()
    server.stdout.close()


def run(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [EVALTOP, *arguments], env=environ, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.xdist_group("served")
def test_headless_commands_over_real_sockets(served: dict[str, str]) -> None:
    done = run(served, "runs", "--format", "json")
    assert done.returncode == 0, done.stderr
    runs = json.loads(done.stdout)
    assert {one["provider"] for one in runs} == {
        "openai",
        "azure-openai",
        "weave",
        "datalab",
        "gomodel",
    }
    finished = next(
        one for one in runs if one["status"] == "completed" and one["counts"]["total"] == 60
    )
    shown = run(served, "show", finished["ref"], "--format", "jsonl")
    assert json.loads(shown.stdout)["ref"] == finished["ref"]
    rows = run(served, "rows", finished["ref"], "--format", "jsonl", "--trials")
    assert rows.returncode == 0, rows.stderr
    assert len(rows.stdout.splitlines()) == 60
    offline = run(served, "rows", finished["ref"], "--format", "jsonl", "--trials", "--offline")
    assert offline.stdout == rows.stdout


@pytest.mark.xdist_group("served")
def test_a_locale_without_a_character_ends_no_command(served: dict[str, str]) -> None:
    done = run({**served, "PYTHONIOENCODING": "ascii"}, "rows", "docs/4701")
    assert done.returncode == 0, done.stderr
    assert "\\u" in done.stdout


@pytest.mark.xdist_group("served")
def test_the_app_over_real_sockets_shows_the_stored_runs_at_once(served: dict[str, str]) -> None:
    run(served, "runs")
    with Terminal([EVALTOP], columns=120, lines=40, environ=served) as terminal:
        terminal.wait_for(lambda screen: "completed" in screen and "gateway" in screen)
        terminal.send("q")
        assert terminal.wait_exit() == 0


@pytest.mark.xdist_group("served")
def test_config_commands_tell_and_judge(served: dict[str, str], tmp_path: Path) -> None:
    assert run(served, "config", "path").stdout.strip() == served["EVALTOP_CONFIG"]
    assert run(served, "config", "check").returncode == 0
    shown = run(served, "config", "show").stdout
    assert "[connections.prod]" in shown
    broken = tmp_path / "config.toml"
    broken.write_text('[connections.a]\nprovider = "openai"\nbase_ulr = "https://x.test"\n')
    done = run(served, "config", "check", "--config", str(broken))
    assert done.returncode == 78
    assert f"{broken}:3: connections.a.base_ulr" in done.stderr
    assert "base_url" in done.stderr
    assert run(served, "runs", "--config", str(tmp_path / "none.toml")).returncode == 78


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--version"], 0),
        (["--help"], 0),
        (["nonsense"], 64),
        (["rows"], 64),
        (["runs", "--limit", "0"], 64),
        (["demo", "--serve", "nowhere"], 64),
        (["runs"], 78),
    ],
)
def test_the_command_line_answers_with_its_documented_codes(
    arguments: list[str], code: int, tmp_path: Path
) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "EVALTOP_DATA_DIR": str(tmp_path / "data"),
    }
    done = run(environ, *arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert (done.stderr == "") is (code == 0)
