"""When to ask again: pure functions from state to seconds."""

from datetime import datetime, timedelta
from random import Random

from tui.config import PollSettings
from tui.errors import AuthError, KeyMissingError, ProviderError, RetiredError
from tui.providers.base import Capabilities
from tui.store import StoredRun

JITTER = 0.1
"""Share of every interval that is random, so that many watchers do not march in step."""
QUIET_AFTER = timedelta(hours=1)
"""A live run without change for this long is asked at idle pace."""
DORMANT_AFTER = timedelta(days=1)
"""After this long it is asked only by the list."""
BACKOFF_CAP_S = 30.0
LEAST_WAIT_S = 1.0
LATE = 1.2
"""What another process asks for at an interval is as new as can be for this many intervals."""
KEY_RETRY_S = 300.0
"""A refused key may have been mended outside; asking rarely is enough."""
RETIRED_RETRY_S = 86_400.0


def jittered(seconds: float, random: Random) -> float:
    """Return `seconds` plus or minus `JITTER`."""
    return seconds * (1 + random.uniform(-JITTER, JITTER))


def jittered_up(seconds: float, random: Random) -> float:
    """Return `seconds` plus up to a tenth of `JITTER`: for waits that must not be undercut."""
    return seconds * (1 + random.uniform(0, JITTER / 10))


def list_delay_s(settings: PollSettings, random: Random, *, any_live: bool) -> float:
    """Return the seconds until a connection's lists are asked again."""
    return jittered(settings.live_s if any_live else settings.idle_s, random)


def failure_delay_s(error: ProviderError, failures: int, now: datetime, random: Random) -> float:
    """Return the seconds to wait after a failure.

    Args:
        error: what happened; a wish of the server (`retry_at`) is never undercut.
        failures: how many in a row, this one included.
        now: wall time, to read `retry_at`.
        random: for jitter.
    """
    if isinstance(error, RetiredError):
        return jittered(RETIRED_RETRY_S, random)
    if isinstance(error, AuthError | KeyMissingError):
        return jittered(KEY_RETRY_S, random)
    if error.retry_at is not None:
        return max(LEAST_WAIT_S, jittered_up((error.retry_at - now).total_seconds(), random))
    return jittered(min(BACKOFF_CAP_S, 2.0 ** min(failures, 10)), random)


def run_interval_s(settings: PollSettings, *, focused: bool, idle_for: timedelta) -> float | None:
    """Return how often a live run's own detail is asked, or None for never (the list does it).

    Args:
        settings: the connection's wishes.
        focused: whether it is open on screen.
        idle_for: how long nothing about it has changed.
    """
    if focused:
        return settings.focused_s
    if idle_for >= DORMANT_AFTER:
        return None
    return settings.idle_s if idle_for >= QUIET_AFTER else settings.live_s


def list_tells(
    stored: StoredRun, capabilities: Capabilities, *, since: datetime, now: datetime
) -> bool:
    """Return whether a list has told a live run since then, all that asking it by itself would.

    An answer to asking it does as well.
    """
    # A clock that was set back makes no old answer new.
    is_new = since <= stored.fetched_at <= now
    return is_new and capabilities.list_refreshes and capabilities.list_counts


def needs_detail(
    stored: StoredRun,
    capabilities: Capabilities,
    *,
    visible: bool,
    asked: bool,
    since: datetime,
    now: datetime,
) -> bool:
    """Return whether a live run is asked by itself, beside the list.

    A stale list (GoModel) needs it for every live run; elsewhere only what is on screen gets it,
    where the list does not count (Weave) or has not told the run: it may be behind the newest page.

    Args:
        stored: the run as it is stored.
        capabilities: its provider's.
        visible: whether it is on screen.
        asked: whether it was asked by itself before: that may tell a total which no list does.
        since: an answer since then is as new as any.
        now: wall time.
    """
    run = stored.run
    if not run.live or not capabilities.list_refreshes:
        return run.live
    total_missing = run.counts.total is None and not asked
    return visible and (total_missing or not list_tells(stored, capabilities, since=since, now=now))
