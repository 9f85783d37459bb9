"""Runs are found by their criteria, whether a provider tells them or stored rows add up to them."""

import pytest

from tests.clock import FakeClock
from tests.store.builders import make_row, make_run, make_score, make_trial, rows_page
from tui.models import CriterionStats, CriterionType, Run
from tui.store import RunQuery, Store, run_criteria

NUMERIC = CriterionType.NUMERIC
TOLD = CriterionStats("judge", NUMERIC, 9, None, None, 0, 0.5)


def named(text: str, store: Store) -> list[str]:
    view = store.runs(RunQuery(text=text, sort="name", descending=False, connections=("prod",)))
    return [stored.run.id for stored in view.fetch(0, 99)]


def stored_run(store: Store, number: int, *, rows: int = 0, told: bool) -> Run:
    """Store a run with so many rows, each of which a judge gave the run's number."""
    run = make_run(f"run_{number}", criteria=(TOLD,) if told else ())
    store.apply_run(run)
    scores = make_score(type=NUMERIC, value=float(number)), make_score("format", passed=True)
    if rows:
        store.begin_walk(run.ref)
        made = [make_row(f"r{row}", make_trial(scores=scores)) for row in range(rows)]
        store.apply_rows(run.ref, rows_page(*made))
        store.end_walk(run.ref, complete=number % 4 == 0)
    return run


def test_criteria_of_many_runs_are_those_that_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_criteria, "_AT_ONCE", 3)
    store = Store.open(None, clock=FakeClock())
    for number in range(12):
        stored_run(store, number, rows=number % 3, told=number % 2 == 0)
    shown = {stored.run.id: stored.run for stored in store.runs(RunQuery()).fetch(0, 99)}

    def means(run: Run) -> list[float | None]:
        return [each.mean for each in run.criteria if each.name == "judge"]

    for value in (0.5, *range(12)):
        found = named(f"criteria.judge.score:{value}", store)
        assert found == sorted(name for name, run in shown.items() if means(run) == [value]), value
    assert named("criteria.Judge.score>=0.5 and criteria.format.passed:2", store) == sorted(
        name
        for name, run in shown.items()
        if means(run) and any(each.name == "format" and each.passed == 2 for each in run.criteria)
    )
    assert named("criteria:none", store) == sorted(
        name for name, run in shown.items() if not run.criteria
    )
    store.close()
