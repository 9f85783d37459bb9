from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests.app.conftest import Opened, lines, press, settled, text
from tests.app.world import NIGHTLY, WEEKLY, World, four_rows, full_world, nightly, trial
from tests.polling.fakes import connection
from tui.app import EvalTopApp
from tui.errors import StoreError
from tui.messages import RunOpened
from tui.models import Counts, Outcome, Row, RunRef
from tui.polling.links import Link
from tui.polling.poller import RunTrouble
from tui.polling.rows_progress import RowsProgress
from tui.providers.base import RowPage
from tui.store import RunQuery, Store, retention
from tui.widgets.virtual_table import VirtualTable

TO_WEEKLY = ("down", "down", "enter")


def rows(pilot: Pilot[int]) -> VirtualTable:
    return pilot.app.screen.query_one("#rows", VirtualTable)


def shown_pane(pilot: Pilot[int]) -> str:
    ids = ("pane-rows", "criteria", "scores", "errors", "usage", "details")
    (one,) = [name for name in ids for pane in pilot.app.screen.query(f"#{name}") if pane.display]
    return one


async def test_the_header_tells_state_progress_result_and_cost(
    world: World, opened: Opened
) -> None:
    async with opened(world) as pilot:
        await press(pilot, "enter")
        shown = text(pilot)
        assert "nightly-11-20 · support-faq · gpt-5-mini · prod" in shown
        assert "● running (in_progress)" in shown
        assert "████████░░ 812/1000 · 58/min · about 3m left" in shown
        assert "pass rate 87.2% (82.6 to 91.0%) · 708 passed · 104 failed" in shown
        assert "1.1M tokens · $3.41" in shown
        assert "Fetching the rows…" in shown


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_fetching_tells_how_far_it_is_and_how_long_it_takes(
    world: World, opened: Opened, size: tuple[int, int]
) -> None:
    world.store.begin_walk(WEEKLY)
    world.store.apply_rows(WEEKLY, RowPage(tuple(four_rows())))
    async with opened(world, size=size) as pilot:
        await press(pilot, *TO_WEEKLY)
        world.poller.rows_progress = RowsProgress(WEEKLY, 1004, 3000, 20.0)
        await press(pilot, "p")
        shown = text(pilot)
        assert "1 rows 1,004 of 3,000, held   2 criteria" in shown
        assert "rows 20/s, about 1m left" in shown
        await press(pilot, "p")
        assert "1 rows 1,004 of 3,000, fetching   2 criteria" in text(pilot)
        world.store.end_walk(WEEKLY, complete=True)
        await press(pilot, "p")
        assert "1 rows 4   2 criteria" in text(pilot)
        assert "20/s" not in text(pilot)


async def test_rows_are_the_main_pane_and_have_the_focus(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_WEEKLY)
        assert rows(pilot).has_focus
        assert rows(pilot).row_count == 4
        shown = text(pilot)
        for part in ("✓ passed", "✗ failed ~", "! errored", "✓✗✓", "latency 1.2s, p95 1.2s"):
            assert part in shown


async def test_a_wide_terminal_shows_criteria_columns_and_the_criteria_above(
    world: World, opened: Opened
) -> None:
    async with opened(world, size=(120, 40)) as pilot:
        await press(pilot, *TO_WEEKLY)
        shown = text(pilot)
        assert "95% INTERVAL" in shown
        assert "TRIALS" in shown
        header = next(line for line in lines(pilot) if "OUTCOME" in line)
        assert "exact" in header
        assert "judge" in header


async def test_panes_are_reached_by_number_and_by_tab(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "enter")
        for key, pane in (
            ("2", "criteria"),
            ("3", "scores"),
            ("4", "errors"),
            ("5", "usage"),
            ("6", "details"),
            ("9", "details"),
            ("1", "pane-rows"),
            ("tab", "criteria"),
            ("tab", "scores"),
            ("tab", "errors"),
            ("tab", "usage"),
            ("tab", "details"),
            ("tab", "pane-rows"),
            ("shift+tab", "details"),
        ):
            await press(pilot, key)
            assert shown_pane(pilot) == pane, key


