"""A small stand-in for the API behind httpx's own transport seam: it pages, and it remembers."""

import json
from collections.abc import Callable

import httpx

from tests.clock import FakeClock
from tests.providers.openai.payloads import a_page, an_error
from tui.config import OpenAIConnection, PollSettings
from tui.credentials import FoundKey, Secret
from tui.models import JsonObject, JsonValue
from tui.providers.base import Provider
from tui.providers.http import ClientContext
from tui.providers.openai import create

KEY = "sk-canary-0123456789abcdef"
BASE_URL = "https://api.openai.com/v1"
POLL = PollSettings(5, 15, 60, 60)

Answer = Callable[[httpx.Request], httpx.Response]


class FakeApi:
    """Answers by path: lists are paged with `after`, `limit` and `order`, the rest is given."""

    def __init__(self, prefix: str = "/v1") -> None:
        self.prefix = prefix
        self.requests: list[httpx.Request] = []
        self.lists: dict[str, list[JsonObject]] = {}
        """By path, oldest first (batches: newest first, they have no order)."""
        self.objects: dict[str, JsonValue] = {}
        self.files: dict[str, bytes] = {}
        self.answers: dict[str, Answer] = {}
        """Paths with an answer of their own; they win."""

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def asked(self) -> list[str]:
        """Paths asked for so far, without the prefix."""
        return [request.url.path.removeprefix(self.prefix) for request in self.requests]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path.removeprefix(self.prefix)
        if path in self.answers:
            return self.answers[path](request)
        if path in self.lists:
            return httpx.Response(200, json=self._page(self.lists[path], request.url.params))
        if path in self.objects:
            return httpx.Response(200, json=self.objects[path])
        if path in self.files:
            headers = {"content-type": "application/octet-stream"}
            return httpx.Response(200, content=self.files[path], headers=headers)
        return httpx.Response(404, json=an_error("Could not find it.", "not_found", "id"))

    @staticmethod
    def _page(items: list[JsonObject], params: httpx.QueryParams) -> JsonObject:
        ordered = items[::-1] if params.get("order") == "desc" else items
        ids = [item.get("id") for item in ordered]
        start = ids.index(params["after"]) + 1 if "after" in params else 0
        limit = int(params.get("limit", 20))
        return a_page(ordered[start : start + limit], more=start + limit < len(ordered))


def answering(status: int, body: JsonValue) -> Answer:
    """Return an answer that is always the same; a text is sent as HTML."""

    def answer(_request: httpx.Request) -> httpx.Response:
        if isinstance(body, str):
            return httpx.Response(status, html=body)
        return httpx.Response(status, json=body)

    return answer


def lines(*items: JsonObject | str) -> bytes:
    """Return a line-delimited file; a text is a line as it is."""
    return b"".join(
        (item if isinstance(item, str) else json.dumps(item)).encode() + b"\n" for item in items
    )


def context(api: FakeApi, clock: FakeClock | None = None, key: str = KEY) -> ClientContext:
    async def find_key() -> FoundKey:
        return FoundKey(Secret(key), "variable OPENAI_API_KEY", key[-4:])

    return ClientContext(clock or FakeClock(), find_key, api.transport())


def openai(
    api: FakeApi,
    *,
    clock: FakeClock | None = None,
    base_url: str = BASE_URL,
    evals: tuple[str, ...] = (),
    batches: bool = True,
    project: str | None = None,
) -> Provider:
    config = OpenAIConnection(
        name="prod",
        base_url=base_url,
        poll=POLL,
        evals=evals,
        batches=batches,
        project=project,
    )
    return create(config, context(api, clock))
