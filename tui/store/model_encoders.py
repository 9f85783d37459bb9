"""Models as JSON-able objects, by a function compiled for each model when the first one is met.

Every row that is stored goes through one, and looking up each field, its default and its type anew
takes several times as long.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from tui.store.codec import column_real, without_none

Encoder = Callable[[Any], dict[str, Any]]


def as_json(model: Any) -> dict[str, Any]:
    """Return a model dataclass as JSON-able objects, without fields that have their default."""
    encoder: Any = encoder_of  # mypy does not see that classes are hashable
    made: dict[str, Any] = encoder(type(model))(model)
    return made


@cache
def encoder_of(model: Any) -> Encoder:
    """Return what turns instances of a dataclass into objects without fields at their default.

    Values that are no models, times, floats or tuples of these are taken as they are.
    """
    hints = get_type_hints(model)
    known: dict[str, Any] = {}
    lines = ["def encode(model):", " found = {}"]
    for field in fields(model):
        name = field.name
        lines.append(f" value = model.{name}")
        condition = _differs(field, known)
        put = f"found[{name!r}] = {_converted(field, hints[name], known)}"
        lines.append(f" {put}" if condition is None else f" if {condition}: {put}")
    lines.append(" return found")
    exec("\n".join(lines), known)  # noqa: S102 - field names
    made: Encoder = known["encode"]
    return made


def _differs(field: Field[Any], known: dict[str, Any]) -> str | None:
    """Return the condition under which a value is not the default; None when there is none."""
    if field.default_factory is not MISSING:
        default = field.default_factory()
    elif field.default is not MISSING:
        default = field.default
    else:
        return None
    if default is None or isinstance(default, bool):
        return f"value is not {default}"
    if default in ((), {}):
        return f"value or type(value) is not {type(default).__name__}"
    known[f"default_{field.name}"] = default
    known[f"type_{field.name}"] = type(default)
    return (
        f"value is not default_{field.name}"
        f" and (type(value) is not type_{field.name} or value != default_{field.name})"
    )


def _converted(field: Field[Any], hint: Any, known: dict[str, Any]) -> str:
    """Return the expression for a value as it is written."""
    convert = _conversion(hint)
    if convert is None:
        return "value"
    known[f"convert_{field.name}"] = convert
    made = f"convert_{field.name}(value)"
    return made if field.default is None else f"None if value is None else {made}"


def _conversion(hint: Any) -> Callable[[Any], Any] | None:
    hint = without_none(hint)
    if is_dataclass(hint):
        encoder: Any = encoder_of  # as in `as_json`
        made: Encoder = encoder(hint)
        return made
    if hint is datetime:
        return datetime.isoformat
    if hint is float:
        return column_real
    if get_origin(hint) is tuple:
        item = _conversion(get_args(hint)[0])
        return list if item is None else lambda items: [item(each) for each in items]
    return None
