"""The poll loops tick by tick, on a clock of the test's own."""

import asyncio
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.clock import FakeClock
from tests.polling.fakes import connection, make_run
from tests.polling.world import FakeLink, World
from tui.errors import AuthError, RateLimitedError, RejectedError, ServerFaultError
from tui.models import Run, RunRef, Status
from tui.polling.connection_loop import ConnectionLoop
from tui.polling.health import ConnectionHealth, HealthState
from tui.polling.links import Link
from tui.polling.poller import Poller
from tui.polling.sync import Sync
from tui.providers.base import Capabilities
from tui.store import Change


@pytest.fixture
def world() -> World:
    return World()


async def test_older_pages_come_once_a_few_a_tick_and_at_live_pace(world: World) -> None:
    runs = [make_run(f"r{n:02}", age_min=n) for n in range(23)]
    world.provider.sources["eval_a"] = runs
    delays = [await world.loop.tick(), await world.loop.tick()]
    asked = world.asked()
    assert asked.count("list eval_a") == 2
    assert [question for question in asked if "after" in question] == [
        f"list eval_a after {n}" for n in range(2, 24, 2)
    ]
    assert world.store.counts()["runs"] == 23
    assert 13 <= delays[0] <= 17
    assert 54 <= delays[1] <= 66
    await world.loop.tick()
    assert world.asked() == ["list eval_a"]


async def test_after_a_restart_older_pages_are_asked_until_one_is_known(world: World) -> None:
    world.provider.sources["eval_a"] = [make_run(f"r{n}", age_min=n) for n in range(8)]
    await world.loop.tick()
    new = [make_run(f"new{n}", age_min=-n) for n in (3, 2, 1)]
    world.provider.sources["eval_a"][:0] = new
    world.link = FakeLink(world.provider, world.store, world.clock)
    loop = ConnectionLoop(world.link, world.store, world.clock, Random(1), world.healths.append)
    world.asked()
    await loop.tick()
    assert world.asked()[1:] == ["list eval_a", "list eval_a after 2", "list eval_a after 4"]
    assert world.store.counts()["runs"] == 11


async def test_a_page_of_only_new_runs_is_followed_by_older_ones(world: World) -> None:
    world.provider.sources["eval_a"] = [make_run("r0")]
    await world.loop.tick()
    world.provider.sources["eval_a"][:0] = [make_run(f"new{n}", age_min=-n) for n in (3, 2, 1)]
    world.asked()
    await world.loop.tick()
    assert world.asked() == ["list eval_a", "list eval_a after 2"]
    assert world.store.counts()["runs"] == 4


async def test_an_older_page_that_is_refused_is_told_and_not_asked_again(world: World) -> None:
    world.provider.sources["eval_a"] = [make_run(f"r{n}", age_min=n) for n in range(5)]
    world.provider.failures["list eval_a after 2"] = RejectedError("no such cursor")
    await world.loop.tick()
    assert world.loop.health.state is HealthState.ERROR
    assert world.loop.health.ok_at == world.clock.now()
    world.asked()
    await world.loop.tick()
    assert world.asked() == ["list eval_a"]
    assert world.healths[-1].state is HealthState.OK


async def test_a_tick_lists_and_paces_itself_by_what_is_live(world: World) -> None:
    delay = await world.loop.tick()
    assert world.asked() == ["sources", "list eval_a"]
    assert 13 <= delay <= 17
    assert world.loop.health.state is HealthState.OK
    assert world.loop.health.ok_at == world.clock.now()
    world.provider.sources["eval_a"][1] = make_run("live", Status.COMPLETED, done=2)
    delay = await world.loop.tick()
    assert 54 <= delay <= 66


async def test_a_run_that_just_ended_is_asked_once_for_its_detail(world: World) -> None:
    await world.loop.tick()
    world.provider.sources["eval_a"][1] = make_run("live", Status.COMPLETED, done=2)
    world.asked()
    await world.loop.tick()
    assert world.asked() == ["list eval_a", "get live"]
    await world.loop.tick()
    assert world.asked() == ["list eval_a"]


async def test_visible_live_runs_are_asked_by_themselves_where_no_list_counts(
    world: World,
) -> None:
    world.provider.capabilities = Capabilities(can_cancel=True, list_counts=False)
    await world.loop.tick()
    world.loop.visible = frozenset({RunRef("prod", "live"), RunRef("prod", "done")})
    world.asked()
    for _ in range(3):
        world.clock.advance(15)
        await world.loop.tick()
        assert world.asked() == ["list eval_a", "get live"]


