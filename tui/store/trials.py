"""One row with its bodies, and the figures over all rows of a run."""

import sqlite3

from tui.models import Row, RunRef
from tui.providers.base import TrialDetail
from tui.store.codec import column_text, dumps, loads
from tui.store.compression import compress
from tui.store.heads import dump_head, head_of, load_rest
from tui.store.model_encoders import as_json
from tui.store.row_table import read_trial, refold, trials_of
from tui.store.run_table import find_id
from tui.store.tallies import Difference

_NO_RUN = -1


def version(connection: sqlite3.Connection, ref: RunRef) -> tuple[int, int]:
    """Return a run's id and the version of its rows; an id nothing has when it is not stored."""
    run = find_id(connection, ref)
    if run is None:
        return _NO_RUN, 0
    (found,) = connection.execute("SELECT version FROM sync WHERE run = ?", (run,)).fetchone()
    return run, found


def row(connection: sqlite3.Connection, ref: RunRef, key: str) -> Row | None:
    """Return a row with the bodies of its trials, oldest first."""
    found = connection.execute(
        "SELECT id, key, label, idx, rest FROM row WHERE run = ? AND key = ?",
        (find_id(connection, ref), column_text(key)),
    ).fetchone()
    if found is None:
        return None
    row_id, stored_key, label, index, rest = found
    return Row(
        key=stored_key,
        label=label,
        trials=tuple(
            read_trial(connection, trial.id) for trial in trials_of(connection, (row_id,))
        ),
        index=index,
        extra=load_rest(rest)[2],
    )


def details(connection: sqlite3.Connection, ref: RunRef, key: str) -> dict[str, tuple[str, ...]]:
    """Return the notes of the row's opened trials by trial id."""
    return {
        trial: tuple(loads(notes))
        for trial, notes in connection.execute(
            "SELECT trial.tid, trial.notes FROM row JOIN trial ON trial.row = row.id"
            " WHERE row.run = ? AND row.key = ? AND trial.notes NOT NULL ORDER BY trial.id",
            (find_id(connection, ref), column_text(key)),
        )
    }


def apply_detail(
    connection: sqlite3.Connection, run: int, row_key: str, detail: TrialDetail
) -> bool:
    """Put a trial's detail in the place of its list form. Returns whether anything changed."""
    found = connection.execute(
        "SELECT trial.id, trial.row, trial.head, trial.notes, body.data FROM row"
        " JOIN trial ON trial.row = row.id JOIN body ON body.trial = trial.id"
        " WHERE row.run = ? AND row.key = ? AND trial.tid = ?",
        (run, column_text(row_key), column_text(detail.trial.id)),
    ).fetchone()
    if found is None:
        return False
    trial, row_id, head, old_notes, old_data = found
    notes, data = dumps([*detail.notes]), compress(dumps(as_json(detail.trial)))
    if (notes, data) == (old_notes, old_data):
        return False
    connection.execute(
        "UPDATE trial SET notes = ?, head = ? WHERE id = ?",
        (notes, None if head is None else dump_head(head_of(detail.trial)), trial),
    )
    connection.execute("UPDATE body SET data = ? WHERE trial = ?", (data, trial))
    difference = Difference()
    refold(connection, row_id, trials_of(connection, (row_id,)), difference)
    difference.write(connection, run)
    return True


def unopened(
    connection: sqlite3.Connection, ref: RunRef, after: int, limit: int
) -> list[tuple[int, str, str]]:
    """Return the next trials without a detail as (trial's number, row key, trial id)."""
    return connection.execute(
        "SELECT trial.id, row.key, trial.tid FROM row JOIN trial ON trial.row = row.id"
        " WHERE row.run = ? AND trial.notes IS NULL AND trial.id > ? ORDER BY trial.id LIMIT ?",
        (find_id(connection, ref), after, limit),
    ).fetchall()


def opened(connection: sqlite3.Connection, ref: RunRef) -> dict[tuple[str, ...], int]:
    """Return the number of trials with a detail by the detail's notes."""
    return {
        tuple(loads(notes)): n
        for notes, n in connection.execute(
            "SELECT trial.notes, count(*) FROM row JOIN trial ON trial.row = row.id"
            " WHERE row.run = ? AND trial.notes NOT NULL GROUP BY trial.notes",
            (find_id(connection, ref),),
        )
    }
