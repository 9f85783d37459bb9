"""What comes over from a damaged file, value by value: a small store whose values are spoiled."""

# ruff: noqa: S608 - statements put together from the tests' own words

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.store.spoiled import PART, WHOLE, spoil
from tui.store import salvage, schema
from tui.store.connections import create, transaction
from tui.store.damaged import DamagedFile
from tui.store.schema import FILE_NAME
from tui.store.standing import Salvaged

SUMS = (
    "run, row_n, trial_n, trial_ended_n, passed, failed, errored, skipped_n, ungraded, pending,"
    " score_n, score_sum, final, completed, evicted"
)


@pytest.fixture
def new() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        transaction(connection, "BEGIN", create)
        yield connection


def asked(file: Path | sqlite3.Connection, statement: str) -> list[tuple[Any, ...]]:
    if isinstance(file, sqlite3.Connection):
        return file.execute(statement).fetchall()
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(statement).fetchall()


def read_on(new: sqlite3.Connection, file: Path) -> list[float]:
    """Read a file that was begun to its end; return the share that was told after each step."""
    shares = []
    with closing(DamagedFile(file)) as opened:
        while salvage.step(new, file.name, opened):
            shares.append(account_of(new).share)
    return shares


def account_of(new: sqlite3.Connection) -> Salvaged:
    (account,) = salvage.accounts(new)
    return account


def saved(new: sqlite3.Connection, file: Path) -> Salvaged:
    salvage.begin(new, file)
    read_on(new, file)
    return account_of(new)


ROW_IDS = "SELECT id FROM row ORDER BY id"
TRIAL_IDS = "SELECT trial.id FROM trial JOIN body ON trial = id ORDER BY id"


@pytest.mark.parametrize("at_once", [1, 3, 200])
def test_all_of_a_sound_file_comes_over(
    new: sqlite3.Connection, old: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(salvage, "AT_ONCE", at_once)
    salvage.begin(new, old)
    begun = account_of(new)
    assert (begun.readable, begun.share, begun.missing, begun.rows) == (True, 0.0, {}, 0)
    assert salvage.unfinished(new) == "old"
    assert (
        asked(new, "SELECT final, completed, row_n FROM sync WHERE evicted IS NULL")
        == [(0, None, 0)] * 3
    ), "until its rows have come nobody takes a run for whole"

    shares = read_on(new, old)
    assert shares == sorted(shares)
    assert {0.5} <= {*shares} <= {*shares} - {0.0, 1.0}
    if at_once == 1:
        assert any(0 < share < 0.5 for share in shares)
        assert any(0.5 < share < 1 for share in shares)
    assert salvage.unfinished(new) is None
    for table in (*schema.OWN_TABLES, "row", "trial", "body", "sqlite_sequence"):
        if table not in {"sync", "event"}:
            names = {"sqlite_sequence": "name, seq"}.get(table, "*")
            more = " WHERE name IN ('row', 'trial') ORDER BY name" if names != "*" else ""
            statement = f"SELECT {names} FROM {table}{more}"
            assert asked(new, statement) == asked(old, statement), table
    assert asked(new, f"SELECT {SUMS} FROM sync") == asked(old, f"SELECT {SUMS} FROM sync")
    criteria = "SELECT run, name, type, n, passed, failed, errored, value_n, value_sum"
    assert asked(new, f"{criteria} FROM criterion ORDER BY run, name") == asked(
        old, f"{criteria} FROM criterion ORDER BY run, name"
    )
    assert asked(new, "SELECT trial FROM retold ORDER BY trial") == asked(new, TRIAL_IDS)
    account = account_of(new)
    assert account == Salvaged(
        "old",
        readable=True,
        why=None,
        share=1.0,
        runs=3,
        rows=10,
        rows_expected=10,
        missing={},
        lost=(),
    )
    with closing(DamagedFile(old)) as opened:
        assert not salvage.step(new, "old", opened), "it is done"
        assert not salvage.step(new, "another", opened), "nobody began it"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE row SET rest = x'00ff' WHERE id = 2",
        "UPDATE row SET cells = x'00ff' WHERE id = 2",
        "UPDATE row SET outcome = 17 WHERE id = 2",
        "UPDATE row SET outcome = -1 WHERE id = 2",
        "UPDATE row SET strip = '09' WHERE id = 2",
        "UPDATE row SET strip = 'x' WHERE id = 2",
        "UPDATE row SET key = x'ff' WHERE id = 2",
        "UPDATE row SET label = x'ff' WHERE id = 2",
        "UPDATE row SET preview = x'ff' WHERE id = 2",
        "UPDATE row SET run = 999 WHERE id = 2",
        "UPDATE row SET run = 'x' WHERE id = 2",
        "DELETE FROM row WHERE id = 2",
    ],
)
def test_a_row_that_cannot_be_shown_is_left_and_its_run_is_not_whole(
    new: sqlite3.Connection, old: Path, statement: str
) -> None:
    spoil(old, statement)
    account = saved(new, old)
    assert asked(new, ROW_IDS) == [(n,) for n in range(1, 11) if n != 2]
    assert asked(new, "SELECT count(*) FROM trial WHERE row = 2") == [(0,)]
    assert account.missing == {str(WHOLE): (4, 5, 4, 6)}
    assert (account.rows, account.rows_expected) == (9, 10)
    assert asked(new, "SELECT final, completed IS NULL, row_n FROM sync WHERE run = 2") == [
        (0, 1, 4)
    ]
    assert asked(new, "SELECT failed, passed FROM sync WHERE run = 2") == [(0, 2)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE body SET data = x'00' WHERE trial = 3",
        "UPDATE body SET data = 5 WHERE trial = 3",
        "DELETE FROM body WHERE trial = 3",
        "UPDATE trial SET notes = x'ff' WHERE id = 3",
        "UPDATE trial SET row = 999 WHERE id = 3",
        "UPDATE trial SET row = 'x' WHERE id = 3",
    ],
)
def test_a_trial_that_cannot_be_read_is_left_and_its_row_stays(
    new: sqlite3.Connection, old: Path, statement: str
) -> None:
    spoil(old, statement)
    account = saved(new, old)
    assert asked(new, TRIAL_IDS) == [(n,) for n in range(1, 13) if n != 3]
    assert asked(new, "SELECT count(*) FROM body") == [(11,)]
    assert asked(new, "SELECT count(*) FROM trial") == [(11,)]
    assert len(asked(new, ROW_IDS)) == 10
    assert account.missing == {str(WHOLE): (5, 5, 5, 6)}


