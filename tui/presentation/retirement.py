"""The end of OpenAI's Evals API, before and after it, in sentences."""

from datetime import UTC, datetime, timedelta

from tui.config import ConnectionConfig, OpenAIConnection
from tui.presentation import format as fmt
from tui.providers.openai_family.retirement_day import RETIREMENT_DAY, own_host
from tui.store import Holdings

TOLD_FROM = timedelta(days=7)
"""How long before the day people are told."""


def holdings_text(holdings: Holdings, now: datetime) -> str:
    """Return what is stored of the evals: `12 runs with 3,400 rows, 9 of them complete, …`."""
    if not holdings.runs:
        return "No run of it is stored."
    newest = "" if holdings.newest_at is None else f", the newest of {_day(holdings, now)}"
    return (
        f"Stored: {fmt.plural(holdings.runs, 'run')} with {fmt.plural(holdings.rows, 'row')}, "
        f"{fmt.number(holdings.complete)} of them complete{newest}."
    )


def _day(holdings: Holdings, now: datetime) -> str:
    return "" if holdings.newest_at is None else fmt.local_time(holdings.newest_at, now)


def ending_notice(connection: ConnectionConfig, holdings: Holdings, now: datetime) -> str:
    """Return what to do before the evals end; empty when it is not near or all is kept."""
    if not isinstance(connection, OpenAIConnection) or not own_host(connection.base_url):
        return ""
    left = holdings.runs - holdings.complete
    if left <= 0 or now.astimezone(UTC).date() < RETIREMENT_DAY - TOLD_FROM:
        return ""
    day = f"{RETIREMENT_DAY.day} {RETIREMENT_DAY:%B %Y}"
    ends = (
        f"end on {day}" if now.astimezone(UTC).date() <= RETIREMENT_DAY else f"were to end on {day}"
    )
    verb = "is" if left == 1 else "are"
    return (
        f"OpenAI's evals {ends}, and {fmt.plural(left, 'run')} {verb} not stored whole: "
        f"`evaltop archive {connection.name}` keeps them."
    )
