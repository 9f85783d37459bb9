"""The filter language in the app: what it finds, and how a mistake looks while it is typed."""

import re

from textual.pilot import Pilot

from tests.app.conftest import Opened, lines, press, text
from tests.app.world import NIGHTLY, World, nightly
from tui.models import Row
from tui.widgets.filter_bar import FilterBar
from tui.widgets.virtual_table import VirtualTable

TO_WEEKLY = ("down", "down", "enter")


async def typed(pilot: Pilot[int], words: str) -> None:
    """Open the filter, empty it and type."""
    if not any(bar.is_open for bar in pilot.app.screen.query(FilterBar)):
        await press(pilot, "slash")
    bar = pilot.app.screen.query_one(FilterBar)
    await press(pilot, *["backspace"] * len(bar.text))
    await press(pilot, *(" " if letter == " " else letter for letter in words))


def rows(pilot: Pilot[int]) -> list[str]:
    table = pilot.app.screen.query_one("#rows", VirtualTable)
    return [table.source.key_at(place) for place in range(table.row_count)]


def place_of(pilot: Pilot[int], sign: str) -> tuple[int, int]:
    """Return the line and column where a sign stands."""
    for number, line in enumerate(lines(pilot)):
        if sign in line:
            return number, line.index(sign)
    raise AssertionError(sign)


async def test_runs_are_found_by_their_fields(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        for words, names in (
            ("status:failed or age<1h", {"nightly-11-20", "judge-v3"}),
            ("pass_rate>80%", {"nightly-11-20"}),
            ("-live:true", {"weekly-47", "judge-v3"}),
            ("metadata.team:search connection:prod", {"nightly-11-20", "weekly-47"}),
        ):
            await typed(pilot, words)
            assert f"{len(names)} of 4 runs" in text(pilot), words
            assert set(re.findall(r"nightly-11-20|weekly-47|judge-v3", text(pilot))) == names


async def test_a_mistake_is_under_its_place_and_the_list_keeps_its_filter(
    world: World, opened: Opened
) -> None:
    async with opened(world) as pilot:
        await typed(pilot, "wee")
        assert "1 of 4 runs" in text(pilot)
        await press(pilot, *" status:fialed")
        assert "1 of 4 runs" in text(pilot)
        assert "weekly-47" in text(pilot)
        told, column = place_of(pilot, "^ status is never “fialed”; did you mean failed?")
        line, begin = place_of(pilot, "fialed")
        assert (told, column) == (line + 1, begin)
        await press(pilot, *["backspace"] * 6, *"completed")
        assert "^" not in text(pilot)
        assert "1 of 4 runs" in text(pilot)
        await typed(pilot, "statsu:x")
        assert "^ There is no field “statsu”; did you mean status?" in text(pilot)


async def test_half_a_filter_changes_nothing(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "slash")
        for letter in "status:running":
            shown = text(pilot)
            assert "evaltop  4 runs" in shown
            assert "weekly-47" in shown
            await press(pilot, letter)
        assert "evaltop  2 of 4 runs" in text(pilot)
        for letter in " or (-age<1d":
            assert "evaltop  2 of 4 runs" in text(pilot)
            await press(pilot, letter)
        assert "This ( is not closed." in text(pilot)
        await press(pilot, ")")
        assert "evaltop  4 of 4 runs" in text(pilot)


async def test_a_word_that_could_be_a_field_is_searched_on_enter(
    world: World, opened: Opened
) -> None:
    world.put(nightly(ref=NIGHTLY, name="model of the day"))
    async with opened(world) as pilot:
        await typed(pilot, "model")
        assert "evaltop  4 runs" in text(pilot)
        await press(pilot, "enter")
        assert "evaltop  1 of 4 runs" in text(pilot)
        await press(pilot, "down", "down", "escape", *TO_WEEKLY, "slash", *"label", "escape")
        assert "No row matches “label”." in text(pilot)


async def test_escape_leaves_a_broken_filter_and_clears_it(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await typed(pilot, "(")
        assert "This ( is not closed." in text(pilot)
        await press(pilot, "escape", "escape")
        shown = text(pilot)
        assert "evaltop  4 runs" in shown
        assert "not closed" not in shown
        assert "filter:" not in shown


async def test_new_runs_come_in_while_a_filter_is_broken(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await typed(pilot, "nightly")
        await typed(pilot, "nightly (")
        world.put(nightly(ref=NIGHTLY, name="nightly-renamed"))
        await press(pilot, "escape", "r")
        await pilot.pause()
        assert "This ( is not closed." in text(pilot)
        assert pilot.app.is_running


async def test_rows_are_found_by_their_fields(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_WEEKLY)
        for words, found in (
            ("outcome:errored", ["item-2"]),
            ("trials>1", ["item-1"]),
            ("criteria.exact.passed:true", ["item-0", "item-3"]),
            ("-error~long", []),
            ("error:none index>=1", ["item-1", "item-3"]),
        ):
            await typed(pilot, words)
            assert rows(pilot) == found, words


async def test_a_mistake_among_rows_keeps_the_rows(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_WEEKLY)
        await typed(pilot, "Italy")
        await press(pilot, *" score:x")
        assert "^ A number is wanted here" in text(pilot)
        assert rows(pilot) == ["item-1"]
        await press(pilot, "escape", "escape")
        assert "A number is wanted" not in text(pilot)
        assert len(rows(pilot)) == 4


async def test_a_pattern_that_takes_too_long_is_told(world: World, opened: Opened) -> None:
    slow = Row("slow", "x" * 300, ())
    world.put_rows(NIGHTLY, slow, Row("b", "beta", ()))
    world.put(nightly(name="x" * 300))
    async with opened(world) as pilot:
        await typed(pilot, "name~(x+x+)+y")
        assert "This pattern takes too long on some texts." in text(pilot)
        assert "4 runs" in text(pilot)
        await press(pilot, "escape", "escape", "enter")
        await typed(pilot, "label~(x+x+)+y")
        assert "This pattern takes too long on some texts." in text(pilot)
        assert rows(pilot) == ["slow"]  # of `(x+x+)+`, the last that could be used
        assert pilot.app.is_running


async def test_a_long_filter_has_its_mistake_on_the_screen(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await typed(pilot, "a" * 90 + " statsu:x")
        shown = text(pilot)
        assert "did you mean status? ^" in shown
