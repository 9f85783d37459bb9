"""The demo's APIs on a real port: a small HTTP/1.1 server on h11.

Keep-alive, chunked streaming, bounded requests. Meant for loopback: it knows no TLS.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

import h11

from tui.clock import SystemClock
from tui.demo.apis import MOUNTS, apis
from tui.demo.wire import Api, Request, Response, json_response, parse_query
from tui.demo.world import World

MAX_BODY = 10 * 1024 * 1024
IDLE_S = 75.0
"""Seconds a connection may wait for its next request."""
_READ = 64 * 1024


class _TooLargeError(Exception):
    """A request body over `MAX_BODY`."""


class DemoServer:
    """Serves APIs by path prefix. Open it with `start`, end it with `close`."""

    def __init__(self, mounts: Mapping[str, Api]) -> None:
        """`mounts` maps a path prefix (`/openai`) to the API below it."""
        self._mounts = dict(mounts)
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen and return the port, which the system chooses when `port` is 0.

        Raises:
            OSError: The address cannot be used.
        """
        self._server = await asyncio.start_server(self._accept, host, port)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        """Stop listening, end open connections and wait until they are gone."""
        if self._server is not None:
            self._server.close()
        talks = tuple(self._talks)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:  # asyncio calls this in a task of its own
            return
        self._talks.add(task)
        # Only `close` cancels; asyncio would log a cancelled connection as an error of ours.
        with suppress(asyncio.CancelledError):
            try:
                await _Talk(self._mounts, reader, writer).run()
            finally:
                self._talks.discard(task)


class _Talk:
    """One connection."""

    def __init__(
        self, mounts: Mapping[str, Api], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._mounts = mounts
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER)

    async def run(self) -> None:
        """Answer requests until the client leaves, errs or idles."""
        with suppress(ConnectionError, TimeoutError):
            try:
                while await self._exchange():
                    self._http.start_next_cycle()
            except h11.RemoteProtocolError as fault:
                if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
                    status = fault.error_status_hint
                    await self._send(json_response(status, {"message": "Bad request"}), "GET")
            except _TooLargeError:
                await self._send(json_response(413, {"message": "Request body too large"}), "POST")
            finally:
                self._writer.close()
                with suppress(ConnectionError):
                    await self._writer.wait_closed()

    async def _exchange(self) -> bool:
        event = await asyncio.wait_for(self._event(), IDLE_S)
        if not isinstance(event, h11.Request):
            return False
        body = bytearray()
        while not isinstance(
            part := await asyncio.wait_for(self._event(), IDLE_S), h11.EndOfMessage
        ):
            if not isinstance(part, h11.Data):
                return False
            body += part.data
            if len(body) > MAX_BODY:
                raise _TooLargeError
        method = event.method.decode("ascii")
        answer = await asyncio.to_thread(self._answer, event, method, bytes(body))
        await self._send(answer, method)
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    async def _event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
                await self._write(self._http.send(go_on))
            self._http.receive_data(await self._reader.read(_READ))
        return event

    def _answer(self, event: h11.Request, method: str, body: bytes) -> Response:
        target, _, query = event.target.partition(b"?")
        path = target.decode("ascii", "replace")
        for prefix, api in self._mounts.items():
            if path.startswith(prefix + "/"):
                headers = {
                    name.decode("ascii"): value.decode("latin-1") for name, value in event.headers
                }
                asked = parse_query(query.decode("ascii", "replace"))
                return api.handle(Request(method, path.removeprefix(prefix), asked, headers, body))
        return json_response(404, {"message": f"Nothing is served at {path}"})

    async def _send(self, answer: Response, method: str) -> None:
        headers = [(name, value) for name, value in answer.headers.items()]
        body = answer.body
        if isinstance(body, bytes):
            headers.append(("content-length", str(len(body))))
        else:
            headers.append(("transfer-encoding", "chunked"))
        chunks = iter([body] if isinstance(body, bytes) else body)
        await self._write(self._http.send(h11.Response(status_code=answer.status, headers=headers)))
        if method != "HEAD":
            while (chunk := await asyncio.to_thread(next, chunks, b"")) != b"":
                await self._write(self._http.send(h11.Data(data=chunk)))
        await self._write(self._http.send(h11.EndOfMessage()))

    async def _write(self, data: bytes | None) -> None:
        if data:
            self._writer.write(data)
            await self._writer.drain()


async def serve(
    host: str,
    port: int,
    on_ready: Callable[[str], None],
    *,
    world: World | None = None,
) -> None:
    """Serve the demo's APIs until cancelled.

    Args:
        host: Address to listen on.
        port: Port; 0 lets the system choose.
        on_ready: Called once with `http://host:port` when requests are answered.
        world: The world to serve; None = one that begins now.

    Raises:
        OSError: The address cannot be used.
    """
    from tui.demo import demo_world

    live = demo_world(SystemClock()) if world is None else world
    served = apis(live)
    prefixes = {mount.prefix: served[mount.account] for mount in MOUNTS if mount.account in served}
    server = DemoServer(prefixes)
    bound = await server.start(host, port)
    shown = f"[{host}]" if ":" in host else host
    try:
        on_ready(f"http://{shown}:{bound}")
        await asyncio.Event().wait()
    finally:
        await server.close()
