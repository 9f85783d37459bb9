"""Text that every match of a pattern holds: a quick look for it saves most texts the pattern."""

from typing import NamedTuple

ALIKE = "\u212a\u017f\u0130\u0131"
"""What is no ASCII, but the same letter in another case to a pattern that has k, s or i."""
_ALIKE_TO = frozenset("ksi")
_NO_CHARACTER = frozenset("dDwWsSbBAZ")
"""After a backslash: some kind of character, or a place between two."""
_REPEATS = "*+?"
_BEYOND = frozenset("()[]{}|")


class Literal(NamedTuple):
    """Such a text, in lower case: one or more printable ASCII characters."""

    text: str
    whole: bool
    """Whether the pattern is nothing else: then who holds the text matches."""

    @property
    def has_others(self) -> bool:
        """Whether characters beyond ASCII (`ALIKE`) may stand for some of it."""
        return not _ALIKE_TO.isdisjoint(self.text)


def literal_of(pattern: str) -> Literal | None:
    """Return the longest text that is in all that a pattern matches, whatever the case.

    None where there is none, or where that would need a thorough reading: groups, sets, choices
    and counted repeats are not looked into.
    """
    runs, whole, place = [""], True, 0
    while place < len(pattern):
        sign = pattern[place]
        character: str | None = sign
        place += 1
        if sign in _BEYOND or sign in _REPEATS:
            return None
        if sign == "\\":
            character = _escaped(pattern[place : place + 1])
            if character is None and pattern[place : place + 1] not in _NO_CHARACTER:
                return None
            place += 1
        elif sign in ".^$":
            character = None
        after = place
        while after < len(pattern) and pattern[after] in _REPEATS:
            after += 1
        repeat, place = pattern[place:after], after
        if pattern[place : place + 1] == "{":
            return None
        if character is not None and _is_plain(character) and repeat.strip("+") == "":
            runs[-1] += character.lower()
            if not repeat:
                continue
        runs.append("")
        whole = False
    text = max(runs, key=len)
    return Literal(text, whole) if text else None


def _escaped(sign: str) -> str | None:
    """Return the character that a backslash before it leaves as it is."""
    return sign if _is_plain(sign) and not sign.isalnum() else None


def _is_plain(character: str) -> bool:
    return character.isascii() and character.isprintable() and bool(character)
