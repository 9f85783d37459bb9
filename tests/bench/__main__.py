"""The figures of one run of a million rows, and every other benchmark, by one command.

Run: `python -m tests.bench [--only NAME …] [--rows N]`. `million` prints
`what | budget | measured | yardstick | ratio`, where the yardstick is the plain SQLite query in the
same run; the others are the modules of the same name and print what they print alone. Nothing is
asserted.
"""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.million import REF, make_large_run
from tui.clock import SystemClock
from tui.store import RowQuery, RowView, Store
from tui.store.schema import FILE_NAME
from tui.store.types import RowSort

PARTS = (
    "bench_store",
    "bench_table",
    "bench_screens",
    "bench_text",
    "bench_terminal",
    "bench_ingest",
    "bench_large",
    "bench_search",
    "bench_compare",
    "bench_journal",
)
FIRST_MS, REACHABLE_MS, ROUNDS = 150, 500, 3
QUERIES: dict[str, RowQuery] = {
    "rows in their order": RowQuery(),
    **{
        f"sort by {sort}": RowQuery(sort=sort) for sort in ("score", "latency", "tokens", "outcome")
    },
    "filter: word most rows have": RowQuery(text="refund"),
    "filter: word no row has": RowQuery(text="zzz"),
    "filter: outcome:failed": RowQuery(text="outcome:failed"),
    "filter: score<0.3": RowQuery(text="score<0.3"),
    "filter: score<0.3 by latency": RowQuery(text="score<0.3", sort="latency"),
}
_COLUMNS: dict[RowSort, str] = {"index": "idx", "outcome": "outcome, idx"}


def figure(what: str, budget: str, measured: float, yardstick: float) -> None:
    """Print one line, in milliseconds."""
    print(
        f"{what:<44}| {budget:>9} | {measured:9.1f} ms | {yardstick:9.1f} ms"
        f" | {measured / yardstick:6.2f}"
    )


def read(directory: Path, query: RowQuery) -> tuple[float, float]:
    """Return milliseconds to the first part of an answer and to all of it, in a fresh store."""
    store = Store.open(directory, clock=SystemClock())
    first: list[float] = []
    begun = time.perf_counter()

    def tell(view: RowView) -> None:
        view.fetch(0, 40)
        first.append(time.perf_counter() - begun)

    store.rows(REF, query, tell=tell).fetch(0, 40)
    whole = time.perf_counter() - begun
    store.close()
    return (first[0] if first else whole) * 1000, whole * 1000


def plain(file: Path, query: RowQuery) -> float:
    """Return milliseconds for SQLite to give out all ids in the order, without any filter."""
    order = _COLUMNS.get(query.sort, query.sort)
    with sqlite3.connect(file) as connection:
        begun = time.perf_counter()
        connection.execute(f"SELECT id FROM row WHERE run = 1 ORDER BY {order}, id").fetchall()  # noqa: S608 - our own columns
        return (time.perf_counter() - begun) * 1000


def million(rows: int) -> None:
    """Print how soon the first and all rows of a large run are there."""
    with tempfile.TemporaryDirectory() as directory:
        make_large_run(Path(directory), rows)
        print(f"{rows:,} rows, minima of {ROUNDS}; yardstick: all ids in that order, plain SQLite")
        for name, query in QUERIES.items():
            took = [read(Path(directory), query) for _ in range(ROUNDS)]
            yardstick = min(plain(Path(directory) / FILE_NAME, query) for _ in range(ROUNDS))
            figure(f"{name}: first on hand", f"{FIRST_MS} ms", min(t[0] for t in took), yardstick)
            budget = "" if query.text else f"{REACHABLE_MS} ms"
            figure(f"{name}: all", budget, min(t[1] for t in took), yardstick)


def main() -> None:
    """Run what is asked for."""
    here = Path(__file__).parent
    there = [part for part in PARTS if (here / f"{part}.py").exists()]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=["million", *there])
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} CPUs,"
        f" SQLite {sqlite3.sqlite_version}, Python {sys.version.split()[0]}"
    )
    for part in options.only or ["million", *there]:
        if part == "million":
            million(options.rows)
        else:
            print(f"\n{part}", flush=True)
            subprocess.run([sys.executable, "-m", f"tests.bench.{part}"], check=True)


if __name__ == "__main__":
    main()
