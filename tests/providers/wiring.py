"""A provider's surroundings in a test: an invented server, a clock and a key."""

from collections.abc import Callable
from random import Random
from typing import Any

import httpx

from tests.clock import FakeClock
from tui.credentials import FoundKey, Secret
from tui.providers.http import ClientContext

CANARY = "sk-canary-7Qz9xW3vK1mN5pB8"
"""The key of every test connection; it may stand in no text."""

Handler = Callable[[httpx.Request], httpx.Response]


class World:
    """A server that is one function, and the log of what it was asked."""

    def __init__(self, handler: Handler, *, key: str | None = CANARY) -> None:
        self.clock = FakeClock()
        self.requests: list[httpx.Request] = []
        self._handler = handler
        self.key = key

    @property
    def context(self) -> ClientContext:
        """What a provider's `create` takes."""
        return ClientContext(
            clock=self.clock,
            key=self._find_key,
            transport=httpx.MockTransport(self._answer),
            random=Random(7),
        )

    def paths(self) -> list[str]:
        """Return the paths asked for, in order."""
        return [request.url.path for request in self.requests]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._handler(request)

    async def _find_key(self) -> FoundKey | None:
        if self.key is None:
            return None
        return FoundKey(Secret(self.key), "test", self.key[-4:])


def json_answer(data: Any, status: int = 200) -> httpx.Response:
    """Return an answer with a JSON body."""
    return httpx.Response(status, json=data)
