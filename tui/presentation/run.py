"""One run: its facts, criteria, usage, and the sentences a person should read."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from tui.analysis.sequential import rate_interval
from tui.models import CriterionStats, CriterionType, JsonValue, ModelUsage, Run
from tui.presentation import format as fmt
from tui.presentation.completeness import rows_notes
from tui.presentation.following import BASELINE, WATCHED
from tui.presentation.runs import KEPT, group_name, mean_text, models_text
from tui.presentation.table import Cell, Column
from tui.presentation.words import CANCELING_WORDS, status_text
from tui.store import StoredRun

_Number = TypeVar("_Number", int, float)

QUIET = timedelta(hours=1)
"""A live run that has not changed for this long is told to be quiet (design section 6)."""

CRITERIA_COLUMNS: tuple[Column, ...] = (
    Column("criterion", "CRITERION", min_width=16, max_width=44, weight=1),
    Column("n", "N", width=11, align="right"),
    Column("passed", "PASSED", width=7, align="right", priority=3),
    Column("failed", "FAILED", width=7, align="right", priority=2),
    Column("errored", "ERRORED", width=7, align="right", priority=4),
    Column("mean", "MEAN", width=7, align="right", priority=5),
    Column("rate", "PASS RATE", width=9, align="right", priority=1),
    Column("interval", "95% INTERVAL", width=15, align="right", priority=6),
)

USAGE_COLUMNS: tuple[Column, ...] = (
    Column("model", "MODEL", min_width=16, max_width=44, weight=1),
    Column("requests", "REQUESTS", width=9, align="right", priority=3),
    Column("input", "INPUT", width=8, align="right"),
    Column("cached", "CACHED", width=8, align="right", priority=4),
    Column("output", "OUTPUT", width=8, align="right"),
    Column("total", "TOTAL", width=8, align="right", priority=2),
    Column("cost", "COST", width=9, align="right", priority=1),
)


def title(run: Run) -> str:
    """Return the run's name and what it belongs to."""
    parts = [run.name or run.id, group_name(run), models_text(run) if run.models else ""]
    return " · ".join(part for part in (*parts, run.ref.connection) if part)


def state(stored: StoredRun, now: datetime) -> str:
    """Return the status with what the provider's word or a long silence adds to it."""
    run = stored.run
    text = status_text(run)
    word = run.raw_status.strip()
    if word and word.lower().replace("-", "_") not in (
        run.status.value,
        run.status.value.replace("canceled", "cancelled"),
        *CANCELING_WORDS,
    ):
        text += f" ({word})" if word not in text else ""
    seen = quiet_since(stored, now)
    if seen is not None:
        text += f", last activity {fmt.age(seen, now)} ago"
    marks = (
        (f"{BASELINE}baseline · ", stored.baseline),
        (f"{WATCHED}watched · ", stored.watched),
        (f"{KEPT}kept · ", stored.kept),
    )
    return "".join(mark for mark, there in marks if there) + text


def quiet_since(stored: StoredRun, now: datetime) -> datetime | None:
    """Return the last sign of life of a live run that has been quiet for long; else None."""
    if not stored.run.live:
        return None
    seen = stored.run.last_activity_at or stored.changed_at
    return seen if now - seen >= QUIET else None


def outcome_text(run: Run) -> str:
    """Return the pass rate with its interval and every count beside it, one line."""
    counts = run.counts
    passed, failed = counts.passed or 0, counts.failed or 0
    parts = []
    found = rate_interval(passed, passed + failed, live=run.live)
    if found is not None:
        rate = fmt.percent(passed / (passed + failed))
        parts.append(f"pass rate {rate} ({fmt.interval(found.low, found.high)})")
    elif run.score is not None:
        text = f"score {mean_text(run)}"
        if run.score.min is not None and run.score.max is not None:
            text += f" ({fmt.decimal(run.score.min)} to {fmt.decimal(run.score.max)})"
        parts.append(text)
    for word, n in (
        ("passed", counts.passed),
        ("failed", counts.failed),
        ("errored", counts.errored),
        ("skipped", counts.skipped),
        ("ungraded", counts.ungraded),
    ):
        if n:
            parts.append(f"{fmt.number(n)} {word}")
    if found is not None and run.score is not None:
        parts.append(f"score {mean_text(run)}")
    return " · ".join(parts) or "no result yet"


