"""How the two journals carry keys under ingest, and several processes on one file.

Run it by `python -m tests.bench.bench_journal [ROWS] [--seconds S]`; ROWS is 50,000 by default. It
prints, for each journal, how long 40 rows take to read while pages arrive in another run, and how
long a write takes: of one process, and of four at once. It asserts nothing.
"""

import argparse
import os
import sqlite3
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

from tests.bench.bench_store import ingest, line, run, timed
from tests.store.paced import at, rivals
from tui.clock import SystemClock
from tui.models import RunRef
from tui.store import RowQuery, Store, database

PER_S = 1.0
"""Pages a second of one process: what the budget of a connection allows."""


def keys(directory: Path, rows: int, seconds: float) -> None:
    """Print the times of reading a screenful while 2,000 rows a second arrive."""
    store = Store.open(directory, clock=SystemClock())
    ref, other = RunRef("bench", "run"), RunRef("bench", "other")
    store.apply_runs("bench", "runs", [run(ref), run(other)], complete=False)
    line("ingest, pages of 1,000", ingest(store, ref, rows, size=1000), "rows/s")
    view = store.rows(ref, RowQuery())
    fetch = partial(view.fetch, rows // 2, 40)
    line("40 rows, nothing else", timed(fetch, 200))
    arriving = int(2000 * seconds)
    writer = threading.Thread(target=ingest, args=(store, other, arriving), kwargs={"rate": 2000})
    writer.start()
    took = []
    while writer.is_alive():
        took.append(timed(fetch))
        time.sleep(0.01)
    tell("40 rows, 2,000 rows/s arriving", sorted(took))
    store.close()


def writers(n: int, seconds: float, rate: float, mode: str) -> None:
    """Print how long writes of 100 rows take in some processes at once."""
    pace = f"{rate:g} pages/s each" if rate else "no pause"
    with tempfile.TemporaryDirectory() as directory:
        took, problems = rivals(Path(directory), n, seconds, rate, mode)
    tell(f"100 rows, {n} of {pace}", took)
    surfaced = [problem for problem in problems if problem != "None"]
    if surfaced:
        print("  surfaced:", *surfaced)


def tell(name: str, took: list[float]) -> None:
    """Print the quantiles of sorted times."""
    more = f"   p95 {at(took, 0.95):.2f}, p99 {at(took, 0.99):.2f}, max {took[-1]:.2f} ms"
    line(name, at(took, 0.5), more=f"{more} of {len(took):,}")


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    options = parser.parse_args()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, load {load}")
    for mode in ("TRUNCATE", "WAL"):
        print(mode)
        setattr(database, "journal_mode", lambda _directory, mode=mode: mode)  # noqa: B010 - both
        with tempfile.TemporaryDirectory() as directory:
            keys(Path(directory), options.rows, options.seconds)
        for n in (1, 4):
            for rate in (PER_S, 0):
                writers(n, options.seconds * (2 if rate else 1), rate, mode)


if __name__ == "__main__":
    main()
