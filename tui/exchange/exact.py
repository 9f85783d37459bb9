"""Lines of an export's JSONL.

They are the records promised to scripts, and beside those, under `exact`, what they leave out, so
that reading a line back gives a model equal to the one it was made of.
"""

from typing import Any

from tui.frozen import frozen
from tui.models import JsonObject, JsonValue, Row, Run, RunRef, Trial
from tui.presentation.records import is_cut, row_record, run_record, uncut
from tui.store import RowHead, StoredRun
from tui.store.codec import from_json
from tui.store.model_encoders import as_json

EXACT = "exact"
_BODIES = ("input", "output", "expected")
"""Fields of a trial that the record has exactly."""
_RUN_FIELDS = ("metadata", "config")
"""Fields of a run that the record has exactly."""


@frozen
class WalkState:
    """How much of a run's rows the export holds."""

    complete: bool
    """Whether its provider was asked for all rows, and all of them came."""
    expected: int | None = None
    """How many rows the provider said there are."""
    notes: tuple[str, ...] = ()
    skipped: int = 0
    """Items that could not be read."""
    error: str | None = None
    """Why the rows were not fetched to their end."""


def walk_state(stored: StoredRun) -> WalkState:
    """Return how much of a run's rows is stored."""
    sync = stored.sync
    return WalkState(
        complete=sync.completed_at is not None and sync.error is None,
        expected=sync.expected,
        notes=sync.notes,
        skipped=sync.skipped,
        error=sync.error,
    )


def run_line(stored: StoredRun, told: Run) -> JsonObject:
    """Return a run's line.

    Args:
        stored: the run as it is shown.
        told: the run as its provider told it.
    """
    run = {name: value for name, value in as_json(told).items() if name not in _RUN_FIELDS}
    exact: JsonObject = {"run": run, "walk": as_json(walk_state(stored))}
    return run_record(stored, stale=True) | {EXACT: exact}


def read_run(line: JsonObject, connection: str) -> tuple[Run, WalkState]:
    """Return the run of a line, under a connection's name.

    Raises ValueError, TypeError, KeyError or AttributeError for anything `run_line` did not write.
    """
    exact: Any = line[EXACT]
    told: Any = {**exact["run"], **{name: line[name] for name in _RUN_FIELDS}}
    path = RunRef.parse(f"x/{told['ref']['path']}").path
    told = {**told, "ref": {"connection": connection, "path": path}}
    return from_json(Run, told), from_json(WalkState, exact["walk"])


def row_line(ref: RunRef, head: RowHead, row: Row) -> JsonObject:
    """Return a row's line, with all trials."""
    whole = uncut(head, row.trials) if is_cut(head) else head
    exact: list[JsonValue] = [
        {name: value for name, value in as_json(trial).items() if name not in _BODIES}
        for trial in row.trials
    ]
    return row_record(ref, whole, row.trials) | {EXACT: {"trials": exact}}


def read_row(line: JsonObject) -> Row:
    """Return the row of a line. Raises as `read_run`."""
    told: Any = line
    trials = [
        from_json(Trial, exact | {name: record[name] for name in _BODIES})
        for exact, record in zip(told[EXACT]["trials"], told["trials"], strict=True)
    ]
    return Row(
        key=str(told["key"]),
        label=str(told["label"]),
        trials=tuple(trials),
        index=told["index"],
        extra=dict(told["extra"]),
    )
