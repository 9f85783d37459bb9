"""Runs whose connection exists only in the store."""

from datetime import timedelta

from tests.app.conftest import Opened, press, settled, text
from tests.app.world import World, new_world, nightly
from tests.clock import START
from tests.exchange.importing import SAMPLES, import_files
from tui.config import Config
from tui.models import RunRef


def world_with_imports(config: Config | None = None) -> World:
    world = new_world()
    if config is not None:
        world.config = config
    import_files(world.store, SAMPLES / "caps.eval", name="notes")
    return world


async def test_an_imported_run_is_opened_down_to_its_trial_and_nobody_is_asked(
    opened: Opened,
) -> None:
    world = world_with_imports()
    async with opened(world, size=(120, 40)) as pilot:
        assert "notes imported 1 file" in text(pilot)
        await press(pilot, "slash", *"provider:inspect", "enter")
        assert "caps" in text(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        shown = text(pilot)
        assert "What is the ca…" in shown
        assert "came from a file" in shown
        await press(pilot, "enter")
        await settled(pilot)
        shown = text(pilot)
        assert "Be brief" in shown
        assert "could not be fetched" not in shown
        await press(pilot, "r")
        assert "could not be fetched" not in text(pilot)


async def test_without_a_configured_connection_imports_are_enough_to_begin(opened: Opened) -> None:
    world = world_with_imports(Config(connections=(), origin="nothing"))
    async with opened(world, size=(120, 40)) as pilot:
        shown = text(pilot)
        assert "caps" in shown
        assert "Connections" not in shown.splitlines()[0]


async def test_with_a_chosen_connection_only_its_runs_are_shown(opened: Opened) -> None:
    world = world_with_imports()
    world.put(nightly())
    world.shown = ("notes",)
    async with opened(world, size=(120, 40)) as pilot:
        shown = text(pilot)
        assert "caps" in shown
        assert "nightly-11-20" not in shown
        assert "1 run " in shown.splitlines()[0]


async def test_connections_list_imports_and_say_that_there_is_nothing_to_set(
    opened: Opened,
) -> None:
    world = world_with_imports()
    async with opened(world, size=(120, 40)) as pilot:
        await press(pilot, "A", "end")
        shown = text(pilot)
        assert "◇ imported 1 file" in shown
        assert "Nobody is asked about them." in shown
        await press(pilot, "t")
        assert "notes came from files" in text(pilot)


async def test_a_run_that_was_running_when_it_was_exported_is_not_live(opened: Opened) -> None:
    world = world_with_imports()
    world.put(nightly())
    world.store.apply_imported(
        nightly(ref=RunRef("notes", "eval_1/run_1"), deadline_at=START - timedelta(hours=1))
    )
    async with opened(world, size=(120, 40)) as pilot:
        title = text(pilot).splitlines()[0]
        assert "3 runs · 1 live " in title
        assert "in trouble" not in title
