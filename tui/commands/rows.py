"""`evaltop rows REF [QUERY]`: the rows of a run, all pages."""

import argparse
from collections.abc import Iterator

from tui.commands.fetching import fetch_rows
from tui.commands.looking import fill_index
from tui.commands.output import CUT_STORY, check_fields, write
from tui.commands.reference import resolve
from tui.commands.session import Session
from tui.models import JsonObject, RunRef
from tui.presentation.completeness import rows_notes
from tui.presentation.format import plural
from tui.presentation.records import ROW_FIELDS, is_cut, row_record, uncut
from tui.store import RowHead, RowQuery, View

TABLE_FIELDS = ("key", "outcome", "score", "trials_n", "latency_s", "label", "error.message")
_PAGE = 200


async def run(arguments: argparse.Namespace, session: Session) -> int:
    """Fetch all rows once, print the stored ones and return the exit code."""
    query, form = " ".join(arguments.query), arguments.format
    limit, fields, trials = arguments.limit, arguments.fields, arguments.trials
    check_fields(fields, (*ROW_FIELDS, "trials"))
    reads_bodies = False
    if query:
        from tui.query import asks_bodies, read_row_filter

        # A broken one is told before anybody is asked.
        reads_bodies = asks_bodies(read_row_filter(query))
    stored = await resolve(session, arguments.ref)
    run_ref = stored.run.ref
    if not session.offline and not stored.sync.final:
        await fetch_rows(session, stored)
    if reads_bodies:
        fill_index(session)
    view = session.services.store.rows(run_ref, RowQuery(text=query))
    total = view.count()
    shown = total if limit is None else min(limit, total)
    trials = trials or "trials" in fields
    every_field = (*ROW_FIELDS, "trials") if trials else ROW_FIELDS
    columns = (*TABLE_FIELDS, "trials") if trials else TABLE_FIELDS
    default = every_field if form in ("json", "jsonl") else columns
    cut = write(
        _records(session, run_ref, view, shown, trials=trials),
        form=form,
        fields=fields or default,
        every_field=every_field,
        out=session.out,
    )
    if cut:
        session.tell(CUT_STORY)
    if query and not total:
        session.tell("No row matches.")
    _tell_gaps(session, run_ref, shown, total, limit)
    if session.from_store:
        stored = session.services.store.run(run_ref) or stored
        session.tell_age([*session.unconfirmed([stored])])
    return session.exit_code()


def _tell_gaps(session: Session, ref: RunRef, shown: int, total: int, limit: int | None) -> None:
    """Say on stderr whatever keeps the answer from being whole."""
    stored = session.services.store.run(ref)
    if stored is not None:
        if not total and stored.sync.begun_at is None and session.offline:
            session.tell(f"{ref}: its rows have never been fetched; leave --offline out once.")
        for note in rows_notes(stored):
            session.tell(f"{ref}: {note}")
        if stored.sync.skipped:
            unread = plural(stored.sync.skipped, "item")
            session.tell(f"{ref}: not read and left out: {unread}.")
    if shown < total:
        session.tell(f"{shown} of {total} rows shown (--limit {limit}).")


def _records(
    session: Session, ref: RunRef, view: View[RowHead], shown: int, *, trials: bool
) -> Iterator[JsonObject]:
    store = session.services.store
    for offset in range(0, shown, _PAGE):
        for head in view.fetch(offset, min(_PAGE, shown - offset)):
            row = store.row(ref, head.key) if trials or is_cut(head) else None
            whole = head if row is None else uncut(head, row.trials)
            yield row_record(ref, whole, row.trials if trials and row is not None else None)
