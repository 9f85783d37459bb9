"""A damaged file is read part by part, as far as it can be."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.spoiled import spoil
from tui.store import mending
from tui.store.connections import connect as connect_to
from tui.store.damaged import DamagedFile


def test_reading_ends_where_a_statement_fails(old: Path) -> None:
    with closing(DamagedFile(old)) as opened:
        assert opened.some("SELECT id FROM run WHERE id < 3 ORDER BY id") == [(1,), (2,)]
        fails = "SELECT id, 1 FROM run UNION ALL SELECT abs(-9223372036854775807 - 1), 2"
        assert 3 <= len(opened.some(fails)) <= 4, "what came before it, but for one line at most"
        assert opened.some("SELECT nothing") == []
        assert opened.columns("match_key") == ["one", "other", "key"]
        assert opened.columns("nothing") == []
        assert opened.line("match_key JOIN run", ["one", "id"], 99) is None
        assert opened.line("run", ["id", "path"], 2) == (2, "whole")
        assert opened.line("run", ["nothing"], 2) is None


def test_a_part_goes_on_where_the_one_before_ended(old: Path) -> None:
    with closing(DamagedFile(old)) as opened:
        assert opened.part("run", ["path"], 0, 2) == (
            [(1, "eval_a/run_1"), (2, "whole")],
            2,
            False,
        )
        assert opened.part("run", ["path"], 2, 2) == ([(3, "part"), (4, "evicted")], 4, False)
        assert opened.part("run", ["path"], 4, 2) == ([], 4, True)
        assert opened.part("run", ["path"], 3, 2) == ([(4, "evicted")], 4, True)


def test_a_text_that_is_none_costs_its_own_line(old: Path) -> None:
    spoil(old, "UPDATE run SET path = CAST(x'ff' AS TEXT) WHERE id = 2")
    with closing(DamagedFile(old)) as opened:
        part = opened.part("run", ["path"], 0, 10)
        assert (part.lines, part.after, part.ended) == ([(1, "eval_a/run_1")], 2, False)
        part = opened.part("run", ["path"], part.after, 10)
        assert part == ([(3, "part"), (4, "evicted")], 4, True)
        assert opened.line("run", ["path"], 2) is None
        spoiled = [(1, "eval_a/run_1")]
        assert opened.some("SELECT id, path FROM run ORDER BY id") in (spoiled, [])


def test_a_file_nobody_may_write_is_read_as_it_lies(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []
    opens = connect_to

    def connect(file: Path, mode: str) -> sqlite3.Connection:
        tried.append(mode)
        if mode in ("ro", "rw"):
            raise sqlite3.OperationalError("unable to open database file")
        return opens(file, mode)

    monkeypatch.setattr(mending, "connect", connect)
    with closing(DamagedFile(old)) as opened:
        assert len(opened.some("SELECT id FROM run")) == 4
    assert tried == ["ro", "rw", "ro&immutable=1"]


def test_a_file_too_large_to_be_mended_is_not_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "noise"
    file.write_bytes(b"\xff" * 8192)
    monkeypatch.setattr(mending, "COPY_LIMIT", 8191)
    with pytest.raises(OSError, match=r"^it is too large to be copied and mended$"):
        DamagedFile(file)
    monkeypatch.setattr(mending, "COPY_LIMIT", 8192)
    with pytest.raises(sqlite3.DatabaseError):
        DamagedFile(file)
