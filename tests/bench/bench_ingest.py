"""How fast a provider's pages become stored rows, and how long the event loop is held meanwhile.

Run it by `python -m tests.bench.bench_ingest [ROWS]`; ROWS is 10,000 by default. OpenAI's output
items come through the transport seam and go the whole way: parsed, mapped, stored. Parsing and
mapping alone and SQLite alone are the yardsticks. It asserts nothing.
"""

import argparse
import asyncio
import json
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.bench.bench_store import PAGE, ingest, line, p95, run
from tests.providers.openai.fake_api import FakeApi, openai
from tests.providers.openai.payloads import EVAL_ID, RUN_ID, a_page, a_run, an_eval, an_item
from tui.clock import SystemClock
from tui.models import RunRef
from tui.polling.sync import Sync
from tui.store import Store

REF = RunRef("prod", f"{EVAL_ID}/{RUN_ID}")
TICK_S = 0.002


def big_api(rows: int) -> FakeApi:
    """Return an API with a run of many items, encoded beforehand."""
    api = FakeApi()
    api.lists["/evals"] = [an_eval()]
    api.objects[f"/evals/{EVAL_ID}"] = an_eval()
    run_path = f"/evals/{EVAL_ID}/runs/{RUN_ID}"
    api.objects[run_path] = a_run()
    pages = {}
    for first in range(0, rows, PAGE):
        items = [an_item(i) for i in range(first, min(rows, first + PAGE))]
        after = f"outputitem_{first - 1:04}" if first else None
        pages[after] = json.dumps(a_page(items, more=first + PAGE < rows)).encode()
    line("an item", len(pages[None]) / PAGE, "bytes")

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=pages[request.url.params.get("after")])

    api.answers[f"{run_path}/output_items"] = answer
    return api


async def lags(work: Callable[[], "asyncio.Future[None]"]) -> list[float]:
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


async def end_to_end(directory: Path, rows: int) -> None:
    """Print the whole way, and the way without the store."""
    store = Store.open(directory, clock=SystemClock())
    provider = openai(big_api(rows))
    sync = Sync(provider, store, SystemClock())
    told = await sync.run(REF)
    begun = now()
    async for _page in provider.iter_rows(told):
        pass
    used("parsed and mapped", rows, *begun)
    begun = now()

    async def walk() -> None:
        await sync.rows(told)

    late = await lags(lambda: asyncio.ensure_future(walk()))
    used("parsed, mapped and stored", rows, *begun)
    line("the loop is late, p95", p95(late), more=f"   max {max(late):.1f} ms")
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
    parser.add_argument("rows", nargs="?", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        asyncio.run(end_to_end(Path(one), options.rows))
        alone(Path(other), options.rows)


if __name__ == "__main__":
    main()
