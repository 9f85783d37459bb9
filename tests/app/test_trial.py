import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from tests.app.conftest import Opened, lines, press, settled, text
from tests.app.world import WEEKLY, World, trial
from tui.app import EvalTopApp
from tui.errors import RateLimitedError
from tui.models import Outcome, Row
from tui.providers.base import RowPage, TrialDetail
from tui.widgets.text_view import TextView

TO_ROWS = ("down", "down", "enter")
TO_FIRST = (*TO_ROWS, "enter")
TO_SECOND = (*TO_ROWS, "down", "enter")


def shown_pane(pilot: Pilot[int]) -> str:
    ids = ("story", "criteria", "json")
    (one,) = [name for name in ids if pilot.app.screen.query_one(f"#{name}", Widget).display]
    return one


async def test_a_failed_trial_is_read_from_question_to_verdict(
    world: World, opened: Opened
) -> None:
    async with opened(world, size=(80, 34)) as pilot:
        await press(pilot, *TO_SECOND)
        shown = text(pilot)
        assert "#1 capital of Italy" in lines(pilot)[0]
        assert lines(pilot)[0].endswith("✗ failed")
        assert "trial 2 of 3 · gpt-5-mini · 1.2s" in shown
        assert "✗ exact   · judge 0.87" in shown
        assert "2 of 3 trials passed" in shown
        parts = ("system", "user", "expected", "output", "criteria")
        order = [shown.index(f"▾ {part}") for part in parts]
        assert order == sorted(order)
        assert "Milan" in shown


async def test_left_and_right_choose_the_trial(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_SECOND, "right")
        assert "trial 3 of 3" in text(pilot)
        assert "Rome!" in text(pilot)
        await press(pilot, "h", "h")
        assert "trial 1 of 3" in text(pilot)
        await press(pilot, "left")
        assert "trial 1 of 3" in text(pilot)
        await press(pilot, "l")
        assert "trial 2 of 3" in text(pilot)


async def test_panes_by_number_and_tab(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_FIRST)
        for key, pane in (
            ("2", "criteria"),
            ("3", "json"),
            ("1", "story"),
            ("tab", "criteria"),
            ("tab", "json"),
            ("tab", "story"),
            ("shift+tab", "json"),
        ):
            await press(pilot, key)
            assert shown_pane(pilot) == pane, key


async def test_next_row_keeps_the_pane(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_FIRST, "2", "right_square_bracket")
        assert "capital of Italy" in lines(pilot)[0]
        assert shown_pane(pilot) == "criteria"
        await press(pilot, "left_square_bracket", "left_square_bracket")
        assert "capital of France" in lines(pilot)[0]
        assert "this is the first row" in text(pilot)
        await press(pilot, *["right_square_bracket"] * 4)
        assert "capital of Chile" in lines(pilot)[0]
        assert "this is the last row" in text(pilot)


async def test_next_row_keeps_the_scroll(opened: Opened, world: World) -> None:
    long = "\n".join(f"line {n}" for n in range(200))
    for n in (0, 3):
        world.put_rows(
            WEEKLY, Row(f"item-{n}", "long", (trial("long", Outcome.PASSED, long),), index=n)
        )
    async with opened(world) as pilot:
        await press(pilot, *TO_FIRST, "pagedown", "pagedown")
        view = pilot.app.screen.query_one("#story", TextView)
        place = view.top
        assert place > 10
        await press(pilot, *["right_square_bracket"] * 3)
        assert "#3" in lines(pilot)[0]
        assert view.top == place


async def test_next_row_follows_the_filter_of_the_list(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_ROWS, "slash", *"santiago", "enter", "enter")
        assert "capital of Chile" in lines(pilot)[0]
        await press(pilot, "left_square_bracket")
        assert "this is the first row" in text(pilot)


async def test_an_errored_trial_says_why_first(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_ROWS, "down", "down", "enter")
        shown = text(pilot)
        assert lines(pilot)[0].endswith("! errored")
        assert shown.index("The model took too long.") < shown.index("Answer in one word.")
        await press(pilot, "end")
        assert "No criterion has graded this trial." in text(pilot)


