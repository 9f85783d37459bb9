"""A program of the person's that is given an event."""

import asyncio
from collections.abc import Mapping

from tui import own_session

LIMIT_S = 10.0


async def run_hook(
    command: tuple[str, ...],
    data: bytes,
    environ: Mapping[str, str],
    *,
    limit_s: float = LIMIT_S,
) -> str:
    """Run a program without a shell, with `data` on its standard input. Returns what went wrong.

    It has no terminal, and what it prints goes nowhere. It and its children are killed when it
    takes too long.
    """
    try:
        process = await own_session.start(
            command, environ, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
        )
    except own_session.NotStartedError as error:
        return str(error)
    try:
        async with asyncio.timeout(limit_s):
            await process.communicate(data)
    except TimeoutError:
        return f"it did not end within {limit_s:g} s"
    except OSError:
        return "it did not take what it was given"
    finally:
        if process.returncode is None:
            await own_session.kill(process)
    return "" if process.returncode == 0 else f"it ended with status {process.returncode}"
