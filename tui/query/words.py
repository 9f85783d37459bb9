"""A plain text filter: words that must all occur."""

import re

_WORD = re.compile(r'"([^"]*)"?|(\S+)')


def words(text: str) -> tuple[str, ...]:
    """Return the words of a filter, in order; quotes hold several together.

    A quote that is not closed yet goes to the end, because filters are read while they are typed.
    Quotes inside a word are part of it. Case is left as it is.
    """
    found = (quoted or plain for quoted, plain in _WORD.findall(text))
    return tuple(word for word in found if word)
