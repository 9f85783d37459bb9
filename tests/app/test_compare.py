"""Compare and Pair: from marks to the verdict, to its rows, to both answers."""

import pytest
from textual.pilot import Pilot

from tests.app.comparable import ONE, THREE, TWO, put, put_two, row
from tests.app.conftest import Opened, lines, press, settled, text
from tests.app.world import World
from tui.app import EvalTopApp
from tui.external import diff_command, show_difference
from tui.models import RunRef
from tui.providers.base import RowPage
from tui.widgets.virtual_table import VirtualTable


@pytest.fixture
def compared(world: World) -> World:
    """Two runs of one eval: the newer one is worse."""
    put_two(world)
    return world


async def open_comparison(pilot: Pilot[int], *keys: str) -> None:
    """Filter for the runs of this module, then press the keys."""
    await press(pilot, "slash", *"name", "tilde", *"run", "enter", *keys)


async def test_marked_runs_are_compared_the_older_as_baseline(
    compared: World, opened: Opened
) -> None:
    async with opened(compared, size=(80, 24)) as pilot:
        await open_comparison(pilot, "g", "space", "space", "c")
        shown = lines(pilot)
        assert "B run of 3h beside A run of 5h" in shown[0]
        assert shown[0].endswith("▼ worse")
        assert "80 matched · 0 only in A · 0 only in B" in shown[1]
        assert "Worse by 25.0 points" in text(pilot)


async def test_enter_leads_from_the_verdict_to_the_rows_to_both_answers(
    compared: World, opened: Opened
) -> None:
    async with opened(compared) as pilot:
        await open_comparison(pilot, "g", "c", "enter")
        assert "rows regressed 20" in text(pilot)
        assert "▼ regressed" in text(pilot)
        await press(pilot, "enter")
        assert lines(pilot)[0].startswith(" capital 40?")
        assert "1 of 20" in lines(pilot)[0]
        assert "Paris." in text(pilot)
        assert "Lyon." in text(pilot)
        await press(pilot, "2")
        assert "[-Paris-]{+Lyon+}." in text(pilot)
        await press(pilot, "3")
        assert "judge" in text(pilot)
        await press(pilot, "4")
        assert "capital 40?" in text(pilot)
        await press(pilot, "right_square_bracket", "1")
        assert "2 of 20" in lines(pilot)[0]
        await press(pilot, "escape")
        assert "▸  ▼ regressed" in text(pilot)


async def test_rows_can_be_chosen(compared: World, opened: Opened) -> None:
    async with opened(compared) as pilot:
        await open_comparison(pilot, "g", "c", "w")
        assert "both failed  20" in text(pilot)
        await press(pilot, "down", "down", "enter")
        assert "rows both failed 20" in text(pilot)


async def test_rows_are_filtered_by_what_either_run_says(compared: World, opened: Opened) -> None:
    async with opened(compared, size=(120, 40)) as pilot:
        await open_comparison(pilot, "g", "c", "w", "g", "enter")
        assert "rows all 80" in text(pilot)
        await press(pilot, "slash", *"45", "enter")
        assert "rows all 1" in text(pilot)
        assert "▸  ▼ regressed" in text(pilot)
        await press(pilot, "enter")
        assert lines(pilot)[0].startswith(" capital 45?")
        assert lines(pilot)[1].startswith(" A  run of 5h")
        await press(pilot, "escape", "escape")
        assert "rows all 80" in text(pilot)
        await press(pilot, "slash", *"outcome", "colon", *"errored", "enter")
        assert "rows all 0" in text(pilot)
        await press(pilot, "escape", "slash", *"nofield", "less_than_sign", "1", "enter")
        assert "There is no field" in text(pilot)


