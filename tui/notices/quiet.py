"""Hours in which nobody is disturbed."""

from datetime import datetime, time


def is_quiet(hours: str | None, now: datetime) -> bool:
    """Return whether a moment lies in `22:00-07:00`, by the local clock; the end is outside.

    Args:
        hours: the setting, checked; None = never.
        now: an aware moment.
    """
    if hours is None:
        return False
    begin, end = (time.fromisoformat(part) for part in hours.split("-"))
    at = now.astimezone().time()
    return begin <= at < end if begin < end else at >= begin or at < end
