"""The places on the network: each is given back once, whoever leaves first, and when."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.providers.http_client.clients import client_for
from tui.errors import UnreachableError
from tui.providers.attempts import Slot
from tui.providers.connecting import IN_FLIGHT


async def test_a_place_is_given_back_once() -> None:
    gate = asyncio.Semaphore(2)
    await gate.acquire()
    slot = Slot(gate)
    await gate.acquire()
    assert gate.locked()
    slot.release()
    slot.release()
    await gate.acquire()
    assert gate.locked(), "the other place is still somebody's"
    waiting = asyncio.create_task(slot.take())
    await asyncio.sleep(0)
    gate.release()
    await waiting
    assert gate.locked()
    slot.release()
    assert not gate.locked()


async def test_who_waits_for_a_place_is_told_that_the_client_was_closed() -> None:
    begun = asyncio.Semaphore(0)

    async def hold(_request: httpx.Request) -> httpx.Response:
        begun.release()
        await asyncio.Event().wait()
        raise AssertionError

    client = client_for(hold)  # type: ignore[arg-type] # httpx takes both kinds
    calls = [asyncio.create_task(client.request("GET", "/x")) for _ in range(IN_FLIGHT + 2)]
    for _ in range(IN_FLIGHT):
        await begun.acquire()
    await client.aclose()
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert [str(end) for end in ends] == ["prod: the client is closed."] * (IN_FLIGHT + 2)
    assert all(isinstance(end, UnreachableError) for end in ends)
    with pytest.raises(UnreachableError, match="the client is closed"):
        await client.request("GET", "/x")


class Told(httpx.AsyncByteStream):
    """A body that comes piece by piece, as it is let."""

    def __init__(self) -> None:
        self.wanted = asyncio.Semaphore(0)
        self.let = asyncio.Semaphore(0)
        self.closed = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.wanted.release()
            await self.let.acquire()
            yield b" "

    async def aclose(self) -> None:
        self.closed.set()


@pytest.mark.parametrize("status", [200, 500])
async def test_a_body_nobody_waits_for_is_left_at_the_next_piece(status: int) -> None:
    body = Told()

    async def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, stream=body)

    client = client_for(answer)  # type: ignore[arg-type] # httpx takes both kinds
    call = asyncio.create_task(client.request("GET", "/x"))
    await body.wanted.acquire()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not body.closed.is_set(), "the connection is not torn from under it"
    body.let.release()
    await body.closed.wait()
    assert body.wanted.locked(), "it has asked for no other"
    await client.aclose()
