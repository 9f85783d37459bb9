"""Programs of the person's, run without a shell and out of reach of the terminal."""

import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import suppress

KILL_S = 2.0
"""How long a killed program's end is waited for."""
_PIECE = 64 * 1024


class NotStartedError(Exception):
    """The program could not be started; the message says why."""


async def start(
    command: tuple[str, ...], environ: Mapping[str, str], *, stdin: int, stdout: int
) -> asyncio.subprocess.Process:
    """Start a program in a session of its own; what it writes to stderr goes nowhere.

    Args:
        command: the program and its arguments.
        environ: its environment.
        stdin: `asyncio.subprocess.PIPE` or `DEVNULL`.
        stdout: the same.

    Raises:
        NotStartedError: there is no such program, or it cannot be run.
    """
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=stdin,
            stdout=stdout,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(environ),
            start_new_session=True,
        )
    except FileNotFoundError:
        raise NotStartedError("its program was not found") from None
    except (OSError, ValueError):
        raise NotStartedError("its program cannot be started") from None


async def kill(process: asyncio.subprocess.Process) -> None:
    """Kill the program and its children, and take its status."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    # asyncio tells the end of a process only once its output is read to the end. A child that has
    # left the group may hold it open; nobody waits for that one.
    with suppress(TimeoutError):
        async with asyncio.timeout(KILL_S):
            while process.stdout is not None and await process.stdout.read(_PIECE):
                pass
            await process.wait()
    process._transport.close()  # type: ignore[attr-defined] # noqa: SLF001 - nothing public does
    await asyncio.sleep(0)  # the loop closes it in its next turn