async def test_finding_goes_from_match_to_match(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_FIRST, "slash", *"paris", "enter")
        view = pilot.app.screen.query_one("#story", TextView)
        assert (view.match_count, view.match_index) == (2, 0)
        await press(pilot, "n")
        assert view.match_index == 1
        await press(pilot, "n")
        assert view.match_index == 0
        await press(pilot, "N")
        assert view.match_index == 1
        await press(pilot, "escape")
        assert view.match_count == 0
        assert shown_pane(pilot) == "story"
        await press(pilot, "escape")
        assert "weekly-47" in lines(pilot)[0]


async def test_finding_nothing_is_said(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_FIRST, "slash", *"zzz")
        assert "nothing found" in text(pilot)


async def test_folding_with_enter(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_FIRST)
        assert "Answer in one word." in text(pilot)
        await press(pilot, "home", "enter")
        assert "Answer in one word." not in text(pilot)
        await press(pilot, "enter")
        assert "Answer in one word." in text(pilot)


async def test_copy_takes_the_block_under_the_cursor(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_FIRST, "home", "y")
        assert pilot.app.clipboard == "Answer in one word."
        assert "copied this part, 19 characters" in text(pilot)
        await press(pilot, "3", "y")
        assert '"eval.run.output_item"' in pilot.app.clipboard


async def test_raw_json_on_its_own_screen(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_FIRST, "J")
        assert "raw JSON" in lines(pilot)[0]
        await press(pilot, "q")
        assert "#0 capital of France" in lines(pilot)[0]


async def test_details_are_fetched_when_opened_and_merged(world: World, opened: Opened) -> None:
    def answer() -> TrialDetail:
        richer = trial("t0", Outcome.PASSED, "Paris, found in the calls")
        detail = TrialDetail(richer, ("The document is gone after an hour.",))
        world.store.apply_trial(WEEKLY, "item-0", detail)
        return detail

    world.poller.answer = answer
    async with opened(world) as pilot:
        await press(pilot, *TO_FIRST)
        assert world.poller.asked == [("trial", (WEEKLY, "item-0", "t0"))]
        assert "The document is gone after an hour." in text(pilot)
        assert "Paris, found in the calls" in text(pilot)
        await press(pilot, "escape", "enter")
        assert len(world.poller.asked) == 1
        await press(pilot, "r")
        assert world.poller.asked[1:] == [
            ("refresh", WEEKLY),
            ("trial", (WEEKLY, "item-0", "t0")),
        ]


async def test_details_that_cannot_be_fetched_say_why_and_leave_the_rest(
    world: World, opened: Opened
) -> None:
    def answer() -> TrialDetail | None:
        raise RateLimitedError("The provider asks for a pause.", remedy="Wait a minute.")

    world.poller.answer = answer
    async with opened(world) as pilot:
        await press(pilot, *TO_FIRST)
        shown = text(pilot)
        assert "Its details could not be fetched. The provider asks for a pause." in shown
        assert "Paris" in shown


async def test_pause_and_link(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_FIRST, "p", "o")
        assert world.poller.paused
        assert "copied the link to platform.openai.com" in text(pilot)


async def test_new_data_for_the_row_appears_where_one_reads(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_FIRST, "2")
        new = Row("item-0", "capital of France", (trial("t9", Outcome.FAILED, "Lyon"),), index=0)
        world.store.begin_walk(WEEKLY)
        world.poller.publish(world.store.apply_rows(WEEKLY, RowPage((new,))))
        assert isinstance(pilot.app, EvalTopApp)
        pilot.app._tell_screens()
        await settled(pilot)
        assert "trial 1 of 2" in text(pilot)
        assert shown_pane(pilot) == "criteria"


@pytest.mark.parametrize("key", ["v", "e"])
async def test_without_a_real_terminal_pager_and_editor_say_so(
    world: World, opened: Opened, key: str
) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_FIRST, key)
        assert "this terminal cannot be handed on" in text(pilot)
