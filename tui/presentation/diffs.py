"""What changed between two answers: word by word, or field by field where both are JSON."""

import json
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from tui.models import JsonValue

_WORD = re.compile(r"\s+|\w+|[^\w\s]")
_FENCE = re.compile(r"\s*```(?:json)?[ \t]*\n(.*?)\n\s*```\s*", re.DOTALL | re.IGNORECASE)
_MOST_WORDS = 4_000
"""More words are compared line by line first, and by words only within lines that changed."""
_MOST_FIELDS = 2_000
_VALUE = 300
_DEEPEST = 60


def word_diff(before: str, after: str) -> str:
    """Return one text with what went as `[-…-]` and what came as `{+…+}`, as git writes it."""
    one, other = _WORD.findall(before), _WORD.findall(after)
    if max(len(one), len(other)) <= _MOST_WORDS:
        return "".join(_words(one, other))
    return "".join(_lines(before.splitlines(keepends=True), after.splitlines(keepends=True)))


def json_diff(before: str, after: str) -> list[str] | None:
    """Return the fields that differ, one a line; None unless both texts are JSON objects or lists.

    `$.a.b: 1 → 2` changed, `- $.a` went, `+ $.a` came.
    """
    found = [_parsed(text) for text in (before, after)]
    if not all(isinstance(value, dict | list) for value in found):
        return None
    lines: list[str] = []
    for line in _fields(found[0], found[1], "$", 0):
        lines.append(line)
        if len(lines) == _MOST_FIELDS:
            lines.append("… and more")
            break
    return lines


def _words(one: Sequence[str], other: Sequence[str]) -> Iterator[str]:
    for tag, low, high, start, stop in SequenceMatcher(
        None, one, other, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            yield "".join(one[low:high])
            continue
        if went := "".join(one[low:high]):
            yield f"[-{went}-]"
        if came := "".join(other[start:stop]):
            yield f"{{+{came}+}}"


def _lines(one: Sequence[str], other: Sequence[str]) -> Iterator[str]:
    for tag, low, high, start, stop in SequenceMatcher(None, one, other).get_opcodes():
        if tag == "equal":
            yield "".join(one[low:high])
            continue
        went, came = "".join(one[low:high]), "".join(other[start:stop])
        words = _WORD.findall(went), _WORD.findall(came)
        if max(map(len, words)) <= _MOST_WORDS:
            yield from _words(*words)
        else:
            yield (f"[-{went}-]" if went else "") + (f"{{+{came}+}}" if came else "")


def _parsed(text: str) -> JsonValue:
    """Return the JSON of an answer, also where it stands in a fence of Markdown; else None."""
    fenced = _FENCE.fullmatch(text)
    try:
        found: JsonValue = json.loads(text if fenced is None else fenced[1])
    except (ValueError, RecursionError):
        return None
    return found


def _fields(one: JsonValue, other: JsonValue, path: str, depth: int) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict) and depth < _DEEPEST:
        for name in dict.fromkeys((*one, *other)):
            inner = f"{path}.{name}"
            if name not in other:
                yield f"- {inner}: {_shown(one[name])}"
            elif name not in one:
                yield f"+ {inner}: {_shown(other[name])}"
            else:
                yield from _fields(one[name], other[name], inner, depth + 1)
    elif isinstance(one, list) and isinstance(other, list) and depth < _DEEPEST:
        for place in range(max(len(one), len(other))):
            inner = f"{path}[{place}]"
            if place >= len(other):
                yield f"- {inner}: {_shown(one[place])}"
            elif place >= len(one):
                yield f"+ {inner}: {_shown(other[place])}"
            else:
                yield from _fields(one[place], other[place], inner, depth + 1)
    elif one != other or type(one) is not type(other):  # to Python true is 1
        yield f"~ {path}: {_shown(one)} → {_shown(other)}"


def _shown(value: JsonValue) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _VALUE else f"{text[:_VALUE]}…"
