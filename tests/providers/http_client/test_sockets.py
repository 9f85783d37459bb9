"""The client against real sockets: cuts, drips, bombs, redirects, cancellations."""

import asyncio
import gzip
import json
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import pytest

from tests.clock import FakeClock
from tests.providers.http_client.clients import CANARY, client_for
from tests.providers.http_client.loopback import (
    Asked,
    Behaviour,
    Loopback,
    Writer,
    always,
    and_close,
    answer,
    loopback,
)
from tui.errors import (
    BadAnswerError,
    ProviderError,
    RejectedError,
    TooLargeError,
    UnreachableError,
)
from tui.providers import connecting
from tui.providers.http import AuthScheme, HttpClient

OK = answer(b'{"ok": true}')
MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@asynccontextmanager
async def asking(behave: Behaviour, **options: Any) -> AsyncIterator[tuple[HttpClient, Loopback]]:
    async with loopback(behave) as server:
        client = client_for(None, base_url=server.url, **options)
        try:
            yield client, server
        finally:
            await client.aclose()


async def test_a_request_over_a_socket() -> None:
    async with asking(always(OK)) as (client, server):
        result = await client.request(
            "POST", "/evals", params={"limit": 5, "none": None, "id": ["a", "b"]}, body={"q": "ü"}
        )
        await client.request("GET", "/evals")

    assert result.data == {"ok": True}
    first, second = server.asked
    assert first.line == "POST /v1/evals?limit=5&id=a&id=b HTTP/1.1"
    assert json.loads(first.body) == {"q": "ü"}
    assert first.headers["authorization"] == f"Bearer {CANARY}"
    assert first.headers["accept"] == "application/json"
    assert first.headers["accept-encoding"] == "gzip"
    assert first.headers["content-type"] == "application/json"
    assert first.headers["user-agent"].startswith("evaltop/")
    assert second.body == b""
    assert server.connections == 1


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", UnreachableError),
        (b"garbage\r\n\r\n", UnreachableError),
        (answer(b'{"a": 1', length=100), UnreachableError),
        (answer(b"", length=100), UnreachableError),
        (b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"a":', UnreachableError),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", UnreachableError),
        (b'HTTP/1.1 200 OK\r\n\r\n{"a": ', BadAnswerError),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000, UnreachableError),
        (answer(b"<html>", "502 Bad Gateway"), ProviderError),
    ],
)
async def test_broken_answers_are_tried_four_times(data: bytes, kind: type[ProviderError]) -> None:
    clock = FakeClock()
    async with asking(and_close(data), clock=clock) as (client, server):
        with pytest.raises(kind) as caught:
            await client.request("GET", "/x")

    assert caught.value.retryable
    assert len(server.asked) == 4


async def test_a_body_cut_once_is_asked_again() -> None:
    answers = iter([answer(b'{"a": 1', length=100)])

    async def behave(_request: Asked, writer: Writer) -> None:
        cut = next(answers, None)
        writer.write(cut or OK)
        if cut:
            writer.close()

    async with asking(behave) as (client, _server):
        assert (await client.request("GET", "/x")).data == {"ok": True}


async def test_a_kept_connection_that_was_closed_is_replaced_at_once() -> None:
    clock = FakeClock()
    number = 0

    async def behave(_request: Asked, writer: Writer) -> None:
        nonlocal number
        number += 1
        if number == 2:
            writer.close()  # as a server does whose patience ended while the request travelled
        else:
            writer.write(OK)

    async with asking(behave, clock=clock) as (client, server):
        await client.request("GET", "/x")
        await client.request("GET", "/x")

    assert clock.sleeps == []
    assert len(server.asked) == 3


async def test_nobody_listens() -> None:
    async with loopback(always(OK)) as server:
        pass
    client = client_for(None, base_url=server.url)

    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1 refused the connection"):
        await client.request("GET", "/x")
    await client.aclose()


@pytest.mark.parametrize("where", ["head", "body", "nothing"])
async def test_a_drip_ends_at_the_deadline_and_the_client_lives_on(where: str) -> None:
    dripping = True

    async def behave(_request: Asked, writer: Writer) -> None:
        if not dripping:
            writer.write(OK)
            return
        if where == "body":
            writer.write(answer(b"", length=10_000))
        elif where == "head":
            writer.write(b"HTTP/1.1 200 OK\r\nx: ")
        while dripping:
            if where != "nothing":
                writer.write(b" ")
                await writer.drain()
            await asyncio.sleep(0.01)

    async with asking(behave) as (client, _server):
        begun = time.monotonic()
        with pytest.raises(UnreachableError, match="did not answer in time"):
            await client.request("GET", "/x", deadline_s=0.1)
        assert time.monotonic() - begun < 5

        dripping = False
        assert (await client.request("GET", "/x")).data == {"ok": True}


