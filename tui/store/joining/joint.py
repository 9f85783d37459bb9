"""What a provider says of several runs at once, kept until their rows change."""

import json
import sqlite3
from collections.abc import Sequence

from tui.models import JointResults, RunRef
from tui.store.codec import column_text, from_json, pack, unpack
from tui.store.model_encoders import as_json
from tui.store.trials import version


def read(
    connection: sqlite3.Connection, refs: Sequence[RunRef]
) -> tuple[JointResults | None, bool]:
    """Return what was told of these runs, in any order, and whether their rows are as then."""
    found = connection.execute(
        "SELECT told, versions FROM joint WHERE refs = ?", (_key(refs),)
    ).fetchone()
    if found is None:
        return None, False
    return from_json(JointResults, unpack(found[0])), found[1] == _versions(connection, refs)


def write(connection: sqlite3.Connection, refs: Sequence[RunRef], told: JointResults) -> None:
    """Keep what was told of the runs as their rows are now."""
    connection.execute(
        "INSERT OR REPLACE INTO joint VALUES(?, ?, ?)",
        (_key(refs), _versions(connection, refs), pack(as_json(told))),
    )


def _key(refs: Sequence[RunRef]) -> str:
    return column_text(json.dumps(sorted(map(str, refs))))


def _versions(connection: sqlite3.Connection, refs: Sequence[RunRef]) -> str:
    return json.dumps([version(connection, ref)[1] for ref in sorted(refs, key=str)])
