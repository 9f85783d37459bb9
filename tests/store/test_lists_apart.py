"""Lists, orders and filters on columns read no body, and nothing stays of rows that went."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.clock import START, FakeClock
from tests.store.builders import make_row, make_run, make_score, make_trial, rows_page
from tui.models import CriterionType, ErrorInfo, Outcome, Row, RunRef, Status, Usage
from tui.store import RowQuery, RunQuery, Store

OLD, NEW = RunRef("prod", "old"), RunRef("prod", "new")
OF_ROWS = ("row", "trial", "body", "bin", "row_cause", "cause", "sort_key")
QUERIES = (
    RowQuery(),
    RowQuery(sort="score", descending=True),
    RowQuery(sort="label"),
    RowQuery(criterion="judge"),
    RowQuery(text="score<0.5"),
    RowQuery(text="label~fund and not outcome:passed"),
    RowQuery(text='criteria.judge.score>0.2 label:"refund 7"'),
    RowQuery(outcome=Outcome.ERRORED),
)


def a_row(n: int) -> Row:
    score = make_score(type=CriterionType.NUMERIC, value=n / 10)
    trial = make_trial(
        outcome=Outcome.ERRORED if n % 3 == 0 else Outcome.PASSED,
        output="said " * 200,
        scores=(score,),
        latency_s=float(n),
        usage=Usage(total_tokens=n, cost_usd=n / 7),
        error=ErrorInfo("rate_limit", f"Try again in {n}s") if n % 3 == 0 else None,
    )
    return make_row(f"r{n}", trial, label=f"refund {n}", index=n)


def fill(store: Store, ref: RunRef, rows: int, *, began_days_ago: int = 1) -> None:
    began = START - timedelta(days=began_days_ago)
    run = make_run(ref.path, Status.COMPLETED, started_at=began)
    store.apply_runs("prod", "runs", [run], complete=False)
    store.begin_walk(ref)
    store.apply_rows(ref, rows_page(*map(a_row, range(rows))))
    store.end_walk(ref, complete=True)


def test_no_list_order_or_filter_on_columns_reads_a_body(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, closed = sqlite3.connect, Event()

    def deny(action: int, table: str | None, *_more: str | None) -> int:
        read = closed.is_set() and action == sqlite3.SQLITE_READ and table == "body"
        return sqlite3.SQLITE_DENY if read else sqlite3.SQLITE_OK

    def connect(*given: Any, **named: Any) -> sqlite3.Connection:
        made: sqlite3.Connection = real(*given, **named)
        made.set_authorizer(deny)
        return made

    monkeypatch.setattr(sqlite3, "connect", connect)
    with closing(Store.open(tmp_path, clock=FakeClock())) as store:
        fill(store, NEW, 30)
        closed.set()
        for query in QUERIES:
            assert store.rows(NEW, query).fetch(0, 40)
        assert store.runs(RunQuery(sort="score")).fetch(0, 1)
        assert store.histogram(NEW).bins
        assert store.error_causes(NEW)
        with pytest.raises(sqlite3.DatabaseError, match="prohibited"):
            store.row(NEW, "r1")


def left(store: Store) -> dict[str, int]:
    """Return how many records each table that tells of rows has."""
    assert store.file is not None
    with closing(sqlite3.connect(store.file)) as found:
        return {
            name: found.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - our names
            for name in OF_ROWS
        }


def test_rows_that_a_provider_withdrew_leave_nothing(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "one", clock=FakeClock())) as store:
        run = make_run(NEW.path)
        store.apply_runs("prod", "runs", [run], complete=False)
        for rows in (12, 2):
            store.begin_walk(NEW)
            store.apply_rows(NEW, rows_page(*map(a_row, range(rows))))
            store.end_walk(NEW, complete=True)
        with closing(Store.open(tmp_path / "other", clock=FakeClock())) as fresh:
            fill(fresh, NEW, 2)
            assert left(store) == left(fresh)


def test_rows_that_were_evicted_leave_only_the_run_s_figures(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "one", clock=FakeClock())) as store:
        fill(store, OLD, 12, began_days_ago=9)
        before = left(store)
        assert all(before.values())
        figures = store.histogram(OLD)
        more = True
        while more:
            _change, more = store.upkeep(1)
        kept = {name: before[name] for name in ("bin", "cause")}
        assert left(store) == dict.fromkeys(OF_ROWS, 0) | kept
        assert [each.n for each in store.histogram(OLD).bins] == [n.n for n in figures.bins]
        fill(store, OLD, 2, began_days_ago=9)
        with closing(Store.open(tmp_path / "other", clock=FakeClock())) as fresh:
            fill(fresh, OLD, 2)
            assert left(store) == left(fresh)
