"""The small widgets: progress, trials, status, header, hints, grid."""

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from tests.widgets.harness import HOSTILE, WidgetApp, assert_clean, record
from tui.models import Outcome
from tui.presentation.progress import ProgressView
from tui.presentation.status import StatusItem
from tui.widgets.grid_table import GridTable
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.progress import ProgressLine, progress_text
from tui.widgets.status_line import StatusLine
from tui.widgets.table_model import Cell, Column
from tui.widgets.trial_strip import TrialStrip

VIEW = ProgressView(812, 1000, "42/min", "3m left")


@pytest.mark.parametrize(
    ("view", "width", "text"),
    [
        (VIEW, 60, "████████░░ 812/1000 · 42/min · 3m left"),
        (VIEW, 32, "████████░░ 812/1000 · 42/min"),
        (VIEW, 20, "████████░░ 812/1000"),
        (VIEW, 12, "812/1000"),
        (VIEW, 5, "812/…"),
        (ProgressView(812, None, "42/min", "never shown"), 60, "812 · 42/min"),
        (ProgressView(0, 0), 60, "0"),
        (ProgressView(None, 10), 60, "░░░░░░░░░░ —/10"),
        (ProgressView(), 60, "—"),
        (ProgressView(1, 1000), 60, "█░░░░░░░░░ 1/1000"),
        (ProgressView(999, 1000), 60, "█████████░ 999/1000"),
        (ProgressView(1000, 1000), 60, "██████████ 1000/1000"),
    ],
)
def test_progress_says_what_fits(view: ProgressView, width: int, text: str) -> None:
    assert progress_text(view, width) == text


async def pause(app: WidgetApp, pilot: Pilot[None]) -> str:
    await pilot.pause()
    return app.text()


async def test_progress_line_draws_only_what_differs() -> None:
    line = ProgressLine(VIEW)
    app = WidgetApp(line)
    async with app.run_test(size=(60, 2)) as pilot:
        assert "812/1000 · 42/min · 3m left" in await pause(app, pilot)
        app.frames.clear()
        line.view = ProgressView(812, 1000, "42/min", "3m left")
        await pilot.pause()
        assert app.frames == []
        line.view = ProgressView(900, 1000)
        assert "█████████░ 900/1000" in await pause(app, pilot)


async def test_trials_are_shown_chosen_and_stepped_through() -> None:
    strip = TrialStrip()
    app = WidgetApp(strip)
    async with app.run_test(size=(30, 2), message_hook=record(app)) as pilot:
        strip.outcomes = (Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED)
        assert "[✓] ✗  !" in await pause(app, pilot)
        await pilot.click(offset=(5, 0))
        assert " ✓ [✗] !" in await pause(app, pilot)
        strip.step(1)
        strip.step(1)
        await pilot.pause()
        assert [one.index for one in app.of(TrialStrip.TrialChosen)] == [1, 2]
        strip.outcomes = (Outcome.PASSED,)
        assert "[✓]" in await pause(app, pilot)
        assert strip.current == 0


async def test_more_trials_than_fit_are_windowed_around_the_current_one() -> None:
    strip = TrialStrip()
    app = WidgetApp(strip)
    async with app.run_test(size=(20, 1), message_hook=record(app)) as pilot:
        strip.outcomes = (Outcome.PASSED,) * 50 + (Outcome.FAILED,)
        strip.current = 25
        text = await pause(app, pilot)
        assert text.startswith("<")
        assert text.rstrip().endswith(">")
        assert "[✓]" in text
        strip.current = 50
        assert "[✗]" in await pause(app, pilot)
        await pilot.click(offset=(1, 0))
        assert 44 <= app.of(TrialStrip.TrialChosen)[-1].index < 50


