"""Keeping the store below its limit at the end of a command, which may have brought much."""

import asyncio

from tui.commands.session import Session
from tui.presentation.format import plural

MOST_S = 1.0
"""Nobody waits longer for it; the next command, or the app, goes on."""
_NAMED = 3


async def make_room(session: Session) -> None:
    """Evict rows while the store is above its limit, and tell whose they were."""
    services = session.services
    store, clock = services.store, services.clock
    gone: list[str] = []
    until, more = clock.monotonic() + MOST_S, True
    while more and clock.monotonic() < until:
        change, more = await asyncio.to_thread(store.upkeep, services.store_limit)
        gone += sorted(map(str, change.refs))
    if gone:
        named = ", ".join(gone[:_NAMED]) + (", …" if len(gone) > _NAMED else "")
        session.tell(
            f"The store is at its limit: the rows of {plural(len(gone), 'run')} went: {named}"
        )
    session.tell_store()
