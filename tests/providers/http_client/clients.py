"""Clients for these tests: to a function in place of a server, or to a socket."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import httpx

from tests.clock import FakeClock
from tests.providers.http_client.loopback import Behaviour, Loopback, loopback
from tui.credentials import FoundKey, KeySource, static_key_source
from tui.providers.http import AuthScheme, ClientContext, HttpClient, ItemBatch

CANARY = "sk-canary-7Qz9xW3vK1mN5pB8"
BASE = "https://api.example/v1"
MIB = 1024 * 1024


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


def serving(content: bytes, **headers: str) -> HttpClient:
    """Return a client that gets this body, whatever it asks."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client_for(
        lambda _: httpx.Response(200, stream=httpx.ByteStream(content), headers=named)
    )


@asynccontextmanager
async def asking(behave: Behaviour, **options: Any) -> AsyncIterator[tuple[HttpClient, Loopback]]:
    """Run a server for a while, and a client of it."""
    async with loopback(behave) as server:
        client = client_for(None, base_url=server.url, **options)
        try:
            yield client, server
        finally:
            await client.aclose()


async def items(client: HttpClient, under: str = "data", **options: Any) -> list[ItemBatch]:
    """Return every batch of a list."""
    return [batch async for batch in client.stream_items("GET", "/x", under=under, **options)]


async def lines(client: HttpClient, **options: Any) -> list[ItemBatch]:
    """Return every batch of a line-delimited body."""
    return [batch async for batch in client.stream_lines("GET", "/x", **options)]


def indexed(batches: Iterable[ItemBatch]) -> dict[int, Any]:
    """Return the items of batches by their position in the answer."""
    return {index: item for batch in batches for index, item in batch.indexed()}


def found(key: str = CANARY, source: str = "variable X") -> FoundKey:
    """Return a key as a source finds it."""
    return FoundKey.of(key, source)
