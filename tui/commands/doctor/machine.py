"""Python, the terminal, the clipboard and the variables about the network."""

import platform
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from tui.clipboard import Multiplexer, multiplexer
from tui.commands.doctor.findings import Finding, ok, warn
from tui.providers.proxies import ProxyUnusableError, proxy_for
from tui.text import clean_line

_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_NOT_READ = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Certificate variables of other programs."""
_ASK_S = 2.0


def python() -> Finding:
    """Tell the versions everything stands on."""
    return ok("python", f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")


def terminal(environ: Mapping[str, str], out: TextIO) -> Iterator[Finding]:
    """Tell whether the app can be shown here, and in how many colours."""
    term = environ.get("TERM", "")
    encoding = (getattr(out, "encoding", None) or "ascii").lower().replace("-", "")
    if term in ("", "dumb"):
        yield warn(
            "terminal",
            "TERM is dumb" if term else "TERM is not set",
            "export TERM=xterm-256color (the headless commands need none)",
        )
    elif not out.isatty():
        yield warn(
            "terminal",
            "stdout is no terminal, so the app cannot be shown",
            "run evaltop in a terminal; evaltop runs needs none",
        )
    else:
        yield ok("terminal", f"TERM is {clean_line(term, 40)}")
    if encoding != "utf8":
        yield warn("encoding", f"the locale is not UTF-8 ({encoding})", "export LANG=C.UTF-8")
    yield _colours(environ, term)


def _colours(environ: Mapping[str, str], term: str) -> Finding:
    if environ.get("NO_COLOR"):
        return ok("colours", "none, as NO_COLOR says; signs and words carry all meaning")
    if environ.get("COLORTERM") in ("truecolor", "24bit"):
        return ok("colours", "16 million")
    if "256" in term:
        return ok("colours", "256")
    return ok("colours", "16; signs and words carry all meaning")


def clipboard(
    environ: Mapping[str, str], ask: Callable[[list[str]], str | None] | None = None
) -> Finding:
    """Tell whether copies reach the terminal the person sits at.

    `ask` runs a program and returns what it printed, None when it cannot be run.
    """
    ask = ask or _printed
    match multiplexer(environ):
        case Multiplexer.TMUX:
            for option in ("set-clipboard", "allow-passthrough"):
                if ask(["tmux", "show-options", "-gqv", option]) == "on":
                    return ok("clipboard", f"copies go through tmux ({option} is on)")
            return warn(
                "clipboard", "tmux keeps copies from the terminal", "tmux set -g set-clipboard on"
            )
        case Multiplexer.SCREEN:
            return ok("clipboard", "copies go through screen to the terminal (OSC 52)")
    return ok("clipboard", "copies go to the terminal (OSC 52), over SSH too")


def _printed(command: list[str]) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            command, check=False, capture_output=True, text=True, timeout=_ASK_S
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def network(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Tell which proxy and certificate variables are in force; never a proxy's password."""
    named, unusable = [], []
    for name in _PROXIES:
        value = environ.get(name.lower()) or environ.get(name)
        if not value:
            continue
        set_as = name.lower() if environ.get(name.lower()) else name
        try:
            proxy_for("https://any", {"all": value})
        except ProxyUnusableError:
            unusable.append((set_as, _host(value)))
        else:
            named.append(f"{name} is {_host(value)}")
    without = environ.get("no_proxy") or environ.get("NO_PROXY")
    if named and without:
        named.append(f"not for {clean_line(without, 80)}")
    if named or not unusable:
        yield ok("proxy", ", ".join(named) if named else "none")
    for name, what in unusable:
        why = "SOCKS proxies cannot be used" if what.startswith("socks") else "no http proxy"
        remedy = f"export {name}=http://HOST:PORT, or unset {name}"
        yield warn("proxy", f"{name} is {what}: {why}", remedy)
    yield from _certificates(environ)


def _host(address: str) -> str:
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return "an address that cannot be read"
    if not host:
        return "an address that cannot be read"
    return clean_line(f"{parts.scheme}://{host}" + (f":{port}" if port else ""), 80)


def _certificates(environ: Mapping[str, str]) -> Iterator[Finding]:
    named = False
    for name, is_right in (("SSL_CERT_FILE", Path.is_file), ("SSL_CERT_DIR", Path.is_dir)):
        value = environ.get(name)
        if not value:
            continue
        named = True
        shown = clean_line(value, 120)
        if is_right(Path(value)):
            yield ok("certificates", f"{name} is {shown}")
        else:
            yield warn("certificates", f"{name} is {shown}, which is not there", f"unset {name}")
    other = next((name for name in _NOT_READ if environ.get(name)), None)
    if other and not named:
        yield warn(
            "certificates",
            f"{other} is set, which evaltop does not read",
            f'export SSL_CERT_FILE="${other}"',
        )
    elif not named:
        yield ok("certificates", "the usual authorities")
