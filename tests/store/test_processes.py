"""Several processes on one file, threads in one process, and a process that is killed."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from tests.clock import FakeClock
from tests.store.builders import (
    REF,
    counts,
    make_row,
    make_run,
    open_store,
    outcomes_page,
    rows_page,
)
from tests.store.writer import ROWS
from tui.errors import StoreError
from tui.models import Outcome, RunRef
from tui.store import RowQuery, RunQuery, Store
from tui.store.schema import FILE_NAME

ROOT = Path(__file__).parents[2]


def writer(directory: Path, name: str, pages: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.writer", str(directory), name, str(pages)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def quick_check(directory: Path) -> str:
    connection = sqlite3.connect(directory / FILE_NAME)
    (answer,) = connection.execute("PRAGMA quick_check").fetchone()
    connection.close()
    return str(answer)


def test_two_processes_write_at_once_without_a_lock_error(tmp_path: Path) -> None:
    with writer(tmp_path, "one", 200) as one, writer(tmp_path, "two", 200) as two:
        told = [process.communicate()[0].splitlines()[-1] for process in (one, two)]
    assert told == ["problem: None"] * 2
    store = Store.open(tmp_path, clock=FakeClock())
    for name in ("one", "two"):
        assert counts(store, RunRef("prod", name)).passed == 200 * ROWS
        assert store.rows(RunRef("prod", name), RowQuery()).count() == 200 * ROWS
    store.close()
    assert quick_check(tmp_path) == "ok"


def test_a_killed_process_leaves_a_sound_file_without_half_pages(tmp_path: Path) -> None:
    told = 0
    for name in "abcde":
        with writer(tmp_path, name, 10**6) as process:
            assert process.stdout is not None
            # Killed at another point of its work each time.
            for _ in range(4 + 3 * ord(name) % 7):
                last = process.stdout.readline().strip()
            os.kill(process.pid, signal.SIGKILL)
            process.stdout.read()
        store = Store.open(tmp_path, clock=FakeClock())
        assert store.problem is None
        ref = RunRef("prod", name)
        stored = store.rows(ref, RowQuery()).count()
        assert stored % ROWS == 0
        assert stored >= (int(last) + 1) * ROWS
        assert counts(store, ref).passed == stored
        told += stored
        store.close()
        assert quick_check(tmp_path) == "ok"
    assert told > 0


@pytest.mark.parametrize("on_disk", [True, False], ids=["file", "memory"])
def test_threads_share_a_store(tmp_path: Path, *, on_disk: bool) -> None:
    store = open_store(tmp_path if on_disk else None)
    stop = threading.Event()

    def write(n: int) -> None:
        ref = RunRef("prod", f"run-{n}")
        store.apply_runs("prod", "runs", [make_run(ref.path)], complete=False)
        for page in range(20):
            store.apply_rows(ref, outcomes_page([Outcome.PASSED] * 5, start=page * 5))

    def read(_n: int) -> None:
        while not stop.is_set():
            for stored in store.runs(RunQuery()).fetch(0, 50):
                done = stored.run.counts.done or 0
                assert done % 5 == 0
                assert (stored.run.counts.passed or 0) == done

    with ThreadPoolExecutor(7) as pool:
        readers = [pool.submit(read, n) for n in range(3)]
        writers = [pool.submit(write, n) for n in range(4)]
        wait(writers)
        stop.set()
        for done in (*writers, *readers):
            done.result()
    assert [counts(store, RunRef("prod", f"run-{n}")).done for n in range(4)] == [100] * 4
    assert store.revision == 1 + 4 * 21
    store.close()


def test_a_closed_store_says_so() -> None:
    store = open_store()
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.run(REF)
    with pytest.raises(StoreError, match="closed"):
        store.apply_rows(REF, rows_page(make_row("r")))
