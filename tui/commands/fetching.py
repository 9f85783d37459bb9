"""Fetch a run's rows once, with progress on stderr."""

from tui.commands.session import Session
from tui.errors import ProviderError
from tui.polling.sync import RowsProgress
from tui.store import StoredRun

STORY_EVERY_S = 2.0
"""Seconds between two lines of progress."""


async def fetch_rows(session: Session, stored: StoredRun) -> None:
    """Store all pages of a run's rows; a failure is told and remembered."""
    ref = stored.run.ref
    clock = session.services.clock
    told_at = clock.monotonic()

    def progress(progress: RowsProgress) -> None:
        nonlocal told_at
        if clock.monotonic() - told_at >= STORY_EVERY_S:
            told_at = clock.monotonic()
            of = "" if progress.expected is None else f" of {progress.expected}"
            session.tell(f"{ref}: {progress.rows}{of} rows …")

    sync = await session.services.links[ref.connection].sync()
    try:
        await sync.rows(await sync.run(ref), progress)
    except ProviderError as error:
        session.failed(error)
