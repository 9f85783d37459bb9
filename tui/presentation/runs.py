"""Runs as rows of the home screen's table."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tui.analysis.sequential import rate_interval
from tui.models import Counts, Run
from tui.presentation import format as fmt
from tui.presentation.course import course_lines
from tui.presentation.following import concern_word, signs
from tui.presentation.progress import bar, eta
from tui.presentation.table import Cell, Column, TableRow
from tui.presentation.words import status_text, status_tone
from tui.store import Sample, StoredRun

BAR_WIDTH = 10
ETA_WIDTH = 4
COURSE_WIDTH = 6
KEPT = "⚑ "
"""Before the name of a run whose rows a person keeps for good."""

COLUMNS: tuple[Column, ...] = (
    Column("status", "STATUS", width=11),
    Column("bar", "PROGRESS", width=BAR_WIDTH, priority=5),
    Column("done", "DONE", width=9, align="right", priority=2),
    Column("course", "COURSE", width=COURSE_WIDTH, priority=9),
    Column("score", "SCORE", width=16, priority=1),
    Column("trend", "TREND", width=COURSE_WIDTH, priority=8),
    Column("run", "RUN", min_width=14, weight=3),
    Column("group", "GROUP", min_width=12, max_width=28, weight=2, priority=6),
    Column("model", "MODEL", min_width=10, max_width=22, weight=1, priority=7),
    Column("eta", "ETA", width=ETA_WIDTH, align="right", priority=3),
    Column("age", "AGE", width=4, align="right", priority=2),
    Column("connection", "CONNECTION", min_width=10, max_width=16, weight=1, priority=4),
)
"""In the order of design section 2. 80 columns show all but bar, group and model; 120 also
the pass rate over time, wider ones progress over time."""

SORTS: Mapping[str, tuple[str, str, bool]] = {
    "started": ("age", "start, newest first", True),
    "status": ("status", "status, live first", False),
    "progress": ("done", "progress, least first", False),
    "score": ("score", "score, lowest first", False),
    "duration": ("eta", "duration, longest first", True),
    "deadline": ("eta", "deadline, soonest first", False),
    "name": ("run", "name", False),
    "group": ("group", "group", False),
    "model": ("model", "model", False),
    "connection": ("connection", "connection", False),
}
"""Sort field of a `RunQuery` → column, text in the menu, whether it starts descending."""


def run_row(stored: StoredRun, course: Sequence[Sample], now: datetime) -> TableRow:
    """Return the run's row; its key is the text of its reference.

    Args:
        stored: the run.
        course: what was seen of a live run, oldest first; empty for others.
        now: wall time.
    """
    run = stored.run
    samples = [(sample.at, sample.done) for sample in course]
    progress, rates = course_lines(course, run.counts.total, COURSE_WIDTH)
    dim = "" if run.live else "muted"
    return TableRow(
        str(run.ref),
        (
            status_cell(stored),
            Cell(bar_text(run.counts), status_tone(run) if run.live else "muted"),
            Cell(done_text(run.counts, live=run.live), dim),
            Cell(progress, "muted"),
            score_cell(run),
            Cell(rates, "muted"),
            Cell(name_text(stored), "strong" if run.live else ""),
            Cell(group_name(run) or fmt.UNKNOWN, "" if run.group else "muted"),
            Cell(models_text(run), "" if run.models else "muted"),
            Cell(eta(run, samples, now, width=ETA_WIDTH), dim),
            Cell(fmt.age(begun_at(stored), now), "muted"),
            Cell(run.ref.connection, "muted"),
        ),
    )


def status_cell(stored: StoredRun) -> Cell:
    """Return the status, or what is wrong with a run whose status does not say so."""
    concern = concern_word(stored)
    if concern:
        return Cell(f"⚠ {concern}", "warn")
    return Cell(status_text(stored.run), status_tone(stored.run))


def name_text(stored: StoredRun) -> str:
    """Return the run's name with the person's signs before it."""
    return f"{signs(stored)}{KEPT if stored.kept else ''}{run_name(stored.run)}"


def run_name(run: Run) -> str:
    """Return the run's name, else its id."""
    return run.name or run.id


