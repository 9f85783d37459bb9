"""The scores and the errors of a run: bars and causes, and the rows behind them."""

import pytest

from tests.app.conftest import Opened, lines, press, settled, text
from tests.app.world import WEEKLY, World, trial
from tui.app import EvalTopApp
from tui.models import CriterionType, ErrorInfo, Outcome, Row, Score
from tui.providers.base import RowPage
from tui.widgets.virtual_table import VirtualTable

TO_WEEKLY = ("down", "down", "enter")


def scored(n: int, value: float) -> Row:
    score = Score("judge", CriterionType.NUMERIC, value=value)
    return Row(
        f"s{n}", f"row {n}", (trial(f"t{n}", Outcome.PASSED, "x", scores=(score,)),), index=n
    )


def broken(n: int, code: str, message: str) -> Row:
    one = trial(f"e{n}", Outcome.ERRORED, None, scores=(), error=ErrorInfo(code, message))
    return Row(f"e{n}", f"row {n}", (one,), index=n)


ROWS = (
    *(scored(n, 0.1) for n in range(30)),
    *(scored(n, 0.9) for n in range(30, 90)),
    *(broken(n, "timeout", f"No answer after {n} s.") for n in range(90, 98)),
    *(broken(n, "429", "Too many requests [bold]now[/]") for n in range(98, 100)),
)


@pytest.fixture
def spread(world: World) -> World:
    world.put_rows(WEEKLY, *ROWS)
    return world


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_bars_stand_beside_exact_figures(
    spread: World, opened: Opened, size: tuple[int, int]
) -> None:
    async with opened(spread, size=size) as pilot:
        await press(pilot, *TO_WEEKLY, "3")
        assert "n 90 · mean 0.63 · min 0.1 · max 0.9" in text(pilot)
        high = next(line for line in lines(pilot) if "0.9 to <" in line)
        low = next(line for line in lines(pilot) if "0.1 to <" in line)
        assert high.count("█") == 2 * low.count("█") == 36
        assert "60" in high
        assert "66.7%" in high


async def test_a_bar_opens_its_rows(spread: World, opened: Opened) -> None:
    async with opened(spread) as pilot:
        await press(pilot, *TO_WEEKLY, "3", "end", "enter")
        assert "60 of 100" in text(pilot)
        assert "filter: score>=0.9" in text(pilot)
        await press(pilot, "escape")
        assert pilot.app.screen.query_one("#rows", VirtualTable).row_count == 100


async def test_errors_are_grouped_and_open_their_rows(spread: World, opened: Opened) -> None:
    async with opened(spread, size=(120, 40)) as pilot:
        await press(pilot, *TO_WEEKLY, "4")
        first = next(line for line in lines(pilot) if "timeout" in line)
        assert "No answer after …" in first
        assert "8.0%" in first
        assert "e90" in first
        await press(pilot, "down", "enter")
        assert "only rows with the error: Too many requests [bold]now[/]" in text(pilot)
        assert "2 of 100" in text(pilot)
        rows = pilot.app.screen.query_one("#rows", VirtualTable)
        assert rows.has_focus
        assert [rows.source.key_at(n) for n in range(rows.row_count)] == ["e98", "e99"]
        await press(pilot, "slash", *"99", "enter")
        assert rows.row_count == 1
        await press(pilot, "escape")
        assert rows.row_count == 100
        assert "only rows" not in text(pilot)


async def test_they_are_kept_up_without_moving_the_cursor(spread: World, opened: Opened) -> None:
    async with opened(spread) as pilot:
        await press(pilot, *TO_WEEKLY, "4", "down")
        table = pilot.app.screen.query_one("#errors", VirtualTable)
        chosen = table.cursor_key
        spread.store.begin_walk(WEEKLY)
        more = tuple(broken(n, "429", "Too many requests [bold]now[/]") for n in range(100, 120))
        spread.poller.publish(spread.store.apply_rows(WEEKLY, RowPage(more)))
        app = pilot.app
        assert isinstance(app, EvalTopApp)
        app._tell_screens()
        await settled(pilot)
        await settled(pilot)
        assert (table.cursor_key, table.cursor_index) == (chosen, 0), "now the most frequent"
        assert table.has_focus
        assert any("22" in line and "429" in line for line in lines(pilot))


async def test_a_run_without_scores_or_errors_says_so(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "enter", "3")
        assert "No row has a score." in text(pilot)
        await press(pilot, "4")
        assert "No row has an error." in text(pilot)
        await press(pilot, "enter")
        assert "No row has an error." in text(pilot)