@pytest.mark.parametrize(
    "change",
    [
        "told = x'00'",
        "told = '{}'",
        *(f"{name} = x'ff'" for name in ("path", "source", "run_id", "title", "words", "status")),
    ],
)
def test_a_run_that_cannot_be_read_is_lost_with_all_that_is_its(
    new: sqlite3.Connection, old: Path, change: str
) -> None:
    spoil(old, f"UPDATE run SET {change} WHERE id = 2")
    account = saved(new, old)
    assert account.runs == 2
    if "path" not in change:
        assert account.lost == (str(WHOLE),)
    assert asked(new, "SELECT id FROM run ORDER BY id") == [(1,), (3,), (4,)]
    for table in ("seen", "sync", "sample"):
        assert asked(new, f"SELECT count(*) FROM {table} WHERE run = 2") == [(0,)]
    assert len(asked(new, ROW_IDS)) == 5
    assert account.missing == {}


@pytest.mark.parametrize("name", ["more", "raw"])
def test_a_run_goes_without_a_body_that_cannot_be_read(
    new: sqlite3.Connection, old: Path, name: str
) -> None:
    spoil(old, f"UPDATE run SET {name} = x'00ff' WHERE id = 2")
    account = saved(new, old)
    assert (account.runs, account.lost) == (3, ())
    other = {"more": "raw", "raw": "more"}[name]
    assert asked(new, f"SELECT {name} IS NULL, {other} IS NULL FROM run WHERE id = 2") == [(1, 0)]
    assert asked(new, f"SELECT count({name}) FROM run") == [(2,)]


def test_a_run_without_its_accounts_gets_new_ones(new: sqlite3.Connection, old: Path) -> None:
    spoil(old, "DELETE FROM sync WHERE run = 3")
    spoil(old, "DELETE FROM seen WHERE run = 3")
    account = saved(new, old)
    assert asked(new, "SELECT row_n, trial_n FROM sync WHERE run = 3") == [(5, 6)]
    assert asked(new, "SELECT seen.at = changed FROM seen JOIN run ON id = run WHERE run = 3") == [
        (1,)
    ]
    assert (account.rows, account.rows_expected, account.missing) == (10, 10, {})


def test_what_was_fetched_meanwhile_is_newer_and_stays(new: sqlite3.Connection, old: Path) -> None:
    salvage.begin(new, old)
    names = [name for _n, name, *_more in asked(old, "PRAGMA table_info(row)")][1:]
    kept = ", ".join(name for name in names if name != "preview")
    new.execute(f"ATTACH '{old}' AS old")
    new.execute(
        f"INSERT INTO row({kept}, preview) SELECT {kept}, 'newer' FROM old.row WHERE id = 2"
    )
    new.execute("UPDATE sync SET row_n = 1, passed = 1 WHERE run = 2")
    read_on(new, old)
    assert asked(new, "SELECT preview, id > 10 FROM row WHERE run = 2 AND key = 'r1'") == [
        ("newer", 1)
    ]
    assert asked(new, "SELECT row_n FROM sync WHERE run = 2") == [(5,)], "counted once"
    assert account_of(new).missing == {str(WHOLE): (5, 5, 4, 6)}


