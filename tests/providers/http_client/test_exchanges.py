"""What is sent in each way of asking, and what an unusable answer is called."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest

from tests.providers.http_client.clients import Script, client_for
from tui.errors import BadAnswerError, ProviderError


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
