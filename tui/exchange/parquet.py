"""Parquet, where its library is installed: typed columns, bodies as JSON text.

Numbers, times and verdicts have their types; a row's criteria and a trial's scores are lists of
structs; input, output, expected, metadata, config and extra are JSON texts, since every dataset has
its own shape. Texts are exact, but for lone surrogates, which Arrow cannot hold.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui.errors import UsageError
from tui.exchange.folder import OutFile
from tui.models import JsonObject, JsonValue
from tui.store.codec import column_integer, column_real, column_text

if TYPE_CHECKING:
    import pyarrow as pa

_GROUP_ROWS = 20_000
_GROUP_BYTES = 32 * 1024 * 1024
"""A row group is written when either is reached: what is held does not grow with the file."""

TEXT, INTEGER, REAL, FLAG, TIME, JSON, TEXTS = "text", "int", "real", "flag", "time", "json", "list"
_USAGE = {
    "input_tokens": INTEGER,
    "output_tokens": INTEGER,
    "total_tokens": INTEGER,
    "cost_usd": REAL,
}
_ERROR = {"code": TEXT, "message": TEXT}
_CELL = {"name": TEXT, "passed": FLAG, "score": REAL, "label": TEXT, "reason": TEXT}
RUNS: dict[str, Any] = {
    **dict.fromkeys(("ref", "connection", "provider", "kind", "id"), TEXT),
    "group": {"id": TEXT, "name": TEXT},
    **dict.fromkeys(("name", "status", "raw_status"), TEXT),
    "models": TEXTS,
    **dict.fromkeys(("created_at", "started_at", "ended_at"), TIME),
    "counts": dict.fromkeys(
        ("total", "done", "passed", "failed", "errored", "skipped", "ungraded"), INTEGER
    ),
    "score": {"mean": REAL, "min": REAL, "max": REAL},
    "pass_rate": REAL,
    "criteria": JSON,
    "usage": JSON,
    "error": _ERROR,
    "url": TEXT,
    "metadata": JSON,
    "config": JSON,
    "warnings": TEXTS,
    "fetched_at": TIME,
}
ROWS: dict[str, Any] = {
    **dict.fromkeys(("run", "key", "label"), TEXT),
    "index": INTEGER,
    "outcome": TEXT,
    "score": REAL,
    "criteria": [_CELL],
    "trials_n": INTEGER,
    "latency_s": REAL,
    "usage": _USAGE,
    "error": _ERROR,
    "extra": JSON,
}
TRIALS: dict[str, Any] = {
    **dict.fromkeys(("run", "key", "id", "outcome"), TEXT),
    **dict.fromkeys(("input", "output", "expected"), JSON),
    "scores": [_CELL | {"error": _ERROR}],
    "latency_s": REAL,
    "usage": _USAGE,
    "model": TEXT,
    "error": _ERROR,
}


def check_installed() -> None:
    """Raise UsageError, with what to install, when the library is not there."""
    try:
        import pyarrow.parquet  # noqa: F401 - whether it can be had is the question
    except ImportError:
        raise UsageError(
            "Parquet needs the pyarrow library, which is not installed.",
            remedy="Install evaltop with it: `pipx install '.[parquet]'`, "
            "or `pip install pyarrow` in its environment.",
        ) from None


class ParquetTable:
    """A Parquet file on its way; `columns` is one of the schemas above."""

    def __init__(self, file: OutFile, columns: dict[str, Any]) -> None:
        import pyarrow.parquet as pq

        self._file = file
        self._columns = columns
        self._schema = _struct_fields(columns)
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")
        self._waiting: list[dict[str, Any]] = []
        self._waiting_bytes = 0

    def add(self, record: JsonObject) -> None:
        """Append a record of design 4.3."""
        values = {name: _value(kind, record.get(name)) for name, kind in self._columns.items()}
        self._waiting.append(values)
        self._waiting_bytes += sum(len(one) for one in values.values() if isinstance(one, str))
        self._file.records += 1
        if len(self._waiting) >= _GROUP_ROWS or self._waiting_bytes >= _GROUP_BYTES:
            self._write()

    def close(self) -> None:
        """Write what waits, and the file's end."""
        self._write()
        self._writer.close()

    def _write(self) -> None:
        import pyarrow as pa

        if self._waiting:
            self._writer.write_table(pa.Table.from_pylist(self._waiting, schema=self._schema))
            self._waiting, self._waiting_bytes = [], 0


class RowTables:
    """The Parquet files of one run."""

    def __init__(self, rows: OutFile, trials: OutFile) -> None:
        self._rows = ParquetTable(rows, ROWS)
        self._trials = ParquetTable(trials, TRIALS)

    def add(self, record: JsonObject) -> None:
        """Append a row's record, its trials with it."""
        self._rows.add(record)
        trials = record["trials"]
        for trial in trials if isinstance(trials, list) else ():
            if isinstance(trial, dict):
                self._trials.add({"run": record["run"], "key": record["key"], **trial})

    def close(self) -> None:
        """Write what waits."""
        self._rows.close()
        self._trials.close()


def _struct_fields(columns: dict[str, Any]) -> "pa.Schema":
    import pyarrow as pa

    return pa.schema([(name, _type(kind)) for name, kind in columns.items()])


def _type(kind: Any) -> "pa.DataType":
    import pyarrow as pa

    if isinstance(kind, dict):
        return pa.struct([(name, _type(inner)) for name, inner in kind.items()])
    if isinstance(kind, list):
        return pa.list_(_type(kind[0]))
    plain: dict[str, Callable[[], pa.DataType]] = {
        TEXT: pa.string,
        JSON: pa.string,
        INTEGER: pa.int64,
        REAL: pa.float64,
        FLAG: pa.bool_,
        TIME: lambda: pa.timestamp("us", "UTC"),
        TEXTS: lambda: pa.list_(pa.string()),
    }
    return plain[kind]()


def _value(kind: Any, value: JsonValue) -> Any:
    """Return what Arrow takes for a record's value; a number too large for it is cut."""
    if value is None:
        return None
    if isinstance(kind, dict):
        told = value if isinstance(value, dict) else {}
        return {name: _value(inner, told.get(name)) for name, inner in kind.items()}
    if isinstance(kind, list):
        cells = value.items() if isinstance(value, dict) else ()
        return [
            _value(kind[0], {"name": name, **(cell if isinstance(cell, dict) else {})})
            for name, cell in cells
        ]
    return _PLAIN[kind](value)


def _texts(value: JsonValue) -> list[str] | None:
    return [column_text(str(item)) for item in value] if isinstance(value, list) else None


_PLAIN: dict[str, Callable[[Any], Any]] = {
    TEXT: lambda value: column_text(str(value)),
    JSON: lambda value: column_text(json.dumps(value, ensure_ascii=False, separators=(",", ":"))),
    INTEGER: column_integer,
    REAL: column_real,
    FLAG: bool,
    TIME: datetime.fromisoformat,
    TEXTS: _texts,
}
"""By kind of column, what makes Arrow's value of a record's."""
