"""Base addresses: what is allowed, and each provider's way of writing them."""

import ipaddress
from urllib.parse import urlsplit

from tui.models import ProviderKind


class WrongValueError(ValueError):
    """A value that is not allowed; the message says what is, and never repeats the value."""


def is_loopback(host: str) -> bool:
    """Return whether a host name is this machine by definition."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_loopback_url(address: str) -> bool:
    """Return whether an address leads to this machine by definition."""
    return is_loopback(urlsplit(address).hostname or "")


def base_address(kind: ProviderKind, text: str, *, allow_http: bool = False) -> str:
    """Return a provider's base address in its normal form, without a trailing slash.

    Azure's ends in exactly one `/openai/v1`, whether the bare endpoint or any longer form was
    given; GoModel's and Datalab's end before the API's own `/v1` and `/api/v1`.

    Raises:
        WrongValueError: not an http address, or plain http to another machine.
    """
    text = text.strip().rstrip("/")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise WrongValueError("must be an address such as https://host/v1")
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise WrongValueError("must be an address such as https://host/v1")
    if parts.username is not None or parts.password is not None:
        raise WrongValueError("must not hold a user or password; use key_env or key_command")
    if parts.query or parts.fragment:
        raise WrongValueError("must not hold a query or fragment (no ? and no #)")
    if parts.scheme == "http" and not allow_http and not is_loopback(host):
        raise WrongValueError(
            "must be https beyond this machine, unless allow_http = true is set for the connection"
        )
    match kind:
        case ProviderKind.AZURE_OPENAI:
            before, _openai, _after = f"{text}/".partition("/openai/")
            return before.rstrip("/") + "/openai/v1"
        case ProviderKind.GOMODEL:
            return text.removesuffix("/v1")
        case ProviderKind.DATALAB:
            return text.removesuffix("/api/v1")
    return text
