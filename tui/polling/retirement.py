"""When a service that has ended is asked again: once a day, over restarts, and on `r`."""

from datetime import datetime, timedelta

from tui.errors import RetiredError
from tui.store import Retired

ASKED_EVERY = timedelta(days=1)


def recently_retired(known: Retired | None, now: datetime) -> bool:
    """Return whether a service is known to have ended and need not be asked yet.

    A time that lies ahead (the wall clock was set back) does not count.
    """
    return known is not None and timedelta(0) <= now - known.at < ASKED_EVERY


def retired_error(known: Retired | None) -> RetiredError | None:
    """Return the error that was found when it was last asked."""
    return None if known is None else RetiredError(known.message, remedy=known.remedy)


def told_now(error: RetiredError, now: datetime) -> Retired:
    """Return what to remember of an error that has just come."""
    return Retired(now, error.message, error.remedy)
