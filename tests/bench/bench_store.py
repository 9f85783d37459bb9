"""How fast the store takes rows in and gives them out.

Run it by `python -m tests.bench.bench_store [ROWS] [--memory]`; ROWS is 100,000 by default. It
prints ingest rates, the times of opening and paging a view, and the time a page fetch takes while
rows arrive. It asserts nothing.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tui.clock import SystemClock
from tui.models import (
    CriterionType,
    Outcome,
    ProviderKind,
    Row,
    Run,
    RunKind,
    RunRef,
    Score,
    Status,
    Trial,
    Usage,
)
from tui.providers.base import RowPage
from tui.store import RowQuery, RunQuery, Store

PAGE = 100
TEXT = "The customer asks for a refund of order 4711 and is told how to get one in three steps. "


def run(ref: RunRef) -> Run:
    """Return a live run."""
    return Run(ref, ProviderKind.OPENAI, RunKind.EVAL, ref.path, Status.RUNNING, "in_progress")


def line(name: str, value: float, unit: str = "ms", more: str = "") -> None:
    """Print one figure."""
    print(f"  {name:<36}{value:12,.2f} {unit}{more}")


def page(start: int, n: int = PAGE) -> RowPage:
    """Return rows of about 2 KB with two criteria."""
    return RowPage(tuple(row(i) for i in range(start, start + n)), resume=str(start + n))


def row(i: int) -> Row:
    """Return one row."""
    passed = i % 7 != 0
    return Row(
        key=f"item-{i:07}",
        label=f"refund question {i}",
        index=i,
        trials=(
            Trial(
                id=f"out-{i}",
                outcome=Outcome.PASSED if passed else Outcome.FAILED,
                input=[{"role": "user", "content": f"{i} {TEXT * 4}"}],
                output=f"{TEXT * 6}{i}",
                expected=f"{TEXT}{i}",
                scores=(
                    Score("judge", CriterionType.NUMERIC, passed=passed, value=i % 11 / 10),
                    Score("format", CriterionType.BINARY, passed=i % 13 != 0, reason=TEXT),
                ),
                latency_s=i % 97 / 10,
                usage=Usage(
                    input_tokens=100 + i % 50, output_tokens=200, total_tokens=300 + i % 50
                ),
                raw={"id": f"out-{i}", "object": "eval.run.output_item", "status": "pass"},
            ),
        ),
    )


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Return the median milliseconds of some calls."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)


def p95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return sorted(values)[int(len(values) * 0.95)]


def ingest(
    store: Store,
    ref: RunRef,
    rows: int,
    *,
    start: int = 0,
    size: int = PAGE,
    rate: float | None = None,
) -> float:
    """Store rows page by page, at most `rate` per second; return rows per second of work."""
    worked = 0.0
    for first in range(start, start + rows, size):
        made = page(first, size)
        begun = time.perf_counter()
        store.apply_rows(ref, made)
        took = time.perf_counter() - begun
        worked += took
        if rate is not None:
            time.sleep(max(0.0, size / rate - took))
    return rows / worked


def views(store: Store, ref: RunRef, rows: int) -> None:
    """Print the times of reading."""
    view = store.rows(ref, RowQuery())
    for name, query in {
        "by index": RowQuery(),
        "by score, descending": RowQuery(sort="score", descending=True),
        "by outcome": RowQuery(sort="outcome"),
        "by latency": RowQuery(sort="latency"),
        "by label": RowQuery(sort="label"),
        "failed only": RowQuery(outcome=Outcome.FAILED),
        "two words": RowQuery(text="refund 4711"),
        "score<0.3": RowQuery(text="score<0.3"),
        "not outcome:failed latency>2s": RowQuery(text="not outcome:failed latency>2s"),
        "criteria.judge.score<0.3": RowQuery(text="criteria.judge.score<0.3"),
        "label~99": RowQuery(text="label~99"),
        "output~nowhere": RowQuery(text="output~nowhere"),
    }.items():
        store.rows(ref, RowQuery(text="none"))  # the last view is kept: this one replaces it
        line(f"open {name}", timed(partial(store.rows, ref, query)))
    middle = rows // 2
    key = view.key_at(middle)
    line("fetch 128 in the middle", timed(partial(view.fetch, middle, 128), 20))
    line("fetch 40", timed(partial(view.fetch, middle, 40), 20))
    line("index_of", timed(partial(view.index_of, key), 20))
    line("one row with bodies", timed(partial(store.row, ref, key), 20))
    line("neighbours", timed(partial(store.neighbours, ref, RowQuery(), key), 5))
    line("run", timed(partial(store.run, ref), 20))


def under_load(store: Store, ref: RunRef) -> None:
    """Print how long page fetches take while 2,000 rows a second arrive in another run."""
    other = RunRef("bench", "other")
    store.apply_runs("bench", "runs", [run(other)], complete=False)
    view = store.rows(ref, RowQuery())
    writer = threading.Thread(target=ingest, args=(store, other, 10_000), kwargs={"rate": 2000})
    writer.start()
    took = []
    while writer.is_alive():
        took.append(timed(partial(view.fetch, 500, 40)))
        time.sleep(0.01)
    more = f"   p95 {p95(took):.2f} ms, max {max(took):.2f} ms"
    line("fetch 40 under 2,000 rows/s", statistics.median(took), more=more)


def lists(store: Store) -> None:
    """Print the times of the runs list."""
    runs = [run(RunRef("bench", f"run-{i}")) for i in range(500)]
    apply = partial(store.apply_runs, "bench", "runs", runs, complete=True)
    line("500 new runs listed", timed(apply))
    line("500 equal runs listed", timed(apply, 5))
    line("open 500 runs", timed(partial(store.runs, RunQuery()), 10))
    line("fetch 40 runs", timed(partial(store.runs(RunQuery()).fetch, 0, 40), 10))


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=100_000)
    parser.add_argument("--memory", action="store_true", help="keep the store in memory")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        place = None if options.memory else Path(directory)
        store = Store.open(place, clock=SystemClock())
        ref = RunRef("bench", "run")
        store.apply_runs("bench", "runs", [run(ref)], complete=False)
        print(f"{options.rows:,} rows, journal {store.journal}, Python {sys.version.split()[0]}")
        store.begin_walk(ref)
        half = options.rows // 2
        line("ingest, pages of 100", ingest(store, ref, half), "rows/s")
        line("ingest, pages of 1,000", ingest(store, ref, half, start=half, size=1000), "rows/s")
        line("end of the walk", timed(partial(store.end_walk, ref, complete=True)))
        store.begin_walk(ref)
        line("equal rows met again", ingest(store, ref, min(options.rows, 20_000)), "rows/s")
        views(store, ref, options.rows)
        under_load(store, ref)
        lists(store)
        if store.file is not None:
            line("file", store.file.stat().st_size / 2**20, "MiB")
        store.close()
        if place is not None:
            line("open the store", timed(lambda: Store.open(place, clock=SystemClock()).close(), 9))


if __name__ == "__main__":
    main()
