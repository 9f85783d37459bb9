"""One attempt at a request: its own task, its slot, its deadline, and what its answer means."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast

import httpx

from tui.clock import Clock
from tui.errors import ProviderError, UnreachableError
from tui.models import JsonValue
from tui.providers.connecting import IN_FLIGHT, LOCATION, ClientPool
from tui.providers.failures import (
    ErrorText,
    Failure,
    Words,
    answer_error,
    general_error_text,
    html_error,
    redirect_error,
    request_id_of,
    status_error,
    transport_failure,
)
from tui.providers.gate import RequestGate
from tui.providers.inflate import CutBodyError, UnreadableBodyError, decoded_pieces
from tui.providers.retry import HELD_WAIT_S, asked_wait, may_retry
from tui.providers.strict_json import NotJsonError, loads

ERROR_BYTES = 64 * 1024
"""How much of an error's body is read."""

_BLANK = b"\xef\xbb\xbf \t\r\n"
"""What may stand before a JSON text, the byte order mark included."""

_SLOWEST_BYTES_PER_S = 64 * 1024
"""A patient call's deadline grows by the time its bytes would take at this rate: a slow line gets
its file, a drip does not."""

_T = TypeVar("_T")


@dataclass(slots=True)
class Call:
    """A request as it is sent, and what has become of it."""

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    body: JsonValue
    deadline_s: float
    words: Words
    auth: httpx.Auth | None = None
    patient: bool = False
    """Whether arriving bytes extend the deadline."""
    once: bool = False
    """Whether it changes something: it is never sent again unasked."""
    abandoned: bool = False
    """Nobody waits for it any more: stop at the next piece."""
    handed_out: bool = False
    """Something of it has reached the caller: it cannot be retried unseen."""


class Slot:
    """One of the places on the network; given back once, whoever ends first."""

    def __init__(self, gate: asyncio.Semaphore) -> None:
        self._gate = gate
        self._held = True

    def release(self) -> None:
        """Give the place back."""
        if self._held:
            self._held = False
            self._gate.release()

    async def take(self) -> None:
        """Wait for a place."""
        await self._gate.acquire()
        self._held = True


