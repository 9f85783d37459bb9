"""`evaltop search TEXT`: which stored trials say it."""

import argparse
import asyncio
from collections.abc import Iterator

from tui.commands.looking import fill_index, tell_unfetched
from tui.commands.output import CUT_STORY, check_fields, write
from tui.commands.reference import resolve
from tui.commands.session import Session
from tui.errors import UsageError
from tui.models import JsonObject, RunRef
from tui.presentation.records import HIT_FIELDS, hit_record
from tui.store import TEXT_FIELDS, Hits, Wanted

TABLE_FIELDS = ("run", "key", "field", "excerpt")
_PAGE = 200


async def run(arguments: argparse.Namespace, session: Session) -> int:
    """Search the store, print what was found and return the exit code. Nobody is asked."""
    session.offline = True
    check_fields(arguments.fields, HIT_FIELDS)
    check_fields(arguments.within, TEXT_FIELDS)
    wanted = Wanted.read(" ".join(arguments.text), arguments.within or TEXT_FIELDS)
    if wanted is None:
        raise UsageError("There is no word in that.", remedy="Give words, or a phrase in quotes.")
    names = session.connections() if session.chosen else None
    ref = None if arguments.run is None else (await resolve(session, arguments.run)).run.ref
    hits = session.services.store.hits(wanted)
    fill_index(session)
    await _search(hits, ref, names)
    ended_early: list[bool] = []
    cut = write(
        _records(hits, arguments.limit, ended_early),
        form=arguments.format,
        fields=arguments.fields
        or (HIT_FIELDS if arguments.format in ("json", "jsonl") else TABLE_FIELDS),
        every_field=HIT_FIELDS,
        out=session.out,
    )
    if cut:
        session.tell(CUT_STORY)
    if ended_early:
        session.tell(f"Only the first {arguments.limit} are shown (--limit {arguments.limit}).")
    if not len(hits):
        session.tell("Nothing that is stored says that.")
    if ref is None:
        tell_unfetched(session, names)
    else:
        _tell_run(session, ref)
    return session.exit_code()


async def _search(hits: Hits, ref: RunRef | None, names: list[str] | None) -> None:
    ended = False
    try:
        await asyncio.to_thread(
            lambda: hits.search(
                ref=ref, connections=names, told=lambda: None, cancelled=lambda: ended
            )
        )
    finally:
        ended = True


def _records(hits: Hits, limit: int | None, cut: list[bool]) -> Iterator[JsonObject]:
    """Yield a record for each text found, at most `limit`; `cut` gets an entry if more were."""
    told = 0
    for offset in range(0, len(hits), _PAGE):
        for hit in hits.fetch_all(offset, _PAGE):
            if told == limit:
                cut.append(True)
                return
            told += 1
            yield hit_record(hit)


def _tell_run(session: Session, ref: RunRef) -> None:
    stored = session.services.store.run(ref)
    if stored is not None and stored.sync.completed_at is None:
        session.tell(f"{ref}: its rows have never been fetched whole; `evaltop rows` fetches them.")
