"""What answers say, beside their content, about when to ask again.

`openai-poll-after-ms` is the pause OpenAI wishes between two looks at a job. The `x-ratelimit-…`
pair is OpenAI's and Azure's (`…-requests`, times such as `1m30s`, `500ms`), the plain pair is
that of the IETF draft, which W&B sends (seconds).
"""

import re
from collections.abc import Mapping
from datetime import datetime

from tui.frozen import frozen

LONGEST_S = 3600.0
"""A server that asks for more than an hour is cut to it."""

_FAMILIES = ("x-ratelimit-{}-requests", "ratelimit-{}", "x-ratelimit-{}")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_UNIX_FROM = 1e9
"""Larger numbers are times, not durations."""


@frozen
class Hints:
    """Wishes of a server; None = it said nothing."""

    poll_after_s: float | None = None
    """Least seconds until the same thing is looked at again."""
    quiet_s: float | None = None
    """Seconds until its request limit, used up now, has room again."""


def hints_of(headers: Mapping[str, str], now: datetime) -> Hints:
    """Return what an answer's headers (lower-case names) wish; nonsense is no wish."""
    after = _number(headers.get("openai-poll-after-ms"))
    quiet = None
    for family in _FAMILIES:
        limit = headers.get(family.format("limit"))
        # Azure sends 0 and -1 where it counts nothing.
        counted = limit is None or (_number(limit.partition(",")[0]) or 0) > 0
        if counted and _number(headers.get(family.format("remaining"))) == 0:
            quiet = span_s(headers.get(family.format("reset")), now)
            break
    return Hints(None if after is None else _bounded(after / 1000), quiet)


def span_s(text: str | None, now: datetime) -> float | None:
    """Return a duration in seconds: `1m30s`, `500ms`, `12.5`, a Unix time, an ISO time."""
    if text is None:
        return None
    text = text.strip()
    number = _number(text)
    if number is not None:
        return _bounded(number - now.timestamp() if number >= _UNIX_FROM else number)
    parts = _PART.findall(text)
    if parts and "".join(amount + unit for amount, unit in parts) == text:
        return _bounded(sum(float(amount) * _UNITS[unit] for amount, unit in parts))
    try:
        at = datetime.fromisoformat(text)
        return _bounded((at - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    if text is None or not re.fullmatch(r"\d{1,15}(\.\d{1,9})?", text.strip(), re.ASCII):
        return None
    return float(text)


def _bounded(seconds: float) -> float | None:
    return min(seconds, LONGEST_S) if seconds > 0 else None
