"""A server that is really gone for a while: told, left alone, and all is well again by itself."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.live.server import LiveApi, environ, live_api
from tests.live.test_several_processes import watched
from tests.terminal import Terminal

EVALTOP = str(Path(sys.executable).with_name("evaltop"))
REF = "prod/eval_1/evalrun_1"


def test_a_wait_outlives_an_outage(tmp_path: Path) -> None:
    with live_api() as api:
        process = subprocess.Popen(
            [EVALTOP, "wait", REF],
            env={"PATH": os.environ["PATH"], **environ(tmp_path, api, "wait")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            assert process.stderr is not None
            story = [process.stderr.readline()]
            api.reset()
            while "recovered" not in story[-1]:
                story.append(process.stderr.readline())
                if f"{REF} trouble" in story[-1]:
                    api.mend()
                    api.end("evalrun_1")
                assert story[-1], story
            story += process.stderr.readlines()
            assert process.wait(20) == 0
            assert sum("trouble" in line for line in story) == 1
            assert any(f"{REF} completed" in line for line in story)


def down(api: LiveApi, terminal: Terminal, seconds: float) -> int:
    """Reset all connections for a while. Returns how many there were."""
    begun = len(api.asked)
    api.reset()
    watched(api, [terminal], seconds)
    assert {one.who for one in api.asked[begun + 5 :]} == {""}
    return len(api.asked) - begun


@pytest.mark.nightly
def test_twenty_seconds_without_the_server(tmp_path: Path) -> None:
    with (
        live_api() as api,
        Terminal([EVALTOP], environ=environ(tmp_path, api, "app"), columns=120) as terminal,
    ):
        terminal.wait_for("nightly-3")
        waiting = subprocess.Popen(
            [EVALTOP, "wait", REF, "--format=jsonl"],
            env={"PATH": os.environ["PATH"], **environ(tmp_path, api, "wait")},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert waiting.stdout is not None
        assert '"event": "waiting"' in waiting.stdout.readline()
        attempts = down(api, terminal, 17)
        print(f"{attempts} attempts of two processes in 17 s")
        assert attempts <= 40
        status = terminal.text().splitlines()[-2]
        assert re.search(r"prod ✗ .*, data .* old, next \d\d:\d\d", status), status
        api.refuse()
        watched(api, [terminal], 3)
        api.mend()
        since, mended = len(api.asked), time.monotonic()
        for who in ("app", "wait"):
            back = api.wait_for(lambda one, who=who: one.who == who, since, 35)  # type: ignore[misc] # a default binds it
            print(f"{who} is back after {back.at - mended:.1f} s")
        terminal.wait_for(lambda screen: "prod ✓" in screen, 35)
        api.end(*api.ids)
        terminal.wait_for(lambda screen: screen.count("✓ completed") == 3)
        with waiting:
            events = re.findall(r'"event": "(\w+)"', waiting.stdout.read())
        assert waiting.returncode == 0
        assert [event for event in events if event != "progress"] == [
            "trouble",
            "recovered",
            "ended",
        ]
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_exit() == 143
