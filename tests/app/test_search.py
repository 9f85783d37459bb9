"""Search: from the list and from a run, while typing, and into the trial at the match."""

from textual.pilot import Pilot

from tests.app.conftest import Opened, lines, press, settled, text
from tests.app.world import NIGHTLY, WEEKLY, World, trial
from tui.models import CriterionType, Outcome, Row, Score
from tui.widgets.virtual_table import VirtualTable

TO_WEEKLY = ("down", "down", "enter")


def found(pilot: Pilot[int]) -> list[str]:
    """Return the lines of the matches, without the sign of the cursor."""
    table = pilot.app.screen.query_one("#hits", VirtualTable)
    return [" ".join(lines(pilot)[3 + n][1:].split()) for n in range(table.row_count)]


def fill_world(world: World) -> None:
    graded = Score("judge", CriterionType.LABEL, label="rude", reason="It REFUSES to answer.")
    world.put_rows(
        NIGHTLY,
        Row("n-1", "first question", (trial("t1", Outcome.PASSED, "Gladly, here it is."),), 0),
        Row(
            "n-2",
            "second question",
            (
                trial("t1", Outcome.PASSED, "Here you are."),
                trial("t2", Outcome.PASSED, f"{'well ' * 30}I cannot\nhelp you.", scores=(graded,)),
            ),
            1,
        ),
    )


async def test_matches_are_shown_while_words_are_typed(world: World, opened: Opened) -> None:
    fill_world(world)
    async with opened(world, size=(100, 24)) as pilot:
        await press(pilot, "f")
        assert "Words that a trial must say" in text(pilot)
        await press(pilot, *'"cannot hel')
        assert lines(pilot)[0].split()[:5] == ["search", "1", "match", "in", "1"]
        (line,) = found(pilot)
        assert line.startswith("nightly-11-20 ")
        assert line.endswith("output …well well I cannot⏎help you.")
        await press(pilot, "x")
        assert "Nothing that is stored says" in text(pilot)
        assert "nothing found" in lines(pilot)[0]
        await press(pilot, "backspace", "escape", "escape")
        assert "evaltop" in lines(pilot)[0]


async def test_a_run_is_searched_alone(world: World, opened: Opened) -> None:
    fill_world(world)
    async with opened(world, size=(100, 24)) as pilot:
        await press(pilot, *TO_WEEKLY, "f", *"capital")
        assert "weekly" in lines(pilot)[0]
        assert found(pilot)
        await press(pilot, *[key for _ in range(7) for key in ("backspace",)], *"cannot")
        assert found(pilot) == []
        await press(pilot, "escape", "escape")
        assert pilot.app.screen.query_one("#rows", VirtualTable).has_focus


async def test_enter_opens_the_trial_at_the_match(world: World, opened: Opened) -> None:
    fill_world(world)
    async with opened(world, size=(100, 24)) as pilot:
        await press(pilot, "f", *"refuses", "enter", "enter")
        await settled(pilot)
        assert "#1 second question" in lines(pilot)[0]
        assert "trial 2 of 2" in text(pilot)
        assert "find: REFUSES" in text(pilot)
        assert "It REFUSES to answer." in text(pilot)
        await press(pilot, "escape", "escape")
        assert "find:" not in text(pilot)
        assert "search  1 match" in lines(pilot)[0]


async def test_the_cursor_stays_on_its_match(world: World, opened: Opened) -> None:
    world.put_rows(
        NIGHTLY,
        *(Row(f"n-{n}", f"row {n}", (trial("t", Outcome.PASSED, "same"),), n) for n in range(5)),
    )
    async with opened(world) as pilot:
        await press(pilot, "f", *"same", "enter", "down", "down")
        table = pilot.app.screen.query_one("#hits", VirtualTable)
        key = table.cursor_key
        await press(pilot, "enter", "escape", "escape")
        assert table.cursor_key == key
        world.put_rows(WEEKLY, Row("later", "later", (trial("t", Outcome.PASSED, "same"),), 9))
        await press(pilot, "r")
        assert table.row_count == 6
        assert table.cursor_key == key


async def test_without_words_nothing_stays_open(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "f", "escape")
        assert "evaltop" in lines(pilot)[0]


async def test_the_match_can_be_copied(world: World, opened: Opened) -> None:
    fill_world(world)
    async with opened(world) as pilot:
        await press(pilot, "f", *"gladly", "enter", "y")
        await settled(pilot)
        assert pilot.app.clipboard == "Gladly, here it is."
