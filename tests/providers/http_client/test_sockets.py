"""Answers over real sockets: cuts, drips, slow streams, bombs."""

import asyncio
import gzip
import json
import time
import zlib

import pytest

from tests.clock import FakeClock
from tests.providers.http_client.clients import CANARY, MIB, asking, client_for
from tests.providers.http_client.loopback import (
    OK,
    Asked,
    Writer,
    always,
    and_close,
    answer,
    loopback,
)
from tui.errors import BadAnswerError, ProviderError, TooLargeError, UnreachableError

pytestmark = pytest.mark.usefixtures("no_proxy")


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
    data = answer(gzip.compress(content, mtime=0), "200 OK", "content-encoding: gzip")

    async with asking(always(data)) as (client, _server):
        stream = client.stream_items("GET", "/x", under="data")
        numbers = [item["n"] async for batch in stream for item in batch.items]

    assert numbers == list(range(20_000))
