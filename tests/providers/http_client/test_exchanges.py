"""What is sent in each way of asking, and what an unusable answer is called."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest

from tests.clock import FakeClock
from tests.providers.http_client.clients import (
    BASE,
    CANARY,
    Script,
    client_for,
    found,
    items,
    lines,
)
from tui.credentials import FoundKey, static_key_source
from tui.errors import BadAnswerError, ProviderError, UnreachableError
from tui.providers.http import AuthScheme, ClientContext, HttpClient


@pytest.mark.parametrize(
    ("body", "kind", "what"),
    [
        (b"<html>Sign in</html>", "Text/HTML; charset=utf-8", "HTML"),
        (b"<html>Sign in</html>", "", "HTML"),
        (b"<a/>", "Application/XML; q=1;html", "application/xml"),
        (b"<a/>", "text/plain", "text/plain"),
    ],
)
async def test_a_page_is_named_by_its_kind_with_the_answers_id(
    body: bytes, kind: str, what: str
) -> None:
    headers = {"x-request-id": "req_1", **({"content-type": kind} if kind else {})}
    script = Script(httpx.Response(200, content=body, headers=headers))
    with pytest.raises(BadAnswerError) as caught:
        await client_for(script).request("GET", "/x")
    assert f"sent {what} instead of JSON;" in caught.value.message
    assert caught.value.request_id == "req_1"


async def test_an_answer_that_cannot_be_read_is_told_with_its_id() -> None:
    headers = {"x-request-id": "req_1", "content-encoding": "gzip"}

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=httpx.ByteStream(b"?" * 20), headers=headers)

    with pytest.raises(BadAnswerError) as caught:
        await client_for(answer).request("GET", "/x")
    assert caught.value.request_id == "req_1"


@pytest.mark.parametrize("beyond", [0, 1])
async def test_an_errors_body_is_read_in_all_its_pieces_up_to_64_kib(beyond: int) -> None:
    frame = '{{"error":{{"message":"told"}},"p":"{}"}}'
    content = frame.format("x" * (64 * 1024 - len(frame.format("")) + beyond)).encode()

    class Pieces(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield content[:5]
            yield content[5:]

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, stream=Pieces())

    with pytest.raises(ProviderError) as caught:
        await client_for(answer).request("GET", "/x")
    assert ("told" in caught.value.message) is not bool(beyond)


async def test_streams_send_what_they_were_given() -> None:
    script = Script(httpx.Response(200, content=b'{"data": []}'))
    client = client_for(script)
    listed = client.stream_items("POST", "/x", under="data", params={"a": 1}, body={"b": 2})
    _ = [batch async for batch in listed]
    lined = client.stream_lines("POST", "/y", params={"a": 1}, body={"b": 2}, accept="text/x")
    with suppress(ProviderError):
        _ = [batch async for batch in lined]
    for request, path, accept in (
        (script.requests[0], "/v1/x", "application/json"),
        (script.requests[1], "/v1/y", "text/x"),
    ):
        assert request.method == "POST"
        assert (request.url.path, request.url.query) == (path, b"a=1")
        assert json.loads(request.content) == {"b": 2}
        assert request.headers["accept"] == accept


async def test_lines_are_asked_for_as_such_without_a_body_of_our_own() -> None:
    script = Script(httpx.Response(200, content=b""))
    _ = [batch async for batch in client_for(script).stream_lines("GET", "/x")]
    assert script.requests[0].headers["accept"] == "application/jsonl"
    assert script.requests[0].content == b""


async def asked(client: HttpClient, how: str, deadline_s: float) -> None:
    if how == "page":
        await client.page("GET", "/x", under="data", deadline_s=deadline_s)
    elif how == "items":
        await items(client, deadline_s=deadline_s)
    elif how == "lines":
        await lines(client, deadline_s=deadline_s)
    else:
        await client.request("GET", "/x", deadline_s=deadline_s)


class Silent(httpx.AsyncBaseTransport):
    """A server that takes a request and never answers."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError(request)


@pytest.mark.parametrize("how", ["request", "page", "items", "lines"])
async def test_every_way_of_asking_ends_at_its_deadline(how: str) -> None:
    context = ClientContext(FakeClock(), static_key_source(CANARY), Silent())
    client = HttpClient(context, connection="prod", base_url=BASE, auth=AuthScheme())
    with pytest.raises(UnreachableError):
        await asyncio.wait_for(asked(client, how, 0.01), 5)
    await client.aclose()


@pytest.mark.parametrize("how", ["page", "items", "lines"])
async def test_bytes_that_do_arrive_extend_the_deadline_of_what_may_be_large(how: str) -> None:
    class Slow(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b'{"data": [], "x": "'
            for _ in range(4):
                await asyncio.sleep(0.1)
                yield b"x" * 16_384
            yield b'"}\n'

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Slow())

    await asked(client_for(answer), how, 0.3)


async def test_the_very_key_that_was_refused_is_given_up() -> None:
    refused: list[FoundKey] = []
    keys = [found("sk-canary-first"), found("sk-canary-second")]

    class Source:
        async def __call__(self) -> FoundKey:
            return keys[len(refused)]

        def invalidate(self, key: FoundKey) -> bool:
            refused.append(key)
            return True

    script = Script(httpx.Response(401), httpx.Response(200, json={}))
    await client_for(script, key=Source()).request("GET", "/x")
    assert refused == keys[:1]
    sent = [request.headers["authorization"] for request in script.requests]
    assert sent == ["Bearer sk-canary-first", "Bearer sk-canary-second"]