async def test_a_slow_stream_gets_time_for_what_arrives_but_a_drip_does_not() -> None:
    line = b'{"n": "' + b"x" * 32_000 + b'"}\n'

    async def slow(_request: Asked, writer: Writer) -> None:
        writer.write(answer(b"", length=len(line) * 10))
        for _ in range(10):
            writer.write(line)
            await writer.drain()
            await asyncio.sleep(0.05)

    async with asking(slow) as (client, _server):
        stream = client.stream_lines("GET", "/x", deadline_s=0.3)
        assert sum([len(batch.items) async for batch in stream]) == 10

    async def drip(_request: Asked, writer: Writer) -> None:
        writer.write(answer(b"", length=1_000_000))
        while True:
            writer.write(b"\n")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with asking(drip) as (client, _server):
        with pytest.raises(UnreachableError, match="did not answer in time"):
            _ = [batch async for batch in client.stream_lines("GET", "/x", deadline_s=0.1)]


async def test_a_slow_reader_of_a_stream_has_all_the_time() -> None:
    content = b"".join(b'{"n": %d}\n' % n for n in range(2000))

    async with asking(always(answer(content))) as (client, _server):
        seen = 0
        async for batch in client.stream_lines("GET", "/x", deadline_s=0.2, batch_items=100):
            seen += len(batch.items)
            await asyncio.sleep(0.03)

    assert seen == 2000


def bomb(inflated: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(b'{"data": [{"x": "')]
    parts += [packer.compress(b"a" * MIB) for _ in range(inflated // MIB)]
    return b"".join([*parts, packer.compress(b'"}]}'), packer.flush()])


async def test_a_bomb_is_defused_while_the_loop_goes_on() -> None:
    data = answer(bomb(512 * MIB), "200 OK", "content-encoding: gzip")
    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        while True:
            before = time.monotonic()
            await asyncio.sleep(0)
            longest = max(longest, time.monotonic() - before)

    async with asking(always(data)) as (client, _server):
        heart = asyncio.create_task(beat())
        with pytest.raises(TooLargeError):
            await client.request("GET", "/x")
        with pytest.raises(BadAnswerError, match="beyond all measure"):
            await client.page("GET", "/x", under="data")
        heart.cancel()

    assert longest < 0.5


async def test_gzip_over_a_socket() -> None:
    content = json.dumps({"data": [{"n": n, "x": "y" * 100} for n in range(20_000)]}).encode()
    data = answer(gzip.compress(content), "200 OK", "content-encoding: gzip")

    async with asking(always(data)) as (client, _server):
        stream = client.stream_items("GET", "/x", under="data")
        numbers = [item["n"] async for batch in stream for item in batch.items]

    assert numbers == list(range(20_000))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "auth",
    [
        AuthScheme(),
        AuthScheme("api-key", ""),
        AuthScheme("X-API-Key", ""),
        AuthScheme(basic_user="api"),
    ],
)
async def test_no_second_origin_sees_anything(status: int, auth: AuthScheme) -> None:
    async with loopback(always(OK)) as other:
        away = answer(
            b"", f"{status} Away", f"location: {other.url}/steal", "set-cookie: a=1; path=/"
        )
        async with asking(always(away), auth=auth) as (client, server):
            with pytest.raises(RejectedError, match=r"redirects to 127\.0\.0\.1"):
                await client.request("GET", "/x")
            with pytest.raises(RejectedError):
                await client.request("POST", "/x", body={})

    assert other.connections == 0
    assert len(server.asked) == 2
    assert all("cookie" not in request.headers for request in server.asked)


@pytest.mark.parametrize(
    "path",
    [
        "http://127.0.0.1:1/steal",
        "//127.0.0.1:1/steal",
        "/\\127.0.0.1",
        "evals",
        "",
        "/evals/../../steal",
        "/evals/%2E%2e/steal",
        "/evals/./x",
        "/evals?limit=1",
        "/evals#x",
        "/evals/a b",
        "/evals/\n",
        "/evals/\u202e",
        "@127.0.0.1:1/steal",
        ":80/steal",
    ],
)
async def test_a_path_stays_below_the_base_address(path: str) -> None:
    async with asking(always(OK)) as (client, server):
        with pytest.raises(BadAnswerError, match="cannot be part of an address"):
            await client.request("GET", path)

    assert server.asked == []


@pytest.mark.parametrize(
    ("base_url", "options", "kind"),
    [
        ("http://api.example/v1", {}, RejectedError),
        ("http://10.0.0.1/v1", {}, RejectedError),
        ("http://localhost.example/v1", {}, RejectedError),
        ("http://0.0.0.0:9/v1", {}, RejectedError),
        ("ftp://api.example/v1", {}, RejectedError),
        ("api.example/v1", {}, RejectedError),
        ("https://", {}, RejectedError),
        ("https://[::bad/v1", {}, RejectedError),
        ("http://127.0.0.1:9/v1", {}, UnreachableError),
        ("http://localhost:9/v1", {}, UnreachableError),
        ("http://[::1]:9/v1", {}, UnreachableError),
        ("http://0.0.0.0:9/v1", {"allow_http": True}, UnreachableError),
    ],
)
async def test_plain_http_only_goes_to_this_machine(
    base_url: str, options: dict[str, Any], kind: type[ProviderError]
) -> None:
    client = client_for(None, base_url=base_url, **options)

    with pytest.raises(kind) as caught:
        await client.request("GET", "/x")
    await client.aclose()

    assert caught.value.remedy


def pool_of(client: HttpClient) -> Any:
    lease = client._attempts._pool._lease
    assert lease is not None
    transport: Any = lease.client._transport
    return transport._pool


async def test_cancelled_requests_leave_no_slot_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "_POOL", 4)
    turn = 0

    async def behave(_request: Asked, writer: Writer) -> None:
        nonlocal turn
        turn += 1
        for _ in range(turn % 5):
            await asyncio.sleep(0)
        if turn % 7 == 0:
            writer.close()
        else:
            writer.write(OK)

    async with asking(behave) as (client, server):
        await client.request("GET", "/x")
        random = Random(1)
        for _ in range(1000):
            waves = [asyncio.create_task(client.request("GET", "/x")) for _ in range(4)]
            for _ in range(random.randrange(60)):
                await asyncio.sleep(0)
            for task in waves:
                task.cancel()
            await asyncio.gather(*waves, return_exceptions=True)
        results = await asyncio.wait_for(
            asyncio.gather(*(client.request("GET", "/x") for _ in range(8))), timeout=5
        )
        stuck = [item for item in pool_of(client).connections if not item.is_idle()]

        assert [result.data for result in results] == [{"ok": True}] * 8
        assert stuck == []
        assert len(pool_of(client).connections) <= 4
        assert server.most_open <= 4


