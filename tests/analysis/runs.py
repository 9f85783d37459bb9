"""Stores with runs whose rows can be compared."""

from collections.abc import Iterable, Sequence
from typing import Any

from tests.store.builders import make_row, make_run, make_score, make_trial, rows_page, walk
from tui.analysis.compared import Comparison, Options
from tui.analysis.comparing import compare_stored
from tui.clock import Clock
from tui.models import (
    CriterionType,
    ErrorInfo,
    Group,
    JsonValue,
    Outcome,
    Row,
    Score,
    Status,
    Trial,
)
from tui.store import Store, StoredRun

GROUP = Group("eval_a", "faq")
LETTERS = {"p": Outcome.PASSED, "f": Outcome.FAILED, "e": Outcome.ERRORED, "u": Outcome.UNGRADED}


def trial(letter: str, n: int = 0, value: float | None = None, **fields: Any) -> Trial:
    """Return a trial: p passed, f failed, e errored, u ungraded; with a judge and a number."""
    outcome = LETTERS[letter]
    scores: list[Score] = []
    if letter in "pf":
        scores.append(make_score("judge", passed=letter == "p"))
    if value is not None:
        scores.append(make_score("close", type=CriterionType.NUMERIC, value=value))
    error = ErrorInfo("timeout", "It took too long.") if letter == "e" else None
    return make_trial(f"t{n}", outcome, scores=tuple(scores), error=error, **fields)


def row(key: str, letters: str, *values: float, item: JsonValue = None, index: int = 0) -> Row:
    """Return a row with one trial per letter."""
    trials = [
        trial(letter, n, values[n] if n < len(values) else None, input=item)
        for n, letter in enumerate(letters)
    ]
    return make_row(key, *trials, index=index)


def rows_of(letters: str) -> list[Row]:
    """Return rows r0, r1, … with one trial each."""
    return [row(f"r{n}", letter, index=n) for n, letter in enumerate(letters)]


def put(
    store: Store, path: str, rows: Iterable[Row], *, connection: str = "prod", **fields: Any
) -> StoredRun:
    """Store a run, one that has ended unless told otherwise, with its rows."""
    fields.setdefault("group", GROUP)
    status = fields.pop("status", Status.COMPLETED)
    run = make_run(path, status, connection=connection, **fields)
    store.apply_runs(connection, "runs", [run], complete=False)
    walk(store, rows_page(*rows), ref=run.ref)
    stored = store.run(run.ref)
    assert stored is not None
    return stored


def compared(store: Store, runs: Sequence[StoredRun], options: Options | None = None) -> Comparison:
    return compare_stored(store, runs, options or Options())


def two(clock: Clock, before: Iterable[Row], after: Iterable[Row], **fields: Any) -> Comparison:
    """Return the comparison of two runs of one group in a store of their own."""
    store = Store.open(None, clock=clock)
    runs = [put(store, "eval_a/run_1", before), put(store, "eval_a/run_2", after)]
    return compared(store, runs, Options(**fields))
