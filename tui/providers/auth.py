"""Putting the key on a request: per request, and only for the origin it belongs to."""

import base64
from collections.abc import AsyncGenerator, Callable, Generator

import httpx

from tui.credentials import FoundKey
from tui.frozen import frozen


@frozen
class AuthScheme:
    """How a key is put on a request: `header: prefix + key`, or Basic with a fixed user."""

    header: str = "Authorization"
    prefix: str = "Bearer "
    basic_user: str | None = None
    """Set for Basic auth; header and prefix are then ignored."""


@frozen
class Origin:
    """Scheme, host and port: what a key is bound to."""

    scheme: str
    host: str
    port: int | None
    """None for the scheme's own, which httpx leaves out even where it is written."""

    @classmethod
    def of(cls, url: httpx.URL) -> "Origin":
        """Return the origin of an address."""
        return cls(url.scheme, url.host, url.port)


class OriginAuth(httpx.Auth):
    """Adds one key to requests for one origin, and to no others."""

    def __init__(self, origin: Origin, scheme: AuthScheme, found: FoundKey) -> None:
        self._origin = origin
        self._scheme = scheme
        self._found = found

    def _add(self, request: httpx.Request) -> None:
        if Origin.of(request.url) != self._origin:
            return
        key = self._found.secret.reveal()
        scheme = self._scheme
        if scheme.basic_user is not None:
            request.headers["Authorization"] = "Basic " + basic_token(scheme.basic_user, key)
        else:
            request.headers[scheme.header] = scheme.prefix + key

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the key and send."""
        self._add(request)
        yield request

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the key and send."""
        self._add(request)
        yield request


def basic_token(user: str, key: str) -> str:
    """Return what stands after `Basic ` for a user and a key."""
    return base64.b64encode(f"{user}:{key}".encode()).decode()


def chosen_scheme(auth: AuthScheme | Callable[[str], AuthScheme], key: str) -> AuthScheme:
    """Return the scheme for a key; a callable decides by the key's form."""
    return auth if isinstance(auth, AuthScheme) else auth(key)
