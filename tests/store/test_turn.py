"""Several evaltops on one file wait for each other, and for no other program for long."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.clock import FakeClock
from tests.store.builders import REF, make_run, open_store, outcomes_page
from tests.store.paced import at, rivals
from tui.models import Outcome
from tui.store import RowQuery, Store, connections
from tui.store.schema import FILE_NAME
from tui.store.turn import StoreTurn


@pytest.fixture(params=["WAL", "TRUNCATE"])
def mode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    found = str(request.param)
    monkeypatch.setattr("tui.store.database.journal_mode", lambda _directory: found)
    monkeypatch.setattr(connections, "BUSY_S", 0.05)
    return found


@pytest.fixture
def two(tmp_path: Path, mode: str) -> Iterator[tuple[Store, Store]]:
    """Two instances on one file, which know a run with a row."""
    del mode
    first = open_store(tmp_path)
    first.apply_rows(REF, outcomes_page([Outcome.PASSED]))
    second = Store.open(tmp_path, clock=FakeClock())
    yield first, second
    first.close()
    second.close()


def list_one(store: Store, name: str) -> None:
    store.apply_runs("prod", "runs", [make_run(name)], complete=False)


@pytest.mark.parametrize("mode_of_all", ["WAL", "TRUNCATE"])
def test_four_processes_that_write_without_a_pause_meet_no_lock(
    tmp_path: Path, mode_of_all: str
) -> None:
    took, problems = rivals(tmp_path, 4, 3.0, 0, mode_of_all)
    assert problems == ["None"] * 4
    print(f"{mode_of_all}: {len(took)} writes, p99 {at(took, 0.99):.1f} ms, most {took[-1]:.1f} ms")


def test_a_write_waits_for_another_instance_at_work_however_long(two: tuple[Store, Store]) -> None:
    first, second = two
    begun, go_on = threading.Event(), threading.Event()

    def slow(_connection: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait()

    with ThreadPoolExecutor(2) as pool:
        working = pool.submit(first._database.write, slow)
        begun.wait()
        waiting = pool.submit(list_one, second, "b")
        with pytest.raises(TimeoutError):
            waiting.result(timeout=10 * connections.BUSY_S)
        go_on.set()
        working.result()
        waiting.result()
    assert first.problem is second.problem is None


def test_a_long_reading_elsewhere_holds_writes_back_but_no_reading(
    two: tuple[Store, Store], mode: str
) -> None:
    first, second = two
    begun, go_on = threading.Event(), threading.Event()

    def slow(connection: sqlite3.Connection) -> None:
        connection.execute("SELECT 1 FROM run").fetchone()
        begun.set()
        go_on.wait()

    with ThreadPoolExecutor(2) as pool:
        scanning = pool.submit(first._database.scan, slow)
        begun.wait()
        writing = pool.submit(list_one, second, "b")
        if mode == "WAL":
            writing.result()
        else:
            with pytest.raises(TimeoutError):
                writing.result(timeout=10 * connections.BUSY_S)
        assert second.run(REF) is not None
        go_on.set()
        scanning.result()
        writing.result()
    assert first.problem is second.problem is None


@pytest.mark.parametrize("mode", ["TRUNCATE"], indirect=True)
def test_a_reading_waits_for_another_instance_at_work(
    tmp_path: Path, two: tuple[Store, Store]
) -> None:
    _first, second = two
    turn = StoreTurn(tmp_path / FILE_NAME)
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None, check_same_thread=False)
    with ThreadPoolExecutor(1) as pool:
        with turn.writing(1.0):
            other.execute("BEGIN EXCLUSIVE")
            turn.begun()
            reading = pool.submit(second.run, REF)
            with pytest.raises(TimeoutError):
                reading.result(timeout=4 * connections.BUSY_S)
            other.close()
        assert reading.result() is not None
    assert second.problem is None
    turn.close()


def test_a_stranger_is_left_by_all_who_wait_at_the_same_time(
    tmp_path: Path, two: tuple[Store, Store]
) -> None:
    first, second = two
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(list_one, store, "b") for store in two]:
            done.result()
    for store in (first, second):
        assert store.problem is not None
        assert "locked" in store.problem.message
        assert store.rows(REF, RowQuery()).count() == 1
    other.close()


def test_where_no_lock_can_be_had_sqlite_waits_alone(tmp_path: Path, mode: str) -> None:
    (tmp_path / "shared").write_text("in the way")
    store = open_store(tmp_path)
    assert (store.journal, store.problem) == (mode, None)
    list_one(store, "b")
    assert store.problem is None
    store.close()
