"""A quick look at a trial's JSON, before it is decoded: can a text in it say what is asked?

It relies on how `tui.store.codec.dumps` writes: what is printable ASCII, but quotes and
backslashes, stands in the JSON as it does in the text.
"""

import re
from collections.abc import Callable

from tui.query import ALIKE, Test, literal_of

MayHold = Callable[[bytes], bool]
"""Takes JSON; False means that no text in it says it."""

_OF_NUMBERS = frozenset("0123456789+-.einfa")
"""What a number may be written with, and not as in the JSON: `1e16` is searched as `1e+16`."""
_ALIKE = tuple(sign.encode() for sign in ALIKE)


def look_for(test: Test) -> MayHold | None:
    """Return the look for what a comparison of a body wants; None when none would save anything."""
    if test.value is None:
        return None
    wanted = str(test.value)
    return _pattern(wanted) if test.op == "~" else _words(wanted)


def _pattern(pattern: str) -> MayHold | None:
    literal = literal_of(pattern)
    if literal is None:
        return None
    text = max(re.split(r'["\\]', literal.text), key=len)
    if _may_be_number(text):
        return None
    needle, alone = text.encode(), not literal.has_others

    def may_hold(data: bytes) -> bool:
        if needle in data.lower():
            return True
        return not (alone or data.isascii()) and any(sign in data for sign in _ALIKE)

    return may_hold


def _words(phrase: str) -> MayHold | None:
    needles = [word.encode() for word in phrase.split(" ") if not _may_be_number(word)]
    if not needles:
        return None

    def may_hold(data: bytes) -> bool:
        if not data.isascii():  # accents and width do not matter to words
            return True
        lower = data.lower()
        return all(needle in lower for needle in needles)

    return may_hold


def _may_be_number(text: str) -> bool:
    return _OF_NUMBERS.issuperset(text)
