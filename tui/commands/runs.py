"""`evaltop runs [QUERY]`: list runs, newest first."""

import argparse
from collections.abc import Iterator, Sequence
from datetime import datetime

from tui.commands.looking import fill_index, tell_unfetched
from tui.commands.output import CUT_STORY, check_fields, write
from tui.commands.session import Session
from tui.models import JsonObject
from tui.polling.links import Link
from tui.presentation.records import RUN_FIELDS, run_record
from tui.presentation.retirement import ending_notice
from tui.store import RunQuery, StoredRun, View

TABLE_FIELDS = (
    "ref",
    "status",
    "counts.done",
    "counts.total",
    "pass_rate",
    "score.mean",
    "name",
    "group.name",
    "models",
    "created_at",
    "stale",
)
_PAGE = 200


async def run(arguments: argparse.Namespace, session: Session) -> int:
    """Fetch what is needed, print the stored runs and return the exit code."""
    query, form = " ".join(arguments.query), arguments.format
    limit, fields = arguments.limit, arguments.fields
    check_fields(fields, RUN_FIELDS)
    reads_bodies = False
    if query:
        from tui.query import asks_bodies, read_run_filter

        # A broken one is told before anybody is asked.
        reads_bodies = asks_bodies(read_run_filter(query))
    links = session.links()
    if not session.offline:
        await session.list_everything(links)
    if reads_bodies:
        fill_index(session)
    view = session.services.store.runs(
        RunQuery(text=query, connections=tuple(session.connections()))
    )
    total = view.count()
    shown = total if limit is None else min(limit, total)
    old: list[datetime] = []
    cut = write(
        _records(session, view, shown, old),
        form=form,
        fields=fields or (RUN_FIELDS if form in ("json", "jsonl") else TABLE_FIELDS),
        every_field=RUN_FIELDS,
        out=session.out,
    )
    if cut:
        session.tell(CUT_STORY)
    session.tell_age(old)
    _tell_endings(session, links)
    if not total and not session.exit_code():
        session.tell("No run matches." if query else "There are no runs.")
    if shown < total:
        session.tell(f"{shown} of {total} runs shown (--limit {limit}).")
    if reads_bodies:
        tell_unfetched(session, [link.name for link in links])
    return session.exit_code()


def _tell_endings(session: Session, links: Sequence[Link]) -> None:
    """Say which evals end soon and are not stored whole."""
    for link in links:
        holdings = session.services.store.holdings(link.name)
        notice = ending_notice(link.config, holdings, session.services.clock.now())
        if notice and link.name not in session.ended:
            session.tell(f"{link.name}: {notice}")


def _records(
    session: Session, view: View[StoredRun], shown: int, old: list[datetime]
) -> Iterator[JsonObject]:
    for offset in range(0, shown, _PAGE):
        for stored in view.fetch(offset, min(_PAGE, shown - offset)):
            old.extend(session.unconfirmed([stored]))
            yield run_record(stored, stale=session.stale(stored.fetched_at))
