from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from screens.base import EvalScreen
from tests.app.conftest import Opened, lines, press, settled, text
from tests.app.world import (
    BATCH,
    JUDGE,
    NIGHTLY,
    WEEKLY,
    World,
    new_world,
    nightly,
)
from tests.clock import START
from tui.app import EvalTopApp
from tui.models import Counts, RunRef, Status
from tui.polling.health import ConnectionHealth, HealthState
from tui.store import Change
from tui.widgets.virtual_table import VirtualTable


def table(pilot: Pilot[int]) -> VirtualTable:
    return pilot.app.query_one("#runs", VirtualTable)


async def test_what_is_stored_is_shown_before_anybody_is_asked(
    world: World, opened: Opened
) -> None:
    async with opened(world) as pilot:
        shown = text(pilot)
        assert "evaltop  4 runs · 2 live · 1 in trouble" in shown
        assert "● running    812/1000 87.2% ±4.2" in shown
        assert "nightly-11-20" in shown
        assert "21h*" in shown
        assert "— 5 errored" in shown
        assert "prod ✓ <1m   team ✓ <1m" in shown
        assert "? help" in shown
        assert world.poller.asked == []


async def test_a_wide_terminal_shows_more_columns(world: World, opened: Opened) -> None:
    async with opened(world, size=(120, 40)) as pilot:
        shown = text(pilot)
        for part in ("PROGRESS", "████████░░", "GROUP", "support-faq", "MODEL", "gpt-5-mini"):
            assert part in shown
    async with opened(world) as pilot:
        assert "GROUP" not in text(pilot)


