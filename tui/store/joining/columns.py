"""The rows of a run as columns of numbers, without any body."""

import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Any

from tui.models import Outcome
from tui.store.codec import loads
from tui.store.heads import RANKS, CellTally, load_head

_PASSED, _FAILED = str(RANKS[Outcome.PASSED]), str(RANKS[Outcome.FAILED])
_COLUMNS = (
    "SELECT id, key, label, outcome, score, latency, tokens, strip, cells FROM row WHERE id IN"
)


@dataclass(slots=True)
class CriterionColumns:
    """One criterion over the rows that have it."""

    type: str
    rows: "array[int]" = field(default_factory=lambda: array("q"))
    """Positions in `RowColumns`, ascending."""
    passed: "array[int]" = field(default_factory=lambda: array("q"))
    """Trials that passed it."""
    failed: "array[int]" = field(default_factory=lambda: array("q"))
    errored: "array[int]" = field(default_factory=lambda: array("q"))
    """Trials on which the grader broke."""
    values: "array[float]" = field(default_factory=lambda: array("d"))
    """Mean value over the trials that have one, NaN without."""
    value_n: "array[int]" = field(default_factory=lambda: array("q"))
    """Trials with a value."""
    labels: list[str | None] = field(default_factory=list)


@dataclass(slots=True)
class RowColumns:
    """Every stored row of a run, in dataset order; all columns have the same length."""

    ids: "array[int]"
    keys: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    outcomes: "array[int]" = field(default_factory=lambda: array("q"))
    """Ranks of `tui.store.heads.OUTCOMES`."""
    passed: "array[int]" = field(default_factory=lambda: array("q"))
    """Trials of the row that passed."""
    failed: "array[int]" = field(default_factory=lambda: array("q"))
    trials: "array[int]" = field(default_factory=lambda: array("q"))
    scores: "array[float]" = field(default_factory=lambda: array("d"))
    """The row's numeric score, NaN without."""
    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    """Seconds, NaN where unknown."""
    tokens: "array[float]" = field(default_factory=lambda: array("d"))
    """NaN where unknown."""
    criteria: dict[str, CriterionColumns] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)


def read_rows(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Sequence[Any]]:
    """Return what `add_rows` takes of some rows (at most 500), by id; removed ones are missing."""
    marks = ",".join("?" * len(ids))
    return {row[0]: row[1:] for row in connection.execute(f"{_COLUMNS} ({marks})", ids)}


def read_ranges(
    connection: sqlite3.Connection, ids: Sequence[int]
) -> dict[int, tuple[float, float]]:
    """Return lowest and highest score of some rows of several trials (at most 500), by id."""
    marks = ",".join("?" * len(ids))
    found: dict[int, tuple[float, float]] = {}
    for row, head in connection.execute(f"SELECT row, head FROM trial WHERE row IN ({marks})", ids):  # noqa: S608 - marks
        score = None if head is None else load_head(head).score
        if score is not None:
            low, high = found.get(row, (score, score))
            found[row] = min(low, score), max(high, score)
    return found


def add_rows(found: Mapping[int, Sequence[Any]], ids: Sequence[int], into: RowColumns) -> None:
    """Append rows in the order of their ids; those not found are left out."""
    there = [row for row in ids if row in found]
    cells = loads(b"[" + b",".join(found[row][-1] for row in there) + b"]")
    for row, tallies in zip(there, cells, strict=True):
        key, label, outcome, score, latency, tokens, strip, _cells = found[row]
        position = len(into)
        into.ids.append(row)
        into.keys.append(key)
        into.labels.append(label)
        into.outcomes.append(outcome)
        into.passed.append(strip.count(_PASSED))
        into.failed.append(strip.count(_FAILED))
        into.trials.append(len(strip))
        into.scores.append(nan if score is None else score)
        into.latencies.append(nan if latency is None else latency)
        into.tokens.append(nan if tokens is None else tokens)
        for tally in tallies:
            _add_cell(into.criteria, position, CellTally(*tally))


def _add_cell(criteria: dict[str, CriterionColumns], position: int, cell: CellTally) -> None:
    column = criteria.get(cell.name)
    if column is None:
        column = criteria[cell.name] = CriterionColumns(cell.type)
    column.rows.append(position)
    column.passed.append(cell.passed_n)
    column.failed.append(cell.failed_n)
    column.errored.append(cell.errored_n)
    column.values.append(cell.value_sum / cell.value_n if cell.value_n else nan)
    column.value_n.append(cell.value_n)
    column.labels.append(cell.label)
