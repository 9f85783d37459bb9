"""From what went wrong to a typed error: one sentence, one remedy, no key."""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

import httpx

from tui.config import key_variable_of
from tui.errors import (
    AuthError,
    BadAnswerError,
    MissingError,
    ProviderError,
    RateLimitedError,
    RejectedError,
    ServerFaultError,
    UnreachableError,
)
from tui.frozen import frozen
from tui.models import JsonValue
from tui.text import clean_line

MESSAGE_LIMIT = 300
"""Characters of a provider's own message that are passed on."""

_REQUEST_ID_HEADERS = ("x-request-id", "apim-request-id", "request-id")
_SHORTEST_REDACTED = 4


@frozen
class ErrorText:
    """What a provider's error body says."""

    message: str
    code: str | None = None
    retry: bool | None = None
    """False: asking again cannot help, whatever the status; None: the status decides."""


class Failure(Exception):  # noqa: N818 - not an error for a person, but one attempt's end
    """One attempt that did not work, and whether another may."""

    def __init__(
        self,
        error: ProviderError,
        *,
        again: bool = False,
        at_once: bool = False,
        wait_s: float | None = None,
    ) -> None:
        super().__init__(error.message)
        self.error = error
        self.again = again
        self.at_once = at_once
        """A kept-alive connection was closed under us: the first retry needs no pause."""
        self.wait_s = wait_s
        """What the server asked for."""


@frozen
class Words:
    """What the sentences of one connection are made with."""

    connection: str
    host: str
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Forms of the key to blot out of provider text."""
    key_source: str = ""
    """Where the key came from, for the remedy."""

    def safe(self, text: str, limit: int = MESSAGE_LIMIT) -> str:
        """Return provider text without the key, on one clean line."""
        for secret in self.secrets:
            if len(secret) >= _SHORTEST_REDACTED:
                text = text.replace(secret, "[key]")
        return clean_line(text.strip(), limit)


_NETWORK = "Check base_url and the network."
_LATER = "It is asked again later."
_TRANSPORT: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, str, bool], ...] = (
    (
        httpx.ProxyError,
        "cannot be reached through the proxy",
        "Check HTTPS_PROXY and NO_PROXY.",
        False,
    ),
    (
        (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError, UnicodeError),
        "cannot be asked with these settings",
        "Check base_url, organization and project.",
        False,
    ),
    (httpx.PoolTimeout, "has no free connection", _LATER, True),
    (httpx.ConnectTimeout, "did not take the connection in time", _NETWORK, True),
    ((httpx.TimeoutException, TimeoutError), "did not answer in time", _LATER, True),
)


def request_id_of(headers: Mapping[str, str], words: Words) -> str | None:
    """Return the provider's id of a request, cleaned; None when it sent none."""
    for name in _REQUEST_ID_HEADERS:
        if headers.get(name):
            return words.safe(headers[name], 100)
    return None


def general_error_text(body: JsonValue) -> ErrorText | None:
    """Return message and code of the usual error bodies: `error.message`, `detail`, `message`."""
    if not isinstance(body, dict):
        return None
    error = body.get("error")
    if isinstance(error, dict):
        message, code = error.get("message"), error.get("code") or error.get("type")
    else:
        message, code = error or body.get("detail") or body.get("message"), body.get("code")
    if isinstance(message, list):
        message = "; ".join(filter(None, map(_validation_text, message)))
    if not isinstance(message, str) or not message:
        return None
    return ErrorText(message, code if isinstance(code, str) else None)


def _validation_text(item: JsonValue) -> str:
    """Return one entry of FastAPI's `detail` list, without the `input` it echoes."""
    if not isinstance(item, dict) or not isinstance(item.get("msg"), str):
        return ""
    place = item.get("loc")
    where = ".".join(str(part) for part in place) if isinstance(place, list) else ""
    return f"{where}: {item['msg']}" if where else str(item["msg"])


def status_error(
    status: int,
    text: ErrorText | None,
    words: Words,
    *,
    request_id: str | None,
    retry_at: datetime | None,
) -> ProviderError:
    """Return the error of an answer with a status of 400 or more."""
    kind, what, remedy = _meaning(status, words)
    said = words.safe(text.message) if text is not None else ""
    code = words.safe(text.code, 100) if text is not None and text.code else None
    message = f"{words.connection}: {what} ({status})" + (f": {said}" if said else ".")
    return kind(
        message, remedy=remedy, status=status, code=code, request_id=request_id, retry_at=retry_at
    )


