"""A damaged or newer file: put aside or left, and what can be read of it kept."""

import os
import sqlite3
import tempfile
from pathlib import Path

import pytest

from tests.store.builders import (
    REF,
    make_run,
)
from tests.store.files import OTHER, fill, goes_on, reopen, run_as_nobody, sentence
from tui.store import RowQuery, RunQuery, schema
from tui.store.schema import FILE_NAME


def damaged(file: Path, how: str) -> None:
    if how == "garbage":
        file.write_bytes(os.urandom(8192))
    elif how == "text":
        file.write_text("hello")
    elif how == "truncated":
        os.truncate(file, file.stat().st_size // 2)
    elif how == "header":
        with file.open("r+b") as opened:
            opened.write(b"XXXX")
    elif how == "foreign":
        file.unlink()
        connection = sqlite3.connect(file)
        connection.execute("CREATE TABLE mine(x)")
        connection.close()
    else:
        connection = sqlite3.connect(file)
        connection.execute("DROP TABLE body")
        connection.commit()
        connection.close()


@pytest.mark.parametrize(
    "how", ["garbage", "text", "truncated", "header", "foreign", "a table is gone"]
)
def test_a_damaged_file_is_put_aside_and_a_new_one_begun(tmp_path: Path, how: str) -> None:
    file = fill(tmp_path)
    damaged(file, how)
    before = file.read_bytes()
    store = reopen(tmp_path)
    aside = tmp_path / f"{FILE_NAME}.bad-20261120T120000Z"
    assert aside.name in sentence(store)
    assert aside.read_bytes() == before
    goes_on(store)
    assert store.file == file
    store.close()
    again = reopen(tmp_path)
    assert again.problem is None
    assert again.run(OTHER) is not None
    again.close()


AS_NOBODY_DAMAGED = """
import hashlib, orjson, os, sys, urllib.parse  # another user may not be able to read them later on
from pathlib import Path
from tests.store.builders import REF, counts
from tests.store.files import goes_on, reopen, sentence
from tui.store import RowQuery
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
store = reopen(Path(sys.argv[1]))
assert store.file is None
assert counts(store).done == store.rows(REF, RowQuery()).count() == 50
goes_on(store)
print(sentence(store))
store.close()
"""


@pytest.mark.parametrize("mode", ["WAL", "TRUNCATE"])
def test_a_damaged_file_that_cannot_be_replaced_is_read_into_memory(
    monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setattr("tui.store.database.journal_mode", lambda _directory: mode)
    with tempfile.TemporaryDirectory() as base:
        Path(base).chmod(0o755)
        directory = Path(base) / "data"
        file = fill(directory)
        damaged(file, "header")
        before = file.read_bytes()
        file.chmod(0o444)
        directory.chmod(0o555)
        told = run_as_nobody(AS_NOBODY_DAMAGED, directory)
        assert "50 of 50 rows of 1 run were saved" in told
        assert "lost at the end" in told
        assert file.read_bytes() == before
        assert not [*directory.glob("*copy*")]


def test_a_damaged_file_too_large_to_be_mended_is_kept_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = fill(tmp_path)
    damaged(file, "header")
    before = file.read_bytes()
    monkeypatch.setattr("tui.store.mending.COPY_LIMIT", 1)
    store = reopen(tmp_path)
    (account,) = store.salvaged()
    assert not account.readable
    assert "too large to be copied" in sentence(store)
    assert "is kept" in sentence(store)
    assert (tmp_path / account.file).read_bytes() == before
    goes_on(store)
    store.close()


def test_damage_met_later_is_put_aside_too(tmp_path: Path) -> None:
    file = fill(tmp_path, rows=2000)
    with file.open("r+b") as opened:
        opened.seek(8 * 4096)
        opened.write(b"\xff" * (file.stat().st_size - 9 * 4096))
    store = reopen(tmp_path)
    view = store.rows(REF, RowQuery())
    view.fetch(0, view.count())
    for i in range(2000):
        store.row(REF, f"r{i}")
    assert "put aside" in sentence(store)
    goes_on(store)
    store.close()
    assert len(list(tmp_path.glob("*.bad-*Z"))) == 1


def test_an_instance_that_meets_damage_second_takes_the_new_file(tmp_path: Path) -> None:
    file = fill(tmp_path)
    first, second = reopen(tmp_path), reopen(tmp_path)
    damaged(file, "garbage")
    first.apply_runs("prod", "runs", [make_run("x")], complete=False)
    second.apply_runs("prod", "runs", [make_run("y")], complete=False)
    assert "another evaltop" in sentence(second)
    assert first.runs(RunQuery()).count() == second.runs(RunQuery()).count() == 2
    first.close()
    second.close()
    assert len(list(tmp_path.glob("*.bad-*Z"))) == 1


def test_a_newer_file_is_left_as_it_is(tmp_path: Path) -> None:
    file = fill(tmp_path)
    connection = sqlite3.connect(file)
    connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    connection.close()
    before = file.read_bytes()
    store = reopen(tmp_path)
    assert "newer evaltop" in sentence(store)
    assert store.runs(RunQuery()).count() == 0
    goes_on(store)
    store.close()
    assert file.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {FILE_NAME, "shared"}
