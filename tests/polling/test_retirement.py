"""A service that has ended: asked once a day and on request, its batches polled on."""

from collections.abc import AsyncGenerator
from random import Random

import pytest

from tests.clock import FakeClock
from tests.polling.fakes import FakeProvider, make_run
from tests.polling.world import FakeLink
from tui.errors import RetiredError
from tui.models import Group, RunKind, RunRef, Status
from tui.polling.connection_loop import ConnectionLoop
from tui.polling.health import ConnectionHealth, HealthState
from tui.polling.sync import Sync
from tui.providers.base import RunSource, SourcePage
from tui.store import Store


class EndedProvider(FakeProvider):
    """Batches that are there, and evals that are asked for and have ended."""

    ended = True
    has_batches = True

    async def iter_sources(self) -> AsyncGenerator[SourcePage, None]:
        if self.has_batches:
            yield SourcePage((RunSource("batches"),))
        self.ask("evals")
        if self.ended:
            raise RetiredError("It has ended.", remedy="Batches go on.")
        yield SourcePage((RunSource("eval_a", Group("eval_a", "faq")),))


class World:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = Store.open(None, clock=self.clock)
        batch = make_run("batch_1", Status.RUNNING, done=1)
        object.__setattr__(batch, "kind", RunKind.BATCH)
        self.provider = EndedProvider(sources={"batches": [batch], "eval_a": [make_run("a0")]})
        self.healths: list[ConnectionHealth] = []
        self.restart()

    def restart(self) -> None:
        link = FakeLink(self.provider, self.store, self.clock)
        self.loop = ConnectionLoop(link, self.store, self.clock, Random(1), self.healths.append)

    def asked(self) -> list[str]:
        asked, self.provider.asked[:] = list(self.provider.asked), []
        return asked


@pytest.fixture
def world() -> World:
    return World()


async def test_batches_go_on_at_their_pace_beside_evals_that_have_ended(world: World) -> None:
    delay = await world.loop.tick()
    assert world.asked() == ["evals", "list batches"]
    assert 13 <= delay <= 17, "the pace of a live batch"
    assert world.loop.health.state is HealthState.RETIRED
    assert world.loop.health.ok_at == world.clock.now()
    assert world.loop.health.error == "It has ended."
    world.clock.advance(6 * 3600)
    await world.loop.tick()
    assert world.asked() == ["list batches"]
    assert world.loop.health.ok_at == world.clock.now()


async def test_it_is_asked_once_a_day_over_restarts_and_on_request(world: World) -> None:
    await world.loop.tick()
    world.asked()
    world.restart()
    await world.loop.tick()
    assert world.asked() == ["list batches"]
    assert world.loop.health.state is HealthState.RETIRED
    world.loop.ask_now()
    await world.loop.tick()
    assert world.asked() == ["evals", "list batches"]
    world.clock.advance(86_400)
    await world.loop.tick()
    assert world.asked() == ["evals", "list batches"]


async def test_a_service_that_answers_after_all_is_polled_again(world: World) -> None:
    await world.loop.tick()
    world.provider.ended = False
    world.loop.ask_now()
    await world.loop.tick()
    assert world.loop.health.state is HealthState.OK
    assert world.store.retired("prod") is None
    assert world.asked()[-2:] == ["list batches", "list eval_a"]


async def test_without_batches_nothing_is_asked_for_a_day(world: World) -> None:
    world.provider.has_batches = False
    delay = await world.loop.tick()
    assert delay > 70_000
    assert world.asked() == ["evals"]
    world.restart()
    assert await world.loop.tick() > 70_000
    assert world.asked() == []
    assert world.loop.health.state is HealthState.RETIRED
    assert world.loop.health.ok_at is None


async def test_a_stored_run_of_it_is_not_asked_for(world: World) -> None:
    world.store.apply_runs("prod", "eval_a", [make_run("a0"), make_run("a1")], complete=False)
    sync = Sync(world.provider, world.store, world.clock)
    await sync.everything()
    world.asked()
    with pytest.raises(RetiredError):
        await sync.run(RunRef("prod", "a0"))
    assert world.asked() == []
    await sync.run(RunRef("prod", "a0"), again=True)
    assert world.asked() == ["get a0"]
    await sync.run(RunRef("prod", "batch_1"))
    assert world.asked() == ["get batch_1"]


async def test_live_runs_of_it_are_not_asked_and_hold_no_pace(world: World) -> None:
    live = make_run("a0", Status.RUNNING)
    world.store.apply_runs("prod", "eval_a", [live], complete=False)
    world.provider.sources["batches"] = []
    world.loop.visible = frozenset({live.ref})
    delay = await world.loop.tick()
    await world.loop.tick()
    assert "get a0" not in world.asked()
    assert delay > 50
