"""The system's keyring: service `evaltop`, one entry per connection, named after it.

A keyring may be absent, locked, broken, or wait for an answer to a question on a screen nobody
sees. Every call to it therefore runs in a daemon thread that is not waited for longer than three
seconds, and whatever it raises becomes a sentence. What keeps keys as plain text is never used.
"""

import asyncio
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tui.frozen import frozen

if TYPE_CHECKING:  # 60 to 90 ms to import
    from keyring.backend import KeyringBackend

SERVICE = "evaltop"
LIMIT_S = 3.0

_PLAIN = ("keyrings.alt", "keyring.backends.null", "keyring.backends.fail")
"""Modules of backends that keep keys readable in a file, keep none, or ask on the terminal."""
_ONE_AT_A_TIME = threading.Lock()
"""A keyring that asks a person something asks it once."""

_T = TypeVar("_T")


class KeyringTroubleError(Exception):
    """The keyring cannot be used. The message begins with `the keyring` or `no keyring`."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class NoKeyringError(KeyringTroubleError):
    """There is none here: nothing is wrong, there is just nothing to ask."""


@frozen
class KeyringState:
    """What the keyring is and whether it answers."""

    usable: bool
    sentence: str
    remedy: str = ""


async def keyring_key(
    name: str, environ: Mapping[str, str], *, limit_s: float = LIMIT_S
) -> str | None:
    """Return the key kept for a connection; None when the keyring has none.

    Raises:
        NoKeyringError: there is no keyring here.
        KeyringTroubleError: there is one that cannot be used.
    """
    key = await _asked(
        lambda backend: backend.get_password(SERVICE, name), environ, limit_s=limit_s
    )
    return key.strip() or None if isinstance(key, str) else None


async def keep_in_keyring(
    name: str, key: str, environ: Mapping[str, str], *, limit_s: float = LIMIT_S
) -> str:
    """Keep a connection's key and return what it is kept in. Raises like `keyring_key`."""

    def keep(backend: "KeyringBackend") -> str:
        backend.set_password(SERVICE, name, key)
        # Some say they keep a thing and do not.
        if backend.get_password(SERVICE, name) != key:
            raise KeyringTroubleError(
                f"the keyring ({backend.name}) did not keep the key", remedy=_ELSEWHERE
            )
        return str(backend.name)

    return await _asked(keep, environ, limit_s=limit_s)


async def drop_from_keyring(
    name: str, environ: Mapping[str, str], *, limit_s: float = LIMIT_S
) -> bool:
    """Forget a connection's key. Returns whether there was one. Raises like `keyring_key`."""

    def drop(backend: "KeyringBackend") -> bool:
        if backend.get_password(SERVICE, name) is None:
            return False
        backend.delete_password(SERVICE, name)
        return True

    return await _asked(drop, environ, limit_s=limit_s)


async def keyring_state(environ: Mapping[str, str], *, limit_s: float = LIMIT_S) -> KeyringState:
    """Return whether a key could be read now; the question is asked for a name nobody has."""

    def ask(backend: "KeyringBackend") -> str:
        backend.get_password(SERVICE, "evaltop doctor")
        return str(backend.name)

    try:
        return KeyringState(True, f"{await _asked(ask, environ, limit_s=limit_s)} answers")
    except KeyringTroubleError as trouble:
        return KeyringState(False, str(trouble), trouble.remedy)


_ELSEWHERE = "Set a variable or key_command instead."
_UNLOCK = "Unlock it (it opens with a desktop login), or set a variable or key_command instead."


def _nothing_to_ask(environ: Mapping[str, str]) -> bool:
    """Return whether it is known, without importing anything, that there is no keyring here.

    On Linux keyrings are reached over the session's D-Bus; other backends are somebody's choice,
    named in a variable or in keyring's own configuration.
    """
    if sys.platform != "linux" or environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return False
    if environ.get("PYTHON_KEYRING_BACKEND") or _configured_backend(environ):
        return False
    runtime = environ.get("XDG_RUNTIME_DIR")
    return not (runtime and Path(runtime, "bus").exists())


