"""What a run is compared with when nobody says: the group's baseline, else the run before it."""

from collections.abc import Sequence

from tui.models import Run
from tui.store import RunQuery, Store, StoredRun
from tui.store.joining import family_of

_LOOKED_AT = 400
"""Runs of the connection looked through for one of the same group."""


def baseline_of(store: Store, stored: StoredRun) -> tuple[StoredRun | None, str]:
    """Return what to compare a run with, and why by that; None when there is nothing.

    The marked baseline of its group, unless it is this very run; else the newest run of the group
    that began before it, has ended and was not cut off; for batches also with the same name.
    """
    marked = store.joining.baseline(stored.run)
    if marked is not None and marked != stored.run.ref:
        found = store.run(marked)
        if found is not None:
            return found, "the baseline of its group"
    before = previous_runs(store, stored, 1)
    return (before[0], "the comparable run before it") if before else (None, "")


def begun_first(store: Store, runs: Sequence[StoredRun]) -> list[StoredRun]:
    """Return runs oldest first, a baseline marked for one of their groups before all others."""
    marked = {store.joining.baseline(stored.run) for stored in runs}
    return sorted(runs, key=lambda stored: (stored.run.ref not in marked, _began(stored)))


def previous_runs(store: Store, stored: StoredRun, most: int) -> list[StoredRun]:
    """Return comparable runs that began before this one, newest first."""
    family = family_of(stored.run)
    began = _began(stored)
    view = store.runs(RunQuery(connections=(stored.run.ref.connection,)))
    found: list[StoredRun] = []
    for other in view.fetch(0, min(view.count(), _LOOKED_AT)):
        run = other.run
        if run.ref == stored.run.ref or run.live or family_of(run) != family:
            continue
        if _began(other) > began or not (run.counts.done or other.sync.rows_stored):
            continue
        if run.group is None and not _same_job(run, stored.run):
            continue
        found.append(other)
        if len(found) == most:
            break
    return found


def _began(stored: StoredRun) -> float:
    at = stored.run.started_at or stored.run.created_at or stored.first_seen_at
    return at.timestamp()


def _same_job(one: Run, other: Run) -> bool:
    """Return whether two batches do the same: by their names, else by endpoint and size."""
    if one.name is not None or other.name is not None:
        return one.name == other.name
    return (
        one.config.get("endpoint") == other.config.get("endpoint")
        and one.counts.total == other.counts.total
    )
