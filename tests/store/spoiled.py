"""A small store whose values a test spoils, one at a time."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.store.builders import make_row, make_run, make_score, make_trial, open_store, rows_page
from tui.models import Outcome, RunRef, Status
from tui.store.schema import FILE_NAME

WHOLE, PART, EVICTED = (RunRef("prod", name) for name in ("whole", "part", "evicted"))


def make_small_store(directory: Path) -> Path:
    """Make three runs: one walked to its end, one half way, one whose rows were evicted.

    Returns the file.
    """
    store = open_store(directory)
    runs = [
        make_run(ref.path, Status.COMPLETED, metadata={"a": "b"}, config={"c": 1}, raw={"d": [2]})
        for ref in (WHOLE, PART, EVICTED)
    ]
    store.apply_runs("prod", "runs", runs, complete=True)
    for ref in (WHOLE, PART, EVICTED):
        store.begin_walk(ref)
        rows = [
            make_row(
                f"r{n}",
                make_trial("t1", outcome, scores=(make_score(passed=n % 2 == 0, value=n / 4),)),
                *([make_trial("t2", Outcome.FAILED)] if n == 1 else []),
                index=n,
            )
            for n, outcome in enumerate((*[Outcome.PASSED] * 3, Outcome.ERRORED, Outcome.UNGRADED))
        ]
        store.apply_rows(ref, rows_page(*rows))
        if ref != PART:
            store.end_walk(ref, complete=True)
    store.keep([WHOLE])
    store.close()
    with closing(sqlite3.connect(directory / FILE_NAME)) as connection:
        connection.executescript(
            "PRAGMA journal_mode = DELETE;"
            "DELETE FROM sample; DELETE FROM retold;"
            "INSERT INTO sample VALUES(2, 7, 1, 1, 0, 0);"
            "INSERT INTO match_key VALUES('one', 'other', 'label');"
            "INSERT INTO watched VALUES(3, 0.9);"
            "DELETE FROM body WHERE trial IN (SELECT trial.id FROM trial JOIN row"
            " ON row.id = trial.row WHERE run = 4);"
            "DELETE FROM trial WHERE row IN (SELECT id FROM row WHERE run = 4);"
            "DELETE FROM row WHERE run = 4;"
            "UPDATE sync SET evicted = 5 WHERE run = 4;"
        )
    return directory / FILE_NAME


def spoil(file: Path, statement: str) -> None:
    """Change a file, which the statement must do."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        assert connection.execute(statement).rowcount
