"""The socket carrier, spoken to in raw bytes and through httpx."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tui.demo import demo_keys, serve
from tui.demo.server import MAX_BODY, DemoServer
from tui.demo.wire import Request, Response
from tui.demo.world import World

KEY = demo_keys()["prod"]


class Echo:
    """An API that says what it was asked."""

    def handle(self, request: Request) -> Response:
        if request.path == "/chunks":
            return Response(200, {"content-type": "text/plain"}, self._chunks())
        said = repr((request.method, request.path, request.query, len(request.body)))
        return Response(200, {"content-type": "text/plain"}, said.encode())

    def _chunks(self) -> Iterator[bytes]:
        yield from (b"one ", b"two ", b"three")


@pytest.fixture
async def address() -> AsyncIterator[tuple[str, int]]:
    server = DemoServer({"/echo": Echo()})
    port = await server.start("127.0.0.1", 0)
    yield "127.0.0.1", port
    await server.close()


async def talk(address: tuple[str, int], sent: bytes) -> bytes:
    """Send bytes, then read until the server closes."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(sent)
    await writer.drain()
    said = await reader.read()
    writer.close()
    await writer.wait_closed()
    return said


async def test_one_connection_carries_many_requests(address: tuple[str, int]) -> None:
    first = b"GET /echo/a?x=1&x=2&y= HTTP/1.1\r\nHost: h\r\n\r\n"
    last = b"POST /echo/b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody"
    said = await talk(address, first + last)
    assert said.count(b"HTTP/1.1 200") == 2
    assert b"('GET', '/a', [('x', '1'), ('x', '2'), ('y', '')], 0)" in said
    assert b"('POST', '/b', [], 4)" in said


async def test_iterable_bodies_are_sent_in_chunks(address: tuple[str, int]) -> None:
    said = await talk(address, b"GET /echo/chunks HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head.lower()
    assert body == b"4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n"


async def test_head_has_no_body(address: tuple[str, int]) -> None:
    said = await talk(address, b"HEAD /echo/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200")
    assert said.endswith(b"\r\n\r\n")


async def test_what_is_not_mounted_is_not_found(address: tuple[str, int]) -> None:
    async with httpx.AsyncClient() as client:
        for path in ("/", "/echoes/a", "/other"):
            answer = await client.get(f"http://{address[0]}:{address[1]}{path}")
            assert answer.status_code == 404


async def test_a_body_over_the_limit_is_refused(address: tuple[str, int]) -> None:
    async with httpx.AsyncClient() as client:
        url = f"http://{address[0]}:{address[1]}/echo/a"
        fits = await client.post(url, content=b"x" * MAX_BODY)
        assert fits.status_code == 200
        head = b"POST /echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n"
        reader, writer = await asyncio.open_connection(*address)
        writer.write(head + b"x" * (MAX_BODY + 1))
        assert (await reader.readline()).startswith(b"HTTP/1.1 413")
        writer.close()


async def test_expect_continue_is_answered(address: tuple[str, int]) -> None:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(
        b"POST /echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    )
    assert (await reader.readline()).startswith(b"HTTP/1.1 100")
    await reader.readline()
    writer.write(b"abc")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()


@pytest.mark.parametrize(
    "sent",
    [b"nonsense\r\n\r\n", b"GET /echo/a HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nA: \x00\r\n\r\n"],
)
async def test_bad_requests_are_refused_and_the_server_lives(
    address: tuple[str, int], sent: bytes
) -> None:
    assert (await talk(address, sent)).startswith(b"HTTP/1.1 400")
    good = await talk(address, b"GET /echo/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert good.startswith(b"HTTP/1.1 200")


async def test_a_client_that_leaves_early_does_no_harm(address: tuple[str, int]) -> None:
    for sent in (
        b"",
        b"GET /echo/a HT",
        b"POST /echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx",
    ):
        _, writer = await asyncio.open_connection(*address)
        writer.write(sent)
        writer.transport.abort()
    good = await talk(address, b"GET /echo/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert good.startswith(b"HTTP/1.1 200")


async def test_closing_ends_open_connections() -> None:
    server = DemoServer({"/echo": Echo()})
    port = await server.start("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /echo/a HTTP/1.1\r\nHost: h\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    await asyncio.wait_for(server.close(), 5)
    await asyncio.wait_for(reader.read(), 5)
    assert reader.at_eof()
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_serve_answers_under_its_prefixes_until_cancelled(world: World) -> None:
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.ensure_future(serve("127.0.0.1", 0, ready.set_result, world=world))
    base = await asyncio.wait_for(ready, 10)
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {KEY}"}) as client:
        good = await client.get(f"{base}/openai/v1/evals")
        assert good.json()["data"]
        assert (
            await client.get(f"{base}/foundry/api/projects/marigold/openai/v1/evals")
        ).status_code == 401
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient() as client:
            await client.get(f"{base}/openai/v1/evals")
