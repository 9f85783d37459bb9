"""The seam between the simulated APIs and whatever carries their bytes.

An API is a pure handler: a request in, a response out, no sockets. Adapters: `transport.py` (in
this process) and `server.py` (on a port).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. The host and the API's own mount prefix are gone already."""

    method: str
    path: str
    """Still percent-encoded, begins with `/`."""
    query: list[tuple[str, str]] = field(default_factory=list)
    """Decoded pairs in order; a key may repeat."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""

    def one(self, name: str) -> str | None:
        """Return the last value of a query key."""
        return next((value for key, value in reversed(self.query) if key == name), None)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response. An iterable body is sent in chunks without a length."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case; `content-length` is the adapter's."""
    body: bytes | Iterable[bytes] = b""


class Api(Protocol):
    """One provider's HTTP API over the world."""

    def handle(self, request: Request) -> Response:
        """Answer one request. Never raises for anything a client may send. Thread-safe."""
        ...


def parse_query(text: str) -> list[tuple[str, str]]:
    """Return the decoded pairs of a query string, blank values kept."""
    return parse_qsl(text, keep_blank_values=True)


def encode_json(value: Any) -> bytes:
    """Return compact JSON in UTF-8; lone surrogates, which UTF-8 has not, come as escapes."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def json_response(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Response:
    """Return `value` as an `application/json` answer."""
    return Response(
        status, {"content-type": "application/json", **(headers or {})}, encode_json(value)
    )
