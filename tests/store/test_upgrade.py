"""A file of an older program: everything is there, and what is new is filled in."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clock import FakeClock
from tests.store import test_causes, test_score_bins
from tests.store.builders import (
    REF,
    keys,
    make_row,
    make_score,
    make_trial,
    open_store,
    rows_page,
    walk,
)
from tests.store.older import take_back
from tui.models import CriterionType, ErrorInfo, Outcome, Row
from tui.store import RowQuery, Store, filling

ERRORED = Outcome.ERRORED


def some_row(i: int) -> Row:
    score = make_score(type=CriterionType.NUMERIC, value=i % 7 / 10)
    if i % 3 == 0:
        broken = make_score("judge", error=ErrorInfo("slow", f"Timed out after {i} s"))
        return make_row(str(i), make_trial("a", scores=(score,)), make_trial("b", scores=(broken,)))
    if i % 3 == 1:
        error = ErrorInfo(None, f"Line {i} is broken")
        return make_row(str(i), make_trial(outcome=ERRORED, error=error, scores=(score,)))
    return make_row(str(i), make_trial(scores=(score,)))


def older_store(directory: Path, rows: int) -> Store:
    """Return a store opened on a file of the first version."""
    store = open_store(directory)
    walk(store, rows_page(*map(some_row, range(rows))))
    file = store.file
    assert file is not None
    store.close()
    take_back(file)
    return Store.open(directory, clock=FakeClock())


def test_rows_an_older_program_packed_are_read_and_have_not_changed(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    rows = [some_row(i) for i in range(40)]
    walk(store, rows_page(*rows))
    file = store.file
    assert file is not None
    store.close()
    take_back(file, 2)
    store = Store.open(tmp_path, clock=FakeClock())
    store.begin_walk(REF)
    assert store.problem is None
    assert not store.apply_rows(REF, rows_page(*rows)).rows
    assert [store.row(REF, row.key) for row in rows] == rows
    store.close()


def test_rows_of_an_older_file_are_all_there_and_counted(tmp_path: Path) -> None:
    store = older_store(tmp_path, 40)
    assert store.problem is None
    assert store.rows(REF, RowQuery()).count() == 40
    assert store.row(REF, "7") == some_row(7)
    found = store.histogram(REF)
    assert sum(part.n for part in found.bins) == 40
    test_score_bins.assert_recount(store, found)
    test_causes.assert_recount(store)
    store.close()


def test_rows_of_an_older_file_are_sorted_by_what_it_had_no_order_for(tmp_path: Path) -> None:
    store = older_store(tmp_path, 40)
    (tmp_path / "new").mkdir()
    new = open_store(tmp_path / "new")
    walk(new, rows_page(*map(some_row, range(40))))
    for query in (
        RowQuery(sort="error", descending=True),
        RowQuery(sort="trials", descending=True),
        RowQuery(sort="label"),
        RowQuery(criterion="judge"),
    ):
        assert keys(store, query) == keys(new, query)
    store.close()
    new.close()


def test_rows_that_change_while_an_older_file_is_counted_are_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = older_store(tmp_path, 40)
    monkeypatch.setattr(filling, "_AT_ONCE", 7)
    pieces = 0
    count = filling._count

    def counting(*values: object) -> None:
        nonlocal pieces
        pieces += 1
        count(*values)  # type: ignore[arg-type] # handed through

    monkeypatch.setattr(filling, "_count", counting)
    write = store._database.write

    def interrupted(work: Callable[[sqlite3.Connection], object]) -> object:
        done = write(work)
        if pieces == 3:
            write_pages()
        return done

    def write_pages() -> None:
        nonlocal pieces
        pieces += 100
        store.apply_rows(REF, rows_page(make_row("1"), make_row("39"), some_row(100)))
        store.apply_rows(REF, rows_page(make_row("100"), some_row(101)))

    monkeypatch.setattr(store._database, "write", interrupted)
    test_score_bins.assert_recount(store, store.histogram(REF))
    assert pieces > 100
    test_causes.assert_recount(store)
    assert store.rows(REF, RowQuery()).count() == 42
    walk(store, rows_page(some_row(3), some_row(4)))
    test_score_bins.assert_recount(store, store.histogram(REF))
    test_causes.assert_recount(store)
    store.close()


def test_an_older_file_counted_in_part_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = older_store(tmp_path, 40)
    monkeypatch.setattr(filling, "_AT_ONCE", 7)
    count = filling._count
    calls = iter(range(3))

    def stopping(*values: object) -> None:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        count(*values)  # type: ignore[arg-type] # handed through

    monkeypatch.setattr(filling, "_count", stopping)
    with pytest.raises(KeyboardInterrupt):
        store.error_causes(REF)
    store.close()
    monkeypatch.setattr(filling, "_count", count)
    again = Store.open(tmp_path, clock=FakeClock())
    test_causes.assert_recount(again)
    test_score_bins.assert_recount(again, again.histogram(REF))
    again.close()
