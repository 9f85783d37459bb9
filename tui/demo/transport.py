"""The demo's APIs behind httpx's transport seam: no socket, no network."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping

import httpx

from tui.clock import Clock
from tui.demo.wire import Api, Request, Response, parse_query


class _Chunks(httpx.AsyncByteStream):
    """A body made bit by bit, each bit in a thread: a big file must not hold the loop."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (chunk := await asyncio.to_thread(next, self._chunks, None)) is not None:
            yield chunk


class DemoTransport(httpx.AsyncBaseTransport):
    """Answers requests to the demo's hosts; any other host cannot be reached."""

    def __init__(
        self, hosts: Mapping[str, Api], *, clock: Clock | None = None, latency_s: float = 0.0
    ) -> None:
        """`latency_s` is slept on `clock` before each answer, when both are given."""
        self._hosts = dict(hosts)
        self._clock = clock
        self._latency_s = latency_s
        self._turn = asyncio.Lock()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request.

        Raises:
            httpx.ConnectError: The host is none of the demo's.
        """
        api = self._hosts.get(request.url.host)
        if api is None:
            raise httpx.ConnectError(f"{request.url.host} is not part of the demo", request=request)
        if self._clock is not None and self._latency_s > 0:
            await self._clock.sleep(self._latency_s)
        asked = Request(
            method=request.method,
            path=request.url.raw_path.partition(b"?")[0].decode("ascii"),
            query=parse_query(request.url.query.decode("ascii")),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.aread(),
        )
        # One at a time: the servers share this process with the app, whose keys come first.
        async with self._turn:
            answer: Response = await asyncio.to_thread(api.handle, asked)
        body = answer.body
        if isinstance(body, bytes):
            return httpx.Response(
                answer.status, headers=dict(answer.headers), content=body, request=request
            )
        return httpx.Response(
            answer.status, headers=dict(answer.headers), stream=_Chunks(body), request=request
        )