def test_a_trial_that_was_told_anew_meanwhile_stays_too(new: sqlite3.Connection, old: Path) -> None:
    salvage.begin(new, old)
    with closing(DamagedFile(old)) as opened:
        assert salvage.step(new, "old", opened), "the rows"
        new.execute("INSERT INTO trial(row, tid, walk, digest) VALUES(1, 't1', 9, x'01')")
        new.execute("INSERT INTO body SELECT id, x'02' FROM trial")
        while salvage.step(new, "old", opened):
            pass
    assert asked(new, "SELECT walk, data FROM trial JOIN body ON trial = id WHERE row = 1") == [
        (9, b"\x02")
    ]
    assert asked(new, "SELECT count(*) FROM body") == [(12,)]


@pytest.mark.parametrize(
    ("statement", "last"),
    [
        ("UPDATE sqlite_sequence SET seq = 77 WHERE name = 'row'", 77),
        ("UPDATE sqlite_sequence SET seq = 0 WHERE name = 'row'", 0),
        ("UPDATE sqlite_sequence SET seq = -1 WHERE name = 'row'", 2**40),
        (f"UPDATE sqlite_sequence SET seq = {2**62} WHERE name = 'row'", 2**40),
        ("UPDATE sqlite_sequence SET seq = 'x' WHERE name = 'row'", 2**40),
        ("DELETE FROM sqlite_sequence WHERE name = 'row'", 2**40),
    ],
)
def test_new_rows_are_numbered_above_the_old_ones(
    new: sqlite3.Connection, old: Path, statement: str, last: int
) -> None:
    spoil(old, statement)
    salvage.begin(new, old)
    assert asked(new, "SELECT seq FROM sqlite_sequence WHERE name = 'row'") == [(last,)]
    assert asked(new, "SELECT seq FROM sqlite_sequence WHERE name = 'trial'") == asked(
        old, "SELECT seq FROM sqlite_sequence WHERE name = 'trial'"
    )


def test_a_file_of_other_tables_has_nothing_to_read(
    new: sqlite3.Connection, tmp_path: Path
) -> None:
    file = tmp_path / "other"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE cat(name)")
    salvage.begin(new, file)
    account = account_of(new)
    assert (account.readable, account.why, account.share, account.runs) == (False, None, 1.0, 0)
    assert salvage.unfinished(new) is None


def test_a_file_that_cannot_be_opened_says_why(new: sqlite3.Connection, tmp_path: Path) -> None:
    salvage.begin(new, tmp_path / "gone")
    account = account_of(new)
    assert (account.readable, account.share) == (False, 1.0)
    assert account.why == "unable to open database file"


def test_columns_that_one_of_the_two_lacks_are_left(new: sqlite3.Connection, old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("ALTER TABLE run DROP COLUMN concerns")
        connection.execute("ALTER TABLE row ADD COLUMN later")
        connection.execute("DROP TABLE watched")
    account = saved(new, old)
    assert (account.runs, account.rows, account.missing) == (3, 10, {})
    assert asked(new, "SELECT concerns FROM run") == [(None,)] * 4
    assert asked(new, "SELECT * FROM watched") == []


@pytest.mark.parametrize(("lost", "rows"), [(("trial", "body"), 5), (("row", "trial", "body"), 0)])
def test_a_table_that_is_gone_is_passed_by(
    new: sqlite3.Connection, old: Path, lost: tuple[str, ...], rows: int
) -> None:
    for table in lost:
        spoil(old, f"DROP TABLE {table}")
    salvage.begin(new, old)
    assert read_on(new, old) == [0.5], "one step for the rows, one for the trials"
    account = account_of(new)
    missing = (rows, 5, 0, 6)
    assert (account.share, account.missing) == (1.0, {str(WHOLE): missing, str(PART): missing})


def test_the_newest_damaged_file_is_read_and_each_only_once(
    new: sqlite3.Connection, tmp_path: Path
) -> None:
    file = tmp_path / FILE_NAME
    assert salvage.unread(new, file) is None
    for name in ("1", "2", "3", "9-journal", "9-wal", "9-shm", "9-copy"):
        Path(f"{file}{salvage.ASIDE}{name}").touch()
    Path(f"{file}.good").touch()
    assert salvage.unread(new, file) == Path(f"{file}{salvage.ASIDE}3")
    salvage.begin(new, Path(f"{file}{salvage.ASIDE}3"))
    assert salvage.unread(new, file) == Path(f"{file}{salvage.ASIDE}2")