def _configured_backend(environ: Mapping[str, str]) -> bool:
    home = environ.get("XDG_CONFIG_HOME") or str(Path(environ.get("HOME", "/"), ".config"))
    import configparser

    parser = configparser.RawConfigParser()
    try:
        parser.read(Path(home, "python_keyring", "keyringrc.cfg"), encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError):
        return True  # let keyring say what is wrong with it
    return parser.has_option("backend", "default-keyring")


async def _asked(
    ask: Callable[["KeyringBackend"], _T], environ: Mapping[str, str], *, limit_s: float
) -> _T:
    if _nothing_to_ask(environ):
        raise NoKeyringError("no keyring is here: there is no D-Bus session", remedy=_ELSEWHERE)
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[_T] = loop.create_future()

    def settle(answer: _T | None, error: Exception | None) -> None:
        if outcome.done():
            return
        if error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(answer)  # type: ignore[arg-type] # without error there is an answer

    def work() -> None:
        answer: _T | None = None
        error: Exception | None = None
        with _ONE_AT_A_TIME:
            if outcome.done():  # it was waited for too long
                return
            try:
                answer = ask(_backend())
            except KeyringTroubleError as trouble:
                error = trouble
            except Exception as failure:  # noqa: BLE001 - backends raise whatever they like
                error = _trouble(failure)
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, answer, error)

    threading.Thread(target=work, name="keyring", daemon=True).start()
    try:
        async with asyncio.timeout(limit_s):
            return await outcome
    except TimeoutError:
        raise KeyringTroubleError(
            f"the keyring did not answer within {limit_s:g} s; it may be asking for its password "
            "on another screen",
            remedy=_UNLOCK,
        ) from None


def _backend() -> "KeyringBackend":
    """Return the backend to use, never one that keeps keys readable."""
    import keyring

    chosen = keyring.get_keyring()
    # The chain tries everything there is, plain files too.
    chained = getattr(chosen, "backends", None)
    offered = [chosen] if chained is None else list(chained)
    for backend in offered:
        if not _is_plain(backend):
            return backend
    place = type(offered[0] if offered else chosen)
    if place.__module__.startswith("keyring.backends.fail"):
        raise NoKeyringError(
            "no keyring is here: nothing on this machine offers one", remedy=_ELSEWHERE
        )
    if place.__module__.startswith("keyring.backends.null"):
        raise KeyringTroubleError(
            "the keyring is switched off (the null backend keeps nothing)", remedy=_ELSEWHERE
        )
    raise KeyringTroubleError(
        f"the keyring is refused: {place.__module__}.{place.__name__} keeps keys in a plain file",
        remedy=_ELSEWHERE,
    )


def _is_plain(backend: object) -> bool:
    kind = type(backend)
    return kind.__module__.startswith(_PLAIN) or "plaintext" in kind.__name__.lower()


def _trouble(failure: Exception) -> KeyringTroubleError:
    """Return a backend's failure as a sentence, without its own words: they may hold anything."""
    from keyring.errors import InitError, KeyringLocked
    from keyring.errors import NoKeyringError as NoBackendError

    if isinstance(failure, KeyringLocked | InitError):
        return KeyringTroubleError("the keyring is locked", remedy=_UNLOCK)
    if isinstance(failure, NoBackendError):
        return NoKeyringError("no keyring is here", remedy=_ELSEWHERE)
    if isinstance(failure, ImportError):
        return KeyringTroubleError(
            "the keyring cannot be loaded: its backend is not installed",
            remedy="Check PYTHON_KEYRING_BACKEND and keyring's keyringrc.cfg.",
        )
    return KeyringTroubleError(
        f"the keyring is broken ({type(failure).__name__})", remedy=_ELSEWHERE
    )
