"""Fields of rows: what they can be matched, cut or grouped by.

Names are `input` (the question, normalised, as a digest), `item.<path>` (a field of the dataset
item; both are read from the row's body) and `extra.<path>` (the provider's own words on the row).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tui.models import JsonValue, Trial

INPUT = "input"
ITEM = "item."
EXTRA = "extra."
_DEEPEST = 3
_QUESTIONS = ("question", "input", "prompt", "query", "text", "ticket", "message", "messages")
"""Fields of an item that hold what the model is asked, in this order."""
_TEXT_LIMIT = 500
"""Characters of a field's value that are compared and shown; ids and categories are shorter."""


def item_of(trial: Trial) -> Mapping[str, Any]:
    """Return the dataset item of a trial: as the provider sent it, else its input's fields."""
    raw = trial.raw
    if isinstance(raw, dict):
        for name in ("datasource_item", "raw_data_row"):
            found = raw.get(name)
            if isinstance(found, dict):
                return found
    return trial.input if isinstance(trial.input, dict) else {}


def value_of(trial: Trial, name: str) -> str | None:
    """Return a field as text; None when the row does not have it."""
    if name == INPUT:
        return _digest(_question(trial))
    return _at(item_of(trial), name.removeprefix(ITEM))


def paths_of(trial: Trial) -> dict[str, str]:
    """Return every field of the item that has a short plain value, by name (`item.id`)."""
    return _plain(item_of(trial), ITEM)


def extra_value(extra: Mapping[str, Any], name: str) -> str | None:
    """Return one of the provider's own fields as text; None when the row does not have it."""
    return _at(extra, name.removeprefix(EXTRA))


def extra_paths(extra: Mapping[str, Any]) -> dict[str, str]:
    """Return those that have a short plain value, by name (`extra.finish_reason`)."""
    return _plain(extra, EXTRA)


def text_of(value: JsonValue) -> str | None:
    """Return a plain value as text, so that 7 and "7" match; None for anything else."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str | int | float):
        return str(value)[:_TEXT_LIMIT]
    return None


def _at(value: Any, path: str) -> str | None:
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return text_of(value)


def _plain(value: Mapping[str, Any], prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    _collect(value, prefix.rstrip("."), _DEEPEST, found)
    return found


def _collect(value: Mapping[str, Any], path: str, depth: int, found: dict[str, str]) -> None:
    for name, inner in value.items():
        if isinstance(inner, dict):
            if depth > 1:
                _collect(inner, f"{path}.{name}", depth - 1, found)
        elif (text := text_of(inner)) is not None and "." not in name:
            found[f"{path}.{name}"] = text


def _question(trial: Trial) -> JsonValue:
    """Return what was asked: the last words of the user, a usual field of the item, or all of it.

    Providers show the same item as filled messages or as bare fields.
    """
    given = trial.input
    if isinstance(given, list):
        return _last_words(given) or given
    item = item_of(trial)
    for name in _QUESTIONS:
        asked = item.get(name)
        if isinstance(asked, str) and asked.strip():
            return asked
        if isinstance(asked, list):
            return _last_words(asked) or asked
    return dict(item) or given


def _last_words(messages: Iterable[JsonValue]) -> str | None:
    """Return the text of the last message a user wrote."""
    found = None
    for message in messages:
        if isinstance(message, dict) and message.get("role") in ("user", None):
            content = message.get("content")
            if isinstance(content, list):
                parts = [part.get("text") for part in content if isinstance(part, dict)]
                content = " ".join(part for part in parts if isinstance(part, str))
            found = content if isinstance(content, str) and content.strip() else found
    return found


def _digest(value: JsonValue) -> str | None:
    """Return a digest of a text without regard to case and white space, or of sorted JSON."""
    from hashlib import blake2b  # loads OpenSSL, which reading lists does without

    if value in (None, "", [], {}):
        return None
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    plain = " ".join(text.casefold().split())
    return blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
