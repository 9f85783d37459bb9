"""What rows are sorted by where the row table has no index: keys in a table of their own.

Only what is known has a key, and one trial, the usual number, has none: so most of these columns
cost a run nothing.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tui.store.codec import column_text
from tui.store.heads import CellTally

TEXT = 100
"""Characters of a text that decide its place; rows that begin alike stay in the order they came."""
NUMBERS = {"trials": -1, "cost": -2, "error": -3, "label": -4}
"""What a column is in the table; a criterion has its own id."""
USUAL_TRIALS = 1

Value = float | int | str


class Key(NamedTuple):
    """One row's place in one order."""

    row: int
    criterion: str | None
    """Its name; None for a column."""
    number: int
    """The column's; 0 for a criterion, whose id is looked up when the key is written."""
    value: Value


def keys_of(
    row: int,
    *,
    label: str,
    error: str | None,
    trials: int,
    cost: float | None,
    cells: Sequence[CellTally],
) -> list[Key]:
    """Return the keys of a row from what is stored of it."""
    found = [Key(row, None, NUMBERS["label"], text_key(label))]
    if error is not None:
        found.append(Key(row, None, NUMBERS["error"], text_key(error)))
    if trials != USUAL_TRIALS:
        found.append(Key(row, None, NUMBERS["trials"], trials))
    if cost is not None:
        found.append(Key(row, None, NUMBERS["cost"], cost))
    named: dict[str, Value] = {}
    for cell in cells:
        value = _cell_value(cell)
        if value is not None:
            named.setdefault(column_text(cell.name), value)
    found += [Key(row, name, 0, value) for name, value in named.items()]
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
    connection: sqlite3.Connection, run: int, gone: Iterable[Key], come: Iterable[Key]
) -> None:
    """Take keys away, then put others in. The run's criteria must be stored."""
    ids = dict(
        connection.execute("SELECT name, id FROM criterion WHERE run = ?", (run,)).fetchall()
    )

    def values(keys: Iterable[Key]) -> list[tuple[int, int, Value, int]]:
        return [
            (run, number if name is None else ids[name], value, row)
            for row, name, number, value in keys
            if name is None or name in ids
        ]

    connection.executemany(
        "DELETE FROM sort_key WHERE of_run = ? AND what = ? AND value = ? AND of_row = ?",
        values(gone),
    )
    # In the order of the table, so that neighbours are written together.
    new = sorted(values(come), key=lambda key: (key[1], isinstance(key[2], str), key[2]))
    connection.executemany("INSERT OR IGNORE INTO sort_key VALUES(?, ?, ?, ?)", new)
