"""A process that is stopped for a while: no burst when it goes on, and all is as before."""

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from tests.live.server import environ, live_api
from tests.live.test_several_processes import watched
from tests.terminal import Terminal

EVALTOP = str(Path(sys.executable).with_name("evaltop"))


@pytest.mark.parametrize("seconds", [3.0, pytest.param(30.0, marks=pytest.mark.nightly)])
def test_after_a_stop_each_question_is_asked_once(tmp_path: Path, seconds: float) -> None:
    with (
        live_api() as api,
        Terminal([EVALTOP], environ=environ(tmp_path, api, "app")) as terminal,
    ):
        terminal.wait_for("nightly-3")
        api.wait_for(lambda one: one.path.endswith("evalrun_3"), 0, 20)
        os.kill(terminal.pid, signal.SIGSTOP)
        # What was under way is with the server.
        while psutil.Process(terminal.pid).status() != psutil.STATUS_STOPPED:
            terminal._read(0.02)
        terminal._read(0.2)
        stopped = len(api.asked)
        assert watched(api, [terminal], seconds) == []
        os.kill(terminal.pid, signal.SIGCONT)
        api.wait_for(lambda one: one.path.endswith("/runs"), stopped, 20)
        after = watched(api, [terminal], 0.6)
        for path in {one.path for one in after}:
            assert sum(one.path == path for one in after) <= 2, path
        api.end(*api.ids)
        terminal.wait_for(lambda screen: screen.count("✓ completed") == 3)
        terminal.send("q")
        assert terminal.wait_exit() == 0
