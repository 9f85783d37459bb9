"""What happened to runs, as lines for a person and as records for a script."""

from datetime import datetime

from tui.models import JsonObject, Run, Status
from tui.presentation import format as fmt
from tui.presentation.records import run_record, timestamp
from tui.store import StoredRun
from tui.text import clean_line

_LINE = 300
_NAME = 60


def event_record(event: str, stored: StoredRun, at: datetime, *, stale: bool) -> JsonObject:
    """Return an event of `wait` and `watch` (design 4.3)."""
    return {
        "at": timestamp(at),
        "event": event,
        "ref": str(stored.run.ref),
        "run": run_record(stored, stale=stale),
    }


def event_line(event: str, stored: StoredRun, sentence: str, at: datetime) -> str:
    """Return an event as one clean line: local time, reference, what happened, how far it is."""
    run = stored.run
    what = {
        "progress": "",
        "waiting": f"is {run.raw_status or run.status.value}",
        "status": f"is {run.raw_status or run.status.value}",
        "ended": run.status.value,
    }.get(event, event.replace("-", " "))
    parts = (what, sentence or how_far(run))
    story = ": ".join(part for part in parts if part)
    return clean_line(f"{at.astimezone():%H:%M:%S} {run.ref} {story}", _LINE)


def how_far(run: Run) -> str:
    """Return rows done of all, and the pass rate where known: `37 of 120 rows, 87.2% passed`."""
    counts = run.counts
    parts = []
    if counts.done is not None:
        of = "" if counts.total is None else f" of {counts.total:,}"
        parts.append(f"{counts.done:,}{of} rows")
    if counts.passed is not None and counts.failed is not None and counts.passed + counts.failed:
        parts.append(f"{fmt.percent(counts.passed / (counts.passed + counts.failed))} passed")
    if counts.errored:
        parts.append(f"{counts.errored:,} errored")
    return ", ".join(parts)


def ended_badly(run: Run) -> bool:
    """Return whether a run ended otherwise than completed."""
    return run.status in (Status.FAILED, Status.CANCELED, Status.EXPIRED)


def headline(kind: str, stored: StoredRun, sentence: str) -> str:
    """Return what a notification says, on one clean line: `nightly completed: 87.2% passed`."""
    run = stored.run
    name = clean_line(run.name or run.id, _NAME)
    told = clean_line(sentence, _LINE) or how_far(run)
    return f"{name} {kind.replace('-', ' ')}{f': {told}' if told else ''}"
