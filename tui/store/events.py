"""What happened to runs: for the person who was away, for notifications, for scripts that wait."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from tui.frozen import frozen
from tui.models import RunRef
from tui.store.codec import column_text, instant
from tui.store.database import Database
from tui.store.news import NEWS, WORTH_TELLING
from tui.store.run_table import find_id

KEPT = 20_000
"""Events; the oldest go first."""

_SELECT = (
    "SELECT event.id, event.at, run.connection, run.path, event.kind, event.detail"
    " FROM event JOIN run ON run.id = event.run"
)


@frozen
class Event:
    """One thing that happened to a run."""

    id: int
    """Grows with every event, over restarts."""
    at: datetime
    """When it was found out."""
    ref: RunRef
    kind: str
    """The status it took, or what was noticed about it (`tui.store.types.Concern.kind`)."""
    detail: str = ""
    """A sentence, where the kind does not say it all."""


class EventLog:
    """The events of a store. Thread-safe; calls are short and block."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self) -> int:
        """Return the id of the newest event; 0 without any."""
        return self._database.read(
            lambda found: int(found.execute("SELECT coalesce(max(id), 0) FROM event").fetchone()[0])
        )

    def since(self, event: int, *, limit: int = 1000) -> list[Event]:
        """Return the events after the one with this id, oldest first."""
        return self._database.read(
            lambda found: _events(
                found, f"{_SELECT} WHERE event.id > ? ORDER BY event.id LIMIT ?", (event, limit)
            )
        )

    def unseen(self, *, limit: int = 1000) -> list[Event]:
        """Return the newest event of each run about which there is news, newest first."""
        return self._database.read(
            lambda found: _events(
                found,
                f"{_SELECT} WHERE event.id IN (SELECT max(id) FROM event WHERE {NEWS}"  # noqa: S608 - our own columns
                " GROUP BY run) ORDER BY event.id DESC LIMIT ?",
                (limit,),
            )
        )

    def see(self, ref: RunRef) -> bool:
        """Note that a person has seen what happened to a run. Returns whether that is new."""

        def work(found: sqlite3.Connection) -> bool:
            cursor = found.execute(
                "UPDATE event SET seen = 1 WHERE run = ? AND NOT seen", (find_id(found, ref),)
            )
            return cursor.rowcount > 0

        return self._database.write(work)

    def see_all(self) -> None:
        """Note that a person has seen everything."""
        self._database.write(
            lambda found: found.execute("UPDATE event SET seen = 1 WHERE NOT seen")
        )

    def untold(self, *, limit: int = 1000) -> list[Event]:
        """Return what happened to watched runs since they are and nobody told of, oldest first."""
        return self._database.read(
            lambda found: _events(
                found,
                f"{_SELECT} JOIN watched ON watched.run = event.run"
                f" WHERE NOT event.told AND {WORTH_TELLING} ORDER BY event.id LIMIT ?",
                (limit,),
            )
        )

    def tell(self, event: int) -> bool:
        """Claim the telling of an event: True for the first process that asks, ever."""
        return self._database.write(
            lambda found: (
                found.execute(
                    "UPDATE event SET told = 1 WHERE id = ? AND NOT told", (event,)
                ).rowcount
                > 0
            )
        )

    def watch(self, ref: RunRef, *, on: bool, min_pass_rate: float | None = None) -> None:
        """Watch a run, or no longer.

        Args:
            ref: the run.
            on: whether it is watched from now on.
            min_pass_rate: a rate, 0 to 1, below which the person wants to be told; None = any.
        """

        def work(found: sqlite3.Connection) -> None:
            run = find_id(found, ref)
            if run is None:
                return
            if on:
                found.execute("INSERT OR REPLACE INTO watched VALUES(?, ?)", (run, min_pass_rate))
                # What happened before is known to the person.
                found.execute("UPDATE event SET told = 1 WHERE run = ?", (run,))
            else:
                found.execute("DELETE FROM watched WHERE run = ?", (run,))

        self._database.write(work)

    def watched(self) -> dict[RunRef, float | None]:
        """Return the watched runs with the pass rate below which the person wants to be told."""
        return self._database.read(
            lambda found: {
                RunRef(connection, path): rate
                for connection, path, rate in found.execute(
                    "SELECT run.connection, run.path, watched.min_pass_rate"
                    " FROM watched JOIN run ON run.id = watched.run ORDER BY run.id"
                )
            }
        )


def note(
    connection: sqlite3.Connection, run: int, kinds: Iterable[tuple[str, str]], now: int
) -> None:
    """Add events (kind, sentence) of a run, and drop the oldest of all."""
    last = 0
    for kind, detail in kinds:
        cursor = connection.execute(
            "INSERT INTO event(at, run, kind, detail) VALUES(?, ?, ?, ?)",
            (now, run, kind, column_text(detail)),
        )
        last = cursor.lastrowid or 0
    connection.execute("DELETE FROM event WHERE id <= ?", (last - KEPT,))


def _events(
    connection: sqlite3.Connection, statement: str, values: Sequence[object]
) -> list[Event]:
    return [
        Event(number, instant(at), RunRef(name, path), kind, detail or "")
        for number, at, name, path, kind, detail in connection.execute(statement, values)
    ]
