"""Headers that are mended in a copy, a file that is given up, and whose turn it is."""

import errno
import os
import shutil
import sqlite3
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random
from tempfile import mkstemp

import pytest

from tests.store.builders import REF, open_store, outcomes_page
from tests.store.damage import pages_of
from tui.models import Outcome
from tui.store import mending, salvage
from tui.store.connections import create, transaction
from tui.store.damaged import DamagedFile
from tui.store.schema import FILE_NAME
from tui.store.turn import StoreTurn

PAGE = 4096


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound store of one run and fifty rows, walked to the end."""
    directory = tmp_path_factory.mktemp("made")
    store = open_store(directory)
    store.begin_walk(REF)
    store.apply_rows(REF, outcomes_page([Outcome.PASSED] * 50))
    store.end_walk(REF, complete=True)
    store.close()
    with closing(sqlite3.connect(directory / FILE_NAME)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return directory / FILE_NAME


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / FILE_NAME))


def overwrite(file: Path, at: int, data: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        opened.write(data)


def test_a_ruined_header_is_written_as_it_was(copied: Path) -> None:
    before = copied.read_bytes()
    overwrite(copied, 0, b"\xff" * 24)
    overwrite(copied, 28, b"\xff" * 4)
    overwrite(copied, 44, b"\xff" * 4)
    overwrite(copied, 56, b"\xff" * 4)
    mending._mend_header(copied)
    after = copied.read_bytes()
    assert after[:18] == before[:18]
    assert after[18:20] == b"\x01\x01", "the rollback journal, which needs no other file"
    assert after[20:32] == before[20:32]
    assert after[44:48] == before[44:48]
    assert after[56:60] == before[56:60]
    assert after[92:96] == after[24:28], "the page count is valid only for this change counter"
    assert after[96:] == before[96:]


def test_a_sound_header_is_left_alone(copied: Path) -> None:
    before = copied.read_bytes()
    mending._mend_header(copied)
    assert copied.read_bytes() == before


def test_the_pages_of_a_part_are_counted_in_full(copied: Path) -> None:
    size = copied.stat().st_size
    with copied.open("r+b") as opened:
        opened.truncate(size - 100)
    overwrite(copied, 0, b"\xff" * 24)
    mending._mend_header(copied)
    assert struct.unpack(">I", copied.read_bytes()[28:32]) == (size // PAGE,)
    assert copied.stat().st_size == size


@pytest.mark.parametrize(
    ("pages", "length"),
    [
        (10, 10),
        (11, 11),
        (41, 41),  # four times what is there, and a page
        (42, 10),  # no cut file: the number itself is damaged
        (9, 10),
        (2**32 - 1, 10),
    ],
)
def test_a_file_that_was_cut_gets_the_length_its_header_says(
    tmp_path: Path, pages: int, length: int
) -> None:
    file = tmp_path / "cut"
    file.write_bytes(b"SQLite format 3\0".ljust(10 * PAGE, b"x"))
    overwrite(file, 28, struct.pack(">I", pages))
    mending._mend_header(file)
    assert file.stat().st_size == length * PAGE


def test_a_file_shorter_than_a_header_gets_one(tmp_path: Path) -> None:
    file = tmp_path / "short"
    file.write_bytes(b"?")
    mending._mend_header(file)
    assert len(file.read_bytes()) == PAGE
    assert file.read_bytes()[60:92] == bytes(32)
    assert file.read_bytes()[96:] == bytes(PAGE - 96)


@pytest.mark.parametrize("beside", [True, False])
def test_the_copy_is_private_and_gone_while_it_is_read(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, beside: bool
) -> None:
    overwrite(copied, 0, b"\xff" * 24)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    seen: list[Path] = []
    mended_at = mending._mended_at

    def noted(copy: Path, *, new_list: bool) -> sqlite3.Connection:
        seen.append(copy)
        assert not new_list, "the first page is whole but for its header"
        assert copy.stat().st_mode & 0o777 == 0o600
        return mended_at(copy, new_list=new_list)

    monkeypatch.setattr(mending, "_mended_at", noted)
    if not beside:

        def elsewhere_only(suffix: str, prefix: str, folder: Path | None = None) -> tuple[int, str]:
            if folder is not None:
                raise PermissionError(errno.EACCES, "not here")
            return mkstemp(suffix, prefix)

        monkeypatch.setattr(mending, "mkstemp", elsewhere_only)
    with closing(DamagedFile(copied)) as opened:
        assert len(opened.some("SELECT id FROM row")) == 50
        (copy,) = seen
        assert copy.parent == (copied.parent if beside else elsewhere)
        assert copy.name.startswith(FILE_NAME)
        assert not copy.exists()


def test_what_a_kill_left_of_a_copy_is_removed_by_the_next(copied: Path) -> None:
    left, at_work = (copied.with_name(f"{FILE_NAME}-{name}-copy") for name in ("a", "b"))
    for each in (left, at_work):
        each.touch()
    os.utime(left, (0, 0))
    overwrite(copied, 0, b"\xff" * 24)
    DamagedFile(copied).close()
    assert not left.exists()
    assert at_work.exists()


def test_nothing_is_left_of_a_copy_for_which_there_is_no_room(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: Path, copy: str) -> str:
        Path(copy).write_bytes(b"a part")
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(mending, "copyfile", full)
    overwrite(copied, 0, b"\xff" * 24)
    with pytest.raises(OSError, match="no room"):
        DamagedFile(copied)
    assert [*copied.parent.iterdir()] == [copied]


@pytest.mark.parametrize("after", [0, 7, 1000])
@pytest.mark.parametrize("lost", [1, 2, 3, 4, 7, 8, 100, 2**39])
def test_reading_goes_on_at_the_very_next_line_that_can_be_read(
    copied: Path, monkeypatch: pytest.MonkeyPatch, after: int, lost: int
) -> None:
    def read(_self: DamagedFile, _statement: str, start: int) -> list[tuple[int]] | None:
        return None if after < start <= after + lost else [(start,)]

    monkeypatch.setattr(DamagedFile, "_read", read)
    with closing(DamagedFile(copied)) as file:
        found = file._beyond("", after)
    assert found == after + lost + 1
    assert isinstance(found, int)


@pytest.mark.parametrize("after", [5, 2**62 - 3])
def test_where_nothing_can_be_read_any_more_reading_ends(
    copied: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(DamagedFile, "_read", lambda _self, _sql, start: asked.append(start))
    with closing(DamagedFile(copied)) as file:
        assert file._beyond("", after) is None
    assert len(asked) < 50
    assert asked[-1] <= min(2**62, after + 2**41)


def test_a_first_page_is_not_taken_from_a_store_with_other_tables(copied: Path) -> None:
    with closing(sqlite3.connect(copied)) as connection:
        connection.execute("PRAGMA writable_schema = 1")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, 'INTEGER', 'integer')")
        connection.commit()
    overwrite(copied, 0, Random(3).randbytes(PAGE))
    with pytest.raises(sqlite3.DatabaseError, match=r"^its list of tables is ruined$") as caught:
        DamagedFile(copied)
    assert caught.value.sqlite_errorcode == sqlite3.SQLITE_CORRUPT
    assert [one.name for one in copied.parent.iterdir()] == [FILE_NAME]


def test_a_ruined_first_page_is_that_of_a_new_store(copied: Path) -> None:
    overwrite(copied, 0, b"\xff" * PAGE)
    with closing(DamagedFile(copied)) as opened:
        assert len(opened.some("SELECT id FROM row")) == 50
        assert opened.columns("sample")[:2] == ["run", "at"]


def list_of_tables(file: Path) -> list[int]:
    """Return the pages that tell where every table begins."""
    pages = sorted(pages_of(file, "sqlite_schema"))
    assert len(pages) > 2
    assert pages[0] == 1
    return pages


@pytest.mark.parametrize("spared", [0, 1, -1])
def test_a_ruined_list_of_tables_is_that_of_a_new_store(copied: Path, spared: int) -> None:
    pages = list_of_tables(copied)
    for page in pages:
        if page != pages[spared]:
            overwrite(copied, (page - 1) * PAGE, Random(page).randbytes(PAGE))
    with closing(DamagedFile(copied)) as opened:
        assert len(opened.some("SELECT id FROM row")) == 50
        assert opened.columns("sample")[:2] == ["run", "at"]
    assert [one.name for one in copied.parent.iterdir()] == [FILE_NAME]


def test_where_nothing_of_the_list_of_tables_is_left_none_is_made_up(copied: Path) -> None:
    for page in list_of_tables(copied):
        overwrite(copied, (page - 1) * PAGE, b"\xff" * PAGE)
    with pytest.raises(sqlite3.DatabaseError, match="its list of tables is ruined"):
        DamagedFile(copied)
    assert [one.name for one in copied.parent.iterdir()] == [FILE_NAME]


def test_what_is_only_noise_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "noise"
    file.write_bytes(Random(3).randbytes(8 * PAGE))
    with pytest.raises(sqlite3.DatabaseError):
        DamagedFile(file)
    assert [one.name for one in tmp_path.iterdir()] == ["noise"]


def test_a_file_that_is_gone_is_given_up_and_what_is_missing_is_named(copied: Path) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        transaction(connection, "BEGIN", create)
        salvage.begin(connection, copied)
        assert salvage.unfinished(connection) == FILE_NAME
        (begun,) = salvage.accounts(connection)
        assert (begun.share, begun.missing) == (0.0, {})
        copied.unlink()
        salvage.give_up(connection, FILE_NAME)
        assert salvage.unfinished(connection) is None
        (account,) = salvage.accounts(connection)
        assert (account.readable, account.why, account.share) == (True, None, 1.0)
        assert (account.runs, account.rows, account.rows_expected) == (1, 0, 50)
        assert account.missing == {str(REF): (0, 50, 0, 50)}
        assert account.lost == ()
        found = connection.execute("SELECT final, completed, row_n FROM sync").fetchall()
        assert found == [(0, None, 0)]


@pytest.fixture
def turns(tmp_path: Path) -> Iterator[tuple[StoreTurn, StoreTurn]]:
    mine, yours = (StoreTurn(tmp_path / FILE_NAME) for _ in range(2))
    yield mine, yours
    mine.close()
    yours.close()


def test_whether_an_evaltop_is_at_work_is_told_to_others(
    turns: tuple[StoreTurn, StoreTurn],
) -> None:
    mine, yours = turns
    assert not yours.taken()
    with mine.writing(1.0):
        assert not yours.taken(), "it still waits for SQLite's lock itself"
        mine.begun()
        assert yours.taken()
    assert not yours.taken()
    with mine.reading(1.0):
        assert not yours.taken(), "readers hold nobody up"


def test_a_stranger_is_waited_for_as_long_as_told_and_then_the_store_is_busy(
    turns: tuple[StoreTurn, StoreTurn],
) -> None:
    mine, yours = turns
    with mine.writing(1.0) as left:
        assert left == 1.0
        with pytest.raises(sqlite3.OperationalError) as caught, yours.writing(0.005):
            pass
    assert str(caught.value) == "database is locked"
    assert caught.value.sqlite_errorcode == sqlite3.SQLITE_BUSY
    with yours.writing(0.005) as left:
        assert left == 0.005


def test_what_a_stranger_took_counts_and_what_an_evaltop_took_does_not(
    turns: tuple[StoreTurn, StoreTurn], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, yours = turns
    looked = threading.Semaphore(0)

    def sleep(_seconds: float) -> None:
        looked.release()
        threading.Event().wait(0.001)

    monkeypatch.setattr("tui.store.turn.time.sleep", sleep)

    def left_after(work: Callable[[], None]) -> float:
        def wait() -> float:
            with yours.writing(1.0) as left:
                return left

        with ThreadPoolExecutor(1) as pool:
            with mine.writing(1.0):
                work()
                waiting = pool.submit(wait)
                for _ in range(5):
                    looked.acquire()
            return waiting.result()

    assert left_after(lambda: None) <= 1.0 - 4 * 0.001
    assert left_after(mine.begun) == 1.0


def test_a_turn_within_a_turn_is_the_same_one(turns: tuple[StoreTurn, StoreTurn]) -> None:
    mine, yours = turns
    with mine.writing(1.0):
        mine.begun()
        with mine.writing(0.5) as left, mine.reading(0.5):
            assert left == 0.5
        assert yours.taken()
    mine.close()
    with mine.writing(1.0):
        pass


def test_where_there_are_no_locks_nobody_waits_and_nobody_is_at_work(
    turns: tuple[StoreTurn, StoreTurn], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, yours = turns

    def no_locks(_descriptor: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    with mine.writing(1.0):
        mine.begun()
        monkeypatch.setattr("tui.store.turn.fcntl.flock", no_locks)
        assert not yours.taken()
        with yours.writing(0.005) as left:
            assert left == 0.005


def test_a_turn_that_has_no_file_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "shared" / "store-turn").mkdir(parents=True)
    turn = StoreTurn(tmp_path / FILE_NAME)
    before = len([*Path("/proc/self/fd").iterdir()])
    with turn.writing(1.0) as left:
        assert left == 1.0
        turn.begun()
    assert not turn.taken()
    assert len([*Path("/proc/self/fd").iterdir()]) == before


def test_after_half_a_minute_an_evaltop_may_be_a_stopped_one(
    turns: tuple[StoreTurn, StoreTurn], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, yours = turns
    slept: list[float] = []
    monkeypatch.setattr("tui.store.turn.time.sleep", slept.append)
    with mine.writing(1.0):
        mine.begun()
        with yours.writing(1.0) as left:
            assert left == 1.0
    assert sum(slept) == pytest.approx(30.0, abs=0.002)