async def test_what_the_list_has_just_told_is_not_asked_for_again(world: World) -> None:
    world.loop.visible = frozenset({RunRef("prod", "live"), RunRef("prod", "far")})
    await world.loop.tick()
    assert world.asked() == ["sources", "list eval_a", "get live"], "once, for its total"
    runs = world.provider.sources["eval_a"]
    runs += [make_run("more"), make_run("far", Status.RUNNING, done=1, total=9)]
    for _ in range(3):
        world.clock.advance(15)
        await world.loop.tick()
    assert world.asked().count("get live") == 0
    world.loop.ask_now()
    await world.loop.tick()
    world.clock.advance(15)
    world.asked()
    await world.loop.tick()
    assert world.asked() == ["list eval_a", "get far"], "it is behind the newest page"


async def test_a_connection_that_answers_on_is_saved_now_and_then(world: World) -> None:
    saved: list[float] = []
    save = world.store.set_connection

    def noted(*names: str, **told: Any) -> Change:
        saved.append(world.clock.monotonic())
        return save(*names, **told)

    world.store.set_connection = noted  # type: ignore[method-assign]
    for _ in range(20):
        await world.loop.tick()
        world.clock.advance(1)
    assert len(saved) == 4
    world.provider.failures["list eval_a"] = ServerFaultError("down")
    await world.loop.tick()
    world.provider.failures.clear()
    await world.loop.tick()
    assert len(saved) == 6, "trouble and its end are told at once"


async def test_a_stale_list_makes_every_live_run_asked(world: World) -> None:
    world.provider.capabilities = Capabilities(can_cancel=True, list_refreshes=False)
    await world.loop.tick()
    assert world.asked() == ["sources", "list eval_a", "get live"]


async def test_many_runs_to_ask_keep_no_answer_from_being_told(world: World) -> None:
    world.provider.capabilities = Capabilities(can_cancel=True, list_refreshes=False)
    world.provider.sources["eval_a"] = [make_run(f"live{n}", Status.RUNNING) for n in range(6)]
    ask = world.provider.get_run
    ages: list[float] = []

    async def slow(ref: RunRef) -> Run:
        ok_at = world.loop.health.ok_at
        assert ok_at is not None, "the list has answered"
        ages.append((world.clock.now() - ok_at).total_seconds())
        world.clock.advance(10)
        return await ask(ref)

    world.provider.get_run = slow  # type: ignore[method-assign] # waits for the budget
    await world.loop.tick()
    assert len(ages) == 6
    assert max(ages) < 50
    stored = world.store.connection_state("prod")
    assert stored is not None
    assert stored.ok_at == world.loop.health.ok_at == world.clock.now()


async def test_a_broken_run_beside_a_good_list_is_told_without_flicker(world: World) -> None:
    world.provider.capabilities = Capabilities(can_cancel=True, list_counts=False)
    world.provider.failures["get live"] = ServerFaultError("this run is down")
    world.loop.visible = frozenset({RunRef("prod", "live")})
    await world.loop.tick()
    world.healths.clear()
    for _ in range(3):
        world.clock.advance(15)
        assert 13 <= await world.loop.tick() <= 17
    assert {health.state for health in world.healths} == {HealthState.ERROR}
    world.provider.failures.clear()
    await world.loop.tick()
    assert world.loop.health.state is HealthState.OK


async def test_failures_are_a_state_with_a_time_and_recover_by_themselves(world: World) -> None:
    world.provider.failures["sources"] = ServerFaultError("500", remedy="Wait.")
    first = await world.loop.tick()
    second = await world.loop.tick()
    assert second > first
    health = world.loop.health
    assert (health.state, health.error, health.remedy) == (HealthState.ERROR, "500", "Wait.")
    assert health.failures == 2
    assert health.next_at == world.clock.now() + timedelta(seconds=second)
    stored = world.store.connection_state("prod")
    assert stored is not None
    assert stored.error == "500"
    world.provider.failures.clear()
    await world.loop.tick()
    assert world.loop.health.state is HealthState.OK
    assert world.loop.health.error is None


async def test_a_rate_limit_is_waited_for_as_long_as_was_asked(world: World) -> None:
    retry_at = world.clock.now() + timedelta(seconds=90)
    world.provider.failures["sources"] = RateLimitedError("slow down", retry_at=retry_at)
    assert await world.loop.tick() >= 90
    assert world.loop.health.state is HealthState.WAITING


