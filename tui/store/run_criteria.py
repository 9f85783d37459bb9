"""What filters ask of the criteria of runs: as a provider tells them, or as the rows add up."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tui.models import CriterionStats
from tui.query import Test, same_name
from tui.store.best_columns import ROWS_TELL_CRITERIA
from tui.store.codec import from_json, reader
from tui.store.effective import criterion_stats
from tui.store.run_table import criterion_sums
from tui.store.selecting import reading_connection

_AT_ONCE = 256
"""Ids of runs whose sums are read together: a statement meets nearly all runs, by their ids."""

_Criteria = Mapping[str, Mapping[str, Any] | Sequence[Any]]
"""By name, as JSON or as sums: most are asked for no more than the name."""


class RunCriteria:
    """The criteria that are best known of each run (`tui.store.effective`), for one filter."""

    COLUMNS = f"run.id, run.told, {ROWS_TELL_CRITERIA}"
    """What a test is to be given."""

    def __init__(self) -> None:
        self._quick = reader()
        self._last: tuple[tuple[int, bytes], _Criteria] | None = None
        self._connection: sqlite3.Connection | None = None
        self._block = -1
        self._sums: dict[int, dict[str, Sequence[Any]]] = {}

    def reader(self, test: Test) -> Callable[[int, bytes, int], object]:
        """Return what reads the field of a test from the columns."""
        if not test.keys:
            return lambda *columns: list(self._of(*columns))
        (wanted,) = test.keys
        part = {"score": "mean"}.get(test.leaf.name, test.leaf.name)

        def read(run: int, told: bytes, rows_tell: int) -> object:
            criteria = self._of(run, told, rows_tell)
            name = same_name(wanted, criteria)
            return None if name is None else getattr(_made(criteria[name]), part)

        return read

    def _of(self, run: int, told: bytes, rows_tell: int) -> _Criteria:
        """Return the criteria of a run, kept for the next test on it."""
        key = run, told
        if self._last is None or self._last[0] != key:
            sums = self._sums_of(run) if rows_tell else None
            self._last = key, sums or _named(self._quick(told).get("criteria", ()))
        return self._last[1]

    def _sums_of(self, run: int) -> dict[str, Sequence[Any]] | None:
        connection, block = reading_connection(), run // _AT_ONCE
        if connection is not self._connection or block != self._block:
            # Another connection sees another state.
            self._connection, self._block = connection, block
            self._sums = {}
            first = block * _AT_ONCE
            for one, *sums in criterion_sums(connection, first, first + _AT_ONCE):
                self._sums.setdefault(one, {})[sums[0]] = sums
        return self._sums.get(run)


def _named(told: Sequence[Mapping[str, Any]]) -> _Criteria:
    return {each["name"]: each for each in told}


def _made(found: Mapping[str, Any] | Sequence[Any]) -> CriterionStats:
    return (
        from_json(CriterionStats, found) if isinstance(found, Mapping) else criterion_stats(found)
    )
