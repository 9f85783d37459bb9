"""Many rows inserted with few statements, whatever SQLite allows in one."""

import sqlite3
from contextlib import closing

import pytest

from tui.store.many_rows import insert


@pytest.mark.parametrize("allowed", [3, 20, 999, None])
@pytest.mark.parametrize("rows", [0, 1, 7, 8, 47, 200, 449])
def test_all_rows_are_inserted_in_their_order(rows: int, allowed: int | None) -> None:
    given = [(n, f"text {n}", None if n % 3 else b"\0bytes") for n in range(rows)]
    with closing(sqlite3.connect(":memory:")) as connection:
        if allowed is not None:
            connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, allowed)
        connection.execute("CREATE TABLE told(at INTEGER PRIMARY KEY AUTOINCREMENT, a, b, c)")
        insert(connection, "INSERT INTO told(a, b, c)", given)
        assert connection.execute("SELECT a, b, c FROM told ORDER BY at").fetchall() == given


def test_one_row_that_is_refused_refuses_its_statement() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE told(a UNIQUE)")
        with pytest.raises(sqlite3.IntegrityError):
            insert(connection, "INSERT INTO told", [(n,) for n in (*range(12), 5)])
        insert(connection, "INSERT OR IGNORE INTO told", [(n,) for n in (*range(12), 5)])
        assert connection.execute("SELECT count(*) FROM told").fetchone() == (12,)