class Arrival:
    """An answer that has begun and is not an error."""

    def __init__(
        self, call: Call, response: httpx.Response, limit: asyncio.Timeout, slot: Slot
    ) -> None:
        self.words = call.words
        self.status = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers)
        self.location = str(response.extensions.get(LOCATION, ""))
        self.request_id = request_id_of(self.headers, call.words)
        self.pieces = self._pieces(response)
        self._call = call
        self._limit = limit
        self._slot = slot

    def not_json(self) -> Failure:
        """Return the failure of a page where JSON was expected."""
        kind = self.headers.get("content-type", "").lower().partition(";")[0].strip()
        return Failure(
            html_error(
                self.words, status=self.status, content_type=kind, request_id=self.request_id
            )
        )

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Hold neither slot nor deadline while the reader is busy with what it has."""
        loop = asyncio.get_running_loop()
        left = cast("float", self._limit.when()) - loop.time()  # every call has a deadline
        self._limit.reschedule(None)
        self._slot.release()
        try:
            yield
        finally:
            await self._slot.take()
            self._limit.reschedule(loop.time() + left)

    async def _pieces(self, response: httpx.Response) -> AsyncIterator[bytes]:
        begun = False
        try:
            async for piece in decoded_pieces(response):
                if not begun and piece.strip(_BLANK):
                    begun = True
                    if piece.lstrip(_BLANK).startswith(b"<"):
                        raise self.not_json()
                if self._call.abandoned:
                    raise Failure(UnreachableError(f"{self.words.connection}: nobody waits."))
                ends = self._limit.when()
                if self._call.patient and ends is not None:
                    self._limit.reschedule(ends + len(piece) / _SLOWEST_BYTES_PER_S)
                yield piece
                # One chunk from the wire may inflate to a thousand pieces.
                await asyncio.sleep(0)
        except CutBodyError:
            raise self._unreadable("it is cut off", again=True) from None
        except UnreadableBodyError as error:
            raise self._unreadable(str(error), again=False) from None

    def _unreadable(self, why: str, *, again: bool) -> Failure:
        error = answer_error(why, self.words, status=self.status, request_id=self.request_id)
        return Failure(error, again=again)


class Attempts:
    """Runs attempts, at most four at a time, each shielded from its caller's cancellation.

    httpx 0.28 loses pool slots when a task is cancelled inside it; here the task goes on to its
    end (or its deadline) after its caller has gone.
    """

    def __init__(
        self,
        pool: ClientPool,
        clock: Clock,
        read_error: Callable[[int, JsonValue], ErrorText | None] | None,
        door: RequestGate | None = None,
    ) -> None:
        """`door` is passed before an attempt takes a slot: a wait there holds up nobody else."""
        self._door = door
        self._pool = pool
        self._clock = clock
        self._read_error = read_error
        self._gate = asyncio.Semaphore(IN_FLIGHT)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    def keep(self, task: asyncio.Task[_T]) -> asyncio.Task[_T]:
        """Hold a task until it ends; its failure is its caller's to see, or nobody's."""
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    async def run(self, call: Call, read: Callable[[Arrival], Awaitable[_T]]) -> _T:
        """Send once and return what `read` makes of the answer.

        Raises:
            Failure: it did not work.
        """
        slot = await self._slot(call)
        task = self.keep(asyncio.create_task(self._send(call, read, slot)))
        task.add_done_callback(lambda _task: slot.release())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            call.abandoned = True
            me = asyncio.current_task()
            if task.cancelled() and me is not None and not me.cancelling():
                raise self.closed(call) from None
            raise

    async def _slot(self, call: Call) -> Slot:
        """Pass the door and take a place on the network."""
        if self._door is not None:
            await self._door.enter(call.url.path)
        try:
            await self._gate.acquire()
        except asyncio.CancelledError:
            self._tell(call, None, sent=False)
            raise
        slot = Slot(self._gate)
        if self._closed:
            slot.release()
            self._tell(call, None, sent=False)
            raise self.closed(call)
        return slot

    def _tell(self, call: Call, error: ProviderError | None, *, sent: bool) -> None:
        """Tell the door how an attempt has ended; one that was left half-way says nothing."""
        if self._door is None:
            return
        if sent and not call.abandoned:
            self._door.ended(call.url.path, error)
        else:
            self._door.unsent(call.url.path)

    def closed(self, call: Call) -> Failure:
        """Return the failure of a call whose client has been closed."""
        return Failure(UnreachableError(f"{call.words.connection}: the client is closed."))

    async def aclose(self) -> None:
        """End what is under way and close the connections. Safe to call twice."""
        self._closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._pool.aclose()

    async def _send(self, call: Call, read: Callable[[Arrival], Awaitable[_T]], slot: Slot) -> _T:
        error: ProviderError | None = None
        ended = False
        try:
            async with self._pool.use() as client:
                answer = await self._exchange(client, call, read, slot)
            ended = True
        except Failure as failure:
            error, ended = failure.error, True
            raise
        except ProviderError as failure:
            error, ended = failure, True
            raise Failure(failure) from None
        else:
            return answer
        finally:
            self._tell(call, error, sent=ended)

    async def _exchange(
        self,
        client: httpx.AsyncClient,
        call: Call,
        read: Callable[[Arrival], Awaitable[_T]],
        slot: Slot,
    ) -> _T:
        begun = False
        limit = asyncio.timeout(call.deadline_s)
        try:
            async with limit:
                request = client.build_request(
                    call.method,
                    call.url,
                    headers=call.headers,
                    json=call.body,
                )
                response = await client.send(
                    request, auth=call.auth, stream=True, follow_redirects=False
                )
                begun = True
                try:
                    arrival = Arrival(call, response, limit, slot)
                    if self._door is not None:
                        self._door.answered(arrival.headers)
                    await self._check(arrival)
                    return await read(arrival)
                finally:
                    await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, UnicodeError) as error:
            if limit.expired():
                self._pool.retire(client)
            raise transport_failure(error, call.words, reused=not begun) from None

    async def _check(self, arrival: Arrival) -> None:
        status, words = arrival.status, arrival.words
        if 300 <= status < 400:  # noqa: PLR2004 - the class of redirects
            raise Failure(
                redirect_error(status, arrival.location, words, request_id=arrival.request_id)
            )
        if status >= 400:  # noqa: PLR2004 - the classes of errors
            raise await self._refusal(arrival)
        kind = arrival.headers.get("content-type", "").lower()
        if "html" in kind or "xml" in kind:
            raise arrival.not_json()

    async def _refusal(self, arrival: Arrival) -> Failure:
        body = await _error_body(arrival)
        text = self._read_error(arrival.status, body) if self._read_error is not None else None
        text = text or general_error_text(body)
        now = self._clock.now()
        wait_s = asked_wait(arrival.headers, now)
        code = text.code if text is not None else None
        again = may_retry(arrival.status, code, arrival.headers)
        if text is not None and text.retry is not None:
            again = text.retry
        error = status_error(
            arrival.status,
            text,
            arrival.words,
            request_id=arrival.request_id,
            retry_at=None if wait_s is None else now + timedelta(seconds=wait_s),
        )
        if wait_s is not None and wait_s > HELD_WAIT_S:
            again = False
        return Failure(error, again=again, wait_s=wait_s)


async def _error_body(arrival: Arrival) -> JsonValue:
    """Return an error's body as JSON; None when it is long, cut or something else."""
    text = bytearray()
    try:
        async for piece in arrival.pieces:
            text += piece
            if len(text) > ERROR_BYTES:
                return None
        return loads(text)
    except (NotJsonError, httpx.HTTPError):
        return None
    except Failure as failure:
        if failure.error.status is None:
            raise
        return None
