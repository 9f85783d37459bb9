"""The runs that are open: their detail and rows, in turn where there are several."""

import pytest

from tests.polling.fakes import make_row, make_run
from tests.polling.world import World
from tui.errors import RejectedError, ServerFaultError
from tui.models import RunRef, Status


@pytest.fixture
def world() -> World:
    return World()


async def test_the_focused_run_brings_detail_and_rows_then_rests(world: World) -> None:
    await world.loop.tick()
    world.asked()
    world.focus.focus(RunRef("prod", "live"))
    delay = await world.focus.tick()
    assert world.asked() == ["get live", "rows live 0"]
    assert delay is not None
    assert 4 <= delay <= 6
    await world.focus.tick()
    assert world.asked() == ["get live"], "an unchanged count needs no new walk"
    world.provider.sources["eval_a"][1] = make_run("live", Status.RUNNING, done=2)
    await world.focus.tick()
    assert world.asked() == ["get live", "rows live 0"]


async def test_a_finished_run_is_never_asked_again_after_its_last_fetch(world: World) -> None:
    await world.loop.tick()
    ref = RunRef("prod", "done")
    world.focus.focus(ref)
    for _ in range(5):
        delay = await world.focus.tick()
        if delay is None:
            break
        world.clock.advance(delay)
    stored = world.store.run(ref)
    assert stored is not None
    assert stored.sync.final
    world.asked()
    for _ in range(3):
        world.clock.advance(3600)
        assert await world.focus.tick() is None
    world.focus.focus()
    world.focus.focus(ref)
    await world.focus.tick()
    assert world.asked() == []
    world.focus.refresh()
    await world.focus.tick()
    assert world.asked()[:2] == ["get done", "rows done 0"]


async def test_the_rows_of_several_live_runs_come_in_turn(world: World) -> None:
    world.provider.sources["eval_a"].append(make_run("late", Status.RUNNING, done=1))
    world.provider.rows["late"] = [make_row("0")]
    await world.loop.tick()
    world.asked()
    world.focus.focus(RunRef("prod", "live"), RunRef("prod", "late"))
    assert await world.focus.tick() == 0
    assert world.asked() == ["get live", "rows live 0"]
    delay = await world.focus.tick()
    assert world.asked() == ["get late", "rows late 0"]
    assert delay is not None
    assert 0 < delay <= 6, "it waits for the first of them"
    for name, place in (("live", 1), ("late", 2)):
        world.provider.sources["eval_a"][place] = make_run(name, Status.COMPLETED, done=2)
        world.provider.rows[name].append(make_row("1"))
    for _ in range(12):
        delay = await world.focus.tick()
        if delay is None:
            break
        world.clock.advance(delay)
    assert delay is None
    for name in ("live", "late"):
        stored = world.store.run(RunRef("prod", name))
        assert stored is not None
        assert (stored.sync.rows_stored, stored.sync.final) == (2, True)


async def test_a_failing_run_does_not_hold_up_the_other(world: World) -> None:
    await world.loop.tick()
    world.asked()
    world.provider.failures["get gone"] = RejectedError("it is not there")
    world.focus.focus(RunRef("prod", "gone"), RunRef("prod", "live"))
    assert await world.focus.tick() == 0
    delay = await world.focus.tick()
    assert world.failures == ["prod/gone: it is not there"]
    assert "rows live 0" in world.asked()
    assert delay is not None
    assert delay > 0


async def test_a_failing_focused_run_says_why_and_tries_again(world: World) -> None:
    await world.loop.tick()
    world.provider.failures["rows live 0"] = ServerFaultError("rows are down")
    world.focus.focus(RunRef("prod", "live"))
    delay = await world.focus.tick()
    assert delay is not None
    assert world.failures == ["prod/live: rows are down"]
    world.provider.failures.clear()
    await world.focus.tick()
    stored = world.store.run(RunRef("prod", "live"))
    assert stored is not None
    assert stored.sync.rows_stored == 1
