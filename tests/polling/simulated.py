"""Hours of polling in seconds: time moves on when everybody sleeps, and servers are invented."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import Any, TypeVar

import httpx
import pytest

from tests.clock import FakeClock
from tests.providers.contract.case import Case, Site
from tui.config import AzureOpenAIConnection, ConnectionConfig, OpenAIConnection
from tui.models import RunRef
from tui.polling.links import Link
from tui.polling.poller import Poller
from tui.store import Store

_T = TypeVar("_T")


class SimulatedClock(FakeClock):
    """Time passes for all sleepers together: to the next one's end, once nobody has more to do."""

    def __init__(self) -> None:
        super().__init__()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self.slept = 0.0
        """How long the machine has been suspended."""

    async def sleep(self, seconds: float) -> None:
        """Wait for the others to bring time on."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (self.monotonic() + max(0.0, seconds), next(self._numbers), future)
        heapq.heappush(self._sleepers, entry)
        await future

    async def pass_time(self, seconds: float) -> None:
        """Let so much time pass; everything that is due within it is done."""
        end = self.monotonic() + seconds
        while True:
            await self._quiet()
            while self._sleepers and self._sleepers[0][2].done():
                heapq.heappop(self._sleepers)
            if not self._sleepers or self._sleepers[0][0] > end:
                self.advance(max(0.0, end - self.monotonic()))
                return
            at, _number, future = heapq.heappop(self._sleepers)
            self.advance(max(0.0, at - self.monotonic()))
            future.set_result(None)

    def suspend(self, seconds: float) -> None:
        """Suspend the machine: the wall time goes on, the monotonic clock stands still."""
        self.jump(seconds)
        self.slept += seconds

    @staticmethod
    async def _quiet() -> None:
        ready: Any = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # what is yet to run
        await asyncio.sleep(0)
        while ready:  # noqa: ASYNC110 - nothing tells when all others wait
            await asyncio.sleep(0)


async def at_once(function: Callable[..., _T], *arguments: Any, **named: Any) -> _T:
    """Take the place of `asyncio.to_thread`: a thread's work takes no simulated time."""
    return function(*arguments, **named)


@dataclass
class Server:
    """One provider's invented server, with the times it was asked."""

    site: Site
    config: ConnectionConfig
    clock: SimulatedClock
    asked: list[tuple[float, str]] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Note the request and answer it."""
        self.asked.append((self.clock.monotonic(), f"{request.method} {request.url.raw_path!r}"))
        return self.site._answer(request)

    def busiest_minute(self) -> int:
        """Return the most requests within any sixty seconds."""
        times = [at for at, _ in self.asked]
        return max(
            (sum(1 for at in times if begin <= at < begin + 60) for begin in times), default=0
        )

    def take(self) -> list[str]:
        """Return what was asked since the last take."""
        asked, self.asked = self.asked, []
        return [line for _, line in asked]


@dataclass
class Night:
    """A whole poller over several invented servers."""

    clock: SimulatedClock
    servers: list[Server]
    poller: Poller
    store: Store

    def break_all(self) -> None:
        """Nobody answers from now on."""

        def fall(_request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("[Errno 111] Connection refused")

        for server in self.servers:
            server.site.fault = fall

    def mend_all(self) -> None:
        """Everybody answers again."""
        for server in self.servers:
            server.site.fault = None

    def stale(self, since_s: float) -> list[str]:
        """Return the connections without a good answer in the last seconds."""
        now = self.clock.now()
        return [
            name
            for name, health in self.poller.status().items()
            if health.ok_at is None or (now - health.ok_at).total_seconds() > since_s
        ]


@asynccontextmanager
async def night(
    cases: list[Case],
    monkeypatch: pytest.MonkeyPatch,
    *,
    live: int,
    ended: int = 2,
) -> AsyncIterator[Night]:
    """Poll these providers, each with so many runs, until left."""
    monkeypatch.setattr(asyncio, "to_thread", at_once)
    monkeypatch.setattr("tui.providers.warming.warm_network", lambda: None)  # runs a loop
    clock = SimulatedClock()
    store = Store.open(None, clock=clock)
    servers: list[Server] = []
    links: dict[str, Link] = {}
    pollers: list[Poller] = []
    for number, case in enumerate(cases):
        site = Site(case)
        site.runs = [case.run(n) for n in range(ended)]
        site.runs += [case.with_status(case.run(n), "running") for n in range(ended, ended + live)]
        site.rows = [case.row(n) for n in range(3)]
        config: Any = replace(
            case.config,
            name=f"{case.name}-{number}",
            poll=type(case.config).default_poll,
        )
        if isinstance(config, OpenAIConnection | AzureOpenAIConnection):
            config = replace(config, batches=False)
        server = Server(site, config, clock)
        servers.append(server)
        links[config.name] = Link(
            config,
            store=store,
            clock=clock,
            key=site.world.context.key,
            transport=httpx.MockTransport(server.answer),
            random=Random(number),
            publish=lambda change: pollers[0].publish(change) if pollers else None,
        )
    poller = Poller(links, store, clock, Random(1), slept_s=lambda: clock.slept)
    pollers.append(poller)
    running = asyncio.create_task(poller.run())
    try:
        yield Night(clock, servers, poller, store)
        if running.done():
            running.result()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await poller.aclose()
        store.close()


def visible(night: Night, each: int = 3) -> list[RunRef]:
    """Return a few live runs of every connection, as a screen shows them."""
    found: list[RunRef] = []
    for server in night.servers:
        live = night.store.live_runs(server.config.name)
        found += [stored.run.ref for stored in live][:each]
    return found
