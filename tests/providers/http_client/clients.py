"""Clients for these tests: to a function in place of a server, or to a socket."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import httpx

from tests.clock import FakeClock
from tui.credentials import FoundKey, KeySource, static_key_source
from tui.providers.http import AuthScheme, ClientContext, HttpClient

CANARY = "sk-canary-7Qz9xW3vK1mN5pB8"
BASE = "https://api.example/v1"


class Loaded(Random):
    """Randomness that always falls the same way."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self._value = value

    def random(self) -> float:
        return self._value


class Script:
    """Answers given one after the other; the last one again and again. Requests are kept."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.requests: list[httpx.Request] = []
        self._answers: Iterator[httpx.Response | Exception] = iter(answers)
        self._last = answers[-1]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = next(self._answers, self._last)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content)
        )


def client_for(
    handler: Callable[[httpx.Request], httpx.Response] | None,
    *,
    clock: FakeClock | None = None,
    key: KeySource | str | None = CANARY,
    jitter: float = 0.0,
    base_url: str = BASE,
    auth: AuthScheme | Callable[[str], AuthScheme] | None = None,
    **options: Any,
) -> HttpClient:
    """Return a client; without a handler it goes to the network."""
    context = ClientContext(
        clock or FakeClock(),
        static_key_source(key) if isinstance(key, str | None) else key,
        None if handler is None else httpx.MockTransport(handler),
        Loaded(jitter),
    )
    return HttpClient(
        context, connection="prod", base_url=base_url, auth=auth or AuthScheme(), **options
    )


def found(key: str = CANARY, source: str = "variable X") -> FoundKey:
    """Return a key as a source finds it."""
    return FoundKey.of(key, source)
