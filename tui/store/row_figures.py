"""What filters ask of the parts of a row that are stored as JSON: criteria, usage, error, extra.

One value of each row is wanted, and decoding all of its JSON takes most of the time. Where a
pattern on the bytes finds the value for certain, nothing is decoded; else everything is. That
relies on how `tui.store.codec.dumps` writes: no blanks, and no escapes but of quotes, backslashes
and control characters.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from tui.query import Test, comparison, look_up, same_name
from tui.store.codec import dumps, loads, reader
from tui.store.heads import CellTally
from tui.store.selecting import Judge

_TEXT = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_MAYBE_TEXT = rb"(?:null|%b)" % _TEXT
_PLAIN_TEXT = rb'(null|"[^"\\]*")'
"""One without escapes."""
_TRUTH = rb"(null|true|false)"
_NUMBER = rb"(null|-?[0-9]{1,15}(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?)"
"""One that is the same as a float: integers of more digits might not be."""
_ANY = rb"[^,\]]*"
_CELL = {
    "passed": rb",%b,%b," % (_TEXT, _TRUTH),
    "score": rb",%b,%b,%b," % (_TEXT, _ANY, _NUMBER),
    "label": rb",%b,%b,%b,%b," % (_TEXT, _ANY, _ANY, _PLAIN_TEXT),
    "error": rb",%b,%b,%b,%b,%b,%b," % (_TEXT, _ANY, _ANY, _MAYBE_TEXT, _MAYBE_TEXT, _PLAIN_TEXT),
}
"""What follows a criterion's name in its cell, up to a field of it."""
_USAGE = {"input_tokens": 0, "output_tokens": 1, "cached_tokens": 2, "cost": 4}
"""Place of each in a stored usage."""
_KEPT = 1024
"""Answers remembered: most values come again and again."""
_UNEXACT = 2.0**63
"""Floats from here on may have been longer integers."""


def criterion_judge(test: Test) -> Judge:
    """Return the test of one criterion, or of the names of all, on a row's cells."""
    says, quick = comparison(test), reader()
    if not test.keys:
        return lambda cells: says([name for name, *_rest in quick(cells)])
    (wanted,), field = test.keys, test.leaf.name
    place = CellTally._fields.index({"score": "value"}.get(field, field))

    def decoded(cells: bytes) -> bool | None:
        by_name: dict[str, Sequence[Any]] = {cell[0]: cell for cell in quick(cells)}
        found = same_name(wanted, by_name)
        return says(None if found is None else by_name[found][place])

    # Where a text ended in `[`, a comma or bracket would follow; else `["` begins a cell's name.
    if not _as_it_is(wanted) or wanted[0] in ",]":
        return decoded
    name = wanted.encode()
    search = re.compile(rb'\["%b"%b' % (re.escape(name), _CELL[field]), re.DOTALL).search
    answer, unknown = _remembered(says, float if field == "score" else loads), says(None)
    lacks = _lacking((wanted,))

    def judge(cells: bytes) -> bool | None:
        found = search(cells)
        if found is not None:
            return answer(found[1])
        return unknown if lacks(cells) else decoded(cells)

    return judge


def rest_judge(test: Test) -> Judge:
    """Return the test of error code, usage or extra on what a row has of them."""
    if test.field.name == "extra":
        return _extra_judge(test)
    says, quick = comparison(test), reader()
    parse: Callable[[bytes], object] = float
    if test.field.name == "error.code":
        parse = loads
        match = re.compile(rb"\[%b," % _PLAIN_TEXT).match

        def read(rest: bytes) -> Any:
            return quick(rest)[0]
    else:
        place = _USAGE[test.field.name]
        figures = rb"\[%b%b" % (rb"%b," % _ANY * place, _NUMBER)
        match = re.compile(rb"\[%b,(?:null,|%b[,\]])" % (_MAYBE_TEXT, figures), re.DOTALL).match

        def read(rest: bytes) -> Any:
            usage = quick(rest)[1]
            return None if usage is None else usage[place]

    answer = _remembered(says, parse)

    def judge(rest: bytes) -> bool | None:
        found = match(rest)
        return says(read(rest)) if found is None else answer(found[1])

    return judge


def _extra_judge(test: Test) -> Judge:
    says, quick, keys = comparison(test), reader(), test.keys
    unknown, lacks = says(None), _lacking(keys)

    def judge(rest: bytes) -> bool | None:
        if rest.endswith(b",{}]") or lacks(rest):
            return unknown
        found = look_up(quick(rest)[2], keys)
        return says(look_up(loads(rest)[2], keys) if _may_be_cut(found) else found)

    return judge


def _may_be_cut(value: Any) -> bool:
    if isinstance(value, list):
        return any(_may_be_cut(each) for each in value)
    return isinstance(value, float) and abs(value) >= _UNEXACT


def _remembered(
    says: Callable[[object], bool | None], parse: Callable[[bytes], object]
) -> Callable[[bytes | None], bool | None]:
    """Return what is said of a value as it is written; None where there is none."""

    @lru_cache(maxsize=_KEPT)
    def answer(written: bytes | None) -> bool | None:
        return says(None if written in (None, b"null") else parse(written))

    return answer


def _lacking(names: Sequence[str]) -> Callable[[bytes], bool]:
    """Return a function that tells for certain of some JSON that one of these is no name in it.

    True only where the JSON is ASCII: what is beyond has letters that fold to ASCII ones.
    """
    folded = [name.casefold() for name in names]
    parts = [name.encode() for name in folded if _as_it_is(name)]

    def lacks(data: bytes) -> bool:
        if not data.isascii():
            return False
        lower = data.lower()
        return any(part not in lower for part in parts)

    return lacks


def _as_it_is(name: str) -> bool:
    """Return whether a text stands in JSON as it is, without escapes."""
    try:
        return bool(name) and dumps(name) == b'"%b"' % name.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
