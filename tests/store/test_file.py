"""The file: private, and never the reason to stop."""

import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.clock import FakeClock
from tests.store.builders import (
    REF,
    counts,
    make_row,
    outcomes_page,
    rows_page,
    shown,
)
from tests.store.files import OTHER, fill, goes_on, reopen, run_as_nobody, sentence
from tui.models import Outcome
from tui.store import RowQuery, Store, connections, place
from tui.store.place import journal_mode
from tui.store.schema import FILE_NAME

# Privacy


@pytest.mark.parametrize("mask", [0o000, 0o077, 0o277])
def test_file_and_directories_are_private_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    old = os.umask(mask)
    try:
        fill(tmp_path / "made" / "for it")
    finally:
        os.umask(old)
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "made").rglob("*")
    }
    assert modes.pop("for it") == modes.pop("shared") == 0o700
    assert FILE_NAME in modes
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o700


def test_a_file_others_could_read_is_closed_to_them_and_their_directory_is_left(
    tmp_path: Path,
) -> None:
    tmp_path.chmod(0o755)
    file = fill(tmp_path)
    file.chmod(0o644)
    reopen(tmp_path).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


# Journal


def test_the_journal_suits_sqlite_and_the_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    monkeypatch.setattr(place, "MOUNTS", mounts)
    remote = tmp_path / "far away"
    remote.mkdir()
    point = str(remote).replace(" ", "\\040")
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nbroken\nhost:/x {point} nfs4 rw 0 0\n")
    assert journal_mode(tmp_path, (3, 51, 3)) == "WAL"
    assert journal_mode(tmp_path, (3, 50, 7)) == "WAL"
    assert journal_mode(tmp_path, (3, 51, 2)) == "TRUNCATE"
    assert journal_mode(tmp_path, (3, 40, 1)) == "TRUNCATE"
    assert journal_mode(remote, (3, 53, 0)) == "TRUNCATE"
    mounts.unlink()
    assert journal_mode(tmp_path, (3, 53, 0)) == "TRUNCATE"


@pytest.mark.parametrize("mode", ["WAL", "TRUNCATE"])
def test_the_store_works_in_either_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    fill(tmp_path)
    monkeypatch.setattr("tui.store.database.journal_mode", lambda _directory: mode)
    store = reopen(tmp_path)
    assert (store.journal, store.problem) == (mode, None)
    goes_on(store)
    second = reopen(tmp_path)
    assert counts(second, OTHER).done == 1
    second.close()
    store.close()
    assert Store.open(None, clock=FakeClock()).journal == "MEMORY"


# What cannot be written


def test_a_directory_that_cannot_be_made_means_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = reopen(tmp_path / "file" / "data")
    assert "cannot be used" in sentence(store)
    goes_on(store)
    store.close()


AS_NOBODY = """
import hashlib, orjson, os, sys, urllib.parse  # another user may not be able to read them later on
from pathlib import Path
from tests.store.builders import REF, counts
from tests.store.files import goes_on, reopen, sentence
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
store = reopen(Path(sys.argv[1]))
assert counts(store).done == 50, "what was there is still shown"
goes_on(store)
print(sentence(store))
store.close()
"""


@pytest.mark.parametrize("mode", ["WAL", "TRUNCATE"])
@pytest.mark.parametrize("modes", [(0o444, 0o555), (0o666, 0o555)], ids=["file", "directory"])
def test_what_is_read_only_is_shown_and_left(
    monkeypatch: pytest.MonkeyPatch, modes: tuple[int, int], mode: str
) -> None:
    monkeypatch.setattr("tui.store.database.journal_mode", lambda _directory: mode)
    # Not pytest's own folder: its parents are closed to the other user that root becomes here.
    with tempfile.TemporaryDirectory() as base:
        Path(base).chmod(0o755)
        directory = Path(base) / "data"
        file = fill(directory)
        before = file.read_bytes()
        file.chmod(modes[0])
        directory.chmod(modes[1])
        told = run_as_nobody(AS_NOBODY, directory)
        assert "lost at the end" in told
        assert file.read_bytes() == before


def test_a_full_disk_means_memory_with_all_that_was_there(tmp_path: Path) -> None:
    file = fill(tmp_path)
    store = reopen(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size, limits[1]))
    try:
        store.apply_rows(REF, outcomes_page([Outcome.FAILED] * 500, start=50))
        said = sentence(store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert "lost at the end" in said
    assert store.file is None
    assert (counts(store).passed, counts(store).failed) == (50, 500)
    goes_on(store)
    store.close()
    again = reopen(tmp_path)
    assert again.problem is None
    assert counts(again).done == 50
    again.close()


def test_a_store_locked_for_too_long_means_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = fill(tmp_path)
    monkeypatch.setattr(connections, "BUSY_S", 0.01)
    store = reopen(tmp_path)
    view = store.rows(REF, RowQuery())
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    goes_on(store)
    assert "locked" in sentence(store)
    assert counts(store).done == 50
    assert view.fetch(0, 1)[0].key == "r0"
    other.execute("ROLLBACK")
    other.close()
    store.close()


def test_a_store_locked_against_reading_does_not_stop_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = fill(tmp_path)
    monkeypatch.setattr(connections, "BUSY_S", 0.01)
    store = reopen(tmp_path)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert store.run(REF) is None
    assert "locked" in sentence(store)
    goes_on(store)
    other.execute("ROLLBACK")
    other.close()
    store.close()
    again = reopen(tmp_path)
    assert counts(again).done == 50
    again.close()


def test_of_a_very_large_file_only_the_runs_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = fill(tmp_path)
    monkeypatch.setattr(connections, "BUSY_S", 0.01)
    monkeypatch.setattr(connections, "COPY_LIMIT", 1)
    store = reopen(tmp_path)
    name = shown(store).id
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    goes_on(store)
    assert shown(store).id == name
    assert store.rows(REF, RowQuery()).count() == 0
    store.apply_rows(REF, rows_page(make_row("again")))
    assert counts(store).done == 1
    other.execute("ROLLBACK")
    other.close()
    store.close()


def test_importing_the_store_loads_no_heavy_library() -> None:
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, tui.store; print({'httpx', 'pydantic', 'textual'} & {*sys.modules})",
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "set()"
