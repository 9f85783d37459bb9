"""Compact output draws the same picture in fewer bytes."""

import random

import pyte
import pytest
from rich.console import Console
from textual.drivers.headless_driver import HeadlessDriver

from tests.widgets.harness import Million, WidgetApp
from tui.widgets.compact_output import compact, compact_driver
from tui.widgets.table_model import Cell, Column, TableRow
from tui.widgets.virtual_table import VirtualTable

CODES = ("1", "2", "3", "4", "7", "9", "31", "97", "42", "107", "39", "49")
COLORS = ("38;2;1;2;3", "38;2;200;2;3", "48;2;9;9;9", "38;5;77", "48;5;12")


def picture(output: str) -> list[list[object]]:
    screen = pyte.Screen(30, 6)
    stream = pyte.Stream(screen)
    stream.feed(output)
    return [[screen.buffer[y][x] for x in range(30)] for y in range(6)]


def frame(random_: random.Random) -> str:
    """Return output such as Textual's: moves, styles, texts, resets."""
    parts = []
    for y in range(1, 7):
        parts.append(f"\x1b[{y};{random_.randint(1, 9)}H")
        for _ in range(random_.randint(1, 4)):
            codes = random_.sample(CODES, random_.randint(0, 3)) + random_.sample(COLORS, 2)
            random_.shuffle(codes)
            text = random_.choice(("abc", " ", "✓ passed", "日本"))
            parts.append(f"\x1b[{';'.join(codes)}m{text}\x1b[0m")
        parts.append("\n" if y < 6 else "\x1b[1;1H")
    return "".join(parts)


@pytest.mark.parametrize("seed", range(200))
def test_the_picture_is_the_same(seed: int) -> None:
    output = frame(random.Random(seed))
    assert picture(compact(output)) == picture(output)
    # The pen is plain again.
    assert picture(compact(output) + "after") == picture(output + "after")


def test_only_what_differs_is_sent() -> None:
    assert compact("\x1b[38;2;1;1;1;48;2;0;0;0mab\x1b[0m\x1b[38;2;9;9;9;48;2;0;0;0mc\x1b[0m") == (
        "\x1b[38;2;1;1;1;48;2;0;0;0mab\x1b[38;2;9;9;9mc\x1b[m"
    )
    assert compact("\x1b[31ma\x1b[0m\n\x1b[2;1H\x1b[31mb\x1b[0m") == "\x1b[31ma\n\x1b[2;1Hb\x1b[m"
    assert compact("\x1b[1;31ma\x1b[0m\x1b[31mb\x1b[0m") == "\x1b[1;31ma\x1b[22mb\x1b[m"


@pytest.mark.parametrize(
    "output", ["", "plain", "\x1b[?1049h", "\x1b[1;1H", "\x1b[58;5;1mx\x1b[0m", "\x1b]0;title\x07"]
)
def test_other_output_is_left_alone(output: str) -> None:
    assert compact(output) == output


def test_a_sequence_that_erases_gets_its_pen_first() -> None:
    assert compact("\x1b[41mx\x1b[0m\x1b[2J") == "\x1b[41mx\x1b[m\x1b[2J"


class Colourful(Million):
    """Rows of seven cells that change their tone five times."""

    def rows(self, offset: int, limit: int) -> list[TableRow]:
        tones = ("muted", "good", "", "", "muted", "muted", "")
        return [
            TableRow(str(index), tuple(Cell(f"{tone} {index}", tone) for tone in tones))
            for index in range(offset, offset + limit)
        ]


async def test_keys_on_colourful_rows_stay_in_their_budget() -> None:
    columns = tuple(Column(str(number), "TITLE", min_width=8) for number in range(7))
    table = VirtualTable(columns, Colourful())
    app = WidgetApp(table)
    app.console = Console(color_system="truecolor", force_terminal=True)
    async with app.run_test(size=(120, 40)) as pilot:
        table.focus()
        await pilot.pause()
        for key, budget in (("down", 500), ("pagedown", 9_000), ("end", 9_000)):
            app.frames.clear()
            await pilot.press(key)
            await pilot.pause()
            output = "".join(app.frames)
            assert "38;2;" in output
            assert len(compact(output).encode()) <= budget


async def test_the_driver_writes_compact_output() -> None:
    written: list[str] = []

    class Recording(HeadlessDriver):
        def write(self, data: str) -> None:
            written.append(data)

    driver = compact_driver(Recording)
    driver(WidgetApp()).write("\x1b[31ma\x1b[0m\x1b[31mb\x1b[0m")
    assert written == ["\x1b[31mab\x1b[m"]
    assert compact_driver(Recording) is driver
