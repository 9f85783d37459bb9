"""Finding a text in sections, without regard to case."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

MOST = 10_000
"""Matches kept; whoever has more needs another word."""


class Match(NamedTuple):
    """Where the text was found."""

    section: int
    start: int
    end: int


def find_all(texts: Sequence[str], wanted: str) -> list[Match]:
    """Return the matches in order, at most `MOST`; none for an empty text."""
    if not wanted:
        return []
    found: list[Match] = []
    for section, text in enumerate(texts):
        for start, end in _spans(text, wanted):
            found.append(Match(section, start, end))
            if len(found) >= MOST:
                return found
    return found


def _spans(text: str, wanted: str) -> list[tuple[int, int]]:
    lower, low_wanted = text.lower(), wanted.lower()
    if len(lower) != len(text) or len(low_wanted) != len(wanted):
        # Some letters grow in lower case; then only the slow way keeps the offsets right.
        pattern = re.compile(re.escape(wanted), re.IGNORECASE)
        return [found.span() for found in pattern.finditer(text)]
    spans: list[tuple[int, int]] = []
    start = lower.find(low_wanted)
    while start >= 0 and len(spans) < MOST:
        spans.append((start, start + len(wanted)))
        start = lower.find(low_wanted, start + len(wanted))
    return spans


def matches_within(matches: Sequence[Match], section: int, start: int, end: int) -> range:
    """Return the places in `matches` of those that touch a stretch of a section."""
    first = bisect_left(matches, (section, start, start))
    if first and matches[first - 1].section == section and matches[first - 1].end > start:
        first -= 1
    last = bisect_left(matches, (section, end, end))
    return range(first, max(first, last))
