"""Statistics: from a run to how sure it is, to its trials, rows, slices and the last runs."""

from dataclasses import replace

import pytest

from tests.analysis.runs import row
from tests.app.comparable import ONE, TWO, put, put_two
from tests.app.conftest import Opened, lines, press, settled, text
from tests.app.world import NIGHTLY, WEEKLY, World, nightly
from tui.app import EvalTopApp
from tui.models import Counts, JsonObject, Row, RunRef
from tui.store import RowQuery
from tui.widgets.virtual_table import VirtualTable

TO_WEEKLY = ("down", "down", "enter", "i")
TO_TWO = ("slash", *"name", "tilde", *"run", "enter", "g", "enter", "i")


def several(n: int) -> Row:
    letters = ("ppp", "ppf", "fff")[n % 3]
    item: JsonObject = {"id": n, "lang": "de" if n < 20 else "en"}
    return row(f"r{n}", letters, 1.0, 2.0, float(n), item=item, index=n)


@pytest.fixture
def trials(world: World) -> World:
    world.put_rows(WEEKLY, *(several(n) for n in range(60)))
    return world


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_every_figure_stands_with_its_interval(
    trials: World, opened: Opened, size: tuple[int, int]
) -> None:
    async with opened(trials, size=size) as pilot:
        await press(pilot, *TO_WEEKLY)
        shown = lines(pilot)
        assert shown[0].startswith(" statistics  weekly-47")
        assert "rows passed 33.3%, 95 % interval 22.7 to 45.9%" in shown[1]
        assert "20 always pass, 20 sometimes, 20 never · two disagree 22.2%" in shown[2]
        line = next(line for line in shown if "trials passed" in line)
        assert "55.6%" in line
        assert "t, by row" in line or size == (80, 24)
        assert any("score, worst of n" in line for line in shown)


async def test_chances_are_told_for_every_k(trials: World, opened: Opened) -> None:
    async with opened(trials, size=(120, 40)) as pilot:
        await press(pilot, *TO_WEEKLY, "2")
        shown = [line.split() for line in lines(pilot) if "%" in line][-3:]
        assert "2 trials 3" in text(pilot)
        first, last = shown[0], shown[-1]
        assert first.count("55.6%") == 2
        assert "66.7%" in last
        assert "33.3%" in last


async def test_rows_whose_trials_disagree_come_first_and_open(
    trials: World, opened: Opened
) -> None:
    async with opened(trials, size=(120, 40)) as pilot:
        await press(pilot, *TO_WEEKLY, "3")
        table = pilot.app.screen.query_one("#stable", VirtualTable)
        heads = trials.store.rows(WEEKLY, RowQuery(sort="instability", descending=True))
        unstable = [head.key for head in heads.fetch(0, 20)]
        assert {table.source.key_at(n) for n in range(20)} == set(unstable)
        assert "2 of 3" in next(line for line in lines(pilot) if "66.7%" in line)
        await press(pilot, "down", "enter")
        assert lines(pilot)[0].startswith(" #55 label r55")
        assert "2 of 3 trials passed" in text(pilot)
        await press(pilot, "escape")
        assert "▸  ✗ failed ~" in text(pilot)


async def test_slices_lead_to_their_rows(trials: World, opened: Opened) -> None:
    async with opened(trials, size=(120, 40)) as pilot:
        await press(pilot, *TO_WEEKLY, "4")
        assert "4 slices by lang" in text(pilot)
        assert "40" in next(line for line in lines(pilot) if "en  " in line)
        await press(pilot, "down", "enter")
        assert "3 rows lang = de 20" in text(pilot)
        await press(pilot, "escape")
        assert "3 rows 60" in text(pilot)
        await press(pilot, "m")
        assert "Slices by" in text(pilot)
        await press(pilot, "escape", "escape")
        assert lines(pilot)[0].startswith(" weekly-47")


async def test_the_trend_opens_the_runs_of_the_group(world: World, opened: Opened) -> None:
    put_two(world)
    async with opened(world, size=(120, 40)) as pilot:
        await press(pilot, *TO_TWO, "5")
        assert "run of 3h (this run)" in text(pilot)
        before = next(line for line in lines(pilot) if "run of 5h" in line)
        assert "75.0%" in before
        assert "64.5 to 83.2%" in before
        await press(pilot, "down", "enter")
        assert lines(pilot)[0].startswith(" run of 5h")
        await press(pilot, "escape")
        assert world.poller.focused == TWO
        assert ONE != TWO


async def test_a_live_run_is_kept_up_with_an_interval_that_holds(
    world: World, opened: Opened
) -> None:
    put(world, NIGHTLY, "p" * 30 + "f" * 10, age_h=1)
    live = nightly(counts=Counts(total=100), criteria=())
    world.put(replace(live, name="live now"))
    async with opened(world, size=(120, 40)) as pilot:
        await press(pilot, "slash", *"name", "tilde", *"live", "enter", "g", "enter", "i")
        assert "valid however often you look; 30.0 to 90.0% in the end" in text(pilot)
        assert "anytime" in text(pilot)
        await press(pilot, "down")
        table = pilot.app.screen.query_one("#figures", VirtualTable)
        chosen = table.cursor_key
        world.put_rows(NIGHTLY, *(row(f"k{n}", "p", index=n) for n in range(60)), complete=False)
        app = pilot.app
        assert isinstance(app, EvalTopApp)
        app.store_changed(world.store.apply_run(replace(live, name="live now")))
        app._tell_screens()
        await settled(pilot)
        await settled(pilot)
        assert table.cursor_key == chosen
        assert table.has_focus


async def test_a_run_without_results_says_so(world: World, opened: Opened) -> None:
    put(world, RunRef("prod", "eval_9/run_1"), "", age_h=5, group="eval_9")
    async with opened(world) as pilot:
        await press(pilot, "slash", *"name", "tilde", *"run", "enter", "g", "enter", "i")
        assert lines(pilot)[1] == " No row has a result."
        for pane, told in (
            ("2", "Every row of this run has one trial."),
            ("4", "No field of the items falls into a few kinds."),
            ("5", "No comparable run came before this one."),
        ):
            await press(pilot, pane)
            assert told in text(pilot)
        await press(pilot, "3", "enter", "m")
        assert "no field of the items" in text(pilot)