async def test_streams_left_in_the_middle_leave_no_slot_stuck() -> None:
    content = b"".join(b'{"n": %d}\n' % n for n in range(50_000))

    async with asking(always(answer(content))) as (client, _server):
        for count in range(60):
            stream = client.stream_lines("GET", "/x", batch_items=1 + count)
            async for _batch in stream:
                break
            await stream.aclose()
        stream = client.stream_lines("GET", "/x")
        assert sum([len(batch.items) async for batch in stream]) == 50_000


async def test_four_at_a_time() -> None:
    async def behave(_request: Asked, writer: Writer) -> None:
        await asyncio.sleep(0.01)
        writer.write(OK)

    async with asking(behave) as (client, server):
        await asyncio.gather(*(client.request("GET", "/x") for _ in range(20)))

    assert server.most_open == 4


async def test_closing_ends_what_is_under_way_and_is_safe_twice() -> None:
    arrived = asyncio.Semaphore(0)

    async def never(_request: Asked, _writer: Writer) -> None:
        arrived.release()
        await asyncio.sleep(3600)

    async with asking(never) as (client, _server):
        requests = [asyncio.create_task(client.request("GET", "/x")) for _ in range(6)]
        for _ in range(4):
            await arrived.acquire()
        await client.aclose()
        await client.aclose()
        ended = await asyncio.gather(*requests, return_exceptions=True)
        assert [type(error) for error in ended] == [UnreachableError] * 6
        with pytest.raises(UnreachableError, match="closed"):
            await client.request("GET", "/x")


async def test_a_stream_that_is_closed_under_its_reader_ends_with_an_error() -> None:
    async def begin(_request: Asked, writer: Writer) -> None:
        writer.write(answer(b'{"n": 1}\n{"n": 2}\n', length=1000))
        await writer.drain()
        await asyncio.sleep(3600)

    async with asking(begin) as (client, _server):
        stream = client.stream_lines("GET", "/x", batch_items=1)
        assert (await anext(stream)).items == ({"n": 1},)
        await client.aclose()
        with pytest.raises(UnreachableError, match="closed"):
            await anext(stream)
