"""Watched runs are told of once: by the terminal, the bell, a program; not at night."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.clock import FakeClock
from tests.store.builders import REF, make_run
from tui.config import NotifySettings
from tui.models import RunRef, Status
from tui.notices.hook import run_hook
from tui.notices.quiet import is_quiet
from tui.notices.telling import Telling
from tui.store import Concern, Store

KITTY = {"TERM": "xterm-kitty", "PATH": os.environ["PATH"]}
XTERM = {"TERM": "xterm-256color", "PATH": os.environ["PATH"]}
STALLED = Concern("stalled", "No row has ended for 40 minutes.")


class World:
    """A store with a watched run, and a terminal that keeps what it is given."""

    def __init__(self, directory: Path | None = None) -> None:
        self.clock = FakeClock()
        self.store = Store.open(directory, clock=self.clock)
        self.written: list[str] = []
        self.said: list[str] = []
        self.takes: Callable[[], bool] = lambda: True

    def watch(self, *refs: RunRef, least: float | None = None) -> None:
        for ref in refs or (REF,):
            self.store.apply_run(make_run(ref.path, Status.RUNNING))
            self.store.events.watch(ref, on=True, min_pass_rate=least)

    def telling(self, environ: dict[str, str] = XTERM, **settings: object) -> Telling:
        return Telling(
            self.store,
            NotifySettings(**settings),  # type: ignore[arg-type] # as the test says
            self.clock,
            environ,
            write=self.write,
            say=self.said.append,
        )

    def write(self, data: str) -> bool:
        if self.takes():
            self.written.append(data)
            return True
        return False


async def test_an_end_and_a_stall_are_told_once_and_what_went_on_is_not() -> None:
    world = World()
    world.watch()
    telling = world.telling(KITTY)
    await telling.tell()
    assert world.written == []
    world.store.set_concerns(REF, (STALLED,))
    await telling.tell()
    assert len(world.written) == 1
    assert "stalled: No row has ended for 40 minutes." in world.written[0]
    world.store.apply_run(make_run(status=Status.COMPLETED))
    await telling.tell()
    await telling.tell()
    assert len(world.written) == 2
    assert "completed" in world.written[1]


async def test_runs_nobody_watches_and_what_was_before_the_watch_are_not_told() -> None:
    world = World()
    world.store.apply_run(make_run(status=Status.RUNNING))
    world.store.set_concerns(REF, (STALLED,))
    await world.telling(KITTY).tell()
    world.store.events.watch(REF, on=True)
    await world.telling(KITTY).tell()
    assert world.written == []


async def test_it_is_told_once_over_processes_and_restarts(tmp_path: Path) -> None:
    one, other = World(tmp_path), World(tmp_path)
    one.watch()
    one.store.apply_run(make_run(status=Status.FAILED))
    for world in (one, other, World(tmp_path)):
        await world.telling(KITTY).tell()
    assert len(one.written) == 1
    assert other.written == []


@pytest.mark.parametrize(
    ("environ", "settings", "written"),
    [
        (XTERM, {}, "\a"),
        (XTERM, {"bell": False}, ""),
        (XTERM, {"terminal": "osc9", "bell": False}, "\x1b]9;"),
        (KITTY, {"terminal": "off"}, "\a"),
        (KITTY, {}, "\x1b]99;"),
        ({**KITTY, "TMUX": "x"}, {}, "\x1bPtmux;"),
    ],
)
async def test_the_bell_stands_in_where_no_notification_is_known(
    environ: dict[str, str], settings: dict[str, object], written: str
) -> None:
    world = World()
    world.watch()
    world.store.apply_run(make_run(status=Status.COMPLETED))
    await world.telling(environ, **settings).tell()
    assert "".join(world.written).startswith(written)
    assert bool(world.written) is bool(written)
    if "TMUX" in environ:
        assert world.written[0].endswith("\x1b\\\a")


async def test_a_terminal_that_takes_nothing_is_tried_again_later() -> None:
    world = World()
    world.watch()
    world.store.apply_run(make_run(status=Status.COMPLETED))
    tries = iter((False, False, True))
    world.takes = lambda: next(tries)
    telling = asyncio.ensure_future(world.telling().tell())
    while not telling.done():
        await asyncio.sleep(0)
        world.clock.advance(1)
    assert world.written == ["\a"]


async def test_many_at_once_are_one_notification() -> None:
    world = World()
    refs = [RunRef("prod", f"eval_a/run_{n}") for n in range(5)]
    world.watch(*refs)
    for ref in refs:
        world.store.apply_run(make_run(ref.path, Status.COMPLETED))
    await world.telling(KITTY).tell()
    assert len(world.written) == 1
    assert "5 things happened to watched runs" in world.written[0]


async def test_nobody_is_disturbed_in_quiet_hours_nor_after_them() -> None:
    world = World()
    world.watch()
    now = world.clock.now().astimezone()
    quiet = f"{now:%H}:00-{(now.hour + 1) % 24:02}:00"
    world.store.apply_run(make_run(status=Status.COMPLETED))
    await world.telling(KITTY, quiet=quiet).tell()
    await world.telling(KITTY).tell()
    assert world.written == []
    assert [event.kind for event in world.store.events.unseen()] == ["completed"]


@pytest.mark.parametrize(
    ("hours", "at", "quiet"),
    [
        ("22:00-07:00", "23:30", True),
        ("22:00-07:00", "06:59", True),
        ("22:00-07:00", "07:00", False),
        ("22:00-07:00", "12:00", False),
        ("09:00-17:00", "12:00", True),
        ("09:00-17:00", "08:59", False),
        (None, "03:00", False),
    ],
)
def test_quiet_hours_may_pass_midnight(hours: str | None, at: str, *, quiet: bool) -> None:
    hour, minute = map(int, at.split(":"))
    moment = datetime(2026, 11, 20, hour, minute).astimezone()
    assert is_quiet(hours, moment.astimezone(UTC)) is quiet


async def until(holds: Callable[[], bool]) -> None:
    """Let loops and programs go on until something holds."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - a file of another process has no event
            await asyncio.sleep(0.01)


