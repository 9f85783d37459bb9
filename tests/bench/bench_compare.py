"""Two runs of 100,000 rows each, compared; a plain SQL join of the same rows as yardstick.

Run with `python -m tests.bench.bench_compare [ROWS]`.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.analysis.runs import GROUP, row
from tests.clock import FakeClock
from tests.store.builders import make_run
from tui.analysis.changes import row_changes
from tui.analysis.compared import Options
from tui.analysis.comparing import compare_stored
from tui.models import RunRef, Status
from tui.presentation.verdicts import sentence
from tui.providers.base import RowPage
from tui.store import Store

PAGE = 1_000


def fill(store: Store, path: str, letters: str, rows: int) -> RunRef:
    run = make_run(path, Status.COMPLETED, group=GROUP)
    store.apply_runs("prod", "runs", [run], complete=False)
    store.begin_walk(run.ref)
    for start in range(0, rows, PAGE):
        page = [
            row(f"item-{n}", letters[n % len(letters)], n % 97 / 97, index=n)
            for n in range(start, min(rows, start + PAGE))
        ]
        store.apply_rows(run.ref, RowPage(tuple(page)))
    store.end_walk(run.ref, complete=True)
    return run.ref


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder), clock=FakeClock())
        refs = [
            fill(store, "eval_a/run_1", "pppfp", rows),
            fill(store, "eval_a/run_2", "ppppfpp", rows),
        ]
        runs = [stored for ref in refs if (stored := store.run(ref)) is not None]
        begun = time.perf_counter()
        joined = store._database.read(
            lambda found: found.execute(
                "SELECT count(*), sum(a.outcome <> b.outcome) FROM row a JOIN row b"
                " ON b.key = a.key AND b.run = 2 WHERE a.run = 1"
            ).fetchone()
        )
        plain = time.perf_counter() - begun
        begun = time.perf_counter()
        comparison = compare_stored(store, runs, Options())
        row_changes(comparison.matched, 1)
        whole = time.perf_counter() - begun
        print(f"{joined[0]:,} rows joined by SQL alone: {plain:.2f} s")
        print(f"read, matched, judged and sorted by change: {whole:.2f} s ({whole / plain:.1f} x)")
        print(sentence(comparison.pairs[0].overall))
        store.close()


if __name__ == "__main__":
    main()
