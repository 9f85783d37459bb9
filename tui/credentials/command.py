"""`key_command`: a program of the user's that prints the key, or a token that ends."""

import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import suppress

from tui.credentials.tokens import NotATokenError, Token, read_token

LIMIT_S = 10.0
OUTPUT_BYTES = 64 * 1024
KILL_S = 2.0
"""How long a killed program's end is waited for."""


class CommandFailedError(Exception):
    """No key came out. The message says why, without anything the program printed."""


async def command_token(
    command: tuple[str, ...], environ: Mapping[str, str], *, limit_s: float = LIMIT_S
) -> Token:
    """Run a program without a shell and return the key it printed, with its end if it told one.

    It gets no input and no terminal; what it writes to stderr goes nowhere. It and its children
    are killed when it takes too long, prints too much or nobody waits any more.

    Raises:
        CommandFailedError: it cannot be started, failed, or printed something that is no key.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(environ),
            start_new_session=True,
        )
    except FileNotFoundError:
        raise CommandFailedError("its program was not found") from None
    except (OSError, ValueError):
        raise CommandFailedError("its program cannot be started") from None
    status = None
    try:
        async with asyncio.timeout(limit_s):
            output = await _bounded_output(process)
            status = await process.wait()
    except TimeoutError:
        raise CommandFailedError(f"it did not end within {limit_s:g} s") from None
    finally:
        if status is None:
            await _kill(process)
    if status != 0:
        raise CommandFailedError(f"it ended with status {status}")
    return _token_of(output)


async def _bounded_output(process: asyncio.subprocess.Process) -> bytes:
    output = bytearray()
    while process.stdout is not None and (piece := await process.stdout.read(4096)):
        output += piece
        if len(output) > OUTPUT_BYTES:
            raise CommandFailedError(f"it printed more than {OUTPUT_BYTES // 1024} KiB")
    return bytes(output)


async def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill the program and its children, and take its status."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    # asyncio tells the end of a process only once its output is read to the end. A child that has
    # left the group may hold it open; nobody waits for that one.
    with suppress(TimeoutError):
        async with asyncio.timeout(KILL_S):
            while process.stdout is not None and await process.stdout.read(OUTPUT_BYTES):
                pass
            await process.wait()


def _token_of(output: bytes) -> Token:
    try:
        return read_token(output.decode())
    except UnicodeDecodeError:
        raise CommandFailedError("it printed something that is not text") from None
    except NotATokenError as error:
        raise CommandFailedError(str(error)) from None