def program(tmp_path: Path, body: str) -> tuple[str, ...]:
    file = tmp_path / "hook.py"
    file.write_text(body, encoding="utf-8")
    return (sys.executable, str(file))


async def test_the_program_gets_the_event_as_json_on_its_input(tmp_path: Path) -> None:
    world = World()
    world.watch()
    out = tmp_path / "out.json"
    command = program(
        tmp_path,
        f"import sys, os\nopen({str(out)!r} + '.part', 'wb').write(sys.stdin.buffer.read())\n"
        f"os.rename({str(out)!r} + '.part', {str(out)!r})\nprint('noise')\n",
    )
    telling = world.telling(command=command, bell=False)
    running = asyncio.ensure_future(telling.run())
    change = world.store.apply_run(make_run(status=Status.FAILED))
    telling.changed(change)
    await until(out.exists)
    running.cancel()
    found = json.loads(out.read_text("utf-8"))
    assert set(found) == {"at", "event", "ref", "run"}
    assert (found["event"], found["ref"], found["run"]["status"]) == ("failed", str(REF), "failed")
    assert world.said == []


async def test_what_is_wrong_with_the_program_is_said_once(tmp_path: Path) -> None:
    world = World()
    world.watch()
    telling = world.telling(command=(str(tmp_path / "nowhere"),), bell=False)
    running = asyncio.ensure_future(telling.run())
    for status in (Status.FAILED, Status.RUNNING, Status.EXPIRED):
        telling.changed(world.store.apply_run(make_run(status=status)))
        await until(lambda: not world.store.events.untold() and telling._hooks.empty())
        await until(lambda: bool(world.said))
    running.cancel()
    assert world.said == ["[notify] command: its program was not found"]


async def test_a_program_that_fails_or_hangs_is_named_and_ended(tmp_path: Path) -> None:
    fails = program(tmp_path, "raise SystemExit(3)")
    assert await run_hook(fails, b"{}", XTERM) == "it ended with status 3"
    hangs = program(tmp_path, "import time\ntime.sleep(600)")
    assert await run_hook(hangs, b"{}", XTERM, limit_s=0.5) == "it did not end within 0.5 s"
    deaf = program(tmp_path, "import os\nos.close(0)")
    assert await run_hook(deaf, b"x" * 1_000_000, XTERM) == ""
    assert await run_hook((str(tmp_path),), b"{}", XTERM) == "its program cannot be started"
