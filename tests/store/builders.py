"""Short ways to make models and stores."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.clock import START, FakeClock
from tui.models import (
    Counts,
    CriterionType,
    Outcome,
    ProviderKind,
    Row,
    Run,
    RunKind,
    RunRef,
    Score,
    Status,
    Trial,
)
from tui.providers.base import RowPage
from tui.store import RowHead, RowQuery, Store

REF = RunRef("prod", "eval_a/run_1")


def make_run(path: str = REF.path, status: Status = Status.RUNNING, **fields: Any) -> Run:
    fields.setdefault("started_at", START - timedelta(hours=1))
    connection = fields.pop("connection", REF.connection)
    return Run(
        ref=RunRef(connection, path),
        provider=fields.pop("provider", ProviderKind.OPENAI),
        kind=RunKind.EVAL,
        id=fields.pop("id", path.rpartition("/")[2]),
        status=status,
        raw_status=fields.pop("raw_status", status.value),
        **fields,
    )


def make_trial(trial_id: str = "t1", outcome: Outcome = Outcome.PASSED, **fields: Any) -> Trial:
    return Trial(id=trial_id, outcome=outcome, **fields)


def make_row(key: str, *trials: Trial, **fields: Any) -> Row:
    label = fields.pop("label", f"label {key}")
    return Row(key=key, label=label, trials=trials or (make_trial(),), **fields)


def make_score(name: str = "judge", **fields: Any) -> Score:
    return Score(name=name, type=fields.pop("type", CriterionType.BINARY), **fields)


def rows_page(*rows: Row, **fields: Any) -> RowPage:
    return RowPage(rows=rows, **fields)


def outcomes_page(outcomes: Iterable[Outcome], start: int = 0) -> RowPage:
    return RowPage(
        rows=tuple(
            make_row(f"r{i}", make_trial("t", outcome), index=i)
            for i, outcome in enumerate(outcomes, start)
        )
    )


def open_store(
    directory: Path | None = None, clock: FakeClock | None = None, run: Run | None = None
) -> Store:
    """Return a store that holds one run."""
    store = Store.open(directory, clock=clock or FakeClock())
    stored = run or make_run()
    store.apply_runs(stored.ref.connection, "runs", [stored], complete=True)
    return store


def listed(store: Store, *runs: Run) -> frozenset[RunRef]:
    """Apply a page of a list of runs; return the runs it changed."""
    return store.apply_runs("prod", "runs", runs, complete=False).refs


def walk(store: Store, *pages: RowPage, ref: RunRef = REF) -> None:
    """Walk a run's rows completely."""
    store.begin_walk(ref)
    for page in pages:
        store.apply_rows(ref, page)
    store.end_walk(ref, complete=True)


def shown(store: Store, ref: RunRef = REF) -> Run:
    """Return the run as it is shown."""
    stored = store.run(ref)
    assert stored is not None
    return stored.run


def counts(store: Store, ref: RunRef = REF) -> Counts:
    return shown(store, ref).counts


def keys(store: Store, query: RowQuery | None = None, ref: RunRef = REF) -> list[str]:
    view = store.rows(ref, query or RowQuery())
    return [head.key for head in view.fetch(0, view.count())]


def head(store: Store, key: str = "r") -> RowHead:
    """Return a row as the list of rows shows it."""
    view = store.rows(REF, RowQuery())
    index = view.index_of(key)
    assert index is not None
    return view.fetch(index, 1)[0]
