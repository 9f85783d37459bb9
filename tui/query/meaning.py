"""What a comparison says of a value: yes, no, or unknown."""

import operator
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from tui.models import JsonValue
from tui.query.binding import Test
from tui.query.fields import Kind
from tui.query.values import Moments, number, searcher
from tui.query.wording import says

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ":": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NOTHING: tuple[object, ...] = ("", {}, [])


def holds(test: Test, value: object) -> bool | None:
    """Return whether a value passes; None when the value is unknown or cannot be compared.

    Args:
        test: the comparison.
        value: of the test's kind: text, truth, a number, seconds, an aware datetime, any JSON; a
            list or tuple means any of its members. None and whatever is empty are unknown.
    """
    members = value if isinstance(value, list | tuple) else (value,)
    known = [member for member in members if member is not None and member not in _NOTHING]
    if test.value is None:
        return bool(known) is (test.op == "!=")
    if not known:
        return None
    found = _any(_compare(test, member) for member in known)
    return not found if test.op == "!=" and found is not None else found


def comparison(test: Test) -> Callable[[object], bool | None]:
    """Return `holds` of one test as a function of the value, for who asks it of many."""
    negated = test.op == "!="
    if test.value is None:
        return lambda value: holds(test, value)
    compare = _comparer(test)

    def answer(value: object) -> bool | None:
        if value is None or value == "":
            return None
        if isinstance(value, list | tuple | dict):
            return holds(test, value)
        found = compare(value)
        return not found if negated and found is not None else found

    return answer


def look_up(value: JsonValue, keys: Sequence[str]) -> JsonValue:
    """Return what stands in JSON under a path; None when nothing does.

    Keys may hold dots themselves, so the longest goes first; the case as written goes before any
    other. Lists are looked through: the answer is then a list.
    """
    if not keys:
        return value
    if isinstance(value, list):
        found = [look_up(item, keys) for item in value]
        return [item for item in found if item is not None] or None
    if isinstance(value, dict):
        for length in range(len(keys), 0, -1):
            key = same_name(".".join(keys[:length]), value)
            if key is not None:
                return look_up(value[key], keys[length:])
    return None


def same_name(wanted: str, names: Iterable[str]) -> str | None:
    """Return the name that is meant: as it is written, else in another case; None without one."""
    names = tuple(names)
    if wanted in names:
        return wanted
    folded = wanted.casefold()
    return next((name for name in names if name.casefold() == folded), None)


def _any(answers: Iterable[bool | None]) -> bool | None:
    found: bool | None = None
    for answer in answers:
        if answer:
            return True
        if answer is False:
            found = False
    return found


def _compare(test: Test, value: Any) -> bool | None:
    """Compare one known value; `!=` as `:`."""
    if test.leaf.kind is Kind.JSON:
        return _compare_json(test, value)
    if test.op == "~":
        return searcher(str(test.value))(value)
    if test.leaf.kind is Kind.BODY:
        return says(value, str(test.value))
    if isinstance(test.value, Moments):
        return _compare_moment(test.op, value, test.value)
    if isinstance(value, str):
        value = value.casefold()
    return _ORDER[":" if test.op == "!=" else test.op](value, test.value)


def _comparer(test: Test) -> Callable[[Any], bool | None]:
    """Return `_compare` of one test: what depends on the test alone is decided once."""
    if test.leaf.kind is Kind.JSON:
        return lambda value: _compare_json(test, value)
    if test.op == "~":
        return searcher(str(test.value))
    if test.leaf.kind is Kind.BODY or isinstance(test.value, Moments):
        return lambda value: _compare(test, value)
    order, wanted = _ORDER[":" if test.op == "!=" else test.op], test.value
    if isinstance(wanted, str):
        return lambda value: order(value.casefold() if isinstance(value, str) else value, wanted)
    return lambda value: order(value, wanted)


def _compare_moment(op: str, value: datetime, wanted: Moments) -> bool:
    if op == "<":
        return value < wanted.first
    if op == "<=":
        return value < wanted.end
    if op == ">":
        return value >= wanted.end
    if op == ">=":
        return value >= wanted.first
    return wanted.first <= value < wanted.end


def _compare_json(test: Test, value: Any) -> bool | None:
    if isinstance(value, dict | list):
        return None
    if test.op == "~":
        return searcher(str(test.value))(_as_text(value))
    figure = _figure(value)
    if test.op in (":", "!="):
        if not isinstance(value, str) and figure is not None:
            return figure == _figure(test.value)
        return _as_text(value).casefold() == test.value
    return None if figure is None else _ORDER[test.op](figure, test.value)


def _figure(value: object) -> float | int | None:
    """Return what is a number, or a text that is one; providers send both."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            return number(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) else None


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
