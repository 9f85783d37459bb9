"""Values as cells of tables and spreadsheets: cleaned text of one line."""

import json

from tui.models import JsonValue
from tui.text import clean_line

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001 - full-width forms run too


def plain(value: JsonValue, *, limit: int | None = None) -> str:
    """Return a value as cleaned text of one line, whole without a limit; null is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = ", ".join(str(item) for item in value)
    if not isinstance(value, str):
        value = json.dumps(value, separators=(",", ":"))
    return clean_line(value, len(value) if limit is None else limit)


def harmless(value: JsonValue) -> str:
    """Return a value as a CSV cell: numbers exact, a text that would run as a formula quoted."""
    if isinstance(value, float):
        return repr(value)
    text = plain(value)
    if isinstance(value, int):
        return text
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
