"""From what a person wrote to the runs it means (design 4.2)."""

import sqlite3
from collections.abc import Sequence

from tui.models import RunRef
from tui.store.codec import column_text
from tui.store.run_table import find_id, load_one
from tui.store.types import StoredRun

MIN_PREFIX = 4

_RULES = ("run_id = :text OR path = :text", "name = :text")
_PREFIX = "substr(run_id, 1, length(:text)) = :text OR substr(path, 1, length(:text)) = :text"


def run_ids(
    connection: sqlite3.Connection, text: str, connections: Sequence[str] | None
) -> list[int]:
    """Return the ids of the runs of the first rule that finds any, newest first."""
    head, slash, tail = text.partition("/")
    if slash and head and tail and (connections is None or head in connections):
        exact = find_id(connection, RunRef(head, tail))
        if exact is not None:
            return [exact]
    found = _by_rules(connection, text, connections)
    if not found and slash and (connections is None or head in connections):
        found = _by_rules(connection, tail, [head])
    return found


def _by_rules(
    connection: sqlite3.Connection, text: str, connections: Sequence[str] | None
) -> list[int]:
    values = {"text": column_text(text)}
    within = "1"
    if connections is not None:
        names = {f"connection{i}": column_text(name) for i, name in enumerate(connections)}
        values |= names
        within = f"connection IN ({','.join(f':{name}' for name in names)})"
    for rule in _RULES if len(text) < MIN_PREFIX else (*_RULES, _PREFIX):
        found = connection.execute(
            f"SELECT id FROM run WHERE {within} AND ({rule})"  # noqa: S608 - our own fragments
            " ORDER BY coalesce(began, first_seen) DESC, id DESC",
            values,
        ).fetchall()
        if found:
            return [run for (run,) in found]
    return []


def before_in_group(connection: sqlite3.Connection, ref: RunRef) -> StoredRun | None:
    """Return the last completed run of the same group that began before this one."""
    run = find_id(connection, ref)
    if run is None:
        return None
    group = load_one(connection, run).told.group
    if group is None:
        return None
    found = connection.execute(
        "SELECT id FROM run WHERE connection = ? AND status = 'completed' AND began < ("
        "SELECT began FROM run WHERE id = ?) AND"
        " json_extract(CAST(told AS TEXT), '$.group.id') = ? ORDER BY began DESC LIMIT 1",
        (column_text(ref.connection), run, column_text(group.id)),
    ).fetchone()
    return None if found is None else load_one(connection, found[0]).stored
