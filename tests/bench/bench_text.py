"""The text viewer and the JSON tree with long bodies, at 120x40.

Run: `python -m tests.bench.bench_text`. Prints time to the first screenful, latency of a page key,
time to the end and of a search.
"""

import asyncio
import json
import os
import statistics
import time
from collections.abc import Awaitable, Callable

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from rich.console import RenderableType
from textual.app import App, ComposeResult
from textual.screen import Screen

from tui.models import JsonValue
from tui.widgets.json_tree import JsonTree
from tui.widgets.line_view import LineView
from tui.widgets.text_view import TextView

MEGABYTE = 1_000_000
SIZE = (120, 40)
PAGES = 40


class BenchApp(App[None]):
    """One viewer; notes when a frame was drawn."""

    def __init__(self, view: LineView) -> None:
        super().__init__()
        self.view = view
        self.drawn = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield self.view

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        if renderable is not None:
            self.drawn.set()


async def timed(app: BenchApp, act: Callable[[], object]) -> float:
    """Return milliseconds until the frame the act causes."""
    app.drawn.clear()
    begun = time.perf_counter()
    result = act()
    if isinstance(result, Awaitable):
        await result
    await asyncio.wait_for(app.drawn.wait(), 30)
    return (time.perf_counter() - begun) * 1000


async def measure(
    name: str, view: TextView | JsonTree, show: Callable[[], object], wanted: str
) -> None:
    app = BenchApp(view)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        first = await timed(app, show)
        pages = sorted([await timed(app, view.action_page_down) for _ in range(PAGES)])
        end = await timed(app, view.action_end)
        found = await timed(app, lambda: view.find(wanted))
        print(
            f"{name:<34} first {first:6.1f} ms   page median {statistics.median(pages):5.1f}"
            f" p95 {pages[int(PAGES * 0.95)]:5.1f} ms   end {end:6.1f} ms   find {found:6.1f} ms"
        )


def main() -> None:
    """Measure bodies of 10 MB and a list of 100,000 elements."""
    record: JsonValue = {"id": 1, "role": "assistant", "content": "it depends " * 8, "ok": True}
    records = json.dumps([record] * 60_000, indent=2)
    texts = {
        "lines of 90": "\n".join(["0123456789 abcdefg " * 5] * (10 * MEGABYTE // 96)) + " needle",
        "one single line": "0123456789 abcdefg " * (10 * MEGABYTE // 19) + " needle",
        "wide characters": "日本語のテキスト、" * (10 * MEGABYTE // 27) + " needle",
        "JSON": records + " needle",
    }
    for name, text in texts.items():
        view = TextView()
        language = "json" if name == "JSON" else "plain"
        size = len(text.encode()) / MEGABYTE
        asyncio.run(
            measure(
                f"TextView, {name}, {size:.0f} MB",
                view,
                lambda view=view, text=text, language=language: view.show_text(text, language),  # type: ignore[misc] # bound here
                "needle",
            )
        )
    tree = JsonTree()
    value: JsonValue = [{"n": number, "text": "it depends"} for number in range(100_000)]
    asyncio.run(measure("JsonTree, 100,000 elements", tree, lambda: tree.set_value(value), "99998"))


if __name__ == "__main__":
    main()
