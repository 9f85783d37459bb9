"""What the first of an answer decides: whether it is one at all, and what is told of it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.providers.http_client.clients import Script, client_for, serving
from tui.errors import BadAnswerError, RejectedError
from tui.providers.http import HttpClient


class Pieces(httpx.AsyncByteStream):
    """A body in the pieces it is given."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


def in_pieces(*pieces: bytes) -> HttpClient:
    return client_for(lambda _: httpx.Response(200, stream=Pieces(*pieces)))


async def test_only_where_an_answer_begins_does_a_bracket_make_it_a_page() -> None:
    answer = await in_pieces(b' {"a": "', b"<b>", b'"}').request("GET", "/x")
    assert answer.data == {"a": "<b>"}
    for pieces in ((b"<html>",), (b" \n", b" <html>"), (b"\xef\xbb\xbf", b"<html>")):
        with pytest.raises(BadAnswerError, match="page"):
            await in_pieces(*pieces).request("GET", "/x")


@pytest.mark.parametrize("kind", ["text/html", "Text/HTML; charset=x", "application/xml"])
async def test_a_page_is_known_by_its_type_too(kind: str) -> None:
    with pytest.raises(BadAnswerError, match="page"):
        await serving(b'{"a": 1}', content_type=kind).request("GET", "/x")


@pytest.mark.parametrize("status", [300, 301, 399])
async def test_every_redirect_is_refused_and_named(status: int) -> None:
    headers = {"location": "https://far.example/x", "x-request-id": "r1"}
    with pytest.raises(RejectedError, match=r"redirects to far\.example") as caught:
        await client_for(Script(httpx.Response(status, headers=headers))).request("GET", "/x")
    assert caught.value.request_id == "r1"


async def test_an_answer_tells_its_status_and_headers_but_no_cookie() -> None:
    headers = {"x-a": "b", "set-cookie": "c=d", "x-request-id": "r1"}
    script = Script(httpx.Response(201, json=[1], headers=headers))
    answer = await client_for(script).request("GET", "/x")
    assert (answer.data, answer.status, answer.request_id) == ([1], 201, "r1")
    assert answer.headers["x-a"] == "b"
    assert "set-cookie" not in answer.headers
