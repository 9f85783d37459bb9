"""Reading other tools' JSON: a field of the wrong type reads as absent."""

from collections.abc import Mapping
from math import isfinite

from tui.models import JsonObject, JsonValue


def text(told: Mapping[str, JsonValue], name: str) -> str | None:
    """Return a field that is a text with something in it."""
    value = told.get(name)
    return value if isinstance(value, str) and value else None


def word(told: Mapping[str, JsonValue], name: str) -> str | None:
    """Return a field that is a text or a whole number, as a text."""
    value = told.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text(told, name)


def number(value: JsonValue) -> float | None:
    """Return a value that is a finite number; verdicts are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e300 and isfinite(value) else None  # noqa: PLR2004 - no overflow


def count(told: Mapping[str, JsonValue], name: str) -> int | None:
    """Return a field that is a whole number of things."""
    value = told.get(name)
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if whole and isinstance(value, int) else None


def part(told: Mapping[str, JsonValue], name: str) -> JsonObject:
    """Return a field that is an object; an empty one when it is not."""
    value = told.get(name)
    return value if isinstance(value, dict) else {}


def parts(told: Mapping[str, JsonValue], name: str) -> list[JsonObject]:
    """Return the objects of a field that is a list."""
    value = told.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def known(told: Mapping[str, JsonValue]) -> JsonObject:
    """Return the fields that say something."""
    return {name: value for name, value in told.items() if value not in (None, "", [], {})}
