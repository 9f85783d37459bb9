"""Four real evaltop processes on one store: two apps in terminals, two `wait`s."""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.live.server import Asked, LiveApi, environ, live_api
from tests.terminal import Terminal

EVALTOP = str(Path(sys.executable).with_name("evaltop"))
TAKEN_OVER_S = 8.0


def watched(api: LiveApi, terminals: list[Terminal], seconds: float) -> list[Asked]:
    """Let time pass and return what is asked meanwhile, but for what each process asks once."""
    begun = len(api.asked)
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        for terminal in terminals:
            terminal._read(min(left, 0.05))
    return [one for one in api.asked[begun:] if not one.path.endswith("/eval_1")]


def waiting(home: Path, api: LiveApi, key: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [EVALTOP, "wait", "prod/eval_1/evalrun_1", "--format=jsonl"],
        env={"PATH": os.environ["PATH"], **environ(home, api, key)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.mark.parametrize("seconds", [3.0, pytest.param(30.0, marks=pytest.mark.nightly)])
def test_four_ask_no_more_than_one_and_another_takes_over(tmp_path: Path, seconds: float) -> None:
    with ExitStack() as stack:
        api = stack.enter_context(live_api())
        apps: dict[str, Terminal] = {}
        alone: list[Asked] = []
        for key in ("app-1", "app-2"):
            apps[key] = terminal = stack.enter_context(
                Terminal([EVALTOP], environ=environ(tmp_path, api, key), columns=120)
            )
            terminal.wait_for("nightly-3")
            if seconds > 10 and key == "app-1":
                alone = watched(api, [terminal], seconds)
        waits = [waiting(tmp_path, api, key) for key in ("wait-1", "wait-2")]
        for process in waits:
            stack.enter_context(process)
            stack.callback(process.kill)
            assert process.stdout is not None
            assert '"event": "waiting"' in process.stdout.readline()

        together = watched(api, [*apps.values()], seconds)
        for path in {one.path for one in together}:
            # A question is asked anew once 0.8 of its interval has passed, never sooner.
            asked = sum(one.path == path for one in together)
            assert asked <= seconds / 0.8 + 2, path
        if alone:  # a short look at a busy machine says nothing
            assert {one.who for one in alone} == {"app-1"}
            assert len(together) <= len(alone) * 1.2, (len(alone), len(together))

        lists = [one for one in api.asked if one.path.endswith("/runs")]
        poller = lists[-1].who
        killed = apps.pop(poller)
        since = len(api.asked)
        os.kill(killed.pid, signal.SIGKILL)
        (left,) = apps
        api.wait_for(
            lambda one: one.who == left and one.path.endswith("/runs"), since, TAKEN_OVER_S
        )
        api.end(*api.ids)
        apps[left].wait_for(lambda screen: screen.count("✓ completed") == 3)
        for process in waits:
            assert process.wait(20) == 0
        apps[left].send("q")
        assert apps[left].wait_exit() == 0
