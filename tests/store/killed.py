"""Processes that are killed at random moments of their work, and what they leave.

`python -m tests.store.killed KIND KILLS MODE SEED` prints `KILLS kills, N acknowledged` and ends
with 1 when something acknowledged is missing or the file is not sound. KIND is ingest, walk,
eviction, salvage or upgrade; MODE the journal.
"""

import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.clock import FakeClock
from tests.store.builders import make_row, make_run, make_trial, rows_page
from tests.store.older import take_back
from tui.models import Row, RunRef, Status
from tui.store import RowQuery, RunQuery, Store, database, salvage
from tui.store.schema import FILE_NAME

PAGE = 20
Tell = Callable[[str], None]
Case = tuple[Callable[[Path, int], None], Callable[[Path, int, Tell], None], float]
"""What is there before, the work, and how many seconds it takes at most."""


def ref_of(n: int) -> RunRef:
    return RunRef("prod", f"run-{n}")


def some_rows(page: int, n: int = PAGE) -> list[Row]:
    return [make_row(f"{page}-{i}", make_trial(output="text " * 80)) for i in range(n)]


def opened(directory: Path) -> Store:
    return Store.open(directory, clock=FakeClock())


def filled(directory: Path, runs: int, pages: int) -> None:
    store = opened(directory)
    for n in range(runs):
        store.apply_runs(
            "prod", "runs", [make_run(ref_of(n).path, Status.COMPLETED)], complete=False
        )
        store.begin_walk(ref_of(n))
        for page in range(pages):
            store.apply_rows(ref_of(n), rows_page(*some_rows(page)))
        store.end_walk(ref_of(n), complete=True)
    store.close()


def nothing(_directory: Path, _turn: int) -> None:
    return


def ingest(directory: Path, turn: int, tell: Tell) -> None:
    store = opened(directory)
    store.apply_runs("prod", "runs", [make_run(ref_of(turn).path)], complete=False)
    tell(f"{turn} 0")
    for page in range(1000):
        store.apply_rows(ref_of(turn), rows_page(*some_rows(page)))
        tell(f"{turn} {(page + 1) * PAGE}")


def one_walked(directory: Path, _turn: int) -> None:
    if not (directory / FILE_NAME).exists():
        filled(directory, 1, 10)


def walk(directory: Path, turn: int, tell: Tell) -> None:
    """Walk again and again: all ten pages, then a half of each, whose other rows then go."""
    del turn
    store = opened(directory)
    for size in (PAGE, PAGE // 2) * 50:
        store.begin_walk(ref_of(0))
        for page in range(10):
            store.apply_rows(ref_of(0), rows_page(*some_rows(page, size)))
        store.end_walk(ref_of(0), complete=True)
        tell("0 100")


def many(directory: Path, turn: int) -> None:
    if turn % 10 == 0:
        shutil.rmtree(directory, ignore_errors=True)
        filled(directory, 8, 5)


def evict(directory: Path, turn: int, tell: Tell) -> None:
    del turn
    store = opened(directory)
    more = True
    while more:
        _change, more = store.upkeep(1)
    tell("0 0")


def broken(directory: Path, _turn: int) -> None:
    whole = directory.parent / "whole"
    if not whole.exists():
        filled(whole, 4, 10)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    shutil.copy(whole / FILE_NAME, directory / f"{FILE_NAME}{salvage.ASIDE}1")


def save(directory: Path, turn: int, tell: Tell) -> None:
    del turn
    store = opened(directory)
    assert store.problem is not None
    tell("0 200")


def old(directory: Path, _turn: int) -> None:
    before = directory.parent / "old"
    if not before.exists():
        filled(before, 4, 10)
        take_back(before / FILE_NAME)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    shutil.copy(before / FILE_NAME, directory / FILE_NAME)


def upgrade(directory: Path, turn: int, tell: Tell) -> None:
    del turn
    store = opened(directory)
    tell("0 200")
    store.apply_rows(ref_of(0), rows_page(*some_rows(99)))
    tell(f"0 {200 + PAGE}")


CASES: dict[str, Case] = {
    "ingest": (nothing, ingest, 0.15),
    "walk": (one_walked, walk, 0.8),
    "eviction": (many, evict, 0.4),
    "salvage": (broken, save, 0.9),
    "upgrade": (old, upgrade, 0.06),
}


def kill_one(
    directory: Path, turn: int, work: Callable[[Path, int, Tell], None], after_s: float
) -> list[str]:
    """Start the work in a process, kill it, and return what it had acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)

        def tell(text: str) -> None:
            os.write(writing, f"{text}\n".encode())

        work(directory, turn, tell)
        os._exit(0)
    os.close(writing)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    with os.fdopen(reading) as told:
        lines = told.read().splitlines()
    os.waitpid(child, 0)
    return lines


def check(directory: Path, kind: str, told: list[str]) -> None:
    """Open what was left. Raises AssertionError when something is missing or does not add up."""
    store = opened(directory)
    assert store.problem is None or kind == "salvage", store.problem
    view = store.runs(RunQuery())
    runs = view.fetch(0, view.count())
    stored = {each.run.ref: store.rows(each.run.ref, RowQuery()).count() for each in runs}
    for line in told:
        run, least = line.split()
        if kind != "eviction":
            assert stored[ref_of(int(run))] >= int(least), line
    for each in runs:
        rows = stored[each.run.ref]
        if kind in ("salvage", "upgrade"):
            assert rows in (200, 220), rows
        if kind == "eviction":
            assert each.run.counts.passed == 100, "the line keeps its figures"
            assert rows == 100 or each.sync.evicted_at is not None
        elif rows:
            assert each.run.counts.passed == rows, each
    store.close()
    connection = sqlite3.connect(directory / FILE_NAME)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    for orphan in (
        "row WHERE run NOT IN (SELECT id FROM run)",
        "trial WHERE row NOT IN (SELECT id FROM row)",
        "trial WHERE id NOT IN (SELECT trial FROM body)",
        "body WHERE trial NOT IN (SELECT id FROM trial)",
    ):
        assert connection.execute(f"SELECT count(*) FROM {orphan}").fetchone() == (0,), orphan  # noqa: S608 - ours
    connection.close()


def main() -> None:
    kind, kills, mode, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    setattr(database, "journal_mode", lambda _directory: mode)  # noqa: B010 - as the test says
    random = Random(seed)
    before, work, most_s = CASES[kind]
    acknowledged = 0
    with tempfile.TemporaryDirectory() as base:
        directory = Path(base) / "store"
        for turn in range(kills):
            before(directory, turn)
            told = kill_one(directory, turn, work, random.uniform(0, most_s))
            check(directory, kind, told)
            acknowledged += len(told)
    print(f"{kills} kills, {acknowledged} acknowledged")


if __name__ == "__main__":
    main()
