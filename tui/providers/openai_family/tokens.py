"""Token counts of one answer, by the names of either API generation."""

from tui.models import JsonObject, JsonValue, Usage

_NOTHING = (None, None, None, None)


def usage_of(value: JsonValue) -> Usage | None:
    """Return the tokens of a `usage` object; None when it is missing or names no number.

    Chat and evals say `prompt_tokens`/`completion_tokens`, responses and batches
    `input_tokens`/`output_tokens`; cached tokens stand beside them (evals) or in details.
    """
    if not isinstance(value, dict):
        return None
    told = (
        _first(value, "prompt_tokens", "input_tokens"),
        _first(value, "completion_tokens", "output_tokens"),
        cached_tokens(value),
        _first(value, "total_tokens"),
    )
    return None if told == _NOTHING else Usage(*told)


def cached_tokens(value: JsonObject) -> int | None:
    """Return the cached part of the input tokens; None when it is not told."""
    direct = _first(value, "cached_tokens")
    if direct is not None:
        return direct
    for field in ("prompt_tokens_details", "input_tokens_details"):
        details = value.get(field)
        if isinstance(details, dict):
            return _first(details, "cached_tokens")
    return None


def _first(value: JsonObject, *fields: str) -> int | None:
    for field in fields:
        number = value.get(field)
        if type(number) is int:  # a boolean is no number
            return number
    return None
