"""The hidden prompt, on a real pseudo-terminal."""

import asyncio
import errno
import io
import os
import pty
import select
import termios
from collections.abc import Iterator
from typing import TextIO

import pytest

from tui.credentials.prompt import TerminalPrompt, terminal_prompt


@pytest.fixture
def terminal() -> Iterator[tuple[int, TextIO]]:
    """A pseudo-terminal: the person's end, and what the program reads from."""
    person, program = pty.openpty()
    with os.fdopen(program, "r") as stdin:
        yield person, stdin
    os.close(person)


def echoes(stdin: TextIO) -> bool:
    return bool(termios.tcgetattr(stdin.fileno())[3] & termios.ECHO)


async def until_hidden(stdin: TextIO, asking: asyncio.Future[str | None]) -> None:
    while echoes(stdin):
        assert not asking.done(), "it has asked for nothing"
        await asyncio.sleep(0.001)


async def test_what_is_typed_is_not_shown_and_the_terminal_is_restored(
    terminal: tuple[int, TextIO],
) -> None:
    person, stdin = terminal
    story = io.StringIO()
    asking = asyncio.create_task(TerminalPrompt(stdin, story)("prod"))
    await until_hidden(stdin, asking)
    os.write(person, b" sk-canary \n")

    assert await asking == "sk-canary"
    assert echoes(stdin)
    assert "Key for prod" in story.getvalue()
    os.set_blocking(person, False)
    try:
        shown = os.read(person, 4096)
    except BlockingIOError:
        shown = b""
    assert b"canary" not in shown


async def test_an_empty_line_is_no_key_and_is_asked_once(terminal: tuple[int, TextIO]) -> None:
    person, stdin = terminal
    prompt = TerminalPrompt(stdin, io.StringIO())
    asking = asyncio.create_task(prompt("prod"))
    await until_hidden(stdin, asking)
    os.write(person, b"\n")

    assert await asking is None
    assert await prompt("prod") is None


async def test_two_connections_are_asked_for_one_after_the_other(
    terminal: tuple[int, TextIO],
) -> None:
    person, stdin = terminal
    story = io.StringIO()
    prompt = TerminalPrompt(stdin, story)
    one, two = (asyncio.create_task(prompt(name)) for name in ("one", "two"))
    await until_hidden(stdin, one)
    assert "two" not in story.getvalue()
    os.write(person, b"first\n")
    assert await one == "first"
    await until_hidden(stdin, two)
    os.write(person, b"second\n")
    assert await two == "second"


async def test_an_interrupted_prompt_gives_the_terminal_back(terminal: tuple[int, TextIO]) -> None:
    _person, stdin = terminal
    asking = asyncio.create_task(TerminalPrompt(stdin, io.StringIO())("prod"))
    await until_hidden(stdin, asking)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert echoes(stdin)


def test_without_a_terminal_nobody_is_asked(terminal: tuple[int, TextIO]) -> None:
    _person, stdin = terminal
    assert terminal_prompt(io.StringIO(), io.StringIO()) is None
    assert terminal_prompt(stdin, io.StringIO()) is None
    assert terminal_prompt(stdin, stdin) is not None


async def test_a_key_may_come_in_pieces_and_nothing_but_the_echo_is_changed(
    terminal: tuple[int, TextIO],
) -> None:
    person, stdin = terminal
    before = termios.tcgetattr(stdin.fileno())
    story = io.StringIO()
    asking = asyncio.create_task(TerminalPrompt(stdin, story)("prod"))
    await until_hidden(stdin, asking)
    now = termios.tcgetattr(stdin.fileno())
    assert now[3] == before[3] & ~termios.ECHO
    os.write(person, b"sk-\x04")  # gives what is typed so far, without an end of line
    while select.select([stdin], [], [], 0)[0]:
        assert not asking.done(), "it waits for the end of the line"
        await asyncio.sleep(0.001)
    os.write(person, b"canary\n")
    assert await asking == "sk-canary"
    assert story.getvalue() == "Key for prod (not shown, kept in memory; enter for none): \n"


async def test_what_is_no_text_is_taken_as_far_as_it_is(terminal: tuple[int, TextIO]) -> None:
    person, stdin = terminal
    asking = asyncio.create_task(TerminalPrompt(stdin, io.StringIO())("prod"))
    await until_hidden(stdin, asking)
    os.write(person, b"a\xffb\n")
    assert await asking == "a\ufffdb"


async def test_a_terminal_that_goes_away_has_no_key() -> None:
    person, program = pty.openpty()
    with os.fdopen(program, "r") as stdin:
        asking = asyncio.create_task(TerminalPrompt(stdin, io.StringIO())("prod"))
        await until_hidden(stdin, asking)
        os.close(person)
        assert await asking is None


async def test_a_terminal_that_cannot_be_read_has_no_key(
    terminal: tuple[int, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    person, stdin = terminal
    asking = asyncio.create_task(TerminalPrompt(stdin, io.StringIO())("prod"))
    await until_hidden(stdin, asking)

    def refused(handle: int, size: int) -> bytes:
        raise OSError(errno.EIO, "of a process in the background")

    monkeypatch.setattr("tui.credentials.prompt.os.read", refused)
    os.write(person, b"\n")
    assert await asking is None


@pytest.mark.parametrize("kept", [("memory",), ("the keyring", "the keyring")])
async def test_the_prompt_of_a_terminal_reads_and_tells_there(
    terminal: tuple[int, TextIO], kept: tuple[str, ...]
) -> None:
    person, stdin = terminal
    with os.fdopen(os.dup(stdin.fileno()), "w") as story:
        prompt = terminal_prompt(stdin, story, *kept[1:])
        assert prompt is not None
        asking = asyncio.ensure_future(prompt("prod"))
        await until_hidden(stdin, asking)
        asked = f"Key for prod (not shown, kept in {kept[0]}; enter for none): "
        assert os.read(person, 4096) == asked.encode()
        os.write(person, b"sk-canary\n")
        assert await asking == "sk-canary"
