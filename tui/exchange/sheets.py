"""CSV for spreadsheets: one line a run, a row, a trial; cleaned, and no cell runs as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from tui.exchange.folder import OutFile
from tui.models import JsonObject, JsonValue
from tui.presentation.records import pick
from tui.presentation.spreadsheet import harmless

CRITERIA_COLUMNS = 200
"""Criteria that get columns of their own; a run with more has them as JSON in one column."""
RUN_COLUMNS = (
    *("ref", "connection", "provider", "kind", "id", "group.id", "group.name", "name", "status"),
    *("raw_status", "models", "created_at", "started_at", "ended_at", "counts.total"),
    *("counts.done", "counts.passed", "counts.failed", "counts.errored", "counts.skipped"),
    *("counts.ungraded", "pass_rate", "score.mean", "score.min", "score.max", "criteria", "usage"),
    *("error.code", "error.message", "url", "metadata", "config", "warnings", "fetched_at"),
)
_ROW_START = ("run", "key", "label", "index", "outcome", "score", "trials_n", "latency_s")
_ROW_END = (
    *("usage.input_tokens", "usage.output_tokens", "usage.total_tokens", "usage.cost_usd"),
    *("error.code", "error.message", "extra"),
)
TRIAL_COLUMNS = (
    *("run", "key", "id", "outcome", "input", "output", "expected", "scores", "latency_s"),
    *("usage.input_tokens", "usage.output_tokens", "usage.total_tokens", "usage.cost_usd"),
    *("model", "error.code", "error.message"),
)
_CELL_FIELDS = ("passed", "score", "label", "reason")


class _Sheet:
    """A CSV file on its way."""

    def __init__(self, file: OutFile, columns: Iterable[str]) -> None:
        self._file = file
        self._line(columns)

    def add(self, cells: Iterable[JsonValue]) -> None:
        self._line(cells)
        self._file.records += 1

    def _line(self, cells: Iterable[JsonValue]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow([harmless(cell) for cell in cells])
        self._file.write(text.getvalue().encode("utf-8", "replace"))


class RunSheet:
    """The CSV file of all runs."""

    def __init__(self, file: OutFile) -> None:
        self._sheet = _Sheet(file, RUN_COLUMNS)

    def add(self, record: JsonObject) -> None:
        """Append a run's record."""
        self._sheet.add(pick(record, RUN_COLUMNS).values())

    def close(self) -> None:
        """Nothing waits to be written."""


class RowSheets:
    """The CSV files of one run."""

    def __init__(self, rows: OutFile, trials: OutFile, criteria: Sequence[str]) -> None:
        """Begin both.

        Args:
            rows: where a line per row goes.
            trials: where a line per trial goes.
            criteria: every criterion the rows may have, in the order of their columns.
        """
        self._criteria = criteria if len(criteria) <= CRITERIA_COLUMNS else None
        columns = (
            ["criteria"]
            if self._criteria is None
            else [f"{name}.{field}" for name in self._criteria for field in _CELL_FIELDS]
        )
        self._rows = _Sheet(rows, [*_ROW_START, *columns, *_ROW_END])
        self._trials = _Sheet(trials, TRIAL_COLUMNS)

    def add(self, record: JsonObject) -> None:
        """Append a row's record, its trials with it."""
        self._rows.add(
            [
                *pick(record, _ROW_START).values(),
                *self._cells(record["criteria"]),
                *pick(record, _ROW_END).values(),
            ]
        )
        trials = record["trials"]
        for trial in trials if isinstance(trials, list) else ():
            if isinstance(trial, dict):
                named = {"run": record["run"], "key": record["key"], **trial}
                self._trials.add(pick(named, TRIAL_COLUMNS).values())

    def close(self) -> None:
        """Nothing waits to be written."""

    def _cells(self, told: JsonValue) -> list[JsonValue]:
        if self._criteria is None or not isinstance(told, dict):
            return [told]
        cells = (told.get(name) for name in self._criteria)
        return [
            cell.get(field) if isinstance(cell, dict) else None
            for cell in cells
            for field in _CELL_FIELDS
        ]
