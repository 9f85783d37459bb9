"""A real server on a loopback socket that behaves as badly as it is told to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter


@dataclass
class Asked:
    """One request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[[Asked, Writer], Awaitable[None]]


@dataclass
class Loopback:
    """Where the server is and what it was asked."""

    behave: Behaviour
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    most_open: int = 0

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: Reader, writer: Writer) -> None:
        """Answer requests on one connection until either side ends it."""
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                request = await read_request(reader)
                self.asked.append(request)
                self.open_now += 1
                self.most_open = max(self.most_open, self.open_now)
                try:
                    await self.behave(request, writer)
                    await writer.drain()
                finally:
                    self.open_now -= 1
                if writer.is_closing():
                    break
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def read_request(reader: Reader) -> Asked:
    """Read one HTTP/1.1 request."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *fields = head.strip().split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (item.partition(":") for item in fields)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(line, headers, body)


def answer(
    content: bytes, status: str = "200 OK", *fields: str, length: int | None = None
) -> bytes:
    """Return an HTTP/1.1 answer; `length` may lie."""
    head = [f"HTTP/1.1 {status}", "content-type: application/json", *fields]
    head.append(f"content-length: {len(content) if length is None else length}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + content


OK = answer(b'{"ok": true}')


def always(data: bytes) -> Behaviour:
    """Return a behaviour: these bytes, whatever is asked."""

    async def behave(_request: Asked, writer: Writer) -> None:
        writer.write(data)

    return behave


def and_close(data: bytes) -> Behaviour:
    """Return a behaviour: these bytes, then the end of the connection."""

    async def behave(_request: Asked, writer: Writer) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return behave


@asynccontextmanager
async def loopback(behave: Behaviour) -> AsyncIterator[Loopback]:
    """Run a server for a while."""
    place = Loopback(behave)
    handlers: set[asyncio.Task[None]] = set()

    async def serve(reader: Reader, writer: Writer) -> None:
        task = asyncio.current_task()
        if task is not None:
            handlers.add(task)
            task.add_done_callback(handlers.discard)
        with suppress(asyncio.CancelledError):
            await place.serve(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    place.port = server.sockets[0].getsockname()[1]
    try:
        yield place
    finally:
        server.close()
        for task in list(handlers):
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
        await server.wait_closed()