async def test_rows_of_a_live_run_are_compared_as_they_come(world: World, opened: Opened) -> None:
    put(world, ONE, "p" * 40, age_h=5)
    put(world, TWO, "p" * 20, age_h=3)
    async with opened(world, size=(120, 40)) as pilot:
        await open_comparison(pilot, "g", "c", "w", "g", "enter", "down", "down", "down")
        assert "20 matched · 20 only in A" in lines(pilot)[1]
        table = pilot.app.screen.query_one("#rows", VirtualTable)
        chosen = table.cursor_key
        world.store.begin_walk(TWO)
        page = RowPage(tuple(row(n, "f", "Lyon.") for n in range(40)))
        app = pilot.app
        assert isinstance(app, EvalTopApp)
        app.store_changed(world.store.apply_rows(TWO, page))
        app._tell_screens()
        await settled(pilot)
        assert "40 matched · 0 only in A" in lines(pilot)[1]
        assert "▼ worse" in lines(pilot)[0]
        assert table.cursor_key == chosen
        assert table.has_focus


async def test_the_match_key_can_be_changed_and_is_remembered(
    compared: World, opened: Opened
) -> None:
    async with opened(compared) as pilot:
        await open_comparison(pilot, "g", "c", "m")
        assert "Match rows by" in text(pilot)
        assert "item.question" in text(pilot)
        await press(pilot, "down", "enter")
        assert lines(pilot)[1].endswith("by label")
    runs = [compared.store.run(ref) for ref in (ONE, TWO)]
    assert runs[0] is not None
    assert runs[1] is not None
    assert compared.store.joining.match_key(runs[0].run, runs[1].run) == "label"


async def test_a_marked_baseline_is_what_a_run_is_compared_with(
    compared: World, opened: Opened
) -> None:
    put(compared, THREE, "p" * 80, age_h=9)
    async with opened(compared) as pilot:
        await open_comparison(pilot, "G", "b")
        assert "now the baseline of faq" in text(pilot)
        assert "◆ run of 9h" in text(pilot)
        await press(pilot, "g", "c")
        assert "B run of 3h beside A run of 9h" in lines(pilot)[0]
        await press(pilot, "q", "G", "b")
        assert "no longer the baseline of faq" in text(pilot)


async def test_brackets_step_through_the_runs(compared: World, opened: Opened) -> None:
    put(compared, THREE, "p" * 80, age_h=1)
    async with opened(compared) as pilot:
        await open_comparison(pilot, "g", "space", "space", "space", "c")
        assert "B run of 3h beside A run of 5h (1 of 2)" in lines(pilot)[0]
        await press(pilot, "right_square_bracket")
        assert "C run of 1h beside A run of 5h (2 of 2)" in lines(pilot)[0]
        assert lines(pilot)[0].endswith("▲ better")
        await press(pilot, "right_square_bracket")
        assert "there is no other run on this side" in text(pilot)


async def test_a_run_with_nothing_before_it_says_so(world: World, opened: Opened) -> None:
    put(world, RunRef("prod", "eval_9/run_1"), "pf", age_h=5, group="eval_9")
    async with opened(world) as pilot:
        await open_comparison(pilot, "g", "c")
        assert "nothing to compare it with" in text(pilot)


async def test_c_works_from_a_run_too(compared: World, opened: Opened) -> None:
    async with opened(compared) as pilot:
        await open_comparison(pilot, "g", "enter", "c")
        assert "beside A run of 5h" in lines(pilot)[0]
        assert isinstance(pilot.app, EvalTopApp)


def test_the_persons_own_diff_tool_gets_both_texts(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert diff_command({"EVALTOP_DIFF": "diff -u"}) == ["diff", "-u"]
    assert show_difference({"EVALTOP_DIFF": "diff"}, "one\n", "two\n") is None
    assert "< one" in capfd.readouterr().out
    found = show_difference({"EVALTOP_DIFF": "no-such-tool-at-all"}, "a", "b")
    assert found is not None
    assert "could not be started" in found
    monkeypatch.setattr("tui.external.diff_command", lambda _environ: None)
    assert show_difference({"PAGER": "cat"}, "one", "two") is None
    assert "-one" in capfd.readouterr().out
