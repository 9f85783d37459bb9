"""`key_command`: a program of the user's that prints the key, or a token that ends."""

import asyncio
from collections.abc import Mapping

from tui import own_session
from tui.credentials.tokens import NotATokenError, Token, read_token

LIMIT_S = 10.0
OUTPUT_BYTES = 64 * 1024


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
        process = await own_session.start(
            command, environ, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
        )
    except own_session.NotStartedError as error:
        raise CommandFailedError(str(error)) from None
    status = None
    try:
        async with asyncio.timeout(limit_s):
            output = await _bounded_output(process)
            status = await process.wait()
    except TimeoutError:
        raise CommandFailedError(f"it did not end within {limit_s:g} s") from None
    finally:
        if status is None:
            await own_session.kill(process)
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


def _token_of(output: bytes) -> Token:
    try:
        return read_token(output.decode())
    except UnicodeDecodeError:
        raise CommandFailedError("it printed something that is not text") from None
    except NotATokenError as error:
        raise CommandFailedError(str(error)) from None
