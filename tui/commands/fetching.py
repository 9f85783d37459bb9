"""Fetch a run's rows once, with progress on stderr."""

from tui.commands.session import Session
from tui.errors import ProviderError, RetiredError
from tui.polling.rows_progress import RowsProgress
from tui.presentation.fetching import rows_story
from tui.store import StoredRun

STORY_EVERY_S = 2.0
"""Seconds between two lines of progress."""


async def fetch_rows(session: Session, stored: StoredRun) -> None:
    """Store all pages of a run's rows; a failure is told and remembered.

    An imported run has no provider: what is stored is all there is.
    """
    ref = stored.run.ref
    link = session.services.links.get(ref.connection)
    if link is None:
        return
    clock = session.services.clock
    told_at = clock.monotonic()

    def told(progress: RowsProgress) -> None:
        nonlocal told_at
        if clock.monotonic() - told_at >= STORY_EVERY_S:
            told_at = clock.monotonic()
            session.tell(f"{ref}: {rows_story(progress)} …")

    sync = await link.sync()
    if not sync.provider.capabilities.rows_paged and stored.sync.error is not None:
        session.tell(f"{ref}: it sends all rows in one answer, so fetching starts over.")
    try:
        await sync.rows(await sync.run(ref), told)
    except RetiredError as error:
        session.retired(ref.connection, error)
    except ProviderError as error:
        session.failed(error)