async def test_one_broken_list_keeps_the_others_fresh_and_is_told(world: World) -> None:
    world.provider.sources["batches"] = []
    world.provider.failures["list batches"] = AuthError("no batches for this key")
    delay = await world.loop.tick()
    assert world.store.run(RunRef("prod", "live")) is not None
    assert world.loop.health.error == "no batches for this key"
    assert world.loop.health.ok_at == world.clock.now()
    assert 13 <= delay <= 17
    world.provider.failures["list batches"] = ServerFaultError("batches are down")
    assert 13 <= await world.loop.tick() <= 17


async def test_the_poller_runs_all_loops_until_cancelled_and_tells_changes(world: World) -> None:
    poller = Poller({"prod": world.link}, world.store, world.clock, Random(1))
    world.link._publish = poller.publish
    told: list[Change] = []
    heard = asyncio.Event()

    def listen(change: Change) -> None:
        told.append(change)
        if any(ref.path == "live" for ref in change.refs):
            heard.set()

    stop = poller.subscribe(listen)
    assert [name for name, _loop in poller.loops()] == [
        "poll prod",
        "poll focus",
        "watch store",
        "watch runs",
        "watch sleep",
        "search index",
        "store upkeep",
    ]
    running = asyncio.create_task(poller.run())
    await asyncio.wait_for(heard.wait(), 10)
    poller.pause()
    assert poller.paused
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    stop()
    count = len(told)
    poller.publish(told[0])
    assert len(told) == count
    await poller.aclose()
    assert world.provider.closed


async def test_another_run_need_not_wait_for_what_is_asked_of_the_last_one(world: World) -> None:
    await world.loop.tick()
    asked = asyncio.Event()
    whole = world.provider.get_run

    async def stuck(ref: RunRef) -> Run:
        if ref.path == "done":
            asked.set()
            await asyncio.Event().wait()
        return await whole(ref)

    world.provider.get_run = stuck  # type: ignore[method-assign]  # one run's answer never comes
    world.focus.focus(RunRef("prod", "done"))
    following = asyncio.create_task(world.focus.run())
    await asyncio.wait_for(asked.wait(), 5)
    world.asked()
    world.focus.focus(RunRef("prod", "live"))
    while "get live" not in world.provider.asked:
        assert not following.done()
        await asyncio.sleep(0)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert [task for task in asyncio.all_tasks() if task.get_name() == "follow"] == []


async def test_why_a_connection_is_asked_less_than_wished_is_told(tmp_path: Path) -> None:
    world, clock = World(), FakeClock()
    one, other = (
        Link(
            connection(),
            store=world.store,
            clock=clock,
            key=no_key,
            shared=tmp_path / "shared",
        )
        for _ in range(2)
    )
    poller = Poller({"prod": one}, world.store, clock, Random(1))
    assert poller.waits() == {}
    limit = one.budget.limit
    for _ in range(limit - 5):
        await one.budget.take()
        clock.advance(0.5)
    assert poller.waits() == {"prod": f"5 of {limit} requests left"}
    assert poller.budget_left("prod") == 5
    clock.advance(61)
    assert poller.waits() == {}
    assert other.lists.take()
    one._sync = Sync(world.provider, world.store, clock)
    await poller._loops["prod"].tick()
    assert poller.waits() == {"prod": "another evaltop asks"}
    other.lists.release()
    await poller._loops["prod"].tick()
    assert poller.waits() == {}


async def no_key() -> None:
    return None


async def test_the_age_of_data_counts_from_what_a_command_fetched_too(world: World) -> None:
    world.store.set_connection("prod", ok_at=world.clock.now(), error=None, remedy=None)
    world.clock.advance(600)
    world.store.apply_runs("prod", "runs", [make_run("a")], complete=True)
    fetched = world.clock.now()
    world.clock.advance(60)
    world.provider.failures["sources"] = ServerFaultError("prod: it fails (500).")
    failed = asyncio.Event()

    def told(health: ConnectionHealth) -> None:
        if health.state is HealthState.ERROR:
            failed.set()

    loop = ConnectionLoop(world.link, world.store, world.clock, Random(1), told)
    task = asyncio.create_task(loop.run())
    await failed.wait()
    task.cancel()
    assert loop.health.ok_at == fetched
