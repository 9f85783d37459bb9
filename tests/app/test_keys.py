import pytest
from textual import events

from tests.app.conftest import Opened, press, settled, text
from tests.app.test_other_screens import WAYS, prepare
from tests.app.world import NIGHTLY, World
from tui.actions import SCREENS, actions_for, check_keys
from tui.widgets import prompt_paint
from tui.widgets.virtual_table import VirtualTable


@pytest.mark.parametrize("name", SCREENS)
async def test_every_action_of_every_screen_is_bound_to_each_of_its_keys(
    world: World, opened: Opened, name: str
) -> None:
    prepare(world, name)
    async with opened(world) as pilot:
        await press(pilot, *WAYS[name])
        bound: dict[str, set[str]] = {}
        for key, active in pilot.app.screen.active_bindings.items():
            bound.setdefault(active.binding.id or "", set()).add(key)
        for action in actions_for(name):
            if name not in ("json", "trial") and action.id in ("move-left", "move-right"):
                continue
            assert len(bound.get(action.id, ())) >= len(action.keys), action.id


async def test_a_persons_keys_replace_the_defaults_everywhere(world: World, opened: Opened) -> None:
    world.rebound.update({"move-down": ("z",), "refresh": ("f5",), "filter": ("F",)})
    assert check_keys(world.rebound) == ()
    async with opened(world) as pilot:
        table = pilot.app.screen.query_one("#runs", VirtualTable)
        await press(pilot, "j", "down")
        assert table.cursor_key == str(NIGHTLY)
        await press(pilot, "z")
        assert table.cursor_key != str(NIGHTLY)
        await press(pilot, "r")
        assert world.poller.asked == []
        await press(pilot, "f5")
        assert world.poller.asked == [("refresh", None)]
        assert "F filter" in text(pilot)
        await press(pilot, "F", "w", "e", "e")
        assert "1 of 4 runs" in text(pilot)


async def test_an_action_can_be_unbound(world: World, opened: Opened) -> None:
    world.rebound["pause"] = ()
    async with opened(world) as pilot:
        await press(pilot, "p")
        assert not world.poller.paused


async def test_two_actions_can_swap_keys(world: World, opened: Opened) -> None:
    world.rebound.update({"copy": ("s",), "sort": ("y",)})
    async with opened(world) as pilot:
        await press(pilot, "s")
        assert pilot.app.clipboard == str(NIGHTLY)
        await press(pilot, "y")
        assert "Sort runs by" in text(pilot)


async def test_the_apps_own_keys_can_be_rebound(world: World, opened: Opened) -> None:
    world.rebound.update({"help": ("f1",), "quit": ("ctrl+x",)})
    async with opened(world) as pilot:
        await press(pilot, "f1")
        assert "Help: runs" in text(pilot)
        await pilot.press("ctrl+x")
        await pilot.pause()
        assert pilot.app.return_code == 0


async def test_keys_that_come_in_one_burst_reach_the_filter(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        for key, character in (("slash", "/"), ("w", "w"), ("e", "e"), ("e", "e")):
            pilot.app.post_message(events.Key(key, character))
        await settled(pilot)
        await settled(pilot)
        assert "1 of 4 runs" in text(pilot)


async def test_keys_that_come_in_one_burst_reach_the_filter_of_rows(
    world: World, opened: Opened
) -> None:
    async with opened(world) as pilot:
        await press(pilot, "down", "down", "enter")
        for key, character in (("slash", "/"), ("p", "p"), ("e", "e"), ("r", "r"), ("u", "u")):
            pilot.app.post_message(events.Key(key, character))
        await settled(pilot)
        await settled(pilot)
        assert pilot.app.screen.query_one("#rows", VirtualTable).row_count == 1
        assert "filter: peru" in text(pilot)


async def test_a_mistake_in_one_burst_is_told_whole(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "down", "down", "enter")
        for character in "/statsu:x":
            key = {"/": "slash", ":": "colon"}.get(character, character)
            pilot.app.post_message(events.Key(key, character))
        await settled(pilot)
        await settled(pilot)
        assert "^ There is no field “statsu”" in text(pilot)


async def test_what_a_key_changes_is_painted_at_once_unless_output_is_backed_up(
    world: World, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(world) as pilot:
        screen = pilot.app.screen
        screen._update_timer.pause()  # no tick comes
        monkeypatch.setattr(screen._update_timer, "resume", lambda: None)
        frames: list[object] = []
        monkeypatch.setattr(pilot.app, "_display", lambda _screen, frame: frames.append(frame))
        await pilot.press("j")
        assert len(frames) == 1
        monkeypatch.setattr(prompt_paint, "output_backlog", lambda _app: 9)
        await pilot.press("j")
        assert len(frames) == 1