async def test_status_items_that_do_not_fit_are_counted() -> None:
    line = StatusLine()
    items = tuple(StatusItem(f"conn{number}", "good", "✓ <1m") for number in range(4))
    app = WidgetApp(line)
    async with app.run_test(size=(80, 1)) as pilot:
        line.items = items
        text = await pause(app, pilot)
        assert text.strip() == "   ".join(f"conn{number} ✓ <1m" for number in range(4))
        app.frames.clear()
        line.items = tuple(items)
        await pilot.pause()
        assert app.frames == []
        await pilot.resize_terminal(40, 1)
        text = await pause(app, pilot)
        assert text.rstrip().endswith("+2 more")
        assert "conn1" in text
        assert "conn2" not in text
        await pilot.resize_terminal(12, 1)
        assert "+4 more" in await pause(app, pilot)
        line.items = (StatusItem("only", "bad", "✗ a very long trouble"),)
        assert "only ✗" in await pause(app, pilot)


async def test_the_header_cuts_the_left_part_first_and_keeps_its_beginning() -> None:
    line = HeaderLine("evaltop  128 runs · 3 live", "refresh 5s")
    app = WidgetApp(line)
    async with app.run_test(size=(60, 1)) as pilot:
        text = await pause(app, pilot)
        assert text.startswith(" evaltop  128 runs · 3 live")
        assert text.endswith("refresh 5s")
        await pilot.resize_terminal(30, 1)
        text = await pause(app, pilot)
        assert text.endswith("refresh 5s")
        assert "…" in text
        await pilot.resize_terminal(1, 1)
        await pilot.resize_terminal(60, 1)
        line.left = "日本語" * 30
        assert "…" in await pause(app, pilot)


async def test_only_whole_hints_are_shown() -> None:
    line = HintLine((("enter", "open"), ("space", "mark"), ("?", "help")))
    app = WidgetApp(line)
    async with app.run_test(size=(60, 1)) as pilot:
        assert (await pause(app, pilot)).strip() == "enter open · space mark · ? help"
        await pilot.resize_terminal(27, 1)
        assert (await pause(app, pilot)).strip() == "enter open · space mark"
        line.hints = (("q", "quit"),)
        assert (await pause(app, pilot)).strip() == "q quit"


async def test_a_grid_is_as_high_as_its_rows() -> None:
    columns = (
        Column("name", "CRITERION", min_width=6, weight=1),
        Column("n", "N", width=4, align="right"),
        Column("note", "NOTE", width=20, priority=1),
    )
    grid = GridTable(columns, empty="no criteria")
    below = HeaderLine("below")
    app = WidgetApp(grid, below)
    async with app.run_test(size=(60, 10)) as pilot:
        assert (await pause(app, pilot)).splitlines()[:2] == ["no criteria", " below"]
        grid.rows = ((Cell("judge"), Cell("12"), Cell("fine")), (Cell("日本語の基準"), Cell("3")))
        lines = (await pause(app, pilot)).splitlines()
        assert lines[0].split() == ["CRITERION", "N", "NOTE"]
        assert lines[1].split() == ["judge", "12", "fine"]
        assert lines[2].split() == ["日本語の基準", "3"]
        assert lines[3] == " below"
        app.frames.clear()
        grid.rows = tuple(grid.rows)
        await pilot.pause()
        assert app.frames == []
        await pilot.resize_terminal(20, 10)
        assert "NOTE" not in await pause(app, pilot)


async def test_hostile_text_is_shown_harmless_in_every_small_widget() -> None:
    everything = " ".join(HOSTILE)
    header = HeaderLine(everything, HOSTILE[0])
    widgets: list[Widget] = [header, HintLine(tuple((text, text) for text in HOSTILE))]
    status = StatusLine()
    status.items = tuple(StatusItem(text, "bad", text) for text in HOSTILE)
    progress = ProgressLine(ProgressView(1, 2, HOSTILE[0], HOSTILE[3]))
    grid = GridTable(
        (Column("a", HOSTILE[0], min_width=10), Column("b", HOSTILE[6], min_width=60)),
        tuple((Cell(text, text), Cell(text)) for text in HOSTILE),
    )
    app = WidgetApp(*widgets, status, progress, grid)
    async with app.run_test(size=(200, 20)) as pilot:
        text = await pause(app, pilot)
        assert_clean(app)
        assert "[/nope] [bold]x[/bold] [@click=app.quit]go[/]" in text
        await pilot.click(offset=(100, 0))
        assert app.is_running
