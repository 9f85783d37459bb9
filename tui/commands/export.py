"""`evaltop export REF… --out DIR`: runs, rows and trials to files, whole or not at all."""

import argparse

from tui.commands.fetching import STORY_EVERY_S, fetch_rows
from tui.commands.reference import resolve
from tui.commands.session import Session
from tui.errors import NotFoundError, UsageError
from tui.exchange.exporting import export_runs
from tui.exchange.folder import open_folder
from tui.exchange.manifest import RunEntry
from tui.models import RunRef
from tui.presentation.format import number, plural
from tui.store import RunQuery, StoredRun
from tui.text import clean_line

_PAGE = 200


async def run(arguments: argparse.Namespace, session: Session) -> int:
    """Fetch what is not stored yet, write the files and return the exit code."""
    if "parquet" in arguments.format:
        from tui.exchange.parquet import check_installed

        check_installed()
    with open_folder(arguments.out, force=arguments.force) as folder:
        runs = await _chosen(arguments, session)
        if not session.offline:
            for stored in runs:
                if not stored.sync.final:
                    await fetch_rows(session, stored)
        store = session.services.store
        entries = export_runs(
            store,
            [store.run(stored.run.ref) or stored for stored in runs],
            folder,
            formats=arguments.format,
            partial=arguments.partial,
            now=session.services.clock.now(),
            progress=_Story(session).tell,
        )
    _tell(session, entries, str(arguments.out))
    return session.exit_code()


class _Story:
    """Progress on stderr, every two seconds."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told_at = session.services.clock.monotonic()

    def tell(self, ref: RunRef, rows: int, of: int) -> None:
        now = self._session.services.clock.monotonic()
        if now - self._told_at >= STORY_EVERY_S:
            self._told_at = now
            self._session.tell(f"{ref}: {number(rows)} of {plural(of, 'row')} written …")


async def _chosen(arguments: argparse.Namespace, session: Session) -> list[StoredRun]:
    """Return the runs that are named or meant, each once, named ones first."""
    chosen: dict[RunRef, StoredRun] = {}
    for text in arguments.ref:
        stored = await resolve(session, text)
        chosen[stored.run.ref] = stored
    query = arguments.runs
    if query is None and not arguments.ref:
        if not session.chosen:
            raise UsageError(
                "There is nothing to export.",
                remedy="Name runs (REF…), a filter (--runs QUERY) or a --connection.",
            )
        query = ""
    if query is not None:
        for stored in await _matching(session, query):
            chosen.setdefault(stored.run.ref, stored)
    if not chosen:
        raise NotFoundError(
            "No run matches.", remedy=f"`evaltop runs {clean_line(query or '')!r}` shows what does."
        )
    return list(chosen.values())


async def _matching(session: Session, query: str) -> list[StoredRun]:
    if query:
        from tui.query import read_run_filter

        read_run_filter(query)  # a broken one is told before anybody is asked
    if not session.offline:
        await session.list_everything(session.links())
    names = tuple(session.connections())
    view = session.services.store.runs(RunQuery(text=query, connections=names))
    return [
        stored for offset in range(0, view.count(), _PAGE) for stored in view.fetch(offset, _PAGE)
    ]


def _tell(session: Session, entries: list[RunEntry], out: str) -> None:
    for entry in entries:
        if entry.why is not None:
            session.tell(f"{entry.ref} is not complete. {entry.why}")
        stored = session.services.store.run(entry.ref)
        for note in () if stored is None else stored.sync.notes:
            if note.rstrip(".") not in (entry.why or ""):
                session.tell(f"{entry.ref}: {note}")
    rows, trials = sum(entry.rows for entry in entries), sum(entry.trials for entry in entries)
    counted = f"{plural(len(entries), 'run')}, {plural(rows, 'row')} and {plural(trials, 'trial')}"
    session.tell(f"{counted} written to {clean_line(out)}.")
