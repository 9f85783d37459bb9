"""Values of a filter from how they are written: numbers, rates, spans of time, moments, patterns.

Each reader raises ValueError with a sentence that tells what is allowed.
"""

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from tui.query.wording import phrase

MAX_PATTERN = 200
"""Characters of a pattern (design section 4.4)."""
MATCH_S = 0.05
"""Seconds one pattern may take on one text."""

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])", re.IGNORECASE | re.ASCII)
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<minute>\d\d:\d\d)(?P<second>:\d\d(?P<fraction>\.\d{1,6})?)?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?)?",
    re.IGNORECASE | re.ASCII,
)
_YES = frozenset({"true", "yes"})
_NO = frozenset({"false", "no"})


class Moments(NamedTuple):
    """The time a written date covers: a day, a minute, a second."""

    first: datetime
    end: datetime
    """The first moment after it."""


def number(text: str) -> float:
    """Return a finite number."""
    if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    raise ValueError("A number is wanted here, such as 3 or 0.5.")


def rate(text: str) -> float:
    """Return a rate of 0 to 1, which may be written as a percentage."""
    percent = text.endswith("%")
    written = text.removesuffix("%")
    if _NUMBER.fullmatch(written):
        found = float(written) / 100 if percent else float(written)
        if 0 <= found <= 1:
            return found
    raise ValueError("A rate of 0 to 1 is wanted here, such as 0.9 or 90%.")


def number_or_rate(text: str) -> float:
    """Return a number of any size, which may be written as a percentage."""
    return number(text.removesuffix("%")) / 100 if text.endswith("%") else number(text)


def seconds(text: str) -> float:
    """Return the seconds of a span such as `2h` or `1h30m`."""
    total, position = 0.0, 0
    while found := _SPAN.match(text, position):
        total += float(found[1]) * _UNITS[found[2].lower()]
        position = found.end()
    if not position or position < len(text) or not math.isfinite(total):
        raise ValueError("A time with a unit is wanted here: s m h d w, such as 90m or 2d.")
    return total


def seconds_or_number(text: str) -> float:
    """Return seconds, written as a span or as a bare number of them."""
    return float(text) if _NUMBER.fullmatch(text) and math.isfinite(float(text)) else seconds(text)


def moments(text: str) -> Moments:
    """Return what an ISO date, with or without a time, covers; local unless zoned."""
    found = _MOMENT.fullmatch(text)
    if found is not None:
        if found["fraction"]:
            step = timedelta(microseconds=1)
        elif found["second"]:
            step = timedelta(seconds=1)
        else:
            step = timedelta(minutes=1) if found["minute"] else timedelta(days=1)
        try:
            first = datetime.fromisoformat(text.upper())
            # The step is taken on the wall clock: a day is not always 24 hours long.
            return Moments(first.astimezone(), (first + step).astimezone())
        except (ValueError, OverflowError, OSError):
            pass  # no such day, or one that no clock can tell
    raise ValueError("A date is wanted here, such as 2026-11-20 or 2026-11-20T18:30Z.")


def said(text: str) -> str:
    """Return the words that must stand in a body, as `tui.query.wording.says` takes them."""
    found = phrase(text)
    if found:
        return found
    raise ValueError("A word is wanted here; ~ finds signs.")


def truth(text: str) -> bool:
    """Return what `true`, `yes`, `false` or `no` means."""
    if text.casefold() in _YES | _NO:
        return text.casefold() in _YES
    raise ValueError("It is either true or false.")


@lru_cache(maxsize=16)
def searcher(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether a pattern occurs in a text, whatever the case.

    The function raises TimeoutError when one text takes it too long; other threads go on meanwhile.

    Raises:
        PatternError: the pattern is not one.
    """
    import regex

    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"A pattern has at most {MAX_PATTERN} characters.", MAX_PATTERN)
    try:
        # Version 0 reads patterns as Python's `re` does.
        compiled = regex.compile(pattern, regex.VERSION0 | regex.IGNORECASE)
    except regex.error as error:
        raise PatternError(f"This is not a pattern: {error.msg}.", error.pos or 0) from None

    short = _at_once(pattern)

    def occurs(text: str) -> bool:
        if len(text) <= short:
            return compiled.search(text) is not None
        return compiled.search(text, timeout=MATCH_S, concurrent=True) is not None

    return occurs


def _at_once(pattern: str) -> int:
    """Return how many characters a pattern surely takes no time for.

    Watching the time takes longer than most searches. Without groups and repeats these take time
    as the text is long, with one repeat as its square.
    """
    if "(" in pattern or "{" in pattern:
        return 0
    return {0: 2000, 1: 200}.get(sum(map(pattern.count, "*+?")), 0)


class PatternError(ValueError):
    """A pattern that cannot be used; `position` is where in it."""

    def __init__(self, sentence: str, position: int) -> None:
        super().__init__(sentence)
        self.position = position
