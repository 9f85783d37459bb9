"""`evaltop compare REF REF…`: join runs row by row and say which is better."""

import argparse
import asyncio
import json

from tui.analysis.compared import MOST_RUNS, Comparison, Options
from tui.commands.fetching import fetch_rows
from tui.commands.reference import resolve
from tui.commands.reporting import check_report, write_report
from tui.commands.session import Session
from tui.errors import ProviderError, UsageError
from tui.models import RunRef
from tui.presentation.comparison_records import comparison_record
from tui.presentation.comparison_text import markdown, plain_text
from tui.store import StoredRun
from tui.text import clean_line

_STORY_EVERY_S = 2.0


async def run(arguments: argparse.Namespace, session: Session) -> int:
    """Fetch what is missing, compare, print; 0 when it could compare."""
    options = options_of(arguments)
    check_report(arguments.report)
    references = [arguments.ref, *arguments.others]
    if len(references) > MOST_RUNS:
        raise UsageError(f"At most {MOST_RUNS} runs can be compared at once.")
    runs = [await with_rows(session, text) for text in references]
    if len(runs) == 1:
        runs.insert(0, await _baseline(session, runs[0]))
    comparison = await compare_runs(session, runs, options)
    if arguments.format == "json":
        record = comparison_record(comparison)
        session.out.write(json.dumps(record, indent=2, allow_nan=False) + "\n")
    else:
        write = markdown if arguments.format == "md" else plain_text
        session.out.write(write(comparison))
    await write_report(session, arguments.report, [comparison])
    if session.from_store:
        session.tell_age([*session.unconfirmed(runs)])
    return session.exit_code()


def options_of(arguments: argparse.Namespace) -> Options:
    """Return what the flags say. Raises UsageError for a field nobody can read."""
    check_field("--key", arguments.key)
    check_field("--cluster", arguments.cluster)
    check_field("--slices", getattr(arguments, "slices", None))
    default = Options()
    return Options(
        key=arguments.key,
        margin=default.margin if arguments.margin is None else arguments.margin,
        min_rows=arguments.min_rows or default.min_rows,
        correction=arguments.correction,
        cluster=arguments.cluster,
        slices=getattr(arguments, "slices", None),
    )


def check_field(what: str, name: str | None) -> None:
    """Raise UsageError for a name of no field; `what` is where it was given.

    `auto` is good for a key alone.
    """
    from tui.analysis.matching import AUTO, is_key

    if name is None or is_key(name) or (name == AUTO and what.endswith("key")):
        return
    raise UsageError(
        f"{what} {clean_line(name)!r} names no field.",
        remedy="There are key, label, input, item.FIELD for a field of the item, and extra.FIELD "
        "for one of the provider's own.",
    )


async def with_rows(session: Session, text: str) -> StoredRun:
    """Return the run a reference means, its rows fetched unless offline or already whole."""
    stored = await resolve(session, text)
    if not session.offline and not stored.sync.final:
        await fetch_rows(session, stored)
    ref = stored.run.ref
    stored = session.services.store.run(ref) or stored
    if not stored.sync.rows_stored and session.offline:
        session.tell(f"{ref}: its rows have never been fetched; leave --offline out once.")
    return stored


async def _baseline(session: Session, stored: StoredRun) -> StoredRun:
    """Return what a single run is compared with: its group's baseline, else the run before."""
    from tui.analysis.baselines import baseline_of

    found, why = baseline_of(session.services.store, stored)
    if found is None:
        raise UsageError(
            f"There is nothing to compare {stored.run.ref} with.",
            remedy="Name a second run, or mark a baseline in the app (b).",
        )
    session.tell(f"Compared with {found.run.ref}, {why}.")
    return await with_rows(session, str(found.run.ref))


async def _ask_together(session: Session, refs: list[RunRef]) -> None:
    """Let a provider that can say what it knows of all runs together; a failure is only told."""
    connections = {ref.connection for ref in refs}
    link = session.services.links.get(connections.pop()) if len(connections) == 1 else None
    if link is None or session.offline:
        return
    try:
        await (await link.sync()).joint(refs)
    except ProviderError as error:
        session.tell(f"Not asked of all runs together: {error.message}")


async def compare_runs(session: Session, runs: list[StoredRun], options: Options) -> Comparison:
    """Compare stored runs in a thread, telling the progress. Raises UsageError for one run twice.

    A key given is remembered for the groups.
    """
    refs = [stored.run.ref for stored in runs]
    if len(set(refs)) < len(refs):
        raise UsageError("A run cannot be compared with itself.")
    await _ask_together(session, refs)
    clock, told_at = session.services.clock, session.services.clock.monotonic()

    def progress(done: int, of: int) -> bool:
        nonlocal told_at
        if clock.monotonic() - told_at >= _STORY_EVERY_S:
            told_at = clock.monotonic()
            session.tell(f"{done:,} of {of:,} rows read …")
        return False

    from tui.analysis.comparing import compare_stored

    comparison = await asyncio.to_thread(
        compare_stored, session.services.store, runs, options, progress
    )
    for stored in runs:
        if stored.run.live:
            session.tell(f"{stored.run.ref} has not ended; its rows are those so far.")
    return comparison
