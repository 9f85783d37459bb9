"""Token counts of one answer, by the names of either API generation."""

from tui.models import JsonObject, JsonValue, Usage
from tui.providers.making import make_usage

_NOTHING = (None, None, None, None)


def usage_of(value: JsonValue) -> Usage | None:
    """Return the tokens of a `usage` object; None when it is missing or names no number.

    Chat and evals say `prompt_tokens`/`completion_tokens`, responses and batches
    `input_tokens`/`output_tokens`; cached tokens stand beside them (evals) or in details.
    """
    if not isinstance(value, dict):
        return None
    told = (
        _either(value, "prompt_tokens", "input_tokens"),
        _either(value, "completion_tokens", "output_tokens"),
        cached_tokens(value),
        _count(value.get("total_tokens")),
    )
    return None if told == _NOTHING else make_usage(*told)


def cached_tokens(value: JsonObject) -> int | None:
    """Return the cached part of the input tokens; None when it is not told."""
    direct = _count(value.get("cached_tokens"))
    if direct is not None:
        return direct
    for field in ("prompt_tokens_details", "input_tokens_details"):
        details = value.get(field)
        if isinstance(details, dict):
            return _count(details.get("cached_tokens"))
    return None


def _either(value: JsonObject, field: str, other: str) -> int | None:
    number = value.get(field)
    return number if type(number) is int else _count(value.get(other))


def _count(number: JsonValue) -> int | None:
    return number if type(number) is int else None  # a boolean is no number
