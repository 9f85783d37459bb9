"""What happened to runs, as lines for a person and as records for a script."""

from datetime import datetime

from tui.models import JsonObject, Run, Status
from tui.presentation import format as fmt
from tui.presentation.records import run_record, timestamp
from tui.store import Sample, StoredRun
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


_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: list[float | None], width: int) -> str:
    """Return the course of values from 0 to 1 as bars, the newest at the right end.

    Where there are more values than places, each place shows the last one of its share; unknown
    ones are blank.
    """
    if not values or width < 1:
        return ""
    n = min(width, len(values))
    shown = [values[(place + 1) * len(values) // n - 1] for place in range(n)]
    return "".join(
        " " if value is None else _BARS[min(7, max(0, int(value * 8)))] for value in shown
    )


COURSE = 24
"""Places of a sparkline."""


def course_text(course: list[Sample], total: int | None) -> str:
    """Return the course of a live run on one line, with the ends of the pass rate in words."""
    progress, rates = course_lines(course, total, COURSE)
    parts = [f"progress {progress}"] if progress else []
    if rates:
        known = [
            sample.passed / (sample.passed + sample.failed)
            for sample in course
            if sample.passed is not None and sample.failed is not None
            if sample.passed + sample.failed
        ]
        ends = f"{fmt.percent(known[0])} to {fmt.percent(known[-1])}"
        parts.append(f"pass rate {rates} {ends}")
    return "   ".join(parts)


def course_lines(course: list[Sample], total: int | None, width: int) -> tuple[str, str]:
    """Return sparklines of progress and of pass rate; empty where too little is known.

    Without a total, progress is shown against what is done now.
    """
    if len(course) < 2:  # noqa: PLR2004 - one look is no course
        return "", ""
    most = total or max(sample.done for sample in course)
    progress = [sample.done / most if most else None for sample in course]
    rates = [
        sample.passed / (sample.passed + sample.failed)
        if sample.passed is not None and sample.failed is not None and sample.passed + sample.failed
        else None
        for sample in course
    ]
    known = any(rate is not None for rate in rates)
    return sparkline(list(progress), width), sparkline(list(rates), width) if known else ""
