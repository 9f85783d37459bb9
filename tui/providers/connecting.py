"""The httpx client behind one connection: made when first needed, replaced when it may be hurt."""

import asyncio
import logging
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from urllib.request import getproxies

import httpx

from tui import __version__
from tui.errors import UnreachableError
from tui.providers.proxies import ProxyUnusableError, proxy_for

IN_FLIGHT = 4
"""Requests one connection has on the network at the same time."""

LOCATION = "evaltop.location"
"""The response extension where a Location header is found."""

_POOL = 16
"""More than `IN_FLIGHT`: a stream whose reader is busy keeps its socket but not its slot."""

TIMEOUT = httpx.Timeout(connect=5.0, read=20.0, write=10.0, pool=10.0)

_KEEP_ALIVE_S = 30.0

for _name in ("httpcore", "httpx"):
    # At lower levels they log headers, and with them whatever a server repeats of a key.
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(slots=True)
class _Lease:
    client: httpx.AsyncClient
    users: int = 0
    retired: bool = False


class _Borrowed(httpx.AsyncBaseTransport):
    """Somebody else's transport: used, never closed."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Hand the request on."""
        return await self._transport.handle_async_request(request)


async def _put_location_aside(response: httpx.Response) -> None:
    """Keep httpx from making a request of a Location header, which fails on a strange one."""
    location = response.headers.pop("location", None)
    if location is not None:
        response.extensions[LOCATION] = location


@lru_cache(maxsize=4)
def _tls(verify: bool, _file: str | None, _directory: str | None) -> ssl.SSLContext:
    """Return the TLS settings all connections share: reading the certificates takes 20 to 40 ms.

    The two environment variables say where httpx looks for certificates. Raises OSError.
    """
    return httpx.create_ssl_context(verify=verify)


class ClientPool:
    """Lends the current httpx client and replaces it after a deadline had to break into it.

    httpx 0.28 loses the pool slot of a request that is cancelled inside it. Requests are therefore
    never cancelled but by their own deadline, and a client this happened to takes no new request.
    """

    def __init__(
        self,
        *,
        connection: str,
        base_url: str,
        transport: httpx.AsyncBaseTransport | None,
        verify_tls: bool,
    ) -> None:
        self._connection = connection
        self._base_url = base_url
        self._transport = transport
        self._verify_tls = verify_tls
        self._making = asyncio.Lock()
        self._lease: _Lease | None = None

    @asynccontextmanager
    async def use(self) -> AsyncIterator[httpx.AsyncClient]:
        """Lend the client. Raises UnreachableError when the environment forbids making one."""
        lease = await self._current()
        lease.users += 1
        try:
            yield lease.client
        finally:
            lease.users -= 1
            if lease.retired and lease.users == 0:
                await lease.client.aclose()

    def retire(self, client: httpx.AsyncClient) -> None:
        """Take no new request on this client; close it when its last one has ended."""
        if self._lease is not None and self._lease.client is client:
            self._lease.retired = True
            self._lease = None

    async def aclose(self) -> None:
        """Close the current client. Safe to call twice."""
        lease, self._lease = self._lease, None
        if lease is not None:
            await lease.client.aclose()

    async def _current(self) -> _Lease:
        async with self._making:
            if self._lease is None:
                # Reading the certificates takes 20 to 40 ms, hence the thread.
                client = (
                    await asyncio.to_thread(self._make) if self._transport is None else self._make()
                )
                client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
                self._lease = _Lease(client)
            return self._lease

    def _make(self) -> httpx.AsyncClient:
        headers = {"User-Agent": f"evaltop/{__version__}", "Accept-Encoding": "gzip"}
        hooks = {"response": [_put_location_aside]}
        try:
            if self._transport is not None:
                return httpx.AsyncClient(
                    transport=_Borrowed(self._transport),
                    timeout=TIMEOUT,
                    headers=headers,
                    event_hooks=hooks,
                )
            return httpx.AsyncClient(
                timeout=TIMEOUT,
                headers=headers,
                event_hooks=hooks,
                proxy=proxy_for(self._base_url, getproxies()),
                # Proxies are found here, certificates below, and a netrc is not for this client.
                trust_env=False,
                verify=_tls(
                    self._verify_tls, *map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR"))
                ),
                limits=httpx.Limits(
                    max_connections=_POOL,
                    max_keepalive_connections=IN_FLIGHT,
                    keepalive_expiry=_KEEP_ALIVE_S,
                ),
            )
        except OSError:
            raise self._hindered(
                "the certificates cannot be read", "Check SSL_CERT_FILE and SSL_CERT_DIR."
            ) from None
        except (ProxyUnusableError, httpx.InvalidURL, ValueError, ImportError):
            raise self._hindered(
                "the proxy settings of the environment cannot be used",
                "Check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.",
            ) from None

    def _hindered(self, what: str, remedy: str) -> UnreachableError:
        return UnreachableError(f"{self._connection}: {what}.", remedy=remedy)