async def test_every_pane_shows_its_part(world: World, opened: Opened) -> None:
    async with opened(world, size=(100, 30)) as pilot:
        await press(pilot, "enter", "2")
        assert "82.6 to 91.0%" in text(pilot)
        assert "judge" in text(pilot)
        await press(pilot, "5")
        assert "$3.41" in text(pilot)
        assert "940k" in text(pilot)
        await press(pilot, "6")
        assert "reference  prod/eval_1/run_1" in text(pilot)


async def test_a_pane_is_chosen_by_a_click(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "enter")
        place = next(y for y, line in enumerate(lines(pilot)) if "2 criteria" in line)
        x = lines(pilot)[place].index("2 criteria")
        await pilot.click(offset=(x + 1, place))
        await settled(pilot)
        assert shown_pane(pilot) == "criteria"


async def test_rows_are_filtered_and_sorted(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_WEEKLY, "slash", "p", "e", "r", "u", "enter")
        assert rows(pilot).row_count == 1
        assert rows(pilot).has_focus
        await press(pilot, "escape")
        assert rows(pilot).row_count == 4
        await press(pilot, "s", "down", "enter")
        assert rows(pilot).source.key_at(0) == "item-1"
        await press(pilot, "s", "enter")
        assert rows(pilot).source.key_at(3) == "item-1"


async def test_a_filter_without_matches_says_so(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_WEEKLY, "slash", "z", "z", "z", "enter")
        assert "No row matches “zzz”." in text(pilot)


async def test_next_and_previous_run_follow_the_list(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "enter", "right_square_bracket")
        assert "batch_3f0c" in lines(pilot)[0]
        assert "window ends in 21h" in text(pilot)
        await press(pilot, "left_square_bracket")
        assert "nightly" in lines(pilot)[0]
        assert world.poller.focused == NIGHTLY
        await press(pilot, "left_square_bracket")
        assert "this is the first run" in text(pilot)
        await press(pilot, *["right_square_bracket"] * 4)
        assert "judge-v3" in lines(pilot)[0]
        assert "this is the last run" in text(pilot)


async def test_what_went_wrong_stands_in_the_header(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "end", "enter")
        assert "✗ Too many requests to the judge. (RateLimitError)" in text(pilot)


async def test_more_notes_are_counted_and_found_under_details(world: World, opened: Opened) -> None:
    world.store.apply_run(nightly(warnings=("The window is short.", "The link has expired.")))
    async with opened(world) as pilot:
        await press(pilot, "enter")
        assert "⚠ The window is short." in text(pilot)
        assert "+1 more under 6" in text(pilot)
        await press(pilot, "6")
        assert "⚠ The link has expired." in text(pilot)


async def test_trouble_with_this_run_is_told_with_its_remedy(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "enter")
        world.poller.trouble = RunTrouble(NIGHTLY, "The key was refused.", "Set another.")
        app = pilot.app
        assert isinstance(app, EvalTopApp)
        world.poller._tell(connections=frozenset({"prod"}), rows=frozenset({NIGHTLY}))
        app._tell_screens()
        await settled(pilot)
        assert "✗ The key was refused. Set another." in text(pilot)


async def test_rows_arrive_without_moving_the_cursor(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_WEEKLY, "down", "down")
        assert rows(pilot).cursor_key == "item-2"
        more = [
            Row(f"more-{n}", f"row {n}", (trial(f"m{n}", Outcome.PASSED, "x"),), index=4 + n)
            for n in range(50)
        ]
        early = Row("early", "late comer", (trial("e", Outcome.FAILED, "x"),), index=-1)
        world.store.begin_walk(WEEKLY)
        change = world.store.apply_rows(WEEKLY, RowPage((early, *more)))
        app = pilot.app
        assert isinstance(app, EvalTopApp)
        world.poller.publish(change)
        app._tell_screens()
        while rows(pilot).row_count < 55:
            await settled(pilot)
        assert rows(pilot).cursor_key == "item-2"
        assert rows(pilot).has_focus
        assert "fetching" in text(pilot)


async def test_a_row_is_opened_and_the_cursor_is_there_afterwards(
    world: World, opened: Opened
) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_WEEKLY, "enter", "right_square_bracket", "escape")
        assert rows(pilot).cursor_key == "item-1"
        assert world.poller.focused == WEEKLY


