"""What a gateway error says, and whose key a refusal is about."""

from collections.abc import Iterator
from contextlib import contextmanager

from tui.errors import AuthError, ProviderError, RejectedError, ServerFaultError
from tui.models import JsonValue
from tui.providers.http import ErrorText

_OWN_REFUSALS = (
    "missing authorization header",
    "invalid authorization header format",
    "invalid master key",
    "authentication failed",
)
"""How the gateway's own 401 texts begin; every other one was passed on from upstream."""

_UPSTREAM_KEY = "upstream_key"
_NO_OUTPUT = "no_output_file"
_UNAUTHORIZED, _FORBIDDEN, _CONFLICT, _BAD_GATEWAY = 401, 403, 409, 502


def read_error(status: int, data: JsonValue) -> ErrorText | None:
    """Return the text of `{"error": {…}}`, or of the web framework's `{"message": …}`.

    Refusals that are about the key of an upstream, and the end of a batch without any output, get
    codes of our own: the gateway's `type` cannot tell them.
    """
    if not isinstance(data, dict):
        return None
    error = data.get("error")
    body = error if isinstance(error, dict) else data
    message = error if isinstance(error, str) else body.get("message")
    if not isinstance(message, str) or not message:
        return None
    if status == _FORBIDDEN or (
        status == _UNAUTHORIZED and not message.lower().startswith(_OWN_REFUSALS)
    ):
        return ErrorText(message, _UPSTREAM_KEY)
    if status == _BAD_GATEWAY and "missing output file" in message.lower():
        return ErrorText(message, _NO_OUTPUT, retry=False)
    code = body.get("code") or body.get("type")
    return ErrorText(message, code if isinstance(code, str) else None)


@contextmanager
def upstream_told() -> Iterator[None]:
    """Turn the refusal of an upstream's key into an error that names the right key."""
    try:
        yield
    except AuthError as error:
        if error.code != _UPSTREAM_KEY:
            raise
        raise AuthError(
            "The gateway takes your key, but the provider behind it refused the gateway's own.",
            remedy="Mend that provider's key in the gateway's configuration; this one is right.",
            status=error.status,
            code=error.code,
            request_id=error.request_id,
        ) from error


def not_ready(error: ProviderError) -> bool:
    """Return whether the results do not exist yet (409)."""
    return isinstance(error, RejectedError) and error.status == _CONFLICT


def no_output(error: ProviderError) -> bool:
    """Return whether the batch has ended without any output file (one kind of 502)."""
    return isinstance(error, ServerFaultError) and error.code == _NO_OUTPUT
