"""The screens over 10,000 runs, a large run and a 10 MB output, in the whole app at 120x40.

Run: `python -m tests.bench.bench_screens [PART…] [--rows N]`; the parts are runs, rows and output,
all by default. Prints milliseconds from a key to its frame, the frame's bytes, and the longest time
the event loop was held. Nothing is asserted.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.setdefault("TEXTUAL_FPS", "30")
os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", "truecolor")

from rich.console import RenderableType
from textual import events
from textual.screen import Screen

from screens import SCREENS
from screens.rows_pane import RowsPane
from tests.bench.bench_store import page
from tests.bench.million import REF, make_large_run
from tests.bench.stored_world import finished_run
from tui.app import EvalTopApp
from tui.clock import SystemClock
from tui.config import Config
from tui.messages import RowOpened, RunOpened
from tui.models import Outcome, Row, Trial
from tui.providers.base import RowPage
from tui.services import open_services
from tui.store import Change, RowQuery, RunQuery, Store
from tui.widgets.compact_output import compact
from tui.widgets.virtual_table import VirtualTable

SIZE = (120, 40)
RUNS = 10_000
KEYS = 60
OUTPUT = "A sentence that a model may well say in its answer. "


class WatchedApp(EvalTopApp):
    """Notes when a frame was drawn, and how many bytes it takes."""

    def __init__(self, directory: Path) -> None:
        services = open_services(Config(), data_dir=directory, offline=True)
        super().__init__(services, SCREENS)
        self.drawn = asyncio.Event()
        self.bytes = 0

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        render = getattr(renderable, "render_segments", None)
        if render is not None:
            self.bytes += len(compact(render(self.console)).encode())
            self.drawn.set()


@asynccontextmanager
async def opened(directory: Path) -> AsyncIterator[WatchedApp]:
    """Open the app on a store."""
    app = WatchedApp(directory)
    async with app.run_test(size=SIZE) as pilot:
        if app.screen.query("#runs"):
            await until(lambda: bool(runs_table(app).row_count))
        else:
            await pilot.press("escape")
        await pilot.pause()
        yield app


def runs_table(app: WatchedApp) -> VirtualTable:
    return app.screen_stack[0].query_one("#runs", VirtualTable)


async def until(reached: Callable[[], bool]) -> float:
    """Return milliseconds until something is so."""
    begun = time.perf_counter()
    while not reached():  # noqa: ASYNC110 - what is waited for knows no event
        await asyncio.sleep(0.001)
    return (time.perf_counter() - begun) * 1000


async def held(work: Awaitable[object]) -> float:
    """Return the most milliseconds the event loop was held while something was done."""
    worst = 0.0
    over = False

    async def look() -> None:
        nonlocal worst
        while not over:
            begun = time.perf_counter()
            await asyncio.sleep(0.002)
            worst = max(worst, time.perf_counter() - begun - 0.002)

    watching = asyncio.create_task(look())
    await work
    over = True
    await watching
    return worst * 1000


async def key(app: WatchedApp, name: str) -> tuple[float, int]:
    """Return milliseconds from a key to its frame, and the frame's bytes."""
    app.drawn.clear()
    app.bytes = 0
    begun = time.perf_counter()
    app.post_message(events.Key(name, name if len(name) == 1 else None))
    try:
        await asyncio.wait_for(app.drawn.wait(), 2)
    except TimeoutError:
        return 0.0, 0
    return (time.perf_counter() - begun) * 1000, app.bytes


async def keys(app: WatchedApp, title: str, *names: str) -> None:
    """Print what a person who presses these keys in turn waits for."""
    samples = []
    for number in range(KEYS):
        samples.append(await key(app, names[number % len(names)]))
        await asyncio.sleep(0.05)
    took = sorted(took for took, size in samples if size)
    sizes = sorted(size for _, size in samples if size)
    print(
        f"  {title:<44} median {took[len(took) // 2]:6.1f}  p95 {took[int(len(took) * 0.95)]:6.1f}"
        f"  min {took[0]:6.1f} ms   median {sizes[len(sizes) // 2]:6d} B",
        flush=True,
    )


async def all_keys(app: WatchedApp, suffix: str) -> None:
    """Print cursor, page, home and end."""
    await keys(app, f"cursor{suffix}", "down")
    await keys(app, f"page{suffix}", "pagedown")
    await keys(app, f"home, end{suffix}", "end", "home")


def figure(title: str, took: float, more: str = "") -> None:
    print(f"  {title:<44} {took:6.1f} ms{more}", flush=True)


