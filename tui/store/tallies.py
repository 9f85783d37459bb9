"""A run's sums, kept up by differences in the transaction that changes its rows."""

import sqlite3
from typing import NamedTuple

from tui.models import Outcome
from tui.store import bin_table, cause_table, sort_keys
from tui.store.causes import Cause
from tui.store.codec import MAX_INTEGER, column_real, column_text
from tui.store.heads import OUTCOMES, RANKS, CellTally, Folded, load_cells, load_rest

_COLUMNS = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.ERRORED: "errored",
    Outcome.SKIPPED: "skipped_n",
    Outcome.UNGRADED: "ungraded",
    Outcome.PENDING: "pending",
}
_PENDING = str(RANKS[Outcome.PENDING])


class Counted(NamedTuple):
    """What is stored of a row that goes; the fields are columns."""

    id: int
    label: str
    outcome: int
    strip: str
    score: float | None
    error: str | None
    rest: bytes
    cells: bytes

    def keys(self, cells: list[CellTally]) -> list[sort_keys.Key]:
        """Return its sort keys."""
        usage = load_rest(self.rest)[1]
        return sort_keys.keys_of(
            self.id,
            label=self.label,
            error=self.error,
            strip=self.strip,
            cost=None if usage is None else column_real(usage.cost_usd),
            cells=cells,
        )


COUNTED = ", ".join(Counted._fields)
"""For a SELECT."""


class Difference:
    """What rows that come, change and go add to and take from a run's sums."""

    def __init__(self) -> None:
        self._outcomes = [0] * len(OUTCOMES)
        """Rows by rank."""
        self._trials = 0
        self._pending_trials = 0
        self._scored = 0
        self._score = 0.0
        self._criteria: dict[str, list[float]] = {}
        self._types: dict[str, str] = {}
        self._scores: list[tuple[int, float, int]] = []
        """Row, score, and 1 or -1."""
        self._taken: list[int] = []
        self._causes: dict[int, list[Cause]] = {}
        self._gone: list[sort_keys.Key] = []
        self._come: list[sort_keys.Key] = []

    def add(self, row: int, label: str, folded: Folded) -> None:
        """A row has come."""
        columns = folded.columns
        self._move(columns.outcome, columns.strip, columns.score, folded.cells, 1)
        if columns.score is not None:
            self._scores.append((row, columns.score, 1))
        if folded.causes:
            self._causes[row] = folded.causes
        self._come += sort_keys.keys_of(
            row,
            label=label,
            error=columns.error,
            strip=columns.strip,
            cost=folded.cost,
            cells=folded.cells,
        )

    def take(self, row: Counted) -> None:
        """A stored row goes, or is about to be added again as it is now."""
        cells = load_cells(row.cells)
        self._move(row.outcome, row.strip, row.score, cells, -1)
        if row.score is not None:
            self._scores.append((row.id, row.score, -1))
        self._taken.append(row.id)
        self._gone += row.keys(cells)

    def _move(
        self, outcome: int, strip: str, score: float | None, cells: list[CellTally], sign: int
    ) -> None:
        self._outcomes[outcome] += sign
        self._trials += sign * len(strip)
        self._pending_trials += sign * strip.count(_PENDING)
        if score is not None:
            self._scored += sign
            self._score += sign * score
        for cell in cells:
            sums = self._criteria.get(cell.name)
            if sums is None:
                self._types[cell.name] = cell.type
                sums = self._criteria[cell.name] = [0, 0, 0, 0, 0, 0.0]
            (*_shown, n, passed, failed, errored, value_n, value_sum) = cell
            sums[0] += sign * n
            sums[1] += sign * passed
            sums[2] += sign * failed
            sums[3] += sign * errored
            if value_n:
                sums[4] += sign * value_n
                sums[5] += sign * value_sum

    def _sums(self) -> dict[str, int]:
        """Return by how much each column of `sync` changes."""
        by_outcome = {_COLUMNS[OUTCOMES[rank]]: n for rank, n in enumerate(self._outcomes)}
        return by_outcome | {
            "row_n": sum(self._outcomes),
            "trial_n": self._trials,
            "trial_ended_n": self._trials - self._pending_trials,
            "score_n": self._scored,
        }

    def write(self, connection: sqlite3.Connection, run: int) -> None:
        """Apply the difference to a run's stored sums."""
        changed = [(name, n) for name, n in self._sums().items() if n]
        names = [name for name, _n in changed]
        connection.execute(
            "UPDATE sync SET version = version + 1, score_sum = score_sum + ?"  # noqa: S608 - ours
            + "".join(f", {name} = {name} + ?" for name in names)
            + " WHERE run = ?",
            (self._score, *(n for _name, n in changed), run),
        )
        connection.executemany(
            "INSERT INTO criterion"
            "(run, name, type, n, passed, failed, errored, value_n, value_sum)"
            " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(run, name) DO UPDATE SET"
            " n = n + excluded.n, passed = passed + excluded.passed,"
            " failed = failed + excluded.failed, errored = errored + excluded.errored,"
            " value_n = value_n + excluded.value_n, value_sum = value_sum + excluded.value_sum",
            [
                (run, column_text(name), self._types[name], *sums)
                for name, sums in self._criteria.items()
                if any(sums)
            ],
        )
        self._write_counted(connection, run)

    def _write_counted(self, connection: sqlite3.Connection, run: int) -> None:
        """Apply the difference to bins, causes and keys; rows not counted yet come there later."""
        counted, level = connection.execute(
            "SELECT counted, bin_level FROM sync WHERE run = ?", (run,)
        ).fetchone()
        bound = MAX_INTEGER if counted is None else counted
        bin_table.move(
            connection,
            run,
            level,
            [(score, sign) for row, score, sign in self._scores if row <= bound],
        )
        cause_table.take(connection, self._taken)  # one that is not counted has none
        cause_table.add(
            connection, run, {row: each for row, each in self._causes.items() if row <= bound}
        )
        sort_keys.write(
            connection,
            run,
            [key for key in self._gone if key[0] <= bound],
            [key for key in self._come if key[0] <= bound],
        )