def _meaning(status: int, words: Words) -> tuple[type[ProviderError], str, str]:
    match status:
        case 401 | 403:
            return AuthError, *_refusal(status, words)
        case 404 | 410:
            return MissingError, "it is not there", "Check the id, project and base_url."
        case 429:
            return RateLimitedError, "too many requests", "It is asked again later."
        case _ if status >= 500:  # noqa: PLR2004 - the class of server faults
            return (
                ServerFaultError,
                "the provider failed",
                "It is asked again later; their status page may say more.",
            )
    return RejectedError, "the request was refused", "Check this connection's settings."


def _refusal(status: int, words: Words) -> tuple[str, str]:
    """Return what a 401 or 403 means, and the remedy."""
    if not words.key_source:
        wish = f"Set {key_variable_of(words.connection)}, or keep it in a keyring"
        return "it wants a key", f"No key was sent. {wish}: evaltop auth set {words.connection}."
    source = f"It came from {words.key_source}. "
    if status == 401:  # noqa: PLR2004 - HTTP's own number
        return "the key was refused", source + "Set a valid key and test it again."
    return "the key may not read this", source + "Use a key with the permission to read it."


def redirect_error(
    status: int, location: str, words: Words, *, request_id: str | None
) -> ProviderError:
    """Return the error of a redirect, naming where it points to and nothing else of it."""
    try:
        target = httpx.URL(location).host or words.host
    except httpx.InvalidURL:
        target = "an address that cannot be read"
    return RejectedError(
        f"{words.connection}: {words.host} redirects to {words.safe(target, 100)} ({status}); "
        "redirects are not followed.",
        remedy="Set base_url to the final address if you trust it.",
        status=status,
        request_id=request_id,
    )


def html_error(
    words: Words, *, status: int, content_type: str, request_id: str | None
) -> ProviderError:
    """Return the error of a page where JSON was expected."""
    what = "HTML" if "html" in content_type or not content_type else words.safe(content_type, 60)
    return BadAnswerError(
        f"{words.connection}: {words.host} sent {what} instead of JSON; "
        "a proxy or login page may be in between.",
        remedy="Check base_url and the network.",
        status=status,
        request_id=request_id,
    )


def answer_error(
    why: str, words: Words, *, status: int | None, request_id: str | None
) -> ProviderError:
    """Return the error of an answer that is not what was promised."""
    return BadAnswerError(
        f"{words.connection}: the answer of {words.host} cannot be read: {why}.",
        remedy="It is asked again later; check base_url if it stays.",
        status=status,
        request_id=request_id,
    )


def transport_failure(error: Exception, words: Words, *, reused: bool) -> Failure:
    """Return the failure of an attempt that brought no whole answer.

    Args:
        error: what httpx, or the deadline, raised.
        words: the connection's.
        reused: whether no answer had begun, so that a stale kept-alive connection may be to blame.
    """
    what, remedy, again = _transport_words(error)
    stale = (
        reused
        and isinstance(error, httpx.RemoteProtocolError | httpx.NetworkError)
        and not isinstance(error, httpx.ConnectError)
    )
    return Failure(
        UnreachableError(f"{words.connection}: {words.host} {what}.", remedy=remedy),
        again=again,
        at_once=stale,
    )


def _transport_words(error: Exception) -> tuple[str, str, bool]:
    """Return what happened, the remedy, and whether asking again may help."""
    for kinds, what, remedy, again in _TRANSPORT:
        if isinstance(error, kinds):
            return what, remedy, again
    if isinstance(error, httpx.ConnectError):
        return _connect_words(error)
    return "cut the connection", _LATER, True


def _connect_words(error: httpx.ConnectError) -> tuple[str, str, bool]:
    if _has_cause(error, ssl.SSLCertVerificationError):
        remedy = "Set SSL_CERT_FILE to your company's certificate, or check base_url."
        return "shows a certificate that is not trusted", remedy, False
    if _has_cause(error, ssl.SSLError):
        return "does not speak TLS as expected", _NETWORK, False
    if _has_cause(error, socket.gaierror):
        return "is not a host name that can be resolved", _NETWORK, True
    if _has_cause(error, ConnectionRefusedError) or "refused" in str(error):
        return "refused the connection", _NETWORK, True
    return "cannot be reached", _NETWORK, True


def _has_cause(error: BaseException | None, kind: type[BaseException]) -> bool:
    seen = 0
    while error is not None and seen < 10:  # noqa: PLR2004 - a chain is never longer
        if isinstance(error, kind):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False
