"""Which proxy a connection goes through, as the variables of the environment say.

httpx would read them too, but fails on `[::1]` and networks in NO_PROXY and never matches `*.corp`
or `10.0.0.0/8`. A connection has one origin, so the answer is found once, when its client is made.
"""

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from tui.errors import EvaltopError

SCHEMES = ("http", "https")
"""Kinds of proxies that can be used; SOCKS would need another library."""

_SEPARATORS = re.compile(r"[\s,]+")


class ProxyUnusableError(EvaltopError):
    """A proxy variable holds what cannot be used; the message does not repeat it."""


def proxy_for(base_url: str, proxies: Mapping[str, str]) -> str | None:
    """Return the address of the proxy for a base address; None = the direct way.

    Args:
        base_url: the connection's address.
        proxies: `http`, `https`, `all` to an address and `no` to the exceptions, as
            `urllib.request.getproxies` finds them in the environment.

    Raises:
        ProxyUnusableError: the variable that applies holds no address of an http proxy.
    """
    target = urlsplit(base_url)
    host = (target.hostname or "").lower().rstrip(".")
    port = target.port or {"http": 80, "https": 443}.get(target.scheme)
    if is_exempt(host, port, proxies.get("no", "")):
        return None
    value = (proxies.get(target.scheme) or proxies.get("all") or "").strip()
    if not value:
        return None
    address = value if "://" in value else f"http://{value}"
    try:
        parts = urlsplit(address)
        usable = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not address.isprintable():
        raise ProxyUnusableError("no address of an http proxy")
    return address


def is_exempt(host: str, port: int | None, exceptions: str) -> bool:
    """Return whether NO_PROXY names a host.

    It takes `*`, names (with all below them, written `corp`, `.corp` or `*.corp`), addresses
    (IPv6 with or without brackets), networks (`10.0.0.0/8`), and any of them but networks with a
    `:port`. What is none of these exempts nothing.
    """
    entries = [entry.lower() for entry in _SEPARATORS.split(exceptions) if entry]
    return any(_names(entry, host, port) for entry in entries)


def _names(entry: str, host: str, port: int | None) -> bool:
    if entry == "*":
        return True
    if "://" in entry:
        entry = entry.partition("://")[2]
    if "/" in entry:
        return _in_network(entry, host)
    name, entry_port = _split_port(entry)
    if entry_port is not None and entry_port != port:
        return False
    address, other = _address(name), _address(host)
    if address is not None or other is not None:
        return address == other
    name = name.removeprefix("*").strip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _in_network(entry: str, host: str) -> bool:
    address = _address(host)
    try:
        network = ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
    return address is not None and address in network


def _split_port(entry: str) -> tuple[str, int | None]:
    """Return a name or address without brackets, and its port if one was written."""
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        rest = rest.removeprefix(":")
        return name, int(rest) if rest.isdecimal() else None
    name, colon, rest = entry.rpartition(":")
    if colon and ":" not in name and rest.isdecimal():
        return name, int(rest)
    return entry, None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
