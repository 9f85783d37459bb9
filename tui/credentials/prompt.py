"""A hidden prompt on the terminal; it keeps what is typed in memory only."""

import asyncio
import os
import termios
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TextIO

Prompt = Callable[[str], Awaitable[str | None]]
"""Given a connection's name, returns the key a person typed; None when they gave none."""

_LONGEST = 16 * 1024


class TerminalPrompt:
    """Asks for one key after the other, without showing what is typed.

    Reads in the event loop, so that requests of other connections go on, and restores the
    terminal when it is interrupted.
    """

    def __init__(self, stdin: TextIO, story: TextIO, kept_in: str = "memory") -> None:
        """Ask on a terminal.

        Args:
            stdin: the terminal.
            story: where the question is written.
            kept_in: where the question says that the key is kept.
        """
        self._stdin = stdin
        self._story = story
        self._kept_in = kept_in
        self._turn = asyncio.Lock()
        self._declined: set[str] = set()

    async def __call__(self, name: str) -> str | None:
        """Ask for a connection's key; an empty line means there is none, and is not asked again."""
        async with self._turn:
            if name in self._declined:
                return None
            self._story.write(
                f"Key for {name} (not shown, kept in {self._kept_in}; enter for none): "
            )
            self._story.flush()
            try:
                key = await self._line()
            finally:
                self._story.write("\n")
                self._story.flush()
            if not key:
                self._declined.add(name)
            return key or None

    async def _line(self) -> str:
        handle = self._stdin.fileno()
        before = termios.tcgetattr(handle)
        hidden = [*before]
        hidden[3] &= ~termios.ECHO
        loop = asyncio.get_running_loop()
        line: asyncio.Future[bytes] = loop.create_future()
        typed = bytearray()

        def take() -> None:
            try:
                piece = os.read(handle, 4096)
            except OSError:
                piece = b""
            typed.extend(piece)
            if not line.done() and (not piece or b"\n" in piece or len(typed) > _LONGEST):
                line.set_result(bytes(typed))

        try:
            termios.tcsetattr(handle, termios.TCSAFLUSH, hidden)
            loop.add_reader(handle, take)
            return (await line).decode(errors="replace").strip()
        finally:
            loop.remove_reader(handle)
            with suppress(termios.error):
                termios.tcsetattr(handle, termios.TCSAFLUSH, before)


def terminal_prompt(stdin: TextIO, story: TextIO, kept_in: str = "memory") -> Prompt | None:
    """Return a prompt where a person sits at a terminal; None elsewhere."""
    if not (stdin.isatty() and story.isatty()):
        return None
    return TerminalPrompt(stdin, story, kept_in)
