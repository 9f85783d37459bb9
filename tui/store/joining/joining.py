"""The door: every read and write that comparing runs needs."""

import sqlite3
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from tui.models import JointResults, JsonObject, Run, RunRef, Trial
from tui.store.codec import column_text, pack, unpack
from tui.store.database import Database
from tui.store.heads import load_rest
from tui.store.joining import choices, joint
from tui.store.joining.columns import RowColumns, add_rows, read_ranges, read_rows
from tui.store.joining.items import EXTRA, extra_paths, extra_value, paths_of, value_of
from tui.store.row_table import chunks, read_trial
from tui.store.run_table import find_id
from tui.store.selecting import ReadCancelledError
from tui.store.trials import version

Progress = Callable[[int], bool]
"""Told how many rows have been read; True gives up."""

ValueT = TypeVar("ValueT")

_SAMPLE = 40
"""Rows looked at to learn what fields items have."""
_AT_ONCE = 8
"""Lists of 500 rows in one transaction: a reader must not keep writers waiting."""


def never(_rows: int) -> bool:
    """Go on to the end."""
    return False


class Joining:
    """Reads rows as columns and keeps choices. Thread-safe; reading many rows takes a while.

    Raises ReadCancelledError from readings whose progress said so.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def columns(self, ref: RunRef, progress: Progress = never) -> RowColumns:
        """Return a run's rows as columns; empty when it is not stored."""
        found = RowColumns(array("q"))
        ids = self._ids(ref)
        parts = list(chunks(ids))
        for start in range(0, len(parts), _AT_ONCE):
            some = parts[start : start + _AT_ONCE]
            rows = self._database.read(partial(_read_parts, parts=some))
            for part, read in zip(some, rows, strict=True):
                add_rows(read, part, found)
            if progress(len(found)):
                raise ReadCancelledError
        return found

    def field_names(self, ref: RunRef) -> list[str]:
        """Return the item fields that most of a run's first rows have, most telling first.

        Those whose values all differ come first, then the others, each in the item's order.
        """
        common = self._common_fields(ref, extra=False)
        return sorted(common, key=lambda name: _most_frequent(common[name]) > 1)

    def group_fields(self, ref: RunRef) -> list[str]:
        """Return the fields whose equal values can make rows belong together, most telling first.

        Those of the items, then the provider's own (`extra.…`).
        """
        common = self._common_fields(ref, extra=True)
        return sorted(
            common, key=lambda name: (name.startswith(EXTRA), _most_frequent(common[name]) > 1)
        )

    def slice_fields(self, ref: RunRef) -> list[str]:
        """Return the fields by which a run's rows fall into few kinds, fewest kinds first.

        Those of the items come before the provider's own (`extra.…`). Judged by the first rows;
        a field that is the same on all of them comes last.
        """
        common = self._common_fields(ref, extra=True)
        kinds = {name: len(set(values)) for name, values in common.items()}
        several = [name for name in common if kinds[name] * 2 <= len(common[name])]
        return sorted(
            several, key=lambda name: (kinds[name] == 1, name.startswith(EXTRA), kinds[name])
        )

    def _common_fields(self, ref: RunRef, *, extra: bool) -> dict[str, list[str]]:
        """Return values by name of the fields that most of a run's first rows have."""
        ids = self._ids(ref)[:_SAMPLE]
        read = self._of_first_trials(ids, paths_of)
        if extra:
            read += self._of_extras(ids, extra_paths)
        values: dict[str, list[str]] = {}
        for paths in read:
            for name, value in (paths or {}).items():
                values.setdefault(name, []).append(value)
        return {name: found for name, found in values.items() if len(found) * 2 > len(ids)}

    def score_ranges(self, ref: RunRef) -> dict[int, tuple[float, float]]:
        """Return the lowest and highest score of each row with several trials, by row id."""

        def several(connection: sqlite3.Connection) -> list[int]:
            sql = "SELECT id FROM row WHERE run = ? AND length(strip) > 1 AND score IS NOT NULL"
            return [row for (row,) in connection.execute(sql, (find_id(connection, ref),))]

        found: dict[int, tuple[float, float]] = {}
        for part in chunks(self._database.read(several)):
            found.update(self._database.read(partial(read_ranges, ids=part)))
        return found

    def score_moments(self, ref: RunRef) -> tuple[int, float, float] | None:
        """Return number, mean and variance (over n) of the rows' scores; None without any."""

        def work(connection: sqlite3.Connection) -> tuple[int, float, float] | None:
            run = find_id(connection, ref)
            sql = "SELECT count(score), avg(score) FROM row WHERE run = ?"
            n, mean = connection.execute(sql, (run,)).fetchone()
            if not n:
                return None
            sql = "SELECT avg((score - ?) * (score - ?)) FROM row WHERE run = ?"
            return n, mean, connection.execute(sql, (mean, mean, run)).fetchone()[0]

        return self._database.read(work)

    def field(
        self, ref: RunRef, name: str, progress: Progress = never
    ) -> tuple["array[int]", list[str | None]]:
        """Return a field of every row: row ids in dataset order, and the values as text.

        Read once and then kept until the run's rows change.
        """
        run, now = self._database.read(lambda found: version(found, ref))
        kept = self._database.read(lambda found: _kept(found, run, name, now))
        if kept is not None:
            return kept
        ids = self._ids(ref)
        values: list[str | None] = []
        step = 500 * _AT_ONCE
        for start in range(0, len(ids), step):
            part = ids[start : start + step]
            if name.startswith(EXTRA):
                values.extend(self._of_extras(part, lambda extra: extra_value(extra, name)))
            else:
                values.extend(self._of_first_trials(part, lambda trial: value_of(trial, name)))
            if progress(len(values)):
                raise ReadCancelledError
        data = pack([list(ids), values])
        row = (run, column_text(name), now, data)
        self._database.write(
            lambda found: found.execute("INSERT OR REPLACE INTO item_field VALUES(?,?,?,?)", row)
        )
        return ids, values

    def row_keys(self, ids: Sequence[int]) -> dict[int, str]:
        """Return the keys of some rows by id; those removed since are missing."""

        def work(connection: sqlite3.Connection) -> dict[int, str]:
            found: dict[int, str] = {}
            for part in chunks(ids):
                marks = ",".join("?" * len(part))
                sql = f"SELECT id, key FROM row WHERE id IN ({marks})"  # noqa: S608 - marks
                found.update(connection.execute(sql, part).fetchall())
            return found

        return self._database.read(work)

    # --- what a provider says of several runs

    def joint(self, refs: Sequence[RunRef]) -> tuple[JointResults | None, bool]:
        """Return what was told of some runs at once, and whether their rows are as they were."""
        return self._database.read(lambda found: joint.read(found, refs))

    def set_joint(self, refs: Sequence[RunRef], told: JointResults) -> None:
        """Keep what was told of some runs at once."""
        self._database.write(lambda found: joint.write(found, refs, told))

    # --- what was chosen

    def baseline(self, run: Run) -> RunRef | None:
        """Return the baseline marked for the run's group; None without a mark."""
        family = choices.family_of(run)
        return self._database.read(lambda found: choices.baseline(found, family))

    def set_baseline(self, run: Run, *, marked: bool) -> None:
        """Mark a run as its group's baseline, or take the group's mark away."""
        family, ref = choices.family_of(run), run.ref if marked else None
        self._database.write(lambda found: choices.set_baseline(found, family, ref))

    def match_key(self, one: Run, other: Run) -> str | None:
        """Return what runs of these two groups were last matched by; None when nobody chose."""
        pair = choices.family_of(one), choices.family_of(other)
        return self._database.read(lambda found: choices.match_key(found, *pair))

    def set_match_key(self, one: Run, other: Run, key: str | None) -> None:
        """Remember what runs of these two groups are matched by; None forgets it."""
        pair = choices.family_of(one), choices.family_of(other)
        self._database.write(lambda found: choices.set_match_key(found, *pair, key))

    def _ids(self, ref: RunRef) -> "array[int]":
        def work(connection: sqlite3.Connection) -> "array[int]":
            rows = connection.execute(
                "SELECT id FROM row WHERE run = ? ORDER BY idx IS NULL, idx, id",
                (find_id(connection, ref),),
            )
            return array("q", [found for (found,) in rows])

        return self._database.read(work)

    def _of_first_trials(
        self, ids: Sequence[int], read: Callable[[Trial], ValueT]
    ) -> list[ValueT | None]:
        """Return what is read of each row's first trial; None for a row removed since."""

        def work(connection: sqlite3.Connection) -> dict[int, ValueT]:
            found: dict[int, ValueT] = {}
            for part in chunks(ids):
                marks = ",".join("?" * len(part))
                sql = f"SELECT row, min(id) FROM trial WHERE row IN ({marks}) GROUP BY row"  # noqa: S608 - marks
                for row, trial in connection.execute(sql, part).fetchall():
                    found[row] = read(read_trial(connection, trial))
            return found

        values = self._database.read(work)
        return [values.get(row) for row in ids]

    def _of_extras(
        self, ids: Sequence[int], read: Callable[[JsonObject], ValueT]
    ) -> list[ValueT | None]:
        """Return what is read of each row's own provider fields; None for a row removed since."""

        def work(connection: sqlite3.Connection) -> dict[int, ValueT]:
            found: dict[int, ValueT] = {}
            for part in chunks(ids):
                marks = ",".join("?" * len(part))
                sql = f"SELECT id, rest FROM row WHERE id IN ({marks})"  # noqa: S608 - marks
                for row, rest in connection.execute(sql, part):
                    found[row] = read(load_rest(rest)[2])
            return found

        values = self._database.read(work)
        return [values.get(row) for row in ids]


def _most_frequent(values: Sequence[str]) -> int:
    return max(Counter(values).values())


def _read_parts(
    connection: sqlite3.Connection, parts: Sequence[Sequence[int]]
) -> list[dict[int, Sequence[Any]]]:
    return [read_rows(connection, part) for part in parts]


def _kept(
    connection: sqlite3.Connection, run: int, name: str, now: int
) -> tuple["array[int]", list[str | None]] | None:
    found = connection.execute(
        "SELECT data FROM item_field WHERE run = ? AND name = ? AND version = ?",
        (run, column_text(name), now),
    ).fetchone()
    if found is None:
        return None
    ids, values = unpack(found[0])
    return array("q", ids), values
