"""The one client policy: every request of every provider goes through `HttpClient`.

- A key is added per request and only for the connection's own origin (scheme, host, port). Paths
  are relative; redirects are errors; cookies are not kept; only gzip is asked for.
- An attempt has connect, read, write and pool timeouts and a deadline over all of them. It runs in
  a task of its own, so that a caller who goes away costs no pool slot.
- Requests that only read, POST included, are tried up to four times on 408, 429, 5xx and broken
  connections, with jittered backoff or the wait the server asks for; one that changes something is
  tried once. A longer wait than 5 s is raised with its time and holds no slot. 409 is an answer
  (`not ready`), not a fault.
- Bodies are inflated and parsed in pieces; an item over 8 MiB is skipped and named.
- What goes wrong is a `tui.errors.ProviderError` with a sentence, a remedy and the request id.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import field
from random import Random
from typing import Literal, TypeVar

import httpx

from tui.clock import Clock
from tui.config import key_variable_of
from tui.credentials import FoundKey, KeySource, RenewableSource
from tui.errors import KeyMissingError, TooLargeError
from tui.frozen import frozen
from tui.models import JsonValue
from tui.providers.attempts import Arrival, Attempts, Call
from tui.providers.auth import AuthScheme, OriginAuth, basic_token, chosen_scheme
from tui.providers.batches import ITEM_BYTES, BadItem, ItemBatch
from tui.providers.bodies import item_batches, object_lines, one_page, value_without, whole_value
from tui.providers.connecting import ClientPool
from tui.providers.failures import ErrorText, Failure, Words
from tui.providers.gate import RequestGate
from tui.providers.handover import Handover
from tui.providers.page_size import halved_page
from tui.providers.retry import TRIES, backoff
from tui.providers.targets import Base, Params

__all__ = [
    "ITEM_BYTES",
    "Answer",
    "AuthScheme",
    "BadItem",
    "ClientContext",
    "ErrorText",
    "HttpClient",
    "ItemBatch",
    "Method",
    "Params",
    "Transport",
]

Transport = httpx.AsyncBaseTransport
"""For rooms that hand one through without importing httpx."""
Method = Literal["GET", "POST"]

_UNAUTHORIZED = 401
_QUEUED_BATCHES = 2

_T = TypeVar("_T")


@frozen
class Answer:
    """A decoded answer."""

    data: JsonValue
    status: int
    headers: Mapping[str, str]
    """Lower-case names."""
    request_id: str | None


@frozen
class ClientContext:
    """What a provider is given to build its client from."""

    clock: Clock
    key: KeySource
    transport: httpx.AsyncBaseTransport | None = None
    """None = the network. Tests and the demo give their own."""
    random: Random = field(default_factory=Random)
    gate: RequestGate | None = None
    """Asked before every attempt, retries included; None lets everything through."""


class HttpClient:
    """Requests to one origin under one policy.

    Making one costs nothing and never fails; the httpx client is made at the first request.
    """

    def __init__(
        self,
        context: ClientContext,
        *,
        connection: str,
        base_url: str,
        auth: AuthScheme | Callable[[str], AuthScheme],
        headers: Mapping[str, str] | None = None,
        read_error: Callable[[int, JsonValue], ErrorText | None] | None = None,
        key_required: bool = True,
        allow_http: bool = False,
        verify_tls: bool = True,
    ) -> None:
        """Describe the connection.

        Args:
            context: clock, key and transport.
            connection: the name the user chose; opens every sentence.
            base_url: the origin and path prefix all paths are added to.
            auth: how the key is sent; a callable decides by the key's form.
            headers: sent with every request; never secrets.
            read_error: finds message and code in this provider's error bodies (status, body as
                JSON or None); None from it falls back to the usual shapes.
            key_required: whether a missing key is an error (KeyMissingError).
            allow_http: whether plain http is allowed beyond loopback.
            verify_tls: False skips certificate checks.
        """
        self._context = context
        self._connection = connection
        self._base = Base(base_url, connection=connection, allow_http=allow_http)
        self._auth = auth
        self._headers = dict(headers or {})
        self._key_required = key_required
        self._attempts = Attempts(
            ClientPool(
                connection=connection,
                base_url=base_url,
                transport=context.transport,
                verify_tls=verify_tls,
            ),
            context.clock,
            read_error,
            context.gate,
        )

    async def request(
        self,
        method: Method,
        path: str,
        *,
        params: Params | None = None,
        body: JsonValue = None,
        drop: tuple[str, ...] = (),
        deadline_s: float = 30.0,
        max_bytes: int = ITEM_BYTES,
        accept: str = "application/json",
        once: bool = False,
    ) -> Answer:
        """Return a whole JSON answer, whatever its root is.

        Args:
            method: GET or POST.
            path: relative to the base address, starting with a slash, ids already quoted.
            params: query; None values are left out, lists repeat the name.
            body: sent as JSON unless None.
            drop: dotted paths of object keys whose value is not kept but replaced by
                `{"$dropped": n}`, n being the length of an array, null for anything else (an object
                has `$members` beside it). What is dropped does not count against `max_bytes`.
            deadline_s: bound of one attempt.
            max_bytes: cap of the decoded answer.
            accept: the Accept header.
            once: whether it changes something, so that it must not be sent again unasked.

        Raises:
            TooLargeError: the answer is over `max_bytes`.
            ProviderError: any other failure, see the module.
        """
        call = self._call(
            method, path, params=params, body=body, deadline_s=deadline_s, accept=accept
        )
        call.once = once

        async def read(arrival: Arrival) -> Answer:
            data = await (
                value_without(arrival, drop, max_bytes) if drop else whole_value(arrival, max_bytes)
            )
            headers = {k: v for k, v in arrival.headers.items() if k != "set-cookie"}
            return Answer(data, arrival.status, headers, arrival.request_id)

        return await self._ask(call, read)

    async def page(
        self,
        method: Method,
        path: str,
        *,
        under: str,
        params: Params | None = None,
        body: JsonValue = None,
        drop: tuple[str, ...] = (),
        deadline_s: float = 30.0,
        limit_param: str | None = "limit",
    ) -> ItemBatch:
        """Return one page of a paged list as a single batch.

        A page whose items are over 64 MiB together is asked again with half the limit, down to 1,
        so it may hold fewer items than asked for: go on from the last one.

        Args:
            method: GET or POST.
            path: as in `request`.
            under: top-level key of the list; null there is an empty list.
            params: query.
            body: JSON body.
            drop: as in `request`, relative to each item.
            deadline_s: bound of one attempt, extended for bytes that do arrive.
            limit_param: name of the page size in `params` or `body`; None = there is none.
        """
        while True:
            call = self._call(method, path, params=params, body=body, deadline_s=deadline_s)
            call.patient = True

            try:
                return await self._ask(call, lambda arrival: one_page(arrival, under, drop))
            except TooLargeError:
                smaller = halved_page(limit_param, params, body)
                if smaller is None:
                    raise
                params, body = smaller

    def stream_items(
        self,
        method: Method,
        path: str,
        *,
        under: str,
        params: Params | None = None,
        body: JsonValue = None,
        drop: tuple[str, ...] = (),
        deadline_s: float = 60.0,
        batch_items: int = 200,
    ) -> AsyncGenerator[ItemBatch, None]:
        """Yield the objects of the array at top-level key `under`, parsed as they arrive.

        The last batch (`last`, possibly empty) carries `rest`. A failure before the first batch is
        retried as usual; after it, it is raised and the caller starts over. Close the iterator if
        it is left early (`contextlib.aclosing`). Arguments are those of `page`.
        """
        call = self._call(method, path, params=params, body=body, deadline_s=deadline_s)

        return self._stream(call, lambda arrival: item_batches(arrival, under, drop, batch_items))

    def stream_lines(
        self,
        method: Method,
        path: str,
        *,
        params: Params | None = None,
        body: JsonValue = None,
        deadline_s: float = 60.0,
        batch_items: int = 200,
        accept: str = "application/jsonl",
    ) -> AsyncGenerator[ItemBatch, None]:
        """Yield the objects of a line-delimited answer, whatever its content type says.

        An empty body is one empty last batch. A last line that is cut is a retryable
        BadAnswerError, never a short result. Otherwise as `stream_items`.
        """
        call = self._call(
            method, path, params=params, body=body, deadline_s=deadline_s, accept=accept
        )

        return self._stream(call, lambda arrival: object_lines(arrival, batch_items))

    async def aclose(self) -> None:
        """Close the connections; requests under way end with UnreachableError. Safe twice."""
        await self._attempts.aclose()

    # One call, with its tries ----------------------------------------------------------------

    def _call(
        self,
        method: Method,
        path: str,
        *,
        params: Params | None,
        body: JsonValue,
        deadline_s: float,
        accept: str = "application/json",
    ) -> Call:
        url = self._base.address(path, params)
        return Call(
            method=method,
            url=url,
            headers={**self._headers, "Accept": accept},
            body=body,
            deadline_s=deadline_s,
            words=Words(self._connection, url.host),
        )

    async def _ask(self, call: Call, read: Callable[[Arrival], Awaitable[_T]]) -> _T:
        renewed = spared = False
        tries = retries = 0
        while True:
            tries += 1
            found = await self._key()
            self._equip(call, found)
            try:
                return await self._attempts.run(call, read)
            except Failure as failure:
                if tries == TRIES or call.handed_out or call.once:
                    raise failure.error from None
                if failure.error.status == _UNAUTHORIZED and not renewed and self._renew(found):
                    renewed = True
                    continue
                if not failure.again:
                    raise failure.error from None
                if failure.at_once and not spared:
                    spared = True
                    continue
                pause = failure.wait_s
            if pause is None:
                pause = backoff(retries, self._context.random)
            retries += 1
            await self._context.clock.sleep(pause)

    async def _key(self) -> FoundKey | None:
        found = await self._context.key()
        if found is None:
            if self._key_required:
                raise KeyMissingError(
                    f"{self._connection}: no key was found.",
                    remedy=f"Set {key_variable_of(self._connection)}.",
                )
            return None
        key = found.secret.reveal()
        if not (key.isascii() and key.isprintable()):
            raise KeyMissingError(
                f"{self._connection}: the key from {found.source} holds characters no key has.",
                remedy="Copy the key again, without line breaks or quotes.",
            )
        return found

    def _equip(self, call: Call, found: FoundKey | None) -> None:
        if found is None:
            return
        key = found.secret.reveal()
        scheme = chosen_scheme(self._auth, key)
        secrets = [key]
        if scheme.basic_user is not None:
            secrets.append(basic_token(scheme.basic_user, key))
        call.auth = OriginAuth(self._base.origin, scheme, found)
        call.words = Words(self._connection, call.url.host, tuple(secrets), found.source)

    def _renew(self, found: FoundKey | None) -> bool:
        """Let go of a refused key. Returns whether its source may have another one."""
        source = self._context.key
        return (
            found is not None and isinstance(source, RenewableSource) and source.invalidate(found)
        )

    # Streams ---------------------------------------------------------------------------------

    async def _stream(
        self, call: Call, batches: Callable[[Arrival], AsyncIterator[ItemBatch]]
    ) -> AsyncGenerator[ItemBatch, None]:
        call.patient = True
        handover: Handover[ItemBatch] = Handover(_QUEUED_BATCHES)

        async def read(arrival: Arrival) -> None:
            async for batch in batches(arrival):
                call.handed_out = True
                if handover.full:
                    async with arrival.paused():
                        taken = await handover.put(batch)
                else:
                    taken = await handover.put(batch)
                if not taken:
                    return

        async def pump() -> None:
            try:
                await self._ask(call, read)
            finally:
                handover.close()

        task = self._attempts.keep(asyncio.create_task(pump()))
        try:
            while (batch := await handover.get()) is not None:
                yield batch
            await asyncio.wait({task})
            if task.cancelled():
                raise self._attempts.closed(call).error
            task.result()
        finally:
            handover.close()
            task.cancel()
