"""Signals to a command that is at work, and to one that does not end."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

NEVER_ENDS = """
import asyncio
from tui.commands.ending import run_until_signalled

async def command():
    try:
        print("at work", flush=True)
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        print("ending", flush=True)
        await asyncio.Event().wait()
    return 0

raise SystemExit(run_until_signalled(command()))
"""


@contextmanager
def at_work() -> Iterator[subprocess.Popen[str]]:
    """Yield a process whose command never ends when it is cancelled."""
    process = subprocess.Popen(
        [sys.executable, "-c", NEVER_ENDS],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def told(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.mark.parametrize("first", SIGNALS)
@pytest.mark.parametrize("second", SIGNALS)
def test_another_signal_ends_what_does_not_end(
    first: signal.Signals, second: signal.Signals
) -> None:
    with at_work() as process:
        process.send_signal(first)
        assert told(process) == "ending\n"
        process.send_signal(second)
        assert process.wait(20) == -second
