"""Walks over a run's rows: where they stand, what they brought, when they are final.

A complete walk removes stored rows and trials it did not meet (a provider renamed or withdrew
them), unless the absence may have another cause: the walk was resumed, met no row at all, could
not read some, or carried a note (`the output file has expired`); and never from a run that was
final before: those rows are kept though the provider has deleted them. What was imported is final
when its file was read to the end, and never loses a row: another file may bring the others.
"""

import sqlite3
from dataclasses import dataclass, field

from tui.providers.base import RowPage
from tui.store.codec import column_integer, column_text, dumps, loads
from tui.store.eviction import KEPT_AS_IMPORTED, begin_anew
from tui.store.row_table import Merged, PageMerge, chunks, refold, trials_of
from tui.store.tallies import COUNTED, Counted, Difference
from tui.store.types import SyncState

FINAL_AFTER = 60_000_000
"""Microseconds after a run's end was first seen from which a walk can be the last one."""


@dataclass(slots=True)
class Walk:
    """A walk this process makes."""

    number: int
    resumed: bool
    was_final: bool
    """Or imported: no row may go."""
    rows: int = 0
    trials: int = 0
    notes: dict[str, None] = field(default_factory=dict)
    """In order, each once."""
    skipped: int = 0

    def met(self, page: RowPage, merged: Merged) -> None:
        """Count what a stored page brought."""
        self.rows += merged.rows
        self.trials += merged.trials
        self.notes.update(dict.fromkeys(page.notes))
        self.skipped += len(page.skipped)


def visible(sync: SyncState) -> tuple[object, ...]:
    """Return what a person sees of a state; times alone are no change."""
    return (
        sync.rows_stored,
        sync.expected,
        sync.completed_at is None,
        sync.final,
        sync.notes,
        sync.skipped,
        sync.error,
        sync.evicted_at is None,
    )


def begin(connection: sqlite3.Connection, run: int, now: int) -> Walk:
    """Begin a walk, or go on with the one that was cut off and can resume."""
    number, resume, notes, skipped, final = connection.execute(
        "SELECT walk, resume, notes, skipped, final OR (SELECT kept & ?2 FROM run WHERE id = ?1)"
        " FROM sync WHERE run = ?1",
        (run, KEPT_AS_IMPORTED),
    ).fetchone()
    # With the wall clock set back, the end would lie ahead for long.
    connection.execute("UPDATE run SET end_seen = ? WHERE id = ? AND end_seen > ?", (now, run, now))
    if resume is not None:
        return Walk(number, True, bool(final), notes=_notes(notes), skipped=skipped)
    connection.execute(
        "UPDATE sync SET walk = walk + 1, begun = ?, told = 0, met = 0 WHERE run = ?", (now, run)
    )
    return Walk(number + 1, False, bool(final))


def store_page(
    connection: sqlite3.Connection, run: int, walk: Walk | None, page: RowPage
) -> tuple[Merged, bool]:
    """Merge a page. Returns what it did to the rows, and whether anything visible changed.

    Until the walk ends, its notes stand beside those of the walk before.
    """
    if page.rows:
        begin_anew(connection, run)
    number, expected, old_notes, old_skipped = connection.execute(
        "SELECT walk, expected, notes, skipped FROM sync WHERE run = ?", (run,)
    ).fetchone()
    merge = PageMerge(connection, run, number if walk is None else walk.number)
    merged = merge.merge(page.rows)
    skipped = len(page.skipped) + (old_skipped if walk is None else walk.skipped)
    now = (
        expected if page.expected_rows is None else column_integer(page.expected_rows),
        dumps([*(_notes(old_notes) | dict.fromkeys(page.notes))]),
        max(skipped, old_skipped),
    )
    connection.execute(
        "UPDATE sync SET resume = ?, expected = ?, notes = ?, skipped = ?, told = told + ?,"
        " met = met + ? WHERE run = ?",
        (
            None if page.resume is None else column_text(page.resume),
            *now,
            len(page.rows),
            merged.rows,
            run,
        ),
    )
    seen = (expected, dumps([*_notes(old_notes)]), old_skipped)
    return merged, merged.changed or now != seen


def end(
    connection: sqlite3.Connection, run: int, walk: Walk | None, error: str | None, now: int
) -> bool:
    """End a walk, completely when there is no error. Returns whether rows were removed."""
    if error is not None:
        connection.execute("UPDATE sync SET error = ? WHERE run = ?", (column_text(error), run))
        return False
    removed = walk is not None and _remove_unmet(connection, run, walk)
    connection.execute(
        "UPDATE sync SET completed = ?, resume = NULL, error = NULL, final = final OR coalesce("
        "(SELECT kept & ? OR (NOT live AND sync.begun - end_seen >= ?)"
        " FROM run WHERE id = sync.run), 0)"
        " WHERE run = ?",
        (now, KEPT_AS_IMPORTED, FINAL_AFTER, run),
    )
    if walk is not None:
        connection.execute(
            "UPDATE sync SET notes = ?, skipped = ? WHERE run = ?",
            (dumps([*walk.notes]), walk.skipped, run),
        )
    return removed


def _remove_unmet(connection: sqlite3.Connection, run: int, walk: Walk) -> bool:
    if walk.resumed or walk.was_final or not walk.rows or walk.skipped or walk.notes:
        return False
    there = connection.execute("SELECT row_n, trial_n FROM sync WHERE run = ?", (run,)).fetchone()
    if there == (walk.rows, walk.trials):
        return False
    difference = Difference()
    gone = connection.execute(
        f"SELECT {COUNTED} FROM row WHERE run = ? AND walk < ?",  # noqa: S608 - our columns
        (run, walk.number),
    ).fetchall()
    for values in gone:
        difference.take(Counted(*values))
    for part in chunks([values[0] for values in gone]):
        for row in part:
            _delete_trials(connection, [trial.id for trial in trials_of(connection, (row,))])
        connection.executemany("DELETE FROM row WHERE id = ?", ((row,) for row in part))
    stale: dict[int, list[int]] = {}
    for row, trial in connection.execute(
        "SELECT row.id, trial.id FROM row JOIN trial ON trial.row = row.id"
        " WHERE row.run = ? AND trial.walk < ?",
        (run, walk.number),
    ):
        stale.setdefault(row, []).append(trial)
    for row, trials in stale.items():
        _delete_trials(connection, trials)
        refold(connection, row, trials_of(connection, (row,)), difference)
    if gone or stale:
        difference.write(connection, run)
    return bool(gone or stale)


def _delete_trials(connection: sqlite3.Connection, trials: list[int]) -> None:
    ids = [(trial,) for trial in trials]
    connection.executemany("DELETE FROM body WHERE trial = ?", ids)
    connection.executemany("DELETE FROM trial WHERE id = ?", ids)


def _notes(data: bytes | None) -> dict[str, None]:
    return {} if data is None else dict.fromkeys(loads(data))
