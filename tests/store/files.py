"""Stores on disk, and what is asked of them whatever befell their file."""

import subprocess
import sys
from pathlib import Path

from tests.clock import FakeClock
from tests.store.builders import (
    REF,
    counts,
    make_row,
    make_run,
    make_trial,
    open_store,
    outcomes_page,
    rows_page,
)
from tui.models import Outcome, RunRef
from tui.store import Store
from tui.store.schema import FILE_NAME

OTHER = RunRef("prod", "other")


def fill(directory: Path, rows: int = 50) -> Path:
    """Make a store with a run and rows; return its file."""
    store = open_store(directory)
    assert store.problem is None
    store.apply_rows(REF, outcomes_page([Outcome.PASSED] * rows))
    store.close()
    return directory / FILE_NAME


def reopen(directory: Path) -> Store:
    return Store.open(directory, clock=FakeClock())


def sentence(store: Store) -> str:
    assert store.problem is not None
    assert store.problem.remedy
    return store.problem.message


def goes_on(store: Store) -> None:
    """Assert that the store takes and gives as ever."""
    store.apply_runs("prod", "runs", [make_run(OTHER.path)], complete=False)
    store.apply_rows(OTHER, rows_page(make_row("new", make_trial(output="said"))))
    row = store.row(OTHER, "new")
    assert row is not None
    assert row.trials[0].output == "said"
    assert counts(store, OTHER).done == 1


def run_as_nobody(code: str, directory: Path) -> str:
    """Run a program on a directory as a user who may not write it. Returns what it printed."""
    found = subprocess.run(
        [sys.executable, "-B", "-c", code, str(directory)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    directory.chmod(0o755)
    assert found.returncode == 0, found.stderr
    return found.stdout
