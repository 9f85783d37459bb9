"""A person's pace, and a machine that has slept."""

import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random

import pytest

from tests.polling.world import FakeLink, World
from tui.polling.pace import PACES, Pace
from tui.polling.poller import Poller
from tui.polling.turns import Turns
from tui.store import Change, Store


@pytest.fixture
def world() -> World:
    return World()


def poller_of(world: World) -> Poller:
    return Poller({"prod": world.link}, world.store, world.clock, Random(1))


def test_faster_and_slower_change_the_waits_within_bounds_and_not_the_budget(
    world: World,
) -> None:
    poller = poller_of(world)
    assert poller.pace == 1.0
    assert poller.change_pace(faster=True) == 0.5
    assert world.link.poll.live_s == world.link.config.poll.live_s / 2
    assert world.link.poll.focused_s == world.link.config.poll.focused_s / 2
    assert world.link.poll.max_requests_per_min == world.link.config.poll.max_requests_per_min
    assert [poller.change_pace(faster=True) for _ in range(3)][-1] == PACES[0]
    assert [poller.change_pace(faster=False) for _ in range(9)][-1] == PACES[-1]
    assert world.link.poll.idle_s == world.link.config.poll.idle_s * PACES[-1]


def shared_pace(folder: Path) -> Pace:
    return Pace(folder / "pace", Turns(folder / "turns"))


def test_the_last_word_counts_whoever_says_it(tmp_path: Path) -> None:
    one, other, late = (shared_pace(tmp_path) for _ in range(3))
    assert not one.look()
    one.set(0.5)
    assert other.look()
    assert not other.look()
    assert other.value == 0.5
    other.set(4.0)
    assert one.look()
    assert one.value == 4.0
    assert late.look()
    assert late.value == 4.0
    one.set(1.0)
    assert other.look()
    assert late.look()
    assert (one.value, other.value, late.value) == (1.0, 1.0, 1.0)


ASKS = """
import sys
import threading
import time
from pathlib import Path
from tui.polling.pace import Pace
from tui.polling.turns import Turns
folder = Path(sys.argv[1])
Pace(folder / "pace", Turns(folder / "turns")).set(0.25)
print("asked", flush=True)
sys.stdin.read()
"""


def test_a_look_under_way_does_not_undo_a_wish(tmp_path: Path) -> None:
    pace = shared_pace(tmp_path)
    done = threading.Event()

    def look_on() -> None:
        while not done.is_set():
            pace.look()

    looking = threading.Thread(target=look_on)
    looking.start()
    try:
        for value in (2.0, 4.0) * 20:
            pace.set(value)
            time.sleep(0)
            assert pace.value == value
    finally:
        done.set()
        looking.join()


def test_a_pace_ends_with_the_process_that_wished_for_it(tmp_path: Path) -> None:
    mine = shared_pace(tmp_path)
    mine.set(8.0)
    command = [sys.executable, "-c", ASKS, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as asking:
        assert asking.stdout is not None
        assert asking.stdout.readline() == b"asked\n"
        assert mine.look()
        assert mine.value == 0.25
        asking.kill()
    assert mine.look()
    assert mine.value == 1.0
    assert (tmp_path / "pace").read_bytes() == b""
    assert not mine.look()


@pytest.mark.parametrize("data", [b"", b"x", b"12345678" + b"\xff" * 8, b"y" * 40])
def test_what_is_no_pace_is_the_usual_one(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "pace").write_bytes(data)
    pace = shared_pace(tmp_path)
    assert not pace.look()
    assert pace.value == 1.0


async def test_the_process_that_asks_follows_a_pace_wished_for_in_another(
    world: World, tmp_path: Path
) -> None:
    store = Store.open(tmp_path, clock=world.clock)
    link = FakeLink(world.provider, store, world.clock)
    poller = Poller({"prod": link}, store, world.clock, Random(1), pace=shared_pace(tmp_path))
    other = shared_pace(tmp_path)
    heard: asyncio.Queue[Change] = asyncio.Queue()
    watching = asyncio.create_task(poller._watch_store())
    poller.subscribe(heard.put_nowait)
    loop = poller._loops["prod"]
    other.set(0.5)
    while "prod" not in (await asyncio.wait_for(heard.get(), 10)).connections:
        pass
    assert poller.pace == 0.5
    assert loop.waker._woken.is_set(), "faster means now"
    assert 6.5 <= await loop.tick() <= 8.5
    other.set(4.0)
    while poller.pace != 4.0:
        await asyncio.wait_for(heard.get(), 10)
    assert 53 <= await loop.tick() <= 67
    assert poller.change_pace(faster=True) == 2.0
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    store.close()


async def test_after_a_sleep_every_list_is_asked_once(world: World) -> None:
    slept = [0.0, 0.0, 3600.0]
    woken = asyncio.Event()

    def slept_s() -> float:
        if len(slept) == 1:
            woken.set()
            return slept[0]
        return slept.pop(0)

    poller = Poller({"prod": world.link}, world.store, world.clock, Random(1), slept_s=slept_s)
    loop = poller._loops["prod"]
    await loop.tick()
    world.asked()
    watching = asyncio.ensure_future(poller._watch_sleep())
    await asyncio.wait_for(woken.wait(), 10)
    await asyncio.sleep(0)
    assert loop.waker._woken.is_set()
    watching.cancel()


async def test_a_clock_that_jumps_wakes_nobody(world: World) -> None:
    poller = Poller({"prod": world.link}, world.store, world.clock, Random(1), slept_s=lambda: 0.0)
    loop = poller._loops["prod"]
    watching = asyncio.ensure_future(poller._watch_sleep())
    for days in (1, -2):
        world.clock.jump(days * 86_400)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert not loop.waker._woken.is_set()
    watching.cancel()