async def runs(directory: Path, _rows: int) -> None:
    """The list of many runs."""
    store = Store.open(directory, clock=SystemClock())
    now = datetime.now(UTC) - timedelta(hours=2)
    for first in range(0, RUNS, 500):
        made = [finished_run(number, now) for number in range(first, first + 500)]
        store.apply_runs("prod", "eval_nightly", made, complete=True)
    store.close()
    print(f"{RUNS:,} runs")
    async with opened(directory) as app:
        table = runs_table(app)
        screen: Any = app.screen_stack[0]
        figure("all reachable after the first frame", await until(lambda: table.row_count == RUNS))
        await all_keys(app, "")

        async def sorted_by(sort: str) -> None:
            before = screen._shown
            screen._sorted(sort)
            await until(lambda: screen._shown is not before)

        for sort in ("name", "progress", "group", "model"):
            begun = time.perf_counter()
            worst = await held(sorted_by(sort))
            took = (time.perf_counter() - begun) * 1000
            figure(f"sort by {sort}", took, f"   loop held {worst:5.1f} ms")

        async def filtered(text: str) -> None:
            before = screen._shown
            screen._text = text
            screen.read()
            await until(lambda: screen._shown is not before)

        for text in ("nightly-99", "pass_rate<80%", "output:refund"):
            begun = time.perf_counter()
            worst = await held(filtered(text))
            took = (time.perf_counter() - begun) * 1000
            figure(f"filter {text}", took, f"   loop held {worst:5.1f} ms")
        await filtered("")
        stop = threading.Event()
        writer = threading.Thread(target=change_runs, args=(app, now, stop))
        writer.start()
        await all_keys(app, ", 10 changes a second")
        stop.set()
        await asyncio.to_thread(writer.join)


def change_runs(app: WatchedApp, now: datetime, stop: threading.Event) -> None:
    """Change a run of those at the top, ten times a second."""
    number = 0
    while not stop.wait(0.1):
        run = finished_run(number % 30, now)
        number += 1
        counts = replace(run.counts, passed=number)
        change = app.services.store.apply_run(replace(run, counts=counts))
        app.call_later(app.store_changed, change)


async def rows(directory: Path, count: int) -> None:
    """A large run."""
    make_large_run(directory, count)
    print(f"{count:,} rows")
    async with opened(directory) as app:
        begun = time.perf_counter()
        app.post_message(RunOpened(REF, RunQuery()))
        await until(lambda: bool(app.screen.query("#rows")))
        table = app.screen.query_one("#rows", VirtualTable)
        await until(lambda: bool(table.row_count))
        figure("first rows", (time.perf_counter() - begun) * 1000)
        await until(lambda: table.row_count == count)
        figure("all reachable", (time.perf_counter() - begun) * 1000)
        await all_keys(app, "")
        pane = app.screen.query_one("#pane-rows", RowsPane)
        before = table.source

        async def first_matches() -> None:
            pane.filter_by("score<0.3")
            await until(lambda: table.source is not before)

        async def filtered() -> None:
            await first_matches()
            figure("filter score<0.3: first matches", (time.perf_counter() - begun) * 1000)
            await until(lambda: pane.whole)

        begun = time.perf_counter()
        worst = await held(filtered())
        took = (time.perf_counter() - begun) * 1000
        figure("filter score<0.3: all", took, f"   loop held {worst:5.1f} ms")
        pane.filter_by("")
        await until(lambda: table.row_count == count and pane.whole)
        stop = threading.Event()
        writer = threading.Thread(target=add_rows, args=(app, count, stop))
        writer.start()
        place = table.cursor_key, table.top
        await asyncio.sleep(2)
        moved = "" if place == (table.cursor_key, table.top) else "   THE CURSOR MOVED"
        await all_keys(app, f", 2,000 rows/s arriving{moved}")
        stop.set()
        await asyncio.to_thread(writer.join)


def add_rows(app: WatchedApp, count: int, stop: threading.Event) -> None:
    """Store 2,000 rows a second, in pages of 500."""
    store = app.services.store
    store.begin_walk(REF)
    first = count
    while not stop.wait(0.25):
        change: Change = store.apply_rows(REF, page(first, 500))
        first += 500
        app.call_later(app.store_changed, change)


async def output(directory: Path, _rows: int) -> None:
    """A long output in the trial screen, read from the store."""
    store = Store.open(directory, clock=SystemClock())
    run = finished_run(0, datetime.now(UTC))
    store.apply_runs("prod", "eval_nightly", [run], complete=True)
    store.begin_walk(run.ref)
    said = OUTPUT * (10_000_000 // len(OUTPUT))
    store.apply_rows(
        run.ref, RowPage((Row("long", "long", (Trial("t", Outcome.PASSED, output=said),)),))
    )
    store.end_walk(run.ref, complete=True)
    store.close()
    print(f"an output of {len(said) / 1e6:.0f} MB in the trial screen")
    async with opened(directory) as app:

        async def shown() -> None:
            app.post_message(RowOpened(run.ref, "long", RowQuery()))
            await until(lambda: bool(app.screen.query("#story")))
            await until(lambda: OUTPUT[:20] in screen_text(app))

        begun = time.perf_counter()
        worst = await held(shown())
        took = (time.perf_counter() - begun) * 1000
        figure("first screenful", took, f"   loop held {worst:5.1f} ms")
        await all_keys(app, "")


def screen_text(app: WatchedApp) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


PARTS = {"runs": runs, "rows": rows, "output": output}


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    sys.setswitchinterval(0.001)  # as the app does
    for part in options.parts or PARTS:
        with tempfile.TemporaryDirectory() as directory:
            asyncio.run(PARTS[part](Path(directory), options.rows))


if __name__ == "__main__":
    main()
