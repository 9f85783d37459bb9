"""A file made by an older program: opened with all it has, whatever happens on the way."""

import signal
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.clock import FakeClock
from tests.store.builders import (
    REF,
    make_row,
    make_run,
    make_trial,
    open_store,
    outcomes_page,
    rows_page,
)
from tests.store.files import run_as_nobody
from tests.store.older import take_back
from tui.models import Outcome, RunRef
from tui.store import RowQuery, RunQuery, Store, connections, schema
from tui.store.schema import FILE_NAME

SECOND_RUN = RunRef("prod", "other")


def contents(store: Store) -> tuple[object, ...]:
    """Return all a person can see of a store."""
    runs = store.runs(RunQuery())
    found = []
    for stored in runs.fetch(0, runs.count()):
        ref = stored.run.ref
        view = store.rows(ref, RowQuery())
        heads = view.fetch(0, view.count())
        rows = [store.row(ref, head.key) for head in heads]
        told = store.run(ref)
        assert told is not None
        # What a walk met was not noted by the first program.
        old = replace(told, sync=replace(told.sync, told=0, met=0))
        found.append((old, heads, rows, store.progress(ref)))
    state = store.connection_state("prod")
    assert state is not None
    state = replace(state, polled_at=None)  # nor was this
    return tuple(found), store.counts(), store.sources("prod"), state


def make_old(directory: Path) -> tuple[object, ...]:
    """Make a file of the first version, and nothing beside it. Returns its content."""
    store = open_store(directory)
    store.apply_rows(REF, outcomes_page([Outcome.PASSED, Outcome.FAILED] * 30))
    store.apply_runs("prod", "runs", [make_run(SECOND_RUN.path, name="näme")], complete=True)
    trials = (make_trial("a"), make_trial("b", Outcome.FAILED, output="x"))
    store.apply_rows(SECOND_RUN, rows_page(make_row("two", *trials)))
    store.set_connection("prod", ok_at=None, error="It is down.", remedy="Wait.")
    told = contents(store)
    store.close()
    take_back(directory / FILE_NAME)
    (directory / FILE_NAME).chmod(0o600)
    return told


def reopen(directory: Path) -> Store:
    return Store.open(directory, clock=FakeClock())


def version(file: Path) -> int:
    connection = sqlite3.connect(file)
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return int(found)


@pytest.mark.parametrize("mode", ["WAL", "TRUNCATE"])
def test_an_older_file_opens_with_everything_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setattr("tui.store.database.journal_mode", lambda _directory: mode)
    told = make_old(tmp_path)
    store = reopen(tmp_path)
    assert store.problem is None
    assert contents(store) == told
    store.keep([REF])
    store.apply_rows(REF, outcomes_page([Outcome.PASSED] * 3, start=100))
    store.close()
    assert version(tmp_path / FILE_NAME) == schema.VERSION
    again = reopen(tmp_path)
    assert again.rows(REF, RowQuery()).count() == 63
    again.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.clock import FakeClock
from tui.store import Store, schema

class Deadly(tuple):
    def __iter__(self):
        for number, statement in enumerate(tuple.__iter__(self)):
            if number == int(sys.argv[2]):
                os.kill(os.getpid(), signal.SIGKILL)
            yield statement

schema.STEPS = (schema.STEPS[0], Deadly(schema.STEPS[1]))
Store.open(Path(sys.argv[1]), clock=FakeClock())
"""


@pytest.mark.parametrize("statement", range(0, len(schema.STEPS[1]), 2))
def test_an_upgrade_killed_midway_loses_nothing(tmp_path: Path, statement: int) -> None:
    told = make_old(tmp_path)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), str(statement)],
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert version(tmp_path / FILE_NAME) == 1
    store = reopen(tmp_path)
    assert store.problem is None
    assert contents(store) == told
    store.close()


AS_NOBODY = """
import os, sys, urllib.parse  # another user may not be able to read it later on
from pathlib import Path
from tests.clock import FakeClock
from tests.store.test_older_files import contents
from tui.store import Store
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
store = Store.open(Path(sys.argv[1]), clock=FakeClock())
assert store.problem is not None and store.file is None
print(contents(store))
store.keep([])
store.close()
"""


@pytest.mark.parametrize("limit", [connections.COPY_LIMIT, 1], ids=["whole", "runs only"])
def test_an_older_file_that_can_only_be_read_is_upgraded_in_memory(limit: int) -> None:
    with tempfile.TemporaryDirectory() as base:
        Path(base).chmod(0o755)
        directory = Path(base) / "data"
        directory.mkdir()
        told = make_old(directory)
        file = directory / FILE_NAME
        before = file.read_bytes()
        file.chmod(0o444)
        directory.chmod(0o555)
        code = AS_NOBODY.replace(
            "from tui.store import Store\n",
            f"from tui.store import Store, connections\nconnections.COPY_LIMIT = {limit}\n",
        )
        shown = run_as_nobody(code, directory)
        if limit > 1:
            assert shown.strip() == str(told)
        else:
            assert "näme" in shown
        assert file.read_bytes() == before


def test_two_instances_upgrade_at_once(tmp_path: Path) -> None:
    told = make_old(tmp_path)
    code = (
        "import sys; from pathlib import Path; from tests.clock import FakeClock;"
        "from tui.store import Store;"
        "s = Store.open(Path(sys.argv[1]), clock=FakeClock()); print(s.problem)"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    assert [each.communicate()[0].strip() for each in both] == ["None", "None"]
    store = reopen(tmp_path)
    assert contents(store) == told
    store.close()
