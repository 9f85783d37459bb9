"""A signal ends a command in order; another one while it ends does so at once."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from tui.terminal import SIGNAL_EXITS


def run_until_signalled(command: Coroutine[Any, Any, int]) -> int:
    """Run a command in a loop of its own and return its exit code.

    SIGTERM, SIGHUP and ctrl+c cancel it; when it has ended, the code is the signal's. A signal
    that is ignored when this is called, as by nohup, stays so.
    """
    told: list[int] = []

    async def watched() -> int:
        with _cancelled_by_signals(told):
            return await command

    try:
        return asyncio.run(watched())
    except (asyncio.CancelledError, OSError):
        # After a hang-up there is no terminal that takes what a command says at its end.
        if not told:
            raise
    _drop_unwritable()
    return told[0]


@contextmanager
def _cancelled_by_signals(told: list[int]) -> Iterator[None]:
    """Have the first signal cancel the calling task and add its exit code to `told`.

    Plain handlers: one of the loop's would not come to run while the loop computes, so that a
    second signal would not end it. The loop's are set all the same, for they end its waiting.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    before = {
        number: handler
        for number in (getattr(signal, name) for name in SIGNAL_EXITS)
        if (handler := signal.getsignal(number)) is not signal.SIG_IGN
    }

    def ended(number: int, _frame: object) -> None:
        for each in before:
            interrupts = each == signal.SIGINT
            signal.signal(each, signal.default_int_handler if interrupts else signal.SIG_DFL)
        told.append(SIGNAL_EXITS[signal.Signals(number).name])
        if task is not None:
            loop.call_soon_threadsafe(task.cancel)

    for number in before:
        loop.add_signal_handler(number, lambda: None)
        signal.signal(number, ended)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            if not told:
                signal.signal(number, handler)


def _drop_unwritable() -> None:
    """Let what a stream does not take go, or Python would complain of it at exit."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
