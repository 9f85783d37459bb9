"""The virtual table at 1,000,000 rows beside Textual's DataTable at 10,000, in the same run.

Run: `python -m tests.bench.bench_table`. Prints time to first rows and to the end, latency and
bytes per key at 120x40 (truecolor), and growth of memory.
"""

import asyncio
import os
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", "truecolor")

from rich.console import RenderableType
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import DataTable

from tui.widgets.compact_output import compact
from tui.widgets.table_model import Cell, Column, TableRow
from tui.widgets.virtual_table import VirtualTable

ROWS = 1_000_000
DATA_TABLE_ROWS = 10_000
SIZE = (120, 40)
ROUNDS = 40

COLUMNS = (
    Column("index", "#", width=8, align="right"),
    Column("outcome", "OUTCOME", width=10),
    Column("score", "SCORE", width=8, align="right"),
    Column("label", "ROW", min_width=12, max_width=30, weight=1),
    Column("latency", "LATENCY", width=8, align="right", priority=1),
    Column("tokens", "TOKENS", width=8, align="right", priority=2),
    Column("preview", "OUTPUT", min_width=20, weight=3, priority=3),
)


def cells(index: int) -> tuple[str, ...]:
    outcome = ("✓ passed", "✗ failed", "! errored")[index % 7 // 3]
    return (
        str(index),
        outcome,
        f"{index % 100 / 100:.2f}",
        f"row-{index:07d}",
        f"{index % 90 / 10:.1f}s",
        str(index % 5_000),
        f"The answer to question {index} is that it depends on what was asked " * 2,
    )


TONES = ("muted", "good", "", "", "muted", "muted", "")


class MillionRows:
    """Rows made when they are asked for: what is measured is the table."""

    def count(self) -> int:
        return ROWS

    def rows(self, offset: int, limit: int) -> Sequence[TableRow]:
        return [
            TableRow(str(index), tuple(map(Cell, cells(index), TONES)))
            for index in range(offset, min(ROWS, offset + limit))
        ]

    def index_of(self, key: str) -> int | None:
        return int(key)

    def key_at(self, index: int) -> str:
        return str(index)


class BenchApp(App[None]):
    """One widget; notes when each frame was drawn and how many bytes it takes."""

    def __init__(self, make: Callable[[], Widget]) -> None:
        super().__init__()
        self.make = make
        self.drawn = asyncio.Event()
        self.bytes = 0
        self.compact_bytes = 0

    def compose(self) -> ComposeResult:
        yield self.make()

    def on_mount(self) -> None:
        self.query("*").first(Widget).focus()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        render = getattr(renderable, "render_segments", None)
        if render is not None:
            output = render(self.console)
            self.bytes += len(output.encode())
            self.compact_bytes += len(compact(output).encode())
            self.drawn.set()


def data_table() -> DataTable[str]:
    table: DataTable[str] = DataTable(cursor_type="row")
    table.add_columns(*(column.title for column in COLUMNS))
    table.add_rows(cells(index) for index in range(DATA_TABLE_ROWS))
    return table


async def key(app: BenchApp, widget: Widget, action: str) -> tuple[float, int, int]:
    """Return seconds from the action to its frame, and the frame's bytes, plain and compact."""
    app.drawn.clear()
    app.bytes = app.compact_bytes = 0
    begun = time.perf_counter()
    await widget.run_action(action)
    try:
        await asyncio.wait_for(app.drawn.wait(), 5)
    except TimeoutError:
        return 0.0, 0, 0
    return time.perf_counter() - begun, app.bytes, app.compact_bytes


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(
    name: str, make: Callable[[], Widget], actions: dict[str, tuple[str, ...]]
) -> None:
    before = memory_mb()
    begun = time.perf_counter()
    app = BenchApp(make)
    async with app.run_test(size=SIZE) as pilot:
        await app.drawn.wait()
        opened = time.perf_counter() - begun
        widget = app.query("*").first(Widget)
        await pilot.pause()
        print(f"{name}: open {opened * 1000:.0f} ms, memory +{memory_mb() - before:.0f} MB")
        for label, walk in actions.items():
            samples = []
            for number in range(ROUNDS):
                sample = await key(app, widget, walk[number % len(walk)])
                if sample[1]:
                    samples.append(sample)
                await pilot.pause()
            times = [took * 1000 for took, _, _ in samples]
            size = round(statistics.median(size for _, size, _ in samples))
            small = round(statistics.median(small for _, _, small in samples))
            print(
                f"  {label:<10} median {statistics.median(times):6.1f} ms"
                f"   p95 {p95(times):6.1f} ms   {size:6d} B, compact {small:6d} B"
            )


def main() -> None:
    """Measure both."""
    asyncio.run(
        measure(
            f"VirtualTable, {ROWS:,} rows",
            lambda: VirtualTable(COLUMNS, MillionRows()),
            {
                "cursor": ("cursor_down",),
                "page": ("page_down",),
                "end, home": ("end", "home"),
            },
        )
    )
    asyncio.run(
        measure(
            f"DataTable, {DATA_TABLE_ROWS:,} rows",
            data_table,
            {
                "cursor": ("cursor_down",),
                "page": ("page_down",),
                "end, home": ("scroll_bottom", "scroll_top"),
            },
        )
    )


if __name__ == "__main__":
    main()
