"""The app without a network: everything stored can be read, and its age is told."""

from dataclasses import replace

import pytest

from screens import SCREENS
from tests.app.conftest import press, settled, text
from tests.app.world import CONFIG, World, full_world, new_world
from tests.clock import FakeClock
from tui.app import EvalTopApp
from tui.messages import RunOpened
from tui.models import RunRef
from tui.polling.links import Link
from tui.polling.poller import Poller
from tui.services import Services
from tui.store import RunQuery, Store


def offline_services(world: World) -> Services:
    async def no_key() -> None:
        raise AssertionError("a key was looked for")

    links = {
        one.name: Link(one, store=world.store, clock=world.clock, key=no_key)
        for one in CONFIG.connections
    }
    poller = Poller(links, world.store, world.clock, offline=True)
    return replace(world.services, poller=poller, links=links)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_every_screen_reads_the_store_and_tells_its_age(size: tuple[int, int]) -> None:
    world = full_world()
    world.clock.advance(3 * 3600)
    app = EvalTopApp(offline_services(world), SCREENS)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert "offline, data 3h old" in text(pilot)
        assert "weekly-47" in text(pilot)
        await press(pilot, "r")
        app.screen.post_message(RunOpened(RunRef("prod", "eval_1/run_2"), RunQuery()))
        await settled(pilot)
        assert "offline, data 3h old" in text(pilot)
        assert "capital of Ita" in text(pilot)
        await press(pilot, "enter")
        assert "What is the capital" in text(pilot)
        assert "offline, data 3h old" in text(pilot)
        await press(pilot, "r", "escape", "escape", "A")
        assert "offline, data 3h old" in text(pilot)
        assert "Offline: nobody is asked" in text(pilot)
        assert all(link.budget.left() == link.budget.limit for link in app.services.links.values())


async def test_an_empty_store_offline_says_so() -> None:
    app = EvalTopApp(offline_services(new_world()), SCREENS)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "Offline, and no run is stored." in text(pilot)
        assert "offline, nothing stored" in text(pilot)


async def test_offline_only_the_store_is_watched() -> None:
    clock = FakeClock()
    poller = Poller({}, Store.open(None, clock=clock), clock, offline=True)
    assert [name for name, _loop in poller.loops()] == ["watch store"]
    assert await poller.trial_detail(RunRef("prod", "a"), "0", "t") is None


async def test_fetching_is_stopped_by_a_key_and_said() -> None:
    world = full_world()
    app = EvalTopApp(world.services, SCREENS)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        app.screen.post_message(RunOpened(RunRef("prod", "eval_1/run_2"), RunQuery()))
        await settled(pilot)
        await press(pilot, "S")
        assert "no rows are being fetched" in text(pilot)
