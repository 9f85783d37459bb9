"""A person's pace, and a machine that has slept."""

import asyncio
from random import Random

import pytest

from tests.polling.world import World
from tui.polling.poller import PACES, Poller


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
