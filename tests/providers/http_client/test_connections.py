"""Where connections go, how many there are, and that none of them is left stuck."""

import asyncio
from random import Random
from typing import Any

import pytest

from tests.providers.http_client.clients import asking, client_for
from tests.providers.http_client.loopback import OK, Asked, Writer, always, answer, loopback
from tui.errors import BadAnswerError, ProviderError, RejectedError, UnreachableError
from tui.providers import connecting
from tui.providers.http import AuthScheme, HttpClient

pytestmark = pytest.mark.usefixtures("no_proxy")


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


@pytest.mark.parametrize("waves", [800, pytest.param(2_500, marks=pytest.mark.nightly)])
async def test_cancelled_requests_leave_no_slot_stuck(
    waves: int, monkeypatch: pytest.MonkeyPatch
) -> None:
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
        for _ in range(waves):
            wave = [asyncio.create_task(client.request("GET", "/x")) for _ in range(4)]
            for _ in range(random.randrange(60)):
                await asyncio.sleep(0)
            for task in wave:
                task.cancel()
            await asyncio.gather(*wave, return_exceptions=True)
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
