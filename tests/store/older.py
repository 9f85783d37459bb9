"""A store's file as an older program would have written it."""

import sqlite3
from pathlib import Path

from tui.store import schema
from tui.store.codec import dumps, loads
from tui.store.compression import compress, decompress

HEAD_FIELDS = 7
"""How many a trial's head had in the first version."""


def take_back(file: Path, version: int = 1) -> None:
    """Rewrite a closed file with the tables of an earlier version and what they can hold."""
    new = file.with_name("older.sqlite3")
    connection = sqlite3.connect(new, isolation_level=None)
    for step in schema.STEPS[:version]:
        for statement in step:
            connection.execute(statement)
    connection.execute("ATTACH ? AS newer", (str(file),))
    connection.execute("BEGIN")
    tables = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")
    for (name,) in tables.fetchall():
        columns = ",".join(
            column for (_n, column, *_more) in connection.execute(f"PRAGMA main.table_info({name})")
        )
        connection.execute(f"DELETE FROM main.{name}")  # noqa: S608 - our own names
        connection.execute(
            f"INSERT INTO main.{name}({columns}) SELECT {columns} FROM newer.{name}"  # noqa: S608 - likewise
        )
    heads = connection.execute("SELECT id, head FROM trial WHERE head NOT NULL").fetchall()
    connection.executemany(
        "UPDATE trial SET head = ? WHERE id = ?",
        [(dumps(loads(head)[:HEAD_FIELDS]), trial) for trial, head in heads],
    )
    bodies = connection.execute("SELECT trial, data FROM body").fetchall()
    connection.executemany(
        "UPDATE body SET data = ? WHERE trial = ?",
        [(compress(decompress(data)), trial) for trial, data in bodies],
    )
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("COMMIT")
    connection.close()
    new.replace(file)
