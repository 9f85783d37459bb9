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
    return {row[0]: row for row in connection.execute(f"{_COLUMNS} ({marks})", ids)}


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
    rows = [found[row] for row in ids if row in found]
    if not rows:
        return
    first = len(into)
    # Column by column: a call per value would take most of the time of a large comparison.
    there, keys, labels, outcomes, scores, latencies, tokens, strips, cells = zip(
        *rows, strict=True
    )
    into.ids.extend(there)
    into.keys.extend(keys)
    into.labels.extend(labels)
    into.outcomes.extend(outcomes)
    into.passed.extend([strip.count(_PASSED) for strip in strips])
    into.failed.extend([strip.count(_FAILED) for strip in strips])
    into.trials.extend(map(len, strips))
    into.scores.extend([nan if score is None else score for score in scores])
    into.latencies.extend([nan if latency is None else latency for latency in latencies])
    into.tokens.extend([nan if n is None else n for n in tokens])
    by_name: dict[str, tuple[list[int], list[Sequence[Any]]]] = {}
    for position, tallies in enumerate(_decoded(cells), first):
        for tally in tallies:
            name = tally[0]
            if name not in by_name:
                by_name[name] = [], []
            positions, own = by_name[name]
            positions.append(position)
            own.append(tally)
    for positions, own in by_name.values():
        _add_cells(into.criteria, positions, own)


def _decoded(cells: Sequence[bytes]) -> list[list[Sequence[Any]]]:
    """Return the criteria of some rows, decoded together."""
    # Not needed before something is compared.
    from orjson import JSONDecodeError
    from orjson import loads as fast

    data = b"[" + b",".join(cells) + b"]"
    try:
        found: list[list[Sequence[Any]]] = fast(data)
    except JSONDecodeError:  # a lone surrogate, or more than 64 bits
        found = loads(data)
    return found


def _add_cells(
    criteria: dict[str, CriterionColumns], positions: Sequence[int], cells: Sequence[Sequence[Any]]
) -> None:
    """Append one criterion of some rows: for each the fields of its `CellTally`."""
    told = dict(zip(CellTally._fields, zip(*cells, strict=True), strict=True))
    name, kind = cells[0][:2]
    column = criteria.get(name)
    if column is None:
        column = criteria[name] = CriterionColumns(kind)
    column.rows.extend(positions)
    column.passed.extend(told["passed_n"])
    column.failed.extend(told["failed_n"])
    column.errored.extend(told["errored_n"])
    pairs = zip(told["value_sum"], told["value_n"], strict=True)
    column.values.extend([total / n if n else nan for total, n in pairs])
    column.value_n.extend(told["value_n"])
    column.labels.extend(told["label"])
