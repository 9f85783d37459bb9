"""When to ask again, as pure functions of what came back: no clock, no sleep, no network."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

TRIES = 4
"""Attempts per request, the first one included."""

HELD_WAIT_S = 5.0
"""The longest wait a request sits out; a longer one is the scheduler's."""

LONGEST_WAIT_S = 86_400.0
"""A server that asks for more than a day is not believed."""

RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504, 529})
"""Statuses that may pass by themselves. 409 is not one: it is GoModel's `not ready`."""

FINAL_CODES = frozenset({"insufficient_quota", "credit_balance_exhausted", "budget_exceeded"})
"""Error codes of a 429 that no waiting within a request can mend."""

_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 8.0
_JITTER = 0.25


def backoff(retry: int, random: Random) -> float:
    """Return the seconds before retry number `retry` (0-based): 0.5, 1, 2, … 8, less up to 25 %."""
    delay = min(_FIRST_DELAY_S * 2.0 ** min(retry, 10), _LONGEST_DELAY_S)
    return delay * (1.0 - _JITTER * random.random())


def asked_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds the server asks to be left alone, or None.

    `retry-after-ms` comes first, then `retry-after` as seconds (a float) or as an HTTP date.
    Zero, negative, non-finite and absurd values (over a day) count as not asked.

    Args:
        headers: lower-case names.
        now: wall time, for the date form.
    """
    milliseconds = _seconds(headers.get("retry-after-ms"))
    if milliseconds is not None and _sane(milliseconds / 1000):
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _seconds(text)
    if seconds is None:
        seconds = _until(text, now)
    return seconds if seconds is not None and _sane(seconds) else None


def may_retry(status: int, code: str | None, headers: Mapping[str, str]) -> bool:
    """Return whether an answer of this status is worth asking again.

    A final code wins over everything, then `x-should-retry`, then the status.
    """
    if code in FINAL_CODES:
        return False
    wish = headers.get("x-should-retry", "").strip().lower()
    if wish in ("true", "false"):
        return wish == "true"
    return status in RETRIED_STATUSES


def _sane(seconds: float) -> bool:
    return 0.0 < seconds <= LONGEST_WAIT_S


def _seconds(text: str | None) -> float | None:
    if text is None or "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _until(text: str | None, now: datetime) -> float | None:
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()
