"""What went wrong, in the several shapes this wire family says it."""

import json

from tui.errors import ProviderError
from tui.models import ErrorInfo, JsonValue
from tui.providers.http import ErrorText

_MESSAGE_CHARS = 2000


def error_info(value: JsonValue) -> ErrorInfo | None:
    """Return the reason in an `error` field; None for null and for empty values.

    Documented as `{code, message}`; a text, a list or any other JSON also comes (Azure).
    """
    if not value:
        return None
    if isinstance(value, str):
        return ErrorInfo(None, value)
    if isinstance(value, dict):
        code = _word(value.get("code")) or _word(value.get("type"))
        message = _text(value.get("message")) or _text(value.get("detail"))
        if message or code:
            return ErrorInfo(code, message or code or "")
        if all(part in (None, "", [], {}) for part in value.values()):
            return None
    return ErrorInfo(None, json.dumps(value, ensure_ascii=False)[:_MESSAGE_CHARS])


def read_error(_status: int, data: JsonValue) -> ErrorText | None:
    """Return what an error answer says, None when its shape is unknown (HTML, empty).

    `{"error": {message, type, param, code}}` is the rule; a bare `{code, message}` is documented
    for deletes, `{"statusCode", "message"}` comes from Azure's gateway, `{"error": "text"}` from
    proxies. The status itself never becomes the code.
    """
    if not isinstance(data, dict):
        return None
    body = data.get("error") or data
    if isinstance(body, str):
        return ErrorText(body)
    if not isinstance(body, dict):
        return None
    message = _text(body.get("message")) or _text(body.get("detail"))
    code = _word(body.get("code")) or _text(body.get("type"))
    if message is None:
        return None if code is None else ErrorText(code, code)
    param = _text(body.get("param"))
    named = param is None or param in message
    return ErrorText(message if named else f"{message} ({param})", code)


def words_of(error: ProviderError) -> str:
    """Return the provider's own words of a failed request in lower case, without our sentence."""
    return error.message.partition(f"({error.status})")[2].lower()


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _word(value: JsonValue) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value)
