"""`evaltop watch`: what happens to runs, a line each, until interrupted."""

import argparse
import asyncio
import json

from tui.commands.session import Session
from tui.errors import UsageError
from tui.polling.poller import Poller
from tui.presentation.events import event_line, event_record
from tui.store import Change

LOOK_EVERY_S = 1.0


async def run(arguments: argparse.Namespace, session: Session) -> int:
    """Poll like the app and print events until interrupted; never returns by itself."""
    if session.offline:
        raise UsageError("Nothing happens offline.", remedy="Leave --offline out.")
    names = {link.name: link for link in session.links()}
    services = session.services
    poller = services.poller
    if len(names) < len(services.links):
        poller = Poller(names, services.store, services.clock, pace=services.poller.wish)
    news = _News(session, poller, lines=arguments.format == "jsonl")
    stop = poller.subscribe(news.changed)
    session.tell(f"Watching {', '.join(names)}; ctrl+c ends it.")
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(poller.run())
            group.create_task(news.run())
    finally:
        stop()
    return session.exit_code()


class _News:
    """Prints the events of a poller's connections as they are logged, and their troubles."""

    def __init__(self, session: Session, poller: Poller, *, lines: bool) -> None:
        self._session = session
        self._poller = poller
        self._lines = lines
        self._last = session.services.store.events.last()
        self._troubles: dict[str, str] = {}

    def changed(self, change: Change) -> None:
        """Tell a connection's trouble when it begins and ends."""
        for name, health in self._poller.status().items():
            if name not in change.connections or health.error == self._troubles.get(name):
                continue
            if health.error:
                self._troubles[name] = health.error
                self._session.tell(f"{health.error} {health.remedy or ''}".strip())
            elif self._troubles.pop(name, None):
                self._session.tell(f"{name}: it answers again.")

    async def run(self) -> None:
        """Print what is logged until cancelled."""
        while True:
            await asyncio.to_thread(self._print)
            await self._session.services.clock.sleep(LOOK_EVERY_S)

    def _print(self) -> None:
        session, store = self._session, self._session.services.store
        for event in store.events.since(self._last):
            self._last = event.id
            stored = store.run(event.ref)
            if stored is None or event.ref.connection not in self._poller.status():
                continue
            if self._lines:
                stale = session.stale(stored.fetched_at)
                record = event_record(event.kind, stored, event.at, stale=stale)
                session.out.write(f"{json.dumps(record)}\n")
            else:
                line = event_line(event.kind, stored, event.detail, event.at)
                session.out.write(f"{line}\n")
            session.out.flush()
