"""What rows are sorted by where the row table has no index: keys in a table of their own.

Only what is known has a key, and one trial, the usual number, has none: so most of these columns
cost a run nothing.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from tui.models import Outcome
from tui.outcomes import instability
from tui.store.codec import column_text
from tui.store.heads import RANKS, CellTally
from tui.store.many_rows import insert

TEXT = 100
"""Characters of a text that decide its place; rows that begin alike stay in the order they came."""
NUMBERS = {"trials": -1, "cost": -2, "error": -3, "label": -4, "instability": -5}
"""What a column is in the table; a criterion has its own id."""
USUAL_TRIALS = 1
_PASSED, _FAILED = str(RANKS[Outcome.PASSED]), str(RANKS[Outcome.FAILED])

Value = float | int | str


Key = tuple[int, str | None, int, Value]
"""One row's place in one order: row, the criterion's name or None, the column's number (0 for a
criterion, whose id is looked up when the key is written), and the value."""


def keys_of(
    row: int,
    *,
    label: str,
    error: str | None,
    strip: str,
    cost: float | None,
    cells: Sequence[CellTally],
) -> list[Key]:
    """Return the keys of a row from what is stored of it; `strip` has a rank for each trial."""
    found: list[Key] = [(row, None, NUMBERS["label"], text_key(label))]
    if error is not None:
        found.append((row, None, NUMBERS["error"], text_key(error)))
    if len(strip) != USUAL_TRIALS:
        found.append((row, None, NUMBERS["trials"], len(strip)))
        passed = strip.count(_PASSED)
        differ = instability(passed, passed + strip.count(_FAILED))
        if differ is not None:
            found.append((row, None, NUMBERS["instability"], differ))
    if cost is not None:
        found.append((row, None, NUMBERS["cost"], cost))
    named: set[str] = set()
    for cell in cells:
        value = _cell_value(cell)
        if value is not None:
            name = column_text(cell.name)
            if name not in named:
                named.add(name)
                found.append((row, name, 0, value))
    return found


def text_key(text: str) -> str:
    """Return what a text is sorted by: without regard to case."""
    return text[:TEXT].casefold()


def _cell_value(cell: CellTally) -> Value | None:
    """Return a criterion's number, else its verdict, else its label; None when none counts."""
    if not cell.n:
        return None
    if cell.value is not None:
        return cell.value
    if cell.passed is not None:
        return int(cell.passed)
    return None if cell.label is None else text_key(column_text(cell.label))


def write(
    connection: sqlite3.Connection, run: int, gone: Sequence[Key], come: Sequence[Key]
) -> None:
    """Take keys away, then put others in. The run's criteria must be stored."""
    ids = dict(
        connection.execute("SELECT name, id FROM criterion WHERE run = ?", (run,)).fetchall()
    )

    if gone:
        connection.executemany(
            "DELETE FROM sort_key WHERE of_run = ? AND what = ? AND value = ? AND of_row = ?",
            _in_table_order(run, ids, gone),
        )
    insert(connection, "INSERT OR IGNORE INTO sort_key", _in_table_order(run, ids, come))


def _in_table_order(
    run: int, ids: Mapping[str, int], keys: Iterable[Key]
) -> list[tuple[int, int, Value, int]]:
    """Return what is written of keys, so that neighbours in the table come one after the other."""
    numbers: dict[int, list[tuple[int, int, Value, int]]] = {}
    texts: dict[int, list[tuple[int, int, Value, int]]] = {}
    for row, name, number, value in keys:
        what = number if name is None else ids.get(name)
        if what is not None:
            kind = texts if isinstance(value, str) else numbers
            kind.setdefault(what, []).append((run, what, value, row))
    return [
        each
        for what in sorted(numbers.keys() | texts.keys())
        for kind in (numbers, texts)
        for each in sorted(kind.get(what, ()))
    ]
