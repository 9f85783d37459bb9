"""The formats of an export, and what takes records in each."""

import json
from collections.abc import Callable, Sequence
from typing import Protocol

from tui.exchange.folder import OutFile
from tui.models import JsonObject

JSONL, CSV, PARQUET = FORMATS = ("jsonl", "csv", "parquet")
_ROW_FILES = {JSONL: ("rows",), CSV: ("rows", "trials"), PARQUET: ("rows", "trials")}
"""Files a run has in each format."""


class Taker(Protocol):
    """Takes one record after the other."""

    def add(self, record: JsonObject) -> None:
        """Append a record with all its parts; a format leaves out what it has no place for."""
        ...

    def close(self) -> None:
        """Write what waits; the file itself stays open."""
        ...


class _Lines:
    """A JSONL file: the whole record, pure ASCII, one a line."""

    def __init__(self, file: OutFile) -> None:
        self._file = file

    def add(self, record: JsonObject) -> None:
        line = json.dumps(record, separators=(",", ":"), allow_nan=False)
        self._file.write(line.encode() + b"\n")
        self._file.records += 1

    def close(self) -> None:
        pass


def runs_file(form: str) -> str:
    """Return the name of the file all runs are in."""
    return f"runs.{form}"


def row_files(form: str, stem: str) -> list[str]:
    """Return the names of a run's own files."""
    return [f"{stem}.{what}.{form}" for what in _ROW_FILES[form]]


def runs_taker(form: str, new: Callable[[str], OutFile]) -> Taker:
    """Begin the file of all runs. Raises DataError; UsageError when a library is missing."""
    file = new(runs_file(form))
    if form == CSV:
        from tui.exchange.sheets import RunSheet

        return RunSheet(file)
    if form == PARQUET:
        from tui.exchange.parquet import RUNS, ParquetTable

        return ParquetTable(file, RUNS)
    return _Lines(file)


def rows_taker(
    form: str, stem: str, criteria: Sequence[str], new: Callable[[str], OutFile]
) -> Taker:
    """Begin a run's own files.

    Args:
        form: of `FORMATS`.
        stem: what their names begin with.
        criteria: every criterion the rows may have.
        new: begins a file.
    """
    files = [new(name) for name in row_files(form, stem)]
    if form == CSV:
        from tui.exchange.sheets import RowSheets

        return RowSheets(files[0], files[1], criteria)
    if form == PARQUET:
        from tui.exchange.parquet import RowTables

        return RowTables(files[0], files[1])
    return _Lines(files[0])
