"""Bodies at their limits: compressed, larger than a cap, cut off, left early."""

import gzip
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.providers.http_client.clients import (
    MIB,
    Script,
    client_for,
    indexed,
    items,
    lines,
    serving,
)
from tui.errors import BadAnswerError, ProviderError, TooLargeError, UnreachableError
from tui.providers import bodies


async def test_gzip_is_asked_for_and_read() -> None:
    content = json.dumps({"data": [{"n": n} for n in range(1000)]}).encode()
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        packed = gzip.compress(content[:500], mtime=0) + gzip.compress(content[500:], mtime=0)
        return httpx.Response(
            200, stream=httpx.ByteStream(packed), headers={"content-encoding": "gzip"}
        )

    page = await client_for(answer).page("GET", "/x", under="data")

    assert len(page.items) == 1000
    assert seen[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("content", "encoding", "why", "tries"),
    [
        (gzip.compress(b'{"data": []}', mtime=0)[:-6], "gzip", "cut off", 4),
        (b"{}", "gzip", "gzip data is broken", 1),
        (b"{}", "br", "encoded as br", 1),
    ],
)
async def test_other_encodings(content: bytes, encoding: str, why: str, tries: int) -> None:
    script = Script(httpx.Response(200))

    def answer(request: httpx.Request) -> httpx.Response:
        script(request)
        return httpx.Response(
            200, stream=httpx.ByteStream(content), headers={"content-encoding": encoding}
        )

    with pytest.raises(BadAnswerError, match=why):
        await client_for(answer).request("GET", "/x")

    assert len(script.requests) == tries


def bomb(size: int, around: tuple[bytes, bytes]) -> bytes:
    return gzip.compress(around[0] + b"a" * size + around[1], 9, mtime=0)


@pytest.mark.parametrize("ask", ["request", "page", "lines"])
async def test_a_bomb_ends_early(ask: str) -> None:
    packed = bomb(128 * MIB, (b'{"data": [{"x": "', b'"}]}'))
    client = serving(packed, content_encoding="gzip")

    async def asked() -> None:
        if ask == "request":
            await client.request("GET", "/x")
        elif ask == "page":
            await client.page("GET", "/x", under="data")
        else:
            await lines(client)

    with pytest.raises(ProviderError) as caught:
        await asked()

    if ask == "request":
        assert isinstance(caught.value, TooLargeError)
    else:
        assert "beyond all measure" in caught.value.message


@pytest.mark.parametrize(
    ("ask", "told"), [("request", "TooLargeError"), ("page", "BadAnswerError")]
)
def test_a_bomb_of_half_a_gigabyte_takes_little_memory(ask: str, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.providers.http_client.bombed", ask],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[3],
        timeout=120,
    )
    found = json.loads(done.stdout)
    assert found["told"] == told
    assert found["grown"] <= 32 * MIB


async def test_a_page_too_large_is_asked_again_with_half_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "PAGE_BYTES", 300_000)
    limits: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        limit = int(request.url.params.get("limit") or json.loads(request.content)["limit"])
        limits.append(limit)
        body = {"data": [{"x": "a" * 100_000}] * limit}
        return httpx.Response(200, json=body)

    page = await client_for(answer).page("GET", "/x", under="data", params={"limit": 20})
    assert limits == [20, 10, 5, 2]
    assert len(page.items) == 2

    limits.clear()
    body: dict[str, Any] = {"limit": 8, "filter": {}}
    page = await client_for(answer).page("POST", "/x", under="data", body=body)
    assert limits == [8, 4, 2]
    assert body == {"limit": 8, "filter": {}}


async def test_a_page_too_large_at_one_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PAGE_BYTES", 1000)
    content = json.dumps({"data": [{"x": "a" * 2000}] * 200}).encode()

    for params in ({"limit": 1}, {}):
        with pytest.raises(TooLargeError):
            await serving(content).page("GET", "/x", under="data", params=params)


async def test_too_much_beside_the_list_is_an_error() -> None:
    content = b'{"junk": "' + b"a" * (9 * MIB) + b'", "data": []}'

    with pytest.raises(TooLargeError, match="8 MiB"):
        await items(serving(content))


class Breaking(httpx.AsyncByteStream):
    """A body that ends in a cut connection."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk
        raise httpx.RemoteProtocolError("peer closed connection without sending complete body")


async def test_a_cut_is_retried_while_nothing_has_been_handed_out() -> None:
    answers = iter([Breaking(b'{"data": ['), httpx.ByteStream(b'{"data": [{"n": 1}]}')])
    client = client_for(lambda _: httpx.Response(200, stream=next(answers)))

    assert indexed(await items(client)) == {0: {"n": 1}}


async def test_a_cut_after_that_is_raised() -> None:
    asked = 0

    def answer(_request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return httpx.Response(200, stream=Breaking(b'{"n": 0}\n{"n": 1}\n{"n": 2}\n'))

    seen: list[Any] = []

    async def read() -> None:
        async for batch in client_for(answer).stream_lines("GET", "/x", batch_items=1):
            seen.extend(batch.items)

    with pytest.raises(UnreachableError, match="cut the connection") as caught:
        await read()

    assert seen == [{"n": 0}, {"n": 1}]
    assert caught.value.retryable
    assert asked == 1


async def test_a_stream_may_be_left_early_and_the_client_goes_on() -> None:
    content = b"".join(b'{"n": %d}\n' % n for n in range(100_000))
    client = serving(content)

    for _ in range(20):
        stream = client.stream_lines("GET", "/x", batch_items=1)
        async for batch in stream:
            assert batch.items == ({"n": 0},)
            break
        await stream.aclose()

    assert len(indexed(await lines(client))) == 100_000
    await client.aclose()


async def test_busy_readers_of_streams_do_not_starve_requests() -> None:
    content = b"".join(b'{"n": %d}\n' % n for n in range(1000))
    client = serving(content)
    streams = [client.stream_lines("GET", "/x", batch_items=1) for _ in range(8)]
    for stream in streams:
        await anext(stream)

    with pytest.raises(BadAnswerError):
        await client.request("GET", "/x")

    for stream in streams:
        await stream.aclose()
    await client.aclose()
