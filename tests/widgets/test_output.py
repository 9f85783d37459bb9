"""What leaves for the terminal: filtered, counted, and the same without colours."""

from queue import Queue
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.theme import BUILTIN_THEMES
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from tests.widgets.harness import COLUMNS, HOSTILE, Rows, WidgetApp
from tui.text import FORBIDDEN
from tui.widgets.backlog import output_backlog
from tui.widgets.filter_bar import FilterBar
from tui.widgets.json_tree import JsonTree
from tui.widgets.progress import ProgressLine, ProgressView
from tui.widgets.safe_filter import SafeFilter
from tui.widgets.status_line import StatusLine
from tui.widgets.text_view import TextView
from tui.widgets.tones import TONES, Palette
from tui.widgets.trial_strip import TrialStrip
from tui.widgets.virtual_table import VirtualTable

BLACK = Color(0, 0, 0)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_filter_leaves_no_forbidden_character_and_the_cells_as_they_were(text: str) -> None:
    bold = Style(bold=True)
    kept = Segment("plain ✓ 日本", bold)
    segments = SafeFilter().apply([Segment(text, bold), kept], BLACK)
    assert FORBIDDEN.search(segments[0].text) is None
    assert segments[0].style == bold
    assert segments[0].cell_length == Segment(text).cell_length
    assert segments[1] is kept


async def test_the_filter_covers_widgets_that_clean_nothing() -> None:
    app = WidgetApp(Static("\x1b]52;c;eA==\x07 \x9b31m \u202e after", markup=False))
    async with app.run_test(size=(60, 3)) as pilot:
        await pilot.pause()
        assert "after" in app.text()
        assert not any(FORBIDDEN.search(line) for line in app.lines())


def test_the_backlog_is_the_length_of_the_writers_queue() -> None:
    queue: Queue[str] = Queue()
    writer = SimpleNamespace(_queue=queue)
    app = cast("App[Any]", SimpleNamespace(_driver=SimpleNamespace(_writer_thread=writer)))
    assert output_backlog(app) == 0
    queue.put("frame")
    queue.put("frame")
    assert output_backlog(app) == 2


@pytest.mark.parametrize(
    "app",
    [
        SimpleNamespace(),
        SimpleNamespace(_driver=None),
        SimpleNamespace(_driver=SimpleNamespace(_writer_thread=None)),
        SimpleNamespace(_driver=SimpleNamespace(_writer_thread=SimpleNamespace(_queue=[]))),
    ],
)
def test_without_textuals_private_queue_there_is_no_limit(app: object) -> None:
    assert output_backlog(cast("App[Any]", app)) == 0


def test_textual_still_has_the_queue_the_backlog_reads() -> None:
    from io import StringIO

    from textual.drivers._writer_thread import WriterThread

    writer = WriterThread(StringIO())
    writer.write("frame")
    app = cast("App[Any]", SimpleNamespace(_driver=SimpleNamespace(_writer_thread=writer)))
    assert output_backlog(app) == 1


class Probe(Widget):
    """Has as component styles, by Textual's own rules, what tones are to look like."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"probe--{tone}" for tone in TONES}
    DEFAULT_CSS = """
    Probe {
        background: $panel;
        & > .probe--good { color: $text-success; }
        & > .probe--bad { color: $text-error; }
        & > .probe--warn { color: $text-warning; }
        & > .probe--live { color: $text-primary; }
        & > .probe--muted { color: $text-muted; }
        & > .probe--dim { color: $text-muted; }
        & > .probe--accent { color: $text-accent; }
        & > .probe--strong { text-style: bold; }
        & > .probe--title { color: $text-accent; text-style: bold; }
    }
    """


@pytest.mark.parametrize("theme", BUILTIN_THEMES)
async def test_tones_look_as_textuals_own_rules_would_have_them(theme: str) -> None:
    probe = Probe()
    app = WidgetApp(probe)
    async with app.run_test(size=(40, 4)) as pilot:
        app.theme = theme
        await pilot.pause()
        palette = Palette(probe)
        for tone in TONES:
            wanted = probe.get_component_rich_style(f"probe--{tone}")
            assert palette.tone(tone) == wanted, tone


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
async def test_every_tone_has_a_style_in_every_theme(theme: str) -> None:
    table = VirtualTable(COLUMNS, Rows(["one"]))
    app = WidgetApp(table)
    async with app.run_test(size=(40, 4)) as pilot:
        app.theme = theme
        await pilot.pause()
        styles = {tone: table.palette.tone(tone) for tone in TONES}
        assert styles["good"] != styles["bad"]
        assert table.palette.component("line--cursor") != table.palette.base
        assert table.palette.tone("no such tone") == table.palette.base
        assert "✓ passed" in app.text()


async def test_without_colours_cursor_and_marks_are_still_to_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    table = VirtualTable(COLUMNS, Rows(["one", "two"]))
    app = WidgetApp(table)
    async with app.run_test(size=(40, 4)) as pilot:
        table.focus()
        await pilot.press("space")
        lines = app.lines()
        assert lines[1].startswith(" *")
        assert lines[2].startswith("▸ ")


def ticking(app: WidgetApp) -> list[Timer]:
    timers = [timer for widget in app.screen.walk_children(Widget) for timer in widget._timers]
    return [timer for timer in timers if is_running(timer)]


def is_running(timer: Timer) -> bool:
    return timer._active.is_set()


async def test_nothing_ticks() -> None:
    bar = FilterBar()
    app = WidgetApp(
        bar,
        VirtualTable(COLUMNS, Rows(["one"])),
        TextView("text"),
        JsonTree([1, 2]),
        ProgressLine(ProgressView(1, None)),
        StatusLine(),
        TrialStrip(),
    )
    async with app.run_test(size=(40, 20)) as pilot:
        bar.open()
        await pilot.press("x")
        await pilot.pause()
        assert ticking(app) == []
        # The probe sees a blinking cursor.
        app.query_one(Input).cursor_blink = True
        await pilot.press("y")
        assert ticking(app)
