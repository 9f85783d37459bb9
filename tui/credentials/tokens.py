"""What a key command printed: a key, a token that says when it ends, or a cloud tool's JSON.

`az account get-access-token` prints `{"accessToken": …, "expires_on": 1764345600, …}` with the
local `"expiresOn": "2026-11-28 16:00:00.000000"` beside it; `azd auth token --output json` prints
`{"token": …, "expiresOn": "2026-11-28T16:00:00Z"}`. A bare token is a JWT whose `exp` can be read
without its signature: it only says when to ask again, nothing is trusted for it.
"""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any

from tui.frozen import frozen

_KEY_NAMES = ("accessToken", "access_token", "token")
_JWT_PARTS = 3
_LATEST = 253_402_300_799
"""The last second of the year 9999, the last a datetime can hold."""


class NotATokenError(ValueError):
    """The output is no key. The message says why, without any of it."""


@frozen
class Token:
    """A key and its end."""

    key: str
    expires_at: datetime | None = None
    """None when it does not say."""


def read_token(output: str) -> Token:
    """Return what a command's output holds, which is trimmed and one line unless it is JSON.

    Raises:
        NotATokenError: there is no key in it.
    """
    text = output.strip()
    if not text:
        raise NotATokenError("it printed nothing")
    if text.startswith("{"):
        return _of_json(text)
    if not text.isprintable():
        raise NotATokenError("it printed more than one line, or control characters")
    return Token(text, _end_of_jwt(text))


def _of_json(text: str) -> Token:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise NotATokenError("it printed something like JSON that cannot be read") from None
    key = next((answer[name] for name in _KEY_NAMES if name in answer), None)
    if not isinstance(key, str) or not key.strip():
        raise NotATokenError(f"its JSON has no {', '.join(_KEY_NAMES)}")
    key = key.strip()
    if not key.isprintable():
        raise NotATokenError("its key holds control characters")
    end = _instant(answer.get("expires_on")) or _instant(answer.get("expiresOn"))
    return Token(key, end or _end_of_jwt(key))


def _end_of_jwt(text: str) -> datetime | None:
    parts = text.split(".")
    if len(parts) != _JWT_PARTS or not text.isascii():
        return None
    body = parts[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, RecursionError, binascii.Error):
        return None
    return _instant(claims.get("exp")) if isinstance(claims, dict) else None


def _instant(value: Any) -> datetime | None:
    """Return an instant given as Unix seconds or as a date; one without a zone is local."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC) if 0 < value <= _LATEST else None
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value.strip()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
