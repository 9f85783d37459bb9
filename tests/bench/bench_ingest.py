"""How fast providers' pages become stored rows, and how long the event loop is held meanwhile.

Run it by `python -m tests.bench.bench_ingest [ROWS] [BYTES …]`; 5,000 rows of 1,400 and of 5,000
bytes by default. Each provider's own answers come through the transport seam and go the whole way:
parsed, mapped, stored. Parsing and mapping alone and SQLite alone are the yardsticks. It asserts
nothing.
"""

import argparse
import asyncio
import gc
import json
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.bench.bench_store import PAGE, ingest, line, p95, run
from tests.providers.contract.case import Case, Site
from tests.providers.contract.cases_datalab import DatalabCase
from tests.providers.contract.cases_gomodel import GoModelCase
from tests.providers.contract.cases_openai import OpenAIBatchCase, OpenAICase
from tests.providers.contract.cases_weave import WeaveCase
from tui.clock import SystemClock
from tui.models import Run, RunRef
from tui.polling.sync import Sync
from tui.providers.warming import warm_models
from tui.store import Store

TICK_S = 0.002

TEXTS: dict[type[Case], tuple[str | int, ...]] = {
    OpenAICase: ("sample", "output", 0, "content"),
    OpenAIBatchCase: ("response", "body", "choices", 0, "message", "content"),
    WeaveCase: ("evaluations", 0, "trials", 0, "model_output", "answer"),
    DatalabCase: ("eval_results", "evaluations", 0, "individual_results", 0, "feedback"),
    GoModelCase: ("response", "choices", 0, "message", "content"),
}
"""Where a row of each kind holds a text that may be long."""


def sized(kind: type[Case], row: dict[str, Any], size: int) -> dict[str, Any]:
    """Return the row with its text so long that it takes `size` bytes."""
    *path, last = TEXTS[kind]
    row = json.loads(json.dumps(row))
    holder: Any = row
    for step in path:
        holder = holder[step]
    words = "The answer in full, with every step that led to it. " * (size // 50 + 1)
    holder[last] = (f"{holder[last]} {words}")[: max(0, size - len(json.dumps(row)))] or "x"
    return row


class Recorded:
    """A site whose answers are made once; asked the same again, they cost nothing."""

    def __init__(self, kind: type[Case], rows: int, size: int) -> None:
        case = kind()
        self.site = Site(case)
        self.site.runs = [case.run(0)]
        self.site.rows = [sized(kind, case.row(n), size) for n in range(rows)]
        self.ref = RunRef(case.config.name, case.run_path(0))
        self._known: dict[tuple[str, bytes], tuple[int, bytes]] = {}
        self.site.fault = self._answer

    def _answer(self, request: httpx.Request) -> httpx.Response:
        asked = (str(request.url), request.content)
        if asked not in self._known:
            answer = self.site.case.answer(request, self.site)
            self._known[asked] = (answer.status_code, answer.content)
        status, content = self._known[asked]
        return httpx.Response(status, content=content)


async def lags(work: Callable[[], asyncio.Future[None]]) -> list[float]:
    """Return by how many milliseconds each tick of the loop was late while `work` ran."""
    late = []
    task = work()
    while not task.done():
        begun = time.perf_counter()
        await asyncio.sleep(TICK_S)
        late.append((time.perf_counter() - begun - TICK_S) * 1000)
    task.result()
    return late


def used(name: str, rows: int, begun: float, cpu: float) -> None:
    """Print what some rows took."""
    took = time.perf_counter() - begun
    spent = (resource.getrusage(resource.RUSAGE_SELF).ru_utime - cpu) / rows * 1e6
    line(name, rows / took, "rows/s", f"   {spent:7.1f} µs of CPU a row")


def now() -> tuple[float, float]:
    """Return the time and the CPU used."""
    return time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_utime


async def end_to_end(directory: Path, kind: type[Case], rows: int, size: int) -> None:
    """Print one provider's whole way, and the way without the store."""
    print(f"{kind.name}, rows of {size:,} bytes")
    recorded = Recorded(kind, rows, size)
    provider = recorded.site.provider
    store = Store.open(directory, clock=SystemClock())
    sync = Sync(provider, store, SystemClock())
    told = await sync.run(recorded.ref)

    async def read(run: Run) -> None:
        async for _page in provider.iter_rows(run):
            pass

    async def walk() -> None:
        await sync.rows(told)

    await read(told)
    gc.collect()
    gc.freeze()  # as the app does: what the benchmark holds is not looked through again
    for name, work in (
        ("parsed and mapped", lambda: asyncio.ensure_future(read(told))),
        ("parsed, mapped and stored", lambda: asyncio.ensure_future(walk())),
    ):
        begun = now()
        late = await lags(work)
        used(name, rows, *begun)
        line("  the loop is late, p95", p95(late), more=f"   max {max(late):.1f} ms")
    file = store.file
    store.close()
    if file is not None:
        line("the file", file.stat().st_size / rows, "bytes a row")


def alone(directory: Path, rows: int) -> None:
    """Print the store alone, and SQLite alone."""
    store = Store.open(directory, clock=SystemClock())
    ref = RunRef("bench", "run")
    store.apply_runs("bench", "runs", [run(ref)], complete=False)
    begun = now()
    ingest(store, ref, rows)
    used("made and stored, pages of 100", rows, *begun)
    store.close()
    plain = sqlite3.connect(directory / "plain.sqlite3", isolation_level=None)
    plain.execute("CREATE TABLE plain(run, key, label, score, body, PRIMARY KEY(run, key))")
    values = [(1, f"k{i}", f"refund question {i}", i / rows, b"x" * 400) for i in range(rows)]
    begun = now()
    for first in range(0, rows, PAGE):
        plain.execute("BEGIN IMMEDIATE")
        plain.executemany("INSERT INTO plain VALUES(?,?,?,?,?)", values[first : first + PAGE])
        plain.execute("COMMIT")
    used("SQLite alone, one index", rows, *begun)
    plain.close()


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=5_000)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_400, 5_000])
    options = parser.parse_args()
    sys.setswitchinterval(0.001)  # as the app does
    warm_models()
    for kind in TEXTS:
        for size in options.sizes:
            with tempfile.TemporaryDirectory() as directory:
                asyncio.run(end_to_end(Path(directory), kind, options.rows, size))
    with tempfile.TemporaryDirectory() as directory:
        alone(Path(directory), options.rows)


if __name__ == "__main__":
    main()
