"""Making room: the oldest runs' rows go, and nothing else."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.clock import START, FakeClock
from tests.store.builders import counts, make_row, make_run, make_trial, rows_page
from tui.models import RunRef, Status
from tui.store import KEPT_AS_IMPORTED, RowQuery, Store, Wanted
from tui.store.retention import Room

ROWS = 60
GIB = 2**30


def ref_of(n: int) -> RunRef:
    return RunRef("prod", f"run-{n}")


def filled(directory: Path, runs: int) -> Store:
    """Return a store of ended runs, the first the oldest, walked to the end."""
    store = Store.open(directory, clock=FakeClock())
    for n in range(runs):
        began = START - timedelta(days=runs - n)
        run = make_run(ref_of(n).path, Status.COMPLETED, started_at=began)
        store.apply_runs("prod", "runs", [run], complete=False)
        fetch(store, n)
    return store


def fetch(store: Store, n: int) -> None:
    store.begin_walk(ref_of(n))
    text = bytes(range(256)).hex() * 4
    rows = (make_row(f"r{i}", make_trial(output=f"{n} {i} said {text}")) for i in range(ROWS))
    store.apply_rows(ref_of(n), rows_page(*rows))
    store.end_walk(ref_of(n), complete=True)


def make_room(store: Store, limit: int) -> list[RunRef]:
    """Evict until nothing more is to be done. Returns the runs in the order they went."""
    gone: list[RunRef] = []
    more = True
    while more:
        change, more = store.upkeep(limit)
        gone += change.refs
    return gone


def rows(store: Store, n: int) -> int:
    return store.rows(ref_of(n), RowQuery()).count()


def test_the_oldest_go_first_and_their_lines_stay(tmp_path: Path) -> None:
    store = filled(tmp_path, 6)
    assert store.file is not None
    size = store.file.stat().st_size
    gone = make_room(store, size * 2 // 3)
    assert gone == [ref_of(n) for n in range(len(gone))]
    assert 0 < len(gone) < 6
    assert [rows(store, n) for n in range(6)] == [0] * len(gone) + [ROWS] * (6 - len(gone))
    stored = store.run(ref_of(0))
    assert stored is not None
    assert stored.sync.evicted_rows == counts(store, ref_of(0)).passed == ROWS
    assert (stored.sync.rows_stored, stored.sync.final) == (0, False)
    assert store.problem is None
    store.close()
    assert (tmp_path / "store-1.sqlite3").stat().st_size < size, "the disk has its room back"


def test_rows_that_are_fetched_again_are_counted_once(tmp_path: Path) -> None:
    store = filled(tmp_path, 2)
    assert make_room(store, 1) == [ref_of(0), ref_of(1)]
    fetch(store, 0)
    assert rows(store, 0) == counts(store, ref_of(0)).passed == ROWS
    stored = store.run(ref_of(0))
    assert stored is not None
    assert stored.sync.evicted_at is None
    store.close()


def test_kept_open_archived_imported_and_live_runs_stay(tmp_path: Path) -> None:
    store = filled(tmp_path, 6)
    store.keep([ref_of(0)])
    store.keep([ref_of(1)], why=KEPT_AS_IMPORTED)
    store.set_open([ref_of(2)])
    store.apply_run(make_run(ref_of(3).path, Status.RUNNING))
    store.begin_walk(ref_of(4))
    assert make_room(store, 1) == [ref_of(5)]
    assert [rows(store, n) for n in range(6)] == [ROWS] * 5 + [0]
    assert store.problem is not None
    assert "above its limit" in store.problem.message
    store.close()


@pytest.mark.parametrize(
    ("used", "free", "disk", "wish", "limit"),
    [
        (0, 1000 * GIB, 1000 * GIB, None, 20 * GIB),
        (4 * GIB, 36 * GIB, 100 * GIB, None, 10 * GIB),
        (4 * GIB, 36 * GIB, 100 * GIB, 30 * GIB, 30 * GIB),
        (4 * GIB, GIB // 8, 100 * GIB, 30 * GIB, 4 * GIB + GIB // 8 - GIB // 4),
        (0, 0, 100 * GIB, 30 * GIB, 0),
    ],
)
def test_the_limit_leaves_the_disk_a_reserve(
    used: int, free: int, disk: int, wish: int | None, limit: int
) -> None:
    assert Room(used, free, disk).limit(wish) == limit


def found(store: Store, text: str) -> list[RunRef]:
    """Return the run of each trial that says it."""
    wanted = Wanted.read(text)
    assert wanted is not None
    hits = store.hits(wanted)
    hits.search(ref=None, told=lambda: None, cancelled=lambda: False)
    return sorted((hit.ref for hit in hits.fetch(0, len(hits))), key=str)


def test_what_was_evicted_is_not_found_any_more(tmp_path: Path) -> None:
    store = filled(tmp_path, 3)
    while store.search.fill():
        pass
    assert len(found(store, "said")) == 3 * ROWS
    store.keep([ref_of(2)])
    make_room(store, 1)
    assert found(store, "said") == [ref_of(2)] * ROWS
    while store.search.fill():
        pass
    assert found(store, "said") == [ref_of(2)] * ROWS
    fetch(store, 0)
    assert found(store, "said") == [ref_of(0)] * ROWS + [ref_of(2)] * ROWS
    store.close()