def cost_text(run: Run, latency: str = "") -> str:
    """Return time, tokens, cost and latency, one line; what is unknown is left out."""
    parts = []
    if run.started_at is not None and run.ended_at is not None:
        parts.append(f"took {fmt.duration((run.ended_at - run.started_at).total_seconds())}")
    tokens = _sum(total_tokens(usage) for usage in run.usage)
    if tokens is not None:
        parts.append(f"{fmt.short_number(tokens)} tokens")
    cost = _sum(usage.cost_usd for usage in run.usage)
    if cost is not None:
        parts.append(fmt.money(cost))
    if latency:
        parts.append(latency)
    return " · ".join(parts)


def when_text(stored: StoredRun, now: datetime) -> str:
    """Return when it ended, else started, else was created, else was last fetched."""
    run = stored.run
    for word, at in (
        ("ended", run.ended_at),
        ("started", run.started_at),
        ("created", run.created_at),
        ("fetched", stored.fetched_at),
    ):
        if at is not None:
            return f"{word} {fmt.local_time(at, now)}"
    return ""


def latency_text(median_s: float | None, p95_s: float | None) -> str:
    """Return the median and slow end of the rows' latency; empty when unknown."""
    if median_s is None:
        return ""
    slow = "" if p95_s is None else f", p95 {fmt.duration(p95_s)}"
    return f"latency {fmt.duration(median_s)}{slow}"


def total_tokens(usage: ModelUsage) -> int | None:
    """Return all tokens: the provider's sum, else input plus output."""
    if usage.total_tokens is not None:
        return usage.total_tokens
    return _sum((usage.input_tokens, usage.output_tokens))


def criteria_rows(
    criteria: Sequence[CriterionStats], *, live: bool = False
) -> tuple[tuple[Cell, ...], ...]:
    """Return the table of criteria; `live` says whether more rows will come."""
    return tuple(_criterion_row(criterion, live=live) for criterion in criteria)


def _criterion_row(stats: CriterionStats, *, live: bool) -> tuple[Cell, ...]:
    # `200 of 240`: criteria do not always speak of every trial.
    n = fmt.number(stats.n)
    if stats.trial_count is not None and stats.trial_count != stats.n:
        n = f"{fmt.short_number(stats.n)} of {fmt.short_number(stats.trial_count)}"
    binary = stats.type is CriterionType.BINARY or stats.pass_rate is not None
    passed, failed = stats.passed or 0, stats.failed or 0
    found = rate_interval(passed, passed + failed, live=live) if binary else None
    return (
        Cell(stats.name),
        Cell(n),
        Cell(fmt.number(stats.passed) if binary else fmt.UNKNOWN),
        Cell(fmt.number(stats.failed) if binary else fmt.UNKNOWN, "bad" if stats.failed else ""),
        Cell(fmt.number(stats.errored), "warn" if stats.errored else "muted"),
        Cell(fmt.decimal(stats.mean)),
        Cell(fmt.percent(stats.pass_rate), "strong"),
        Cell(fmt.UNKNOWN if found is None else fmt.interval(found.low, found.high), "muted"),
    )


def usage_rows(usage: Sequence[ModelUsage]) -> tuple[tuple[Cell, ...], ...]:
    """Return the table of usage per model."""
    return tuple(
        (
            Cell(entry.model),
            Cell(fmt.number(entry.requests)),
            Cell(fmt.short_number(entry.input_tokens)),
            Cell(fmt.short_number(entry.cached_tokens)),
            Cell(fmt.short_number(entry.output_tokens)),
            Cell(fmt.short_number(total_tokens(entry))),
            Cell(fmt.money(entry.cost_usd)),
        )
        for entry in usage
    )


