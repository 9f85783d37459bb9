"""From a filter's text to its syntax tree, or to where and why there is none."""

import re
from typing import Any

from tui.errors import QueryError
from tui.query.grammar import parser
from tui.query.syntax import And, Compare, Node, Not, Or, Span, Word

MAX_LENGTH = 2000
"""Characters of a filter."""
MAX_TERMS = 100
"""Words and comparisons of a filter; the store makes an SQL expression of each."""
MAX_DEPTH = 20
"""Levels of and, or and not within each other; SQLite's own parser ends at about a hundred."""

_WORDS = re.compile(r"\s*\w+(?:\s+\w+)*\s*")
_JOINTS = frozenset({"and", "or", "not"})


def parse(text: str) -> Node | None:
    """Return a filter's syntax tree; None when it is blank. Raises QueryError."""
    if not text.strip():
        return None
    if len(text) > MAX_LENGTH:
        raise QueryError(
            f"A filter has at most {MAX_LENGTH:,} characters.",
            text=text,
            position=MAX_LENGTH,
            length=len(text) - MAX_LENGTH,
        )
    words = _plain_words(text)
    if words is not None:
        _check_size(text, words)
        return words
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    try:
        node: Any = parser().parse(text)  # what the builder makes; the library types it as a tree
    except UnexpectedToken as error:
        at_end = error.token.type == "$END"
        raise _mistake(text, None if at_end else error.token.start_pos) from None
    except UnexpectedCharacters as error:
        raise _mistake(text, error.pos_in_stream) from None
    _check_size(text, node)
    found: Node = node
    return found


def _plain_words(text: str) -> Node | None:
    """Return the tree of a filter that is words and nothing else; None for any other.

    Most filters are, above all the first letters of one, and the parser takes 50 ms to load.
    """
    if not _WORDS.fullmatch(text):
        return None
    found = list(re.finditer(r"\w+", text))
    if any(word[0].lower() in _JOINTS for word in found):
        return None
    words = tuple(Word(word[0], Span(word.start(), len(word[0]))) for word in found)
    return words[0] if len(words) == 1 else And(words)


def _mistake(text: str, place: int | None) -> QueryError:
    """Return what is wrong at a place where nothing that may stand there does; None = the end."""
    position = len(text) if place is None else place
    before = text[:position].split()
    last = before[-1] if before else ""
    sign = _sign_at_end(last)
    open_at = _open_parenthesis(text[:position])
    if sign and (place is None or text[position] == ")"):
        told = last.lstrip("(")
        return QueryError(f"A value must follow “{told}”.", text=text, position=position)
    if place is None:
        if last.casefold() in ("and", "or", "not", "-"):
            return QueryError(f"Something must follow “{last}”.", text=text, position=position)
        return QueryError("This ( is not closed.", text=text, position=max(0, open_at))
    return QueryError(
        _why_not(text, position, in_value=bool(sign), is_open=open_at >= 0),
        text=text,
        position=position,
        length=max(1, len(_operator(text[position:]))),
    )


def _why_not(text: str, position: int, *, in_value: bool, is_open: bool) -> str:
    found = text[position]
    if in_value:
        return f'This {found} is not closed; quotes hold it, as in ~"{found}".'
    if found == ")":
        return "Something must stand before this )." if is_open else "This ) closes nothing."
    if found == "-":
        return 'Something must follow “-”; quotes search for it, as in "-".'
    if found in "aAoO":
        word = text[position:].split(maxsplit=1)[0]
        return f"Something must stand before “{word}”; quotes search for it."
    return (
        f"A field must stand before “{_operator(text[position:])}”; quotes search for text with it."
    )


def _sign_at_end(text: str) -> str:
    for sign in ("!=", "<=", ">=", "<", ">", ":", "~"):
        if text.endswith(sign):
            return sign
    return ""


def _operator(text: str) -> str:
    for sign in ("!=", "<=", ">="):
        if text.startswith(sign):
            return sign
    return text[:1]


def _open_parenthesis(text: str) -> int:
    """Return where the innermost open parenthesis outside of quotes is; -1 without one."""
    places: list[int] = []
    quoted = False
    for position, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif letter == "(" and not quoted:
            places.append(position)
        elif letter == ")" and not quoted and places:
            places.pop()
    return places[-1] if places else -1


def _check_size(text: str, tree: Node) -> None:
    terms = 0
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, Word | Compare):
            terms += 1
            at = node.at if isinstance(node, Word) else node.path_at
            if depth > MAX_DEPTH:
                raise QueryError("This is nested too deeply.", text=text, position=at.position)
        elif isinstance(node, Not):
            waiting.append((node.node, depth + 1))
        elif isinstance(node, And | Or):
            waiting.extend((each, depth + 1) for each in node.nodes)
    if terms > MAX_TERMS:
        raise QueryError(
            f"A filter has at most {MAX_TERMS} words and comparisons.", text=text, position=0
        )
