"""A server on a loopback socket with one behaviour, beside a provider that may also be well."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

import httpx

from tests.clock import FakeClock
from tests.faulty.behaviours import Behaviour, Visit
from tests.providers.contract.case import Case, Site
from tests.providers.http_client.loopback import Reader, Writer, answer, read_request
from tui.config import ConnectionConfig
from tui.providers.http import ClientContext
from tui.providers.registry import make_provider


@dataclass
class FaultyServer:
    """Answers as one case's provider does, or with a behaviour while it is `sick`."""

    case: Case
    behaviour: Behaviour
    sick: bool = False
    requests: list[str] = field(default_factory=list)
    site: Site = field(init=False)
    _talks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.site = Site(self.case)
        self.site.runs = [self.case.run(n) for n in range(3)]
        self.site.rows = [self.case.row(n) for n in range(3)]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[ConnectionConfig]:
        """Listen for a while; yields a connection to it."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        path = httpx.URL(self.case.config.base_url).path.rstrip("/")
        try:
            yield replace(self.case.config, base_url=f"http://127.0.0.1:{port}{path}")
        finally:
            server.close()
            for talk in list(self._talks):
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)
            await server.wait_closed()

    @asynccontextmanager
    async def asked(self) -> AsyncIterator[Site]:
        """Listen for a while; yields the case's site with a provider on the network."""
        async with self.running() as config:
            site = self.site
            context = site.world.context
            site.provider = make_provider(
                config,
                ClientContext(clock=FakeClock(), key=context.key, random=context.random),
            )
            try:
                yield site
            finally:
                await site.provider.aclose()

    async def _accept(self, reader: Reader, writer: Writer) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)
        with suppress(asyncio.CancelledError, ConnectionError, asyncio.IncompleteReadError):
            while not writer.is_closing():
                await self._answer(reader, writer)
        writer.transport.abort()

    async def _answer(self, reader: Reader, writer: Writer) -> None:
        asked = await read_request(reader)
        self.requests.append(asked.line)
        method, target, _ = asked.line.split(" ")
        request = httpx.Request(
            method, f"http://127.0.0.1{target}", headers=asked.headers, content=asked.body
        )
        right = self.case.answer(request, self.site)
        if self.sick:
            await self.behaviour(Visit(asked, reader, writer, right.content, len(self.requests)))
        else:
            status = f"{right.status_code} {right.reason_phrase}"
            writer.write(answer(right.content, status))
        await writer.drain()
        if writer.is_closing():
            with suppress(ConnectionError):
                await writer.wait_closed()
