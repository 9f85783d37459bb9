"""What a Weave error answer says, and what went wrong inside a call."""

import json
from typing import Any

from tui.errors import RejectedError
from tui.models import ErrorInfo, JsonValue
from tui.providers.http import ErrorText
from tui.providers.strict_json import NotJsonError, loads

_FORBIDDEN = "extra_forbidden"
_SHOWN = 3


def read_error(_status: int, data: JsonValue) -> ErrorText | None:
    """Return the text of `{"reason"}`, `{"detail"}`, `{"message"}` or `{"error"}`; None for others.

    A 422's list becomes `body.limit: Input should be …`, without the refused input. When it names
    unknown body keys its code is `extra_forbidden:key,key`.
    """
    if not isinstance(data, dict):
        return None
    code = data.get("error_code")
    for key in ("message", "error", "detail", "reason"):
        value = data.get(key)
        if isinstance(value, dict):
            value = value.get("message")
        if isinstance(value, str) and value:
            return ErrorText(value, code if isinstance(code, str) else None)
        if isinstance(value, list):
            return _validation_text(value)
    return None


def refused_keys(error: RejectedError) -> frozenset[str]:
    """Return the body keys an older server does not know; empty when it minded something else."""
    kind, _, keys = (error.code or "").partition(":")
    return frozenset(keys.split(",")) if kind == _FORBIDDEN and keys else frozenset()


def cause_of(exception: Any) -> ErrorInfo | None:
    """Return why a call failed, None when it did not.

    Current SDKs store a JSON text with type, message and traceback; anything else is the message
    as it is.
    """
    if exception is None or exception == "":
        return None
    parsed = _parsed(exception)
    if parsed is None:
        text = exception if isinstance(exception, str) else json.dumps(exception, default=str)
        return ErrorInfo(None, text)
    kind, message = parsed.get("type"), parsed.get("message")
    code = kind if isinstance(kind, str) and kind else None
    if isinstance(message, str) and message:
        return ErrorInfo(code, message)
    return ErrorInfo(code, code or json.dumps(parsed))


def traceback_of(exception: Any) -> JsonValue:
    """Return the stored traceback, None when there is none."""
    parsed = _parsed(exception)
    return parsed.get("traceback") if parsed is not None else None


def _parsed(exception: Any) -> dict[str, Any] | None:
    if isinstance(exception, dict):
        return exception
    if not isinstance(exception, str) or not exception.lstrip().startswith("{"):
        return None
    try:
        value = loads(exception.encode())
    except NotJsonError:
        return None
    return value if isinstance(value, dict) else None


def _validation_text(entries: list[JsonValue]) -> ErrorText | None:
    texts: list[str] = []
    forbidden: list[str] = []
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("msg"), str):
            continue
        place = entry.get("loc")
        parts = [str(part) for part in place] if isinstance(place, list) else []
        if entry.get("type") == _FORBIDDEN and parts:
            forbidden.append(parts[-1])
        texts.append(f"{'.'.join(parts)}: {entry['msg']}" if parts else str(entry["msg"]))
    if not texts:
        return None
    # Only when nothing else was wrong does dropping keys help.
    only_keys = len(forbidden) == len(texts)
    code = f"{_FORBIDDEN}:{','.join(forbidden)}" if only_keys else "validation_error"
    return ErrorText("; ".join(texts[:_SHOWN]), code)
