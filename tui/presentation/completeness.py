"""Whether all rows of a run are stored, and what is known of those that are not."""

from datetime import datetime

from tui.frozen import frozen
from tui.models import ProviderKind, Status
from tui.presentation.format import number, plural
from tui.store import StoredRun


@frozen
class Completeness:
    """What a run's rows lack."""

    complete: bool
    why: tuple[str, ...] = ()
    """Sentences; empty when nothing is to be told."""
    may_come: bool = False
    """Whether asking again later may bring what lacks."""


def rows_expected(stored: StoredRun) -> int | None:
    """Return how many rows an ended run should have; None while it is live or nobody knows.

    A run that was stopped has the rows that had ended by then, whatever was planned.
    """
    run = stored.run
    if run.live:
        return None
    told = run.counts.done
    if run.status is Status.COMPLETED:
        known = (stored.sync.expected, run.counts.total, told)
        return max((n for n in known if n is not None), default=None)
    return told


def ended_by(stored: StoredRun) -> datetime:
    """Return the provider's end of a run, else when that was first told here."""
    return stored.run.ended_at or stored.end_seen_at or stored.fetched_at


def _read_too_early(stored: StoredRun) -> bool:
    """Return whether the rows of an ended run were read before it ended, or changed once more.

    A run that has changed since has its walk's begin taken away.
    """
    begun = stored.sync.begun_at
    if stored.run.live or stored.sync.final:
        return False
    return begun is None or begun < ended_by(stored)


def missing_rows(stored: StoredRun) -> str:
    """Return what a whole walk over an ended run did not bring, with the reasons; else empty.

    Trials that came as items of their own are no missing rows: only Weave counts rows.
    """
    expected, sync = rows_expected(stored), stored.sync
    if sync.completed_at is None or sync.evicted_at is not None:
        return ""
    if expected is None or sync.rows_stored >= expected:
        return ""
    repeats = max(0, sync.told - sync.met)
    if stored.run.provider is not ProviderKind.WEAVE:
        repeats = max(repeats, sync.trials_stored - sync.rows_stored)
    lacking = expected - sync.rows_stored - repeats
    if lacking <= 0:
        return ""
    one = sync.rows_stored == 1
    if _read_too_early(stored):
        return (
            f"{number(sync.rows_stored)} of {plural(expected, 'row')} {'is' if one else 'are'}"
            " stored, which were read before the run last changed."
        )
    unread = min(lacking, sync.skipped)
    gone = lacking - unread
    reasons = []
    if repeats:
        reasons.append(f"{number(repeats)} repeat others")
    if unread:
        reasons.append(f"{number(unread)} could not be read")
    if gone:
        told = sync.notes[0].rstrip(".") if sync.notes else "the provider did not send them"
        reasons.append(f"{number(gone)} are not there ({told})")
    return (
        f"{number(sync.rows_stored)} of {plural(expected, 'row')} "
        f"{'is' if one else 'are'} stored: {', '.join(reasons)}."
    )


def rows_notes(stored: StoredRun) -> tuple[str, ...]:
    """Return what is to be told of a run's rows: what lacks, then what that has not told yet."""
    missing = missing_rows(stored)
    notes = (note for note in stored.sync.notes if note.rstrip(".") not in missing)
    return (missing, *notes) if missing else tuple(notes)


def completeness(stored: StoredRun) -> Completeness:
    """Judge whether everything of a run's rows is stored that there will ever be."""
    sync = stored.sync
    unfinished = ""
    if sync.evicted_at is not None:
        unfinished = "Its rows made room for others."
    elif sync.completed_at is None or sync.error is not None:
        unfinished = sync.error or "Its rows have not been fetched."
    elif stored.run.live:
        unfinished = "It is still running."
    if unfinished:
        return Completeness(False, (unfinished,), may_come=True)
    if missing_rows(stored):
        return Completeness(False, rows_notes(stored), may_come=_read_too_early(stored))
    if sync.skipped:
        unread = f"{plural(sync.skipped, 'item')} could not be read."
        return Completeness(False, (unread, *sync.notes), may_come=False)
    return Completeness(True, sync.notes)
