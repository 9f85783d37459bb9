"""What a connection's door hears of each attempt."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from tests.clock import FakeClock
from tests.providers.http_client.clients import BASE, CANARY, Script
from tui.credentials import static_key_source
from tui.errors import MissingError, ProviderError, UnreachableError
from tui.providers.connecting import IN_FLIGHT
from tui.providers.http import AuthScheme, ClientContext, HttpClient

PATH = "/v1/x"


class Door:
    """Lets everything in, and writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    async def enter(self, path: str) -> None:
        self.heard.append(("enter", path))

    def unsent(self, path: str) -> None:
        self.heard.append(("unsent", path))

    def answered(self, headers: Mapping[str, str]) -> None:
        self.heard.append(("answered", headers["x-a"]))

    def ended(self, path: str, error: ProviderError | None) -> None:
        self.heard.append(("ended", path, type(error)))


def behind(door: Door, handler: Callable[[httpx.Request], Any]) -> HttpClient:
    context = ClientContext(
        FakeClock(), static_key_source(CANARY), httpx.MockTransport(handler), gate=door
    )
    return HttpClient(context, connection="prod", base_url=BASE, auth=AuthScheme())


async def test_it_hears_how_each_attempt_went() -> None:
    door = Door()
    good = httpx.Response(200, json=1, headers={"x-a": "good"})
    bad = httpx.Response(404, headers={"x-a": "bad"})
    client = behind(door, Script(good, bad))
    await client.request("GET", "/x")
    with pytest.raises(MissingError):
        await client.request("GET", "/x")
    client = behind(door, Script(httpx.UnsupportedProtocol("no")))
    with pytest.raises(ProviderError):
        await client.request("GET", "/x")
    entered = ("enter", PATH)
    assert door.heard[:6] == [
        *(entered, ("answered", "good"), ("ended", PATH, type(None))),
        *(entered, ("answered", "bad"), ("ended", PATH, MissingError)),
    ]
    assert door.heard[6] == entered
    assert door.heard[7][:2] == ("ended", PATH)
    assert issubclass(door.heard[7][2], ProviderError)


async def test_who_has_gone_says_nothing_of_how_it_went() -> None:
    door, begun, go_on = Door(), asyncio.Semaphore(0), asyncio.Event()

    async def hold(_request: httpx.Request) -> httpx.Response:
        begun.release()
        await go_on.wait()
        return httpx.Response(200, json=1, headers={"x-a": "late"})

    client = behind(door, hold)
    calls = [asyncio.create_task(client.request("GET", "/x")) for _ in range(IN_FLIGHT + 1)]
    for _ in range(IN_FLIGHT):
        await begun.acquire()
    calls[-1].cancel()  # it waits for a place
    await asyncio.gather(calls[-1], return_exceptions=True)
    assert door.heard[IN_FLIGHT + 1 :] == [("unsent", PATH)]
    calls[0].cancel()  # it was sent
    await asyncio.gather(calls[0], return_exceptions=True)
    go_on.set()
    assert [(await call).data for call in calls[1:-1]] == [1] * (IN_FLIGHT - 1)
    await client.aclose()
    heard = door.heard[IN_FLIGHT + 2 :]
    assert heard.count(("unsent", PATH)) == 1
    assert heard.count(("ended", PATH, type(None))) == IN_FLIGHT - 1


async def test_what_was_let_in_but_met_a_closed_client_was_not_sent() -> None:
    door, begun = Door(), asyncio.Semaphore(0)

    async def hold(_request: httpx.Request) -> httpx.Response:
        begun.release()
        await asyncio.Event().wait()
        raise AssertionError

    client = behind(door, hold)
    calls = [asyncio.create_task(client.request("GET", "/x")) for _ in range(IN_FLIGHT + 1)]
    for _ in range(IN_FLIGHT):
        await begun.acquire()
    await client.aclose()
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(end, UnreachableError) for end in ends)
    assert door.heard[IN_FLIGHT + 1 :] == [("unsent", PATH)] * (IN_FLIGHT + 1)