def notes(stored: StoredRun) -> tuple[str, ...]:
    """Return what a person should know about this run, most pressing first."""
    run, sync = stored.run, stored.sync
    found = []
    if run.error is not None:
        code = f" ({run.error.code})" if run.error.code else ""
        found.append(f"✗ {run.error.message or 'It failed without a reason.'}{code}")
    found.extend(f"⚠ {concern.sentence}" for concern in stored.concerns)
    if sync.error:
        found.append(f"✗ {sync.error}")
    if sync.evicted_at is not None:
        found.append(
            f"⚠ Its {fmt.plural(sync.evicted_rows, 'row')} made room on"
            f" {fmt.instant(sync.evicted_at)}; they can be fetched again while the provider has"
            " them."
        )
    found.extend(f"⚠ {warning}" for warning in run.warnings)
    found.extend(f"⚠ {note}" for note in rows_notes(stored))
    skipped = stored.skipped
    if skipped:
        verb = "was" if skipped == 1 else "were"
        found.append(f"⚠ {fmt.plural(skipped, 'item')} could not be read and {verb} left out.")
    if stored.imported:
        found.append("It came from a file: nobody is asked about it.")
    return tuple(dict.fromkeys(found))


def rows_state(stored: StoredRun, found: int | None = None, *, whole: bool = True) -> str:
    """Return how many rows are here, and how many there will be while they are fetched.

    Args:
        stored: the run.
        found: how many of them are shown; None when all are.
        whole: False while more are looked for.
    """
    sync = stored.sync
    here = fmt.number(sync.rows_stored)
    if found is not None:
        return f"{fmt.number(found)} of {here}" if whole else f"{fmt.number(found)} so far…"
    if sync.walking:
        expected = "" if sync.expected is None else f" of {fmt.number(sync.expected)}"
        return f"{here}{expected}, fetching"
    return here


def empty_rows(stored: StoredRun, *, text: str, trouble: str, paused: bool) -> str:
    """Return why the rows table is empty, as one sentence or two."""
    if text:
        return f"No row matches “{text}”. esc clears the filter."
    if trouble:
        return trouble
    if stored.sync.notes:
        return "\n".join(stored.sync.notes)
    if stored.sync.evicted_at is not None:
        return "Its rows made room for others. Fetching them again…"
    if stored.sync.completed_at is not None:
        return "No row has ended yet." if stored.run.live else "This run has no rows."
    return "Paused before the rows were fetched. p goes on." if paused else "Fetching the rows…"


def details(run: Run) -> tuple[tuple[str, str], ...]:
    """Return everything else that is known of the run as `(heading, text)`; nothing empty."""
    facts = [
        f"reference  {run.ref}",
        f"kind       {run.kind.value} on {run.provider.value}",
        f"status     {run.status.value} ({run.raw_status or 'no word'})",
    ]
    facts.extend(
        f"{label:<10} {fmt.instant(at)}"
        for label, at in (
            ("created", run.created_at),
            ("started", run.started_at),
            ("ended", run.ended_at),
            ("deadline", run.deadline_at),
            ("activity", run.last_activity_at),
        )
        if at is not None
    )
    if run.group is not None:
        facts.append(f"group      {run.group.name or fmt.UNKNOWN} ({run.group.id})")
    if run.models:
        facts.append(f"models     {', '.join(run.models)}")
    if run.url:
        facts.append(f"link       {run.url}")
    sections = [("facts", "\n".join(facts))]
    for heading, value in (("metadata", run.metadata), ("made of", run.config)):
        if value:
            sections.append((heading, json.dumps(value, indent=2, ensure_ascii=False)))
    return tuple(sections)


def _sum(values: Iterable[_Number | None]) -> _Number | None:
    """Return the sum of what is known; None when nothing is."""
    present = [value for value in values if value is not None]
    return sum(present[1:], present[0]) if present else None


def raw(run: Run) -> JsonValue:
    """Return the provider's object; what we know of the run when it was not kept."""
    if run.raw is not None:
        return run.raw
    return {
        "ref": str(run.ref),
        "id": run.id,
        "name": run.name,
        "status": run.raw_status or run.status.value,
        "metadata": run.metadata,
        "config": run.config,
    }


def as_text(stored: StoredRun) -> str:
    """Return the whole run as plain text, for the pager and the editor."""
    run = stored.run
    parts = [title(run), outcome_text(run), cost_text(run), *notes(stored)]
    parts.extend(
        "  ".join(cell.text for cell in row) for row in criteria_rows(run.criteria, live=run.live)
    )
    parts.extend(f"\n{heading}\n{text}" for heading, text in details(run))
    return "\n".join(part for part in parts if part) + "\n"
