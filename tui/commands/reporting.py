"""`--report FILE`: one page for people, written beside what a command prints."""

import asyncio
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from tui.analysis.changes import Kind, row_changes
from tui.analysis.compared import Comparison
from tui.analysis.gating import GateCheck
from tui.analysis.trends import trend
from tui.commands.session import Session
from tui.errors import DataError, UsageError
from tui.presentation.answers import said, telling_trial, why_failed
from tui.presentation.report import (
    EXCERPT,
    Excerpt,
    Part,
    TrendPoint,
    html_report,
    markdown_report,
)
from tui.presentation.runs import run_name
from tui.store import Store

WORST_ROWS = 10


def check_report(path: Path | None) -> None:
    """Raise UsageError for a page nobody can write, before anybody is asked."""
    if path is not None and path.suffix.lower() not in (".md", ".html"):
        raise UsageError("--report writes a page; its FILE must end in .md or .html.")


async def write_report(
    session: Session,
    path: Path | None,
    comparisons: Sequence[Comparison],
    checks: Sequence[GateCheck] = (),
) -> None:
    """Write the page; nothing without a path. Raises DataError when it cannot be written."""
    if path is None:
        return
    store = session.services.store
    parts = [await asyncio.to_thread(_part, store, comparison) for comparison in comparisons]
    write = html_report if path.suffix.lower() == ".html" else markdown_report
    text = write(parts, checks, session.services.clock.now().astimezone(UTC))
    try:
        await asyncio.to_thread(path.write_text, text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}.") from error
    session.tell(f"The report is in {path}.")


def _part(store: Store, comparison: Comparison) -> Part:
    """Return a comparison with its worst rows, whose bodies are read now, and the trend."""
    matched = comparison.matched
    changes = row_changes(matched, 1)
    refs = [stored.run.ref for stored in matched.runs[:2]]
    rows = []
    for place in changes.places(Kind.REGRESSED)[:WORST_ROWS]:
        keys = (
            matched.columns[0].keys[int(changes.before[place])],
            matched.columns[1].keys[int(changes.after[place])],
        )
        before, after = (store.row(ref, key) for ref, key in zip(refs, keys, strict=True))
        if before is None or after is None:
            continue
        one, other = telling_trial(before), telling_trial(after)
        if one is not None and other is not None:
            texts = (said(one.output), said(other.output), why_failed(other))
            rows.append(Excerpt(after.key, after.label, *(text[:EXCERPT] for text in texts)))
    current = matched.runs[1]
    points = tuple(
        TrendPoint(
            run_name(each.stored.run),
            each.value,
            None if each.interval is None else each.interval.low,
            None if each.interval is None else each.interval.high,
            each.stored.run.ref == current.run.ref,
            each.unit,
            each.told,
        )
        for each in trend(store, current)
    )
    return Part(comparison, tuple(rows), points)