async def test_the_list_has_the_focus_and_the_cursor_moves(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        assert table(pilot).has_focus
        assert table(pilot).cursor_key == str(NIGHTLY)
        for key, ref in (
            ("down", BATCH),
            ("j", WEEKLY),
            ("up", BATCH),
            ("k", NIGHTLY),
            ("G", JUDGE),
            ("g", NIGHTLY),
            ("end", JUDGE),
            ("home", NIGHTLY),
            ("pagedown", JUDGE),
            ("pageup", NIGHTLY),
        ):
            await press(pilot, key)
            assert table(pilot).cursor_key == str(ref), key


async def test_enter_opens_the_run_and_back_returns_to_it(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "down", "down", "enter")
        assert text(pilot).startswith(" weekly-47")
        assert world.poller.focused == WEEKLY
        await press(pilot, "right_square_bracket", "escape")
        assert table(pilot).cursor_key == str(JUDGE)
        assert world.poller.focused is None


async def test_backspace_and_q_go_back_too(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        for key in ("backspace", "q"):
            await press(pilot, "enter", key)
            assert "evaltop  4 runs" in text(pilot)


async def test_the_filter_works_while_it_is_typed(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "slash", "w", "e", "e")
        assert "1 of 4 runs" in text(pilot)
        assert "weekly-47" in text(pilot)
        assert "nightly" not in text(pilot)
        await press(pilot, "escape")
        assert table(pilot).has_focus
        assert "1 of 4 runs" in text(pilot)
        await press(pilot, "escape")
        assert "evaltop  4 runs" in text(pilot)


async def test_a_filter_without_matches_says_how_to_get_out(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "slash", "z", "z", "z", "enter")
        assert "No run matches “zzz”." in text(pilot)
        assert "esc clears the filter." in text(pilot)


async def test_letters_of_a_filter_are_not_commands(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "slash", "q", "p", "r", "s")
        assert pilot.app.is_running
        assert not world.poller.paused
        assert world.poller.asked == []
        assert "qprs" in text(pilot)


async def test_sorting_is_chosen_from_a_list_and_turned_round(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "s")
        assert "Sort runs by" in text(pilot)
        await press(pilot, *["down"] * 6, "enter")
        assert "sort: name ↑" in text(pilot)
        order = [table(pilot).source.key_at(index) for index in range(4)]
        assert order == [str(BATCH), str(JUDGE), str(NIGHTLY), str(WEEKLY)]
        await press(pilot, "s", "enter")
        assert "sort: name ↓" in text(pilot)
        assert table(pilot).source.key_at(0) == str(WEEKLY)


async def test_a_menu_can_be_left_without_choosing(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        for key in ("escape", "q", "backspace"):
            await press(pilot, "s", "down", key)
            assert "Sort runs by" not in text(pilot)
            assert "sort: started ↓" in text(pilot)


async def test_space_marks_and_esc_unmarks(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "space", "down", "space")
        assert "2 marked · 4 runs" in text(pilot)
        await press(pilot, "escape")
        assert "marked" not in text(pilot)


async def test_copy_takes_the_reference_or_all_marked_ones(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "y")
        assert pilot.app.clipboard == str(NIGHTLY)
        assert "copied the reference" in text(pilot)
        await press(pilot, "space", "down", "space", "y")
        assert pilot.app.clipboard.splitlines() == [str(NIGHTLY), str(WEEKLY)]


async def test_without_a_browser_the_link_is_copied_and_its_host_told(
    world: World, opened: Opened
) -> None:
    async with opened(world) as pilot:
        await press(pilot, "o")
        assert pilot.app.clipboard == nightly().url
        assert "copied the link to platform.openai.com" in text(pilot)
        await press(pilot, "end", "o")
        assert "there is no link" in text(pilot)


async def test_a_link_that_is_none_is_never_copied(world: World, opened: Opened) -> None:
    world.store.apply_run(nightly(url="javascript:alert(1)"))
    async with opened(world) as pilot:
        await press(pilot, "o")
        assert pilot.app.clipboard == ""
        assert "not a safe web address" in text(pilot)


async def test_refresh_asks_now(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "r")
        assert world.poller.asked == [("refresh", None)]


async def test_pause_holds_polling_and_says_so(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        for held in (True, False):
            await press(pilot, "p")
            assert world.poller.paused is held
            assert ("paused" in lines(pilot)[0]) is held


async def test_q_quits_at_home_and_ctrl_q_anywhere(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app.return_code == 0
        assert not pilot.app.is_running
    async with opened(world) as pilot:
        await press(pilot, "enter")
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert pilot.app.return_code == 0


async def test_ctrl_c_ends_as_an_interrupt(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert pilot.app.return_code == 130


async def test_a_live_change_is_shown_and_moves_nothing(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "down", "down")
        before = table(pilot).scroll_y
        newer = nightly(
            ref=RunRef("prod", "eval_1/run_3"),
            id="run_3",
            name="brand-new",
            created_at=START,
            started_at=START,
            counts=Counts(total=10, done=1),
        )
        change = world.store.apply_runs("prod", "eval_1", [newer], complete=False)
        change |= world.store.apply_run(nightly(counts=Counts(total=1000, done=900, passed=800)))
        world.poller.publish(change)
        tell(pilot.app)
        await settled(pilot)
        shown = text(pilot)
        assert "brand-new" in shown
        assert "900/1000" in shown
        assert table(pilot).cursor_key == str(WEEKLY)
        assert table(pilot).scroll_y == before
        assert table(pilot).has_focus


def tell(app: object) -> None:
    """Do at once what the frame timer would do."""
    assert isinstance(app, EvalTopApp)
    app._tell_screens()


async def test_many_changes_reach_the_screen_as_one(
    world: World, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(world) as pilot:
        seen: list[Change] = []
        screen = pilot.app.screen
        assert isinstance(screen, EvalScreen)
        changed = screen.changed

        def noted(change: Change) -> None:
            seen.append(change)
            changed(change)

        monkeypatch.setattr(screen, "changed", noted)
        for done in range(813, 833):
            counts = Counts(total=1000, done=done)
            world.poller.publish(world.store.apply_run(nightly(counts=counts)))
        tell(pilot.app)
        await settled(pilot)
        assert len(seen) == 1
        assert seen[0].refs == {NIGHTLY}
        assert "832/1000" in text(pilot)


async def test_a_terminal_that_does_not_keep_up_is_spared(
    world: World, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(world) as pilot:
        monkeypatch.setattr("tui.app.output_backlog", lambda _app: 4)
        world.poller.publish(world.store.apply_run(nightly(counts=Counts(total=1000, done=999))))
        tell(pilot.app)
        await settled(pilot)
        assert "812/1000" in text(pilot)
        monkeypatch.setattr("tui.app.output_backlog", lambda _app: 3)
        tell(pilot.app)
        await settled(pilot)
        assert "999/1000" in text(pilot)


async def test_ages_tick_by_the_minute(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        assert "14m prod" in text(pilot)
        world.clock.advance(120)
        app = pilot.app
        assert isinstance(app, EvalTopApp)
        app._minute_passed()
        await settled(pilot)
        assert "16m prod" in text(pilot)
        assert "prod ✓ 2m" in text(pilot)


async def test_what_is_on_screen_is_told_to_the_poller(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        assert world.poller.visible == {NIGHTLY, BATCH, WEEKLY, JUDGE}
        await press(pilot, "enter")
        assert world.poller.visible == {NIGHTLY}


async def test_an_empty_list_says_what_is_happening(opened: Opened) -> None:
    world = new_world(healthy=False)
    async with opened(world) as pilot:
        assert "Asking 2 connections…" in text(pilot)
        assert "prod … asking" in text(pilot)
        await press(pilot, "p")
        assert "Paused before the first answer." in text(pilot)
    async with opened(new_world()) as pilot:
        assert "There are no runs yet." in text(pilot)


async def test_connections_in_trouble_stand_first_in_the_status_line(
    world: World, opened: Opened
) -> None:
    world.poller.healths["team"] = ConnectionHealth(
        "team",
        HealthState.ERROR,
        ok_at=START - timedelta(minutes=12),
        error="Nobody answers at localhost:8080.",
        remedy="Is it running?",
    )
    async with opened(world) as pilot:
        assert lines(pilot)[-2].startswith(
            " team ✗ Nobody answers at localhost:8080, data 12m old   prod ✓"
        )


async def test_no_connection_answers_at_all(opened: Opened) -> None:
    world = new_world()
    world.poller.healths = {
        name: replace(health, state=HealthState.ERROR, ok_at=None, error="The key was refused.")
        for name, health in world.poller.healths.items()
    }
    async with opened(world) as pilot:
        assert "No connection has answered well. A says why" in text(pilot)


async def test_an_unknown_status_is_shown_as_it_is(world: World, opened: Opened) -> None:
    world.store.apply_run(nightly(status=Status.UNKNOWN, raw_status="hibernating"))
    async with opened(world) as pilot:
        assert "? hibernat…" in text(pilot)


async def test_k_keeps_what_is_marked_and_lets_it_go_again(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "K")
        assert "⚑ nightly-11-20" in text(pilot)
        assert "1 run kept for good" in text(pilot)
        await press(pilot, "space", "down", "space", "K")
        assert text(pilot).count("⚑") == 2
        assert "2 runs kept for good" in text(pilot)
        await press(pilot, "K")
        assert "⚑" not in text(pilot)
        assert "2 runs no longer kept" in text(pilot)