async def test_refresh_pause_and_link(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "enter", "r", "p", "o")
        assert world.poller.asked == [("refresh", NIGHTLY)]
        assert world.poller.paused
        assert "paused" in text(pilot)
        assert pilot.app.clipboard == nightly().url


async def test_copy_takes_what_the_pane_is_about(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_WEEKLY, "y")
        assert pilot.app.clipboard == "item-0"
        await press(pilot, "2", "y")
        assert pilot.app.clipboard.startswith("exact  5 of 6  4")
        await press(pilot, "5", "y")
        assert pilot.app.clipboard.startswith("gpt-5-mini  812")
        await press(pilot, "6", "y")
        assert "prod/eval_1/run_2" in pilot.app.clipboard


async def test_raw_json_is_the_providers(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "enter", "J")
        assert 'object: "eval.run"' in text(pilot)
        await press(pilot, "escape")
        assert "nightly" in lines(pilot)[0]


async def test_an_unknown_run_is_said_to_be_on_its_way(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        pilot.app.post_message(RunOpened(RunRef("prod", "eval_1/nowhere"), RunQuery()))
        await settled(pilot)
        assert "not fetched yet" in text(pilot)
        assert "Fetching the run…" in text(pilot)


async def test_a_run_without_rows_says_so(opened: Opened) -> None:
    world = full_world()
    world.put_rows(NIGHTLY)
    async with opened(world) as pilot:
        await press(pilot, "enter")
        assert "No row has ended yet." in text(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 10), (20, 5), (200, 60)])
async def test_it_draws_at_any_size(world: World, opened: Opened, size: tuple[int, int]) -> None:
    async with opened(world, size=size) as pilot:
        await press(pilot, *TO_WEEKLY, "2", "3", "4", "5", "6", "1", "enter", "2", "3")
        assert len(lines(pilot)) == size[1]


async def test_a_store_in_memory_only_is_told(
    world: World, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "problem", StoreError("The disk is full; nothing is kept."))
    async with opened(world) as pilot:
        assert "store ⚠ The disk is full; nothing is kept." in text(pilot)


async def test_counts_that_stand_still_are_not_drawn_again(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "enter")
        before = pilot.app.screen._compositor.render_strips()
        change = world.store.apply_run(nightly())
        assert not change
        counts = replace(nightly().counts, done=813)
        world.poller.publish(world.store.apply_run(nightly(counts=counts)))
        app = pilot.app
        assert isinstance(app, EvalTopApp)
        app._tell_screens()
        await settled(pilot)
        after = pilot.app.screen._compositor.render_strips()
        differing = [
            y for y, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]
        ]
        assert len(differing) == 1
        assert "813/1000" in lines(pilot)[differing[0]]


async def test_latency_is_left_out_when_no_row_has_one(opened: Opened) -> None:
    world = full_world()
    bare = [
        replace(row, trials=tuple(replace(one, latency_s=None) for one in row.trials))
        for row in four_rows()
    ]
    world.put_rows(NIGHTLY, *bare)
    world.store.apply_run(nightly(counts=Counts(total=4, done=4)))
    async with opened(world) as pilot:
        await press(pilot, "enter")
        assert "latency" not in text(pilot)


async def test_k_keeps_the_run_and_says_so(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "enter", "K")
        assert "⚑ kept · ● running" in text(pilot)
        await press(pilot, "K")
        assert "⚑" not in text(pilot)
        await press(pilot, "K", "escape")
        assert "⚑ nightly-11-20" in text(pilot)


async def test_a_run_whose_rows_made_room_says_so(world: World, opened: Opened) -> None:
    store = world.services.store
    store._database.write(lambda found: retention.evict_one(found, 0, [NIGHTLY]))
    while store._database.write(retention.go_on):
        pass
    async with opened(world) as pilot:
        await press(pilot, *TO_WEEKLY)
        assert "4 rows made room on" in text(pilot).replace("\n", " ")
        assert rows(pilot).row_count == 0


async def test_waiting_for_the_budget_is_no_failure(
    world: World, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_key() -> None:
        return None

    world.links["prod"] = Link(connection(), store=world.store, clock=world.clock, key=no_key)
    monkeypatch.setattr(world.poller, "budget_left", lambda _connection: 0)
    async with opened(world) as pilot:
        await press(pilot, "enter")
        assert "… Waiting: prod may be asked" in text(pilot)