def group_name(run: Run) -> str:
    """Return what the run belongs to; empty when to nothing."""
    return "" if run.group is None else run.group.name or run.group.id


def models_text(run: Run) -> str:
    """Return the first model, and how many more there are."""
    if not run.models:
        return fmt.UNKNOWN
    more = len(run.models) - 1
    return f"{run.models[0]} +{more}" if more else run.models[0]


def begun_at(stored: StoredRun) -> datetime:
    """Return when the run began: started, else created, else first seen here."""
    return stored.run.started_at or stored.run.created_at or stored.first_seen_at


def bar_text(counts: Counts) -> str:
    """Return the bar of a run with a real denominator; empty without one."""
    if counts.done is None or not counts.total:
        return ""
    return bar(counts.done / counts.total, BAR_WIDTH)


def done_text(counts: Counts, *, live: bool = True) -> str:
    """Return `812/1000`, or the bare count when the total is not known.

    What an ended run has done is not asked about: its total alone then says how large it is.
    """
    if counts.done is None:
        if counts.total is None:
            return fmt.UNKNOWN
        return ("?/" if live else "of ") + fmt.short_number(counts.total)
    if counts.total is None:
        return fmt.short_number(counts.done)
    exact = f"{counts.done}/{counts.total}"
    if len(exact) <= 9:  # noqa: PLR2004 - the column's width
        return exact
    return f"{_compact(counts.done)}/{_compact(counts.total)}"


def _compact(n: int) -> str:
    return fmt.short_number(n).replace(".0", "").replace(",", "")


def score_cell(run: Run) -> Cell:
    """Return what came out: a pass rate ± half its 95 % interval, a mean, or what is in the way."""
    text = score_text(run)
    if text.startswith(fmt.UNKNOWN):
        return Cell(text, "warn" if run.counts.errored else "muted")
    return Cell(text)


def score_text(run: Run) -> str:
    """Return `87.2% ±2.3`, `87.2% ±2.3 !5` (five errored), `4.10 of 5`, `— 5 errored` or `—`.

    Where nobody has counted rows yet (Weave tells criteria only, until its rows are read), the
    first criterion with a pass rate stands in, by name: `87.2% correct`.
    """
    counts = run.counts
    passed, failed, errored = counts.passed or 0, counts.failed or 0, counts.errored or 0
    found = rate_interval(passed, passed + failed, live=run.live)
    if found is not None:
        rate = passed / (passed + failed)
        text = fmt.rate_with_interval(rate, found.low, found.high)
    elif run.score is not None:
        text = mean_text(run)
    elif (told := _first_criterion(run)) is not None:
        text = told
    else:
        return f"{fmt.UNKNOWN} {fmt.short_number(errored)} errored" if errored else fmt.UNKNOWN
    return f"{text} !{fmt.short_number(errored)}" if errored else text


def _first_criterion(run: Run) -> str | None:
    for criterion in run.criteria:
        if criterion.pass_rate is not None:
            name = criterion.name.removesuffix(".passed").removesuffix(".pass")
            return f"{fmt.percent(criterion.pass_rate)} {name}"
    return None


def mean_text(run: Run) -> str:
    """Return the run's mean score with its scale, where that is known."""
    if run.score is None:
        return fmt.UNKNOWN
    if run.score.scale_max is None:
        return f"{fmt.decimal(run.score.mean)} mean"
    top = f"{run.score.scale_max:g}"
    return f"{fmt.decimal(run.score.mean)} of {top}"


def title_text(counts: Mapping[str, int], *, shown: int, filtered: bool) -> str:
    """Return the story of the whole list: `128 runs · 3 live · 1 in trouble · 5 changed`."""
    total = counts.get("runs", 0)
    parts = [f"{shown:,} of {fmt.plural(total, 'run')}" if filtered else fmt.plural(total, "run")]
    if counts.get("live"):
        parts.append(f"{counts['live']:,} live")
    if counts.get("trouble"):
        parts.append(f"{counts['trouble']:,} in trouble")
    if counts.get("news"):
        parts.append(f"{counts['news']:,} changed")
    return " · ".join(parts)
