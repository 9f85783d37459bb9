"""The address of a request: always below the connection's own base address."""

from collections.abc import Mapping

import httpx

from tui.config import is_loopback
from tui.errors import BadAnswerError, RejectedError
from tui.providers.auth import Origin

Params = Mapping[str, str | int | float | bool | list[str] | None]

_UPWARD = frozenset({".", "..", "%2e", "%2e%2e", ".%2e", "%2e."})


class Base:
    """A connection's base address, and the addresses below it."""

    def __init__(self, text: str, *, connection: str, allow_http: bool) -> None:
        self._text = text.rstrip("/")
        self._connection = connection
        self._allow_http = allow_http

    @property
    def origin(self) -> Origin:
        """What a key is bound to. Call it only after `address` has accepted the base."""
        return Origin.of(httpx.URL(self._text))

    def address(self, path: str, params: Params | None) -> httpx.URL:
        """Return the address of a path, with its query.

        Args:
            path: starts with a slash; ids in it are quoted. Nothing that an answer can put there
                leads elsewhere: no scheme, no host, no way up, no query.
            params: query; None values are left out, lists repeat their name.

        Raises:
            RejectedError: the base address is not http(s), or plain http to another machine.
            BadAnswerError: the path is not one.
        """
        base = self._checked_base()
        url = self._parsed(self._text + path) if _is_plain(path) else None
        if url is None or Origin.of(url) != Origin.of(base):
            raise BadAnswerError(
                f"{self._connection}: an id that was received cannot be part of an address."
            )
        query: list[tuple[str, str | int | float | bool | None]] = []
        for name, value in (params or {}).items():
            if isinstance(value, list):
                query.extend((name, item) for item in value)
            elif value is not None:
                query.append((name, value))
        return url.copy_merge_params(httpx.QueryParams(query)) if query else url

    def _checked_base(self) -> httpx.URL:
        base = self._parsed(self._text)
        if base is None or base.scheme not in ("http", "https") or not base.host:
            raise RejectedError(
                f"{self._connection}: its base_url is not an http address.",
                remedy="Set base_url to an address such as https://host/v1.",
            )
        if base.scheme == "http" and not self._allow_http and not is_loopback(base.host):
            raise RejectedError(
                f"{self._connection}: plain http to {base.host} would show the key on the network.",
                remedy="Use https, or set allow_http = true for this connection.",
            )
        return base

    def _parsed(self, text: str) -> httpx.URL | None:
        try:
            return httpx.URL(text)
        except (httpx.InvalidURL, UnicodeError):
            return None


def _is_plain(path: str) -> bool:
    return (
        path.startswith("/")
        and not path.startswith("//")
        and path.isascii()
        and path.isprintable()
        and not any(character in path for character in "\\?# ")
        and _UPWARD.isdisjoint(path.lower().split("/"))
    )
