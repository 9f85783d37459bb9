"""Real and feigned disks: full ones, failing ones, and those of another machine."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.store.builders import REF, counts, make_row, make_trial, open_store, rows_page
from tests.store.files import fill, goes_on, reopen, sentence
from tui.store import RowQuery, place
from tui.store.schema import FILE_NAME
from tui.store.selecting import add_function


@pytest.fixture(params=["WAL", "TRUNCATE"])
def mode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    found = str(request.param)
    monkeypatch.setattr("tui.store.database.journal_mode", lambda _directory: found)
    return found


def test_a_disk_that_gets_full_loses_nothing(
    small_disk: tuple[Path, Callable[[], None]], mode: str
) -> None:
    directory, more_room = small_disk
    store = open_store(directory)
    assert (store.journal, store.problem) == (mode, None)
    on_disk = n = 0
    while store.problem is None:
        assert n < 10_000
        on_disk = n
        text = bytes(range(256)).hex() * 4
        rows = [make_row(f"r{n + i}", make_trial(output=f"{n + i} {text}")) for i in range(20)]
        store.apply_rows(REF, rows_page(*rows))
        n += 20
    assert "full" in sentence(store)
    assert "lost at the end" in sentence(store)
    assert counts(store).done == store.rows(REF, RowQuery()).count() == n
    goes_on(store)
    store.close()
    more_room()
    again = reopen(directory)
    assert again.problem is None
    assert counts(again).done == again.rows(REF, RowQuery()).count() == on_disk
    goes_on(again)
    again.close()
    connection = sqlite3.connect(directory / FILE_NAME)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


class FailingDisk(sqlite3.Connection):
    """A connection whose disk fails after some statements, and then for good."""

    left = 10**9

    def _count(self) -> None:
        FailingDisk.left -= 1
        if FailingDisk.left < 0:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        self._count()
        return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        self._count()
        return super().executemany(*arguments)


@pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8, 13, 21])
def test_a_disk_that_reports_errors_is_left_with_all_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    fill(tmp_path)

    def connect(file: Path, mode: str, _busy_s: float | None = None) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{file.as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            factory=FailingDisk,
        )
        add_function(connection)
        return connection

    monkeypatch.setattr("tui.store.database.connect", connect)
    monkeypatch.setattr(FailingDisk, "left", 10**9)
    store = reopen(tmp_path)
    assert store.problem is None
    monkeypatch.setattr(FailingDisk, "left", after)
    store.apply_rows(REF, rows_page(make_row("new")))
    for _ in range(after):  # what writing did not use up
        assert store.run(REF) is not None
    assert "reports errors" in sentence(store)
    assert counts(store).done == 51
    goes_on(store)
    store.close()


def test_a_home_on_another_machine_is_kept_with_a_journal_it_can_carry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    monkeypatch.setattr(place, "MOUNTS", mounts)
    monkeypatch.setattr(
        "tui.store.database.journal_mode", lambda found: place.journal_mode(found, (3, 53, 0))
    )
    home = tmp_path / "home"
    mounts.write_text("/dev/a / ext4 rw 0 0\n")
    local = open_store(home)
    assert local.journal == "WAL"
    local.close()
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/home {home} nfs4 rw 0 0\n")
    first, second = reopen(home), reopen(home)
    for store in (first, second):
        assert (store.journal, store.problem) == ("TRUNCATE", None)
    goes_on(first)
    assert second.run(REF) is not None
    assert not [*home.glob("*-wal")]
    first.close()
    second.close()
