"""Words of a text, and whether it says something: the same with an index and without.

Case, accents and the width of letters do not matter. A word begins where the one before ended;
from three letters on the last word that is looked for may go on in the text (`refund` finds
`refunds`). Chinese, Japanese, Thai and the like, which put no space between words, are looked
through sign by sign.
"""

import re
from collections.abc import Iterator
from itertools import accumulate
from unicodedata import normalize

MAX_WORD = 64
"""Characters of a word that count; what is longer is no word a person types."""
PREFIX_FROM = 3
"""Letters from which on a word is found by its beginning. Shorter ones begin too many."""

_SIGNS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003fffd"
)
"""Scripts without spaces: every sign is a word."""
_WORD = re.compile(f"[{_SIGNS}]|[^\\W{_SIGNS}]+")
_SIGN = re.compile(f"[{_SIGNS}]")
_BETWEEN = rf"[^\w{_SIGNS}]"
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_FILE = re.compile(r"(?<=;base64,)[A-Za-z0-9+/=_-]{64,}")
"""A picture or sound within a text: it has no words."""
_GAP = re.compile(r"\s")
_AT_ONCE = 100_000
"""Characters that are read in one go."""
_PART = re.compile(r'"([^"]*)(?:"|$)|([^\s"]+)')


class _Folding(dict[int, str]):
    """What each letter counts as; letters are added as they are met."""

    def __missing__(self, code: int) -> str:
        folded = _MARKS.sub("", normalize("NFKD", chr(code)).casefold())
        self[code] = folded
        return folded


_FOLDING = _Folding()


def words(text: str) -> list[str]:
    """Return the words of a text as they are compared, in order."""
    text = _without_files(text)
    if len(text) <= _AT_ONCE:
        return [word[:MAX_WORD] for word in _WORD.findall(_folded(text))]
    # In parts, so that other threads get their turn meanwhile.
    return [word[:MAX_WORD] for part in _parts(text) for word in _WORD.findall(_folded(part))]


def phrase(text: str) -> str:
    """Return what is looked for as its words, joined by single spaces; empty without any."""
    return " ".join(words(text))


def phrases(text: str) -> tuple[str, ...]:
    """Return what a person looks for: single words, and in quotes what stands together.

    A quote that is not closed yet reaches to the end.
    """
    parts = (phrase(quoted or word) for quoted, word in _PART.findall(text))
    return tuple(dict.fromkeys(part for part in parts if part))


def may_go_on(wanted: str) -> bool:
    """Return whether the last word of a phrase may be the beginning of one in the text."""
    last = wanted.rpartition(" ")[2]
    return len(last) >= PREFIX_FROM and not _SIGN.match(last)


def says(text: str, wanted: str) -> bool:
    """Return whether the words of a phrase stand in a text, one after the other."""
    looked_for = f" {wanted}" if may_go_on(wanted) else f" {wanted} "
    if len(text) <= _AT_ONCE and text.isascii():
        # Most texts need not be taken apart: it stands there as it is, or some word nowhere.
        # What follows a space is in no file.
        lower = f" {text.lower()} "
        if looked_for in lower:
            return True
        if not all(word in lower for word in wanted.split(" ")):
            return False
    return looked_for in f" {' '.join(words(text))} "


def find(text: str, wanted: str) -> tuple[int, int] | None:
    """Return where a text says a phrase first, as start and end; None when it does not."""
    plain = _without_files(text)
    found = _pattern(wanted).search(_folded(plain))
    if found is None:
        return None
    start, end = found.span()
    if plain.isascii():
        return start, end
    ends = list(accumulate(len(_FOLDING[ord(letter)]) for letter in plain))
    first = next(place for place, upto in enumerate(ends) if upto > start)
    last = next(place for place, upto in enumerate(ends) if upto >= end)
    return first, last + 1


def _parts(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = _GAP.search(text, min(len(text), start + _AT_ONCE))
        stop = len(text) if end is None else end.end()
        yield text[start:stop]
        start = stop


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def _without_files(text: str) -> str:
    """Return a text of the same length with spaces where it holds a file."""
    if ";base64," not in text:
        return text
    return _FILE.sub(lambda found: " " * len(found[0]), text)


def _pattern(wanted: str) -> re.Pattern[str]:
    """Return a phrase as a pattern for folded text."""
    parts = []
    before = ""
    for word in wanted.split(" "):
        is_sign = bool(_SIGN.match(word))
        if before:
            parts.append(_BETWEEN + ("*?" if is_sign or _SIGN.match(before) else "+?"))
        elif not is_sign:
            parts.append(rf"(?<![^\W{_SIGNS}])")
        parts.append(re.escape(word))
        if len(word) == MAX_WORD:
            parts.append(rf"[^\W{_SIGNS}]*")
        elif not is_sign:
            parts.append(rf"(?![^\W{_SIGNS}])")
        before = word
    if may_go_on(wanted) and len(before) < MAX_WORD:
        parts.pop()
    return re.compile("".join(parts))
