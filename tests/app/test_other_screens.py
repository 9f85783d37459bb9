from dataclasses import replace

import pytest

from tests.app.comparable import put_two
from tests.app.conftest import Opened, lines, press, settled, text
from tests.app.world import CONFIG, World, new_world
from tui.actions import SCREENS, actions_for
from tui.config import Config
from tui.errors import ConfigProblem
from tui.messages import JsonOpened
from tui.models import JsonValue
from tui.polling.health import HealthState
from tui.widgets.json_tree import JsonTree
from tui.widgets.text_view import TextView
from tui.widgets.virtual_table import VirtualTable

COMPARE = ("slash", *"name", "tilde", *"run", "enter", "g", "c")
WAYS = {
    "runs": (),
    "run": ("down", "down", "enter"),
    "statistics": ("down", "down", "enter", "i"),
    "trial": ("down", "down", "enter", "enter"),
    "json": ("enter", "J"),
    "compare": COMPARE,
    "pair": (*COMPARE, "enter", "enter"),
    "search": ("f", *"tail", "enter"),
    "connections": ("A",),
    "help": ("question_mark",),
}


def prepare(world: World, name: str) -> None:
    """Put into the world what the way to this screen needs."""
    if name in ("compare", "pair"):
        put_two(world)


def test_there_is_a_way_to_every_screen() -> None:
    assert set(WAYS) == set(SCREENS)


@pytest.mark.parametrize("name", SCREENS)
async def test_help_lists_every_action_of_the_screen_it_was_asked_on(
    world: World, opened: Opened, name: str
) -> None:
    prepare(world, name)
    async with opened(world, size=(100, 70)) as pilot:
        await press(pilot, *WAYS[name], "question_mark")
        shown = text(pilot)
        assert f"Help: {'runs' if name == 'help' else name}" in shown
        for action in actions_for("runs" if name == "help" else name):
            if action.show and action.id != "pane-1":
                assert action.text in shown
        assert "Signs" in shown
        await press(pilot, "escape")
        assert "Help:" not in lines(pilot)[0]


@pytest.mark.parametrize("name", SCREENS)
async def test_the_palette_offers_what_the_screen_can_and_does_it(
    world: World, opened: Opened, name: str
) -> None:
    prepare(world, name)
    async with opened(world, size=(80, 30)) as pilot:
        for key in ("colon", "ctrl+p"):
            await press(pilot, *(WAYS[name] if key == "colon" else ()), key)
            assert "What to do?" in text(pilot)
            await press(pilot, *"copy")
            await press(pilot, "escape")
            assert "What to do?" not in text(pilot)


async def test_a_command_of_the_palette_does_what_its_key_does(
    world: World, opened: Opened
) -> None:
    async with opened(world, size=(80, 30)) as pilot:
        await press(pilot, "colon", *"refresh", "enter")
        await settled(pilot)
        assert world.poller.asked == [("refresh", None)]
        await press(pilot, "colon", *"connections", "enter")
        await settled(pilot)
        assert "Connections  2 connections" in text(pilot)


async def test_help_scrolls_copies_and_shows_own_keys(world: World, opened: Opened) -> None:
    world.rebound["refresh"] = ("R", "f5")
    async with opened(world) as pilot:
        await press(pilot, "question_mark")
        view = pilot.app.screen.query_one(TextView)
        assert "R F5           refresh now" in view.logical_text()
        await press(pilot, "end")
        assert view.top > 0
        await press(pilot, "y")
        assert "✓ passed" in pilot.app.clipboard
        await press(pilot, "home", "j", "k", "q")
        assert "evaltop  4 runs" in text(pilot)


async def test_raw_json_as_tree_and_as_text(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        value: JsonValue = {"a": [1, {"deep": "needle"}], "b": "needle"}
        pilot.app.post_message(JsonOpened("a thing", value))
        await settled(pilot)
        tree = pilot.app.screen.query_one(JsonTree)
        assert tree.has_focus
        await press(pilot, "slash", *"needle", "enter")
        await press(pilot, "n", "N", "y")
        assert "needle" in pilot.app.clipboard
        await press(pilot, "escape", "2")
        assert '"deep": "needle"' in text(pilot)
        await press(pilot, "y")
        assert pilot.app.clipboard.startswith("{")
        await press(pilot, "slash", *"needle", "enter")
        assert pilot.app.screen.query_one(TextView).match_count == 2
        await press(pilot, "escape", "tab")
        assert tree.has_focus
        await press(pilot, "shift+tab", "1", "slash", *"zzz")
        assert "nothing found" in text(pilot)


async def test_connections_tell_state_key_source_and_remedy(
    world: World, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
    world.poller.healths["team"] = replace(
        world.poller.healths["team"],
        state=HealthState.ERROR,
        error="The key was refused.",
        remedy="Set WANDB_API_KEY.",
    )
    async with opened(world, size=(120, 30)) as pilot:
        await press(pilot, "A")
        shown = text(pilot)
        assert "variable OPENAI_API_KEY, …cdef" in shown
        assert "sk-test" not in shown
        assert "https://api.openai.com/v1" in shown
        await press(pilot, "down")
        assert "The key was refused. Set WANDB_API_KEY." in text(pilot)
        await press(pilot, "enter")
        assert pilot.app.screen.query_one("#about", TextView).has_focus
        await press(pilot, "y")
        assert "The key was refused." in pilot.app.clipboard
        await press(pilot, "escape")
        assert pilot.app.screen.query_one(VirtualTable).has_focus
        await press(pilot, "A")
        assert len(pilot.app.screen_stack) == 2
        await press(pilot, "r", "p", "escape")
        assert ("refresh", None) in world.poller.asked
        assert "evaltop" in lines(pilot)[0]


async def test_connections_follow_what_happens(world: World, opened: Opened) -> None:
    from tui.app import EvalTopApp

    async with opened(world) as pilot:
        await press(pilot, "A")
        assert "✓ <1m" in text(pilot)
        world.poller.healths["prod"] = replace(
            world.poller.healths["prod"], state=HealthState.WAITING
        )
        world.poller._tell(connections=frozenset({"prod"}))
        assert isinstance(pilot.app, EvalTopApp)
        pilot.app._tell_screens()
        await settled(pilot)
        assert "⚠ rate-limited" in text(pilot)


async def test_without_any_connection_it_says_the_three_ways_to_begin(opened: Opened) -> None:
    world = new_world()
    world.config = Config()
    world.poller.healths = {}
    async with opened(world, size=(80, 40)) as pilot:
        shown = text(pilot)
        assert "There are three ways to begin." in shown
        for part in ("evaltop demo", "OPENAI_API_KEY", "GOMODEL_BASE_URL", "[connections.prod]"):
            assert part in shown
        await press(pilot, "pagedown", "escape")
        assert "No connection is configured. A shows the three ways to begin." in text(pilot)


async def test_a_broken_connection_is_shown_and_the_others_go_on(
    world: World, opened: Opened
) -> None:
    world.config = replace(
        CONFIG,
        problems=(
            ConfigProblem("there is no provider opnai.", "connections.x.provider", 7, None, "x"),
        ),
    )
    async with opened(world) as pilot:
        await press(pilot, "A", "end")
        shown = text(pilot)
        assert "✗ its configuration is wrong" in shown
        assert "connections.x.provider: there is no provider opnai." in shown
        assert "✓ <1m" in shown
