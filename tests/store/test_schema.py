"""The tables: each is of one kind, and whoever adds one has to say which."""

import sqlite3
from pathlib import Path
from random import Random

import pytest

from tests.clock import FakeClock
from tests.store.builders import REF, open_store, outcomes_page
from tests.store.damage import header
from tui.models import Outcome
from tui.store import Store, connections, salvage, schema
from tui.store.schema import FILE_NAME

KINDS = {
    "row": {"body", "row", "trial"},
    "derived": {
        "bin",
        "cause",
        "criterion",
        "item_field",
        "joint",
        "retold",
        "row_cause",
        "sort_key",
    },
    "file": {"identity", "salvage"},
    "own": {
        "baseline",
        "connection",
        "event",
        "imported_file",
        "match_key",
        "retired",
        "run",
        "sample",
        "seen",
        "source",
        "sync",
        "watched",
    },
}
"""Of which kind each table is; own ones are salvaged and copied, derived ones made again."""


def test_every_table_is_of_one_kind() -> None:
    told = {
        "row": {*schema.ROW_TABLES},
        "derived": {*schema.DERIVED_TABLES},
        "file": {*schema.FILE_TABLES},
        "own": {*schema.OWN_TABLES},
    }
    assert told == KINDS
    every = [name for kind in KINDS.values() for name in kind]
    assert sorted(every) == sorted(schema.TABLE_NAMES)


def test_own_tables_without_row_ids_are_known_to_salvage() -> None:
    connection = sqlite3.connect(":memory:")
    for step in schema.STEPS:
        for statement in step:
            connection.execute(statement)
    without = set()
    for name in schema.OWN_TABLES:
        try:
            connection.execute(f"SELECT rowid FROM {name}")  # noqa: S608 - our own names
        except sqlite3.OperationalError:
            without.add(name)
    assert without == salvage.WITHOUT_ROW_ID
    connection.close()


VALUES = {"TEXT": "x", "INTEGER": 1, "REAL": 0.5, "BLOB": b"x"}


def fill_every_table(directory: Path) -> dict[str, list[tuple[object, ...]]]:
    """Make a store with something in every own table. Returns what is in them."""
    store = open_store(directory)
    store.apply_rows(REF, outcomes_page([Outcome.PASSED] * 3))
    store.close()
    connection = sqlite3.connect(directory / FILE_NAME)
    for name in schema.OWN_TABLES:
        if not connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]:  # noqa: S608 - our own names
            types = [each[2] for each in connection.execute(f"PRAGMA table_info({name})")]
            marks = ",".join("?" * len(types))
            values = [VALUES[each] for each in types]
            connection.execute(f"INSERT INTO {name} VALUES({marks})", values)
    connection.commit()
    found = lines(connection)
    connection.close()
    return found


def lines(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    # What a walk is at is not known of a copy without rows, nor after damage.
    columns = {name: "run" if name == "sync" else "*" for name in schema.OWN_TABLES}
    return {
        name: connection.execute(f"SELECT {which} FROM {name}").fetchall()  # noqa: S608 - our own names
        for name, which in columns.items()
    }


def test_every_own_table_is_salvaged(tmp_path: Path) -> None:
    told = fill_every_table(tmp_path)
    header(tmp_path / FILE_NAME, Random(1))
    Store.open(tmp_path, clock=FakeClock()).close()
    assert len([*tmp_path.glob("*.bad-*Z")]) == 1
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    assert lines(connection) == told
    connection.close()


def test_every_own_table_is_copied_without_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = fill_every_table(tmp_path)
    monkeypatch.setattr(connections, "COPY_LIMIT", 1)
    target = connections.memory()
    connections.copy_into(target, tmp_path / FILE_NAME)
    assert lines(target) == told
    target.close()
