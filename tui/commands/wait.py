"""`evaltop wait REF…`: until all of them have ended."""

import argparse
import asyncio
import json
from collections.abc import Coroutine
from random import Random
from typing import Any

from tui.commands.output import check_fields, write
from tui.commands.reference import resolve
from tui.commands.session import Session
from tui.errors import NotFoundError, UsageError
from tui.polling.wait_loop import WaitLoop
from tui.presentation.events import ended_badly, event_line, event_record, how_far
from tui.presentation.records import RUN_FIELDS, run_record
from tui.store import StoredRun
from tui.text import clean_line

BADLY = 3
"""A waited-for run failed, was canceled or expired."""
LATER = 75
"""The time was up before all had ended."""
TABLE_FIELDS = ("ref", "status", "counts.done", "counts.total", "pass_rate", "score.mean", "name")
_STORY_EVERY_S = 10.0


async def run(arguments: argparse.Namespace, session: Session) -> int:
    """Wait, tell what happens, print the runs as they ended and return the exit code."""
    check_fields(arguments.fields, RUN_FIELDS)
    if session.offline:
        raise UsageError("Nothing ends offline.", remedy="Leave --offline out.")
    refs = list(dict.fromkeys([(await resolve(session, ref)).run.ref for ref in arguments.refs]))
    missing = [ref.connection for ref in refs if ref.connection not in session.services.links]
    if missing:
        raise NotFoundError(
            f"There is no connection {clean_line(missing[0])!r} to ask.",
            remedy=f"Configured: {', '.join(session.services.links)}.",
        )
    story = _Story(session, lines=arguments.format == "jsonl")
    services = session.services
    loop = WaitLoop(services.links, services.store, services.clock, Random(), story.tell)
    try:
        await _until(loop.run(refs), arguments.timeout, session)
    except TimeoutError:
        session.codes.add(LATER)
    stored = [found for ref in refs if (found := services.store.run(ref)) is not None]
    if LATER in session.codes:
        left = sum(each.run.live for each in stored)
        session.tell(f"The time is up: {left} of {len(refs)} runs have not ended.")
    if arguments.format != "jsonl":
        write(
            [run_record(each, stale=session.stale(each.fetched_at)) for each in stored],
            form=arguments.format,
            fields=arguments.fields or (RUN_FIELDS if arguments.format == "json" else TABLE_FIELDS),
            every_field=RUN_FIELDS,
            out=session.out,
        )
    if LATER in session.codes:
        return LATER
    return BADLY if any(ended_badly(each.run) for each in stored) else session.exit_code()


async def _until(
    waiting: Coroutine[Any, Any, None], timeout_s: float | None, session: Session
) -> None:
    """Await, but no longer than so many seconds. Raises TimeoutError."""
    task = asyncio.ensure_future(waiting)
    tasks = {task}
    if timeout_s is not None:
        tasks.add(asyncio.ensure_future(session.services.clock.sleep(timeout_s)))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise TimeoutError
        await task
    finally:
        for each in tasks:
            each.cancel()


class _Story:
    """Tells events: one JSON object a line on stdout, or lines for a person on stderr."""

    def __init__(self, session: Session, *, lines: bool) -> None:
        self._session = session
        self._lines = lines
        self._told_at: dict[object, float] = {}

    def tell(self, event: str, stored: StoredRun, sentence: str) -> None:
        """Tell an event; progress at most every ten seconds a run, unless a script reads."""
        session, ref = self._session, stored.run.ref
        clock = session.services.clock
        at, now = clock.now(), clock.monotonic()
        if self._lines:
            stale = session.stale(stored.fetched_at)
            record = event_record(event, stored, at, stale=stale)
            session.out.write(f"{json.dumps(record)}\n")
            session.out.flush()
            if sentence:
                session.tell(f"{ref}: {sentence}")
            return
        if event == "progress" and now - self._told_at.get(ref, -_STORY_EVERY_S) < _STORY_EVERY_S:
            return
        self._told_at[ref] = now
        session.tell(event_line(event, stored, sentence or how_far(stored.run), at))
