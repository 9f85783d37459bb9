"""Programs that print keys, and those that do something else."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tui import own_session
from tui.credentials.command import CommandFailedError, command_token

ENVIRON = dict(os.environ)


async def command_output(
    command: tuple[str, ...], environ: dict[str, str], limit_s: float = 10.0
) -> str:
    return (await command_token(command, environ, limit_s=limit_s)).key


def python(program: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program, *arguments)


async def test_the_output_is_trimmed() -> None:
    assert await command_output(("echo", "  a-key  "), ENVIRON) == "a-key"


async def test_there_is_no_shell() -> None:
    assert await command_output(("echo", "$HOME; `id` | cat"), ENVIRON) == "$HOME; `id` | cat"


async def test_the_program_sees_the_environment_but_no_input() -> None:
    program = "import os, sys; print(os.environ['WHERE'] + repr(sys.stdin.read()))"

    assert await command_output(python(program), {"WHERE": "here"}) == "here''"


async def test_what_it_says_on_stderr_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    await command_output(python("import sys; print('canary', file=sys.stderr); print(1)"), ENVIRON)

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("no-such-program-anywhere",), "its program was not found"),
        (("/",), "its program cannot be started"),
        (("\0",), "cannot be started"),
        (python("raise SystemExit(3)"), "status 3"),
        (python("import os; os.kill(os.getpid(), 9)"), "status -9"),
        (python("pass"), "printed nothing"),
        (python("print('one\\ntwo')"), "more than one line"),
        (python("print('k\\x1b[31m')"), "control characters"),
        (python("print('k\\u202ee')"), "control characters"),
        (
            python("import sys; sys.stdout.buffer.write(b'\\xff')"),
            "something that is not text",
        ),
        (python("print('x' * 70_000)"), "more than 64 KiB"),
        (python("while True: print('x' * 10_000)"), "more than 64 KiB"),
    ],
)
async def test_what_is_no_key_is_refused(command: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandFailedError, match=rf"^(it printed )?{says}|{says}$"):
        await command_output(command, ENVIRON)


async def test_a_full_64_kib_is_taken() -> None:
    assert len(await command_output(python("print('x' * 65_535)"), ENVIRON)) == 65_535


async def test_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    program = (
        "import os, pathlib, sys, time\n"
        "child = os.fork()\n"
        "if child: pathlib.Path(sys.argv[1]).write_text(f'{os.getpid()} {child}')\n"
        "time.sleep(600)"
    )

    with pytest.raises(CommandFailedError, match="did not end within"):
        await command_output(python(program, str(pids)), ENVIRON, limit_s=1.5)

    await asyncio.to_thread(wait_until_gone, pids)


async def test_a_child_that_has_left_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_session, "KILL_S", 0.1)
    before = open_pipes()
    pids = tmp_path / "pids"
    program = (
        "import os, pathlib, sys, time\n"
        "child = os.fork()\n"
        "if not child: os.setsid(); time.sleep(600)\n"
        "pathlib.Path(sys.argv[1]).write_text(str(child)); time.sleep(600)"
    )

    with pytest.raises(CommandFailedError, match="did not end within"):
        await command_output(python(program, str(pids)), ENVIRON, limit_s=1.5)

    await asyncio.sleep(0)
    assert open_pipes() == before, "nothing is kept open for it"
    os.kill(int(pids.read_text()), signal.SIGKILL)


async def test_a_program_nobody_waits_for_is_killed(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    program = (
        "import os, pathlib, sys, time\n"
        "part = pathlib.Path(sys.argv[1] + '.part'); part.write_text(str(os.getpid()))\n"
        "part.rename(sys.argv[1]); time.sleep(600)"
    )
    task = asyncio.create_task(command_output(python(program, str(pids)), ENVIRON))
    await asyncio.to_thread(wait_for, pids.exists)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.to_thread(wait_until_gone, pids)


async def started(*command: str) -> tuple[asyncio.subprocess.Process, bytes]:
    """Start a program; return it with the first line it prints."""
    process = await own_session.start(
        command, ENVIRON, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    return process, await process.stdout.readline()


async def test_a_program_has_a_session_of_its_own_that_ends_with_it(tmp_path: Path) -> None:
    process, line = await started("sh", "-c", "sleep 600 & echo $!; wait")
    assert os.getsid(process.pid) == os.getsid(int(line)) == process.pid
    await own_session.kill(process)
    assert process.returncode == -signal.SIGKILL
    pids = tmp_path / "pids"
    pids.write_bytes(line)
    await asyncio.to_thread(wait_until_gone, pids)


async def test_what_has_ended_is_killed_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    process, _ = await started("echo", "done")
    await process.wait()
    await own_session.kill(process)

    def refused(_group: int, _signal: int) -> None:
        raise PermissionError

    process, _ = await started("echo", "another's by now")
    monkeypatch.setattr("tui.own_session.os.killpg", refused)
    await own_session.kill(process)
    assert process.returncode == 0


async def test_what_a_killed_program_has_printed_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(own_session, "KILL_S", 3600.0)
    process, _ = await started("yes")
    await own_session.kill(process)
    assert process.returncode == -signal.SIGKILL


async def test_who_has_left_the_session_keeps_nobody_waiting_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = open_pipes()
    monkeypatch.setattr(own_session, "KILL_S", 0.02)
    process, line = await started("sh", "-c", "setsid sleep 600 & echo $!; wait")
    await asyncio.to_thread(wait_for, lambda: os.getsid(int(line)) != process.pid)
    await own_session.kill(process)
    assert open_pipes() == before
    os.kill(int(line), signal.SIGKILL)


def open_pipes() -> set[str]:
    """Return the pipes this process holds."""
    found = set()
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the one the folder itself was read with
            found.add(str(handle.readlink()))
    return {name for name in found if name.startswith("pipe:")}


def wait_for(happened: Callable[[], bool]) -> None:
    """Look again and again; the test's own time limit ends what never happens."""
    while not happened():
        threading.Event().wait(0.005)


def wait_until_gone(pids: Path) -> None:
    """Wait until none of the processes runs (a killed child may be a zombie for a moment)."""

    def gone(pid: str) -> bool:
        try:
            return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return True

    wait_for(lambda: all(map(gone, pids.read_text().split())))


async def test_it_gets_no_input_even_where_there_is_some() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"canary")
    os.close(writing)
    before = os.dup(0)
    os.dup2(reading, 0)
    try:
        told = await command_output(python("import sys; print('>' + sys.stdin.read())"), ENVIRON)
    finally:
        os.dup2(before, 0)
        os.close(before)
        os.close(reading)
    assert told == ">"
