"""A store with one large run, made by SQLite from a thousand rows that came the usual way."""

import sqlite3
from pathlib import Path

from tests.bench.bench_store import page, run
from tui.clock import SystemClock
from tui.models import RunRef
from tui.store import Store

REF = RunRef("bench", "large")
SEED = 1_000
_KEY, _LABEL = "item-", "refund question "


def make_large_run(directory: Path, rows: int) -> None:
    """Fill a new store with a live run of `rows` rows, a multiple of a thousand.

    The rows have the columns and indexes of any others; only the first thousand have trials and
    bodies, so that it takes seconds.
    """
    store = Store.open(directory, clock=SystemClock())
    store.apply_runs(REF.connection, "runs", [run(REF)], complete=True)
    store.begin_walk(REF)
    store.apply_rows(REF, page(0, SEED))
    store.end_walk(REF, complete=True)
    file = store.file
    store.close()
    if file is None:
        raise AssertionError("the store is not on disk")
    _multiply(file, rows // SEED)


def _multiply(file: Path, times: int) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -200000")
    names = [name for _, name, *_ in connection.execute("PRAGMA table_xinfo(row)") if name != "id"]
    made = {
        "key": f"printf('{_KEY}%07d', idx + part * {SEED})",
        "label": f"'{_LABEL}' || (idx + part * {SEED})",
        "idx": f"idx + part * {SEED}",
    }
    connection.execute("BEGIN")
    connection.execute(
        "WITH RECURSIVE parts(part) AS"  # noqa: S608 - names of our own columns
        " (SELECT 1 UNION ALL SELECT part + 1 FROM parts WHERE part < ?)"
        f" INSERT INTO row({', '.join(names)})"
        f" SELECT {', '.join(made.get(name, name) for name in names)}"
        f" FROM parts CROSS JOIN (SELECT * FROM row WHERE idx < {SEED})",
        (times - 1,),
    )
    sums = (
        "row_n", "trial_n", "trial_ended_n", "passed", "failed", "errored", "score_n", "score_sum",
    )  # fmt: skip
    connection.execute(f"UPDATE sync SET {', '.join(f'{n} = {n} * {times}' for n in sums)}")  # noqa: S608 - ours
    connection.execute("COMMIT")
    connection.close()
