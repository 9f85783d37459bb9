"""Where a connection's key is looked for, in order (design 4.1).

`EVALTOP_<NAME>_API_KEY`, then the variable named by `key_env`, then the provider's own variable,
then `key_command`, the keyring, the provider's own file, and last a hidden prompt where there is
one. The first hit wins; an empty variable is not one. A key a person typed into the app counts
before all of them, until evaltop ends.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from tui.clock import Clock, SystemClock
from tui.config import ConnectionConfig, key_variable_of
from tui.credentials.command import CommandFailedError, command_token
from tui.credentials.keys import FoundKey, KeySource
from tui.credentials.prompt import Prompt
from tui.credentials.provider_file import FileRefusedError, key_in_file, machine_of, provider_file
from tui.credentials.system_keyring import KeyringTroubleError, NoKeyringError, keyring_key
from tui.errors import KeyMissingError
from tui.frozen import frozen
from tui.models import ProviderKind

_KEYLESS = frozenset({ProviderKind.GOMODEL})
"""Providers that may have no key at all."""

_COMMAND = "key_command"
_KEYRING = "keyring"
_TYPED = "typed in, until evaltop ends"

EARLY = timedelta(minutes=5)
"""How long before its end a token is renewed; clocks may differ by that much."""
PATIENCE_S = 30.0
"""Least time between two renewals: a cloud tool may print the old token until its very end."""


@frozen
class KeyPlace:
    """Where a key would be taken from."""

    found: bool
    """Whether there is a place; a command counts, whatever it would print."""
    source: str
    """`variable MY_KEY`, `key_command`, `keyring`, a file's path, or what could be set."""
    last4: str = ""
    """Known of variables, keyring and file, and only for keys of at least 12 characters."""
    troubles: tuple[str, ...] = ()
    """Places that could not be asked, each a sentence with its remedy."""


class KeyLadder:
    """Finds one connection's key at the first need, and remembers it."""

    def __init__(
        self,
        connection: ConnectionConfig,
        environ: Mapping[str, str],
        *,
        clock: Clock | None = None,
        prompt: Prompt | None = None,
    ) -> None:
        """Prepare to look.

        Args:
            connection: whose key.
            environ: where variables and the home directory are looked up.
            clock: for the end of tokens; the system's when None.
            prompt: asks the person when nothing else has a key.
        """
        self._connection = connection
        self._environ = environ
        self._clock = clock or SystemClock()
        self._prompt = prompt
        self._looking = asyncio.Lock()
        self._found: FoundKey | None = None
        self._needless = False
        """Looked, found none, and none is needed."""
        self._ends_at: datetime | None = None
        self._asked_at = 0.0

    async def __call__(self) -> FoundKey | None:
        """Return the key; None for a connection that needs none.

        Raises:
            KeyMissingError: there is none, or `key_command` failed.
        """
        async with self._looking:
            if self._found is None and not self._needless:
                self._found = await self._look()
                self._needless = self._found is None
            elif self._is_ending():
                await self._renew()
            return self._found

    @property
    def found(self) -> FoundKey | None:
        """The key in use; None before it was looked for."""
        return self._found

    def invalidate(self, refused: FoundKey) -> bool:
        """Forget a refused key that may have a successor; variables do not change."""
        if refused.source == _TYPED or refused.source.startswith("variable "):
            return False
        if self._found is refused:
            self._found = None
        return True

    def enter(self, key: str, *, kept: bool) -> None:
        """Use a key a person typed, until the program ends; `kept` says the keyring has it now."""
        self._found = FoundKey.of(key, _KEYRING if kept else _TYPED)
        self._ends_at = None

    async def _look(self) -> FoundKey | None:
        self._ends_at = None
        name = self._connection.name
        if found := _in_variables(self._connection, self._environ):
            return found
        if self._connection.key_command:
            try:
                return await self._from_command()
            except CommandFailedError as error:
                raise KeyMissingError(
                    f"{name}: key_command gave no key: {error}.",
                    remedy="Run it by hand, or set " + key_variable_of(name) + ".",
                ) from None
        found, troubles = await _kept(self._connection, self._environ)
        if found is not None:
            return found
        if self._connection.kind in _KEYLESS:
            return None
        if self._prompt is not None and (key := await self._prompt(name)):
            return FoundKey.of(key, _TYPED)
        raise _missing(self._connection, troubles)

    async def _from_command(self) -> FoundKey:
        self._asked_at = self._clock.monotonic()
        token = await command_token(self._connection.key_command, self._environ)
        self._ends_at = token.expires_at
        return FoundKey.of(token.key, _COMMAND)

    def _is_ending(self) -> bool:
        return (
            self._ends_at is not None
            and self._clock.now() >= self._ends_at - EARLY
            and self._clock.monotonic() - self._asked_at >= PATIENCE_S
        )

    async def _renew(self) -> None:
        """Ask for the next token; the old one serves as long as the command brings no other."""
        before = self._ends_at
        try:
            self._found = await self._from_command()
        except CommandFailedError:
            self._ends_at = before


def make_key_source(
    connection: ConnectionConfig,
    environ: Mapping[str, str],
    *,
    clock: Clock | None = None,
    prompt: Prompt | None = None,
) -> KeySource:
    """Return the source of a connection's key. Nothing is looked up or run yet."""
    return KeyLadder(connection, environ, clock=clock, prompt=prompt)


def describe_key_source(connection: ConnectionConfig, environ: Mapping[str, str]) -> KeyPlace:
    """Return where the key would come from, running and asking nothing."""
    if found := _in_variables(connection, environ):
        return KeyPlace(found=True, source=found.source, last4=found.last4)
    if connection.key_command:
        return KeyPlace(found=True, source=_COMMAND)
    if connection.kind in _KEYLESS:
        return KeyPlace(found=False, source="no key (none is needed for an open gateway)")
    return KeyPlace(found=False, source=f"no key; set {_wishes(connection)}")


async def locate_key(connection: ConnectionConfig, environ: Mapping[str, str]) -> KeyPlace:
    """Return where the key would come from, keyring and file asked, no command run."""
    place = describe_key_source(connection, environ)
    if place.found:
        return place
    found, troubles = await _kept(connection, environ)
    sentences = tuple(_sentence(trouble) for trouble in troubles)
    if found is not None:
        return KeyPlace(True, found.source, found.last4, sentences)
    return KeyPlace(False, place.source, troubles=sentences)


def _in_variables(connection: ConnectionConfig, environ: Mapping[str, str]) -> FoundKey | None:
    for variable in _variables(connection):
        if key := environ.get(variable, "").strip():
            return FoundKey.of(key, f"variable {variable}")
    return None


_Trouble = KeyringTroubleError | FileRefusedError


async def _kept(
    connection: ConnectionConfig, environ: Mapping[str, str]
) -> tuple[FoundKey | None, list[_Trouble]]:
    """Return the key the keyring or the provider's own file has, and what could not be asked."""
    troubles: list[_Trouble] = []
    try:
        if key := await keyring_key(connection.name, environ):
            return FoundKey.of(key, _KEYRING), troubles
    except NoKeyringError:
        pass  # nothing is wrong with having none
    except KeyringTroubleError as trouble:
        troubles.append(trouble)
    path = provider_file(connection, environ)
    if path is not None:
        machine = machine_of(connection, environ)
        try:
            if key := await asyncio.to_thread(key_in_file, path, machine):
                return FoundKey.of(key, f"{path} ({machine})"), troubles
        except FileRefusedError as trouble:
            troubles.append(trouble)
    return None, troubles


def _missing(connection: ConnectionConfig, troubles: list[_Trouble]) -> KeyMissingError:
    reasons = "; ".join(str(trouble) for trouble in troubles)
    why = f"no key was found: {reasons}" if reasons else "no key was found"
    remedies = [trouble.remedy for trouble in troubles if isinstance(trouble, FileRefusedError)]
    wish = (
        f"Set {_wishes(connection)}, or keep it in a keyring: evaltop auth set {connection.name}."
    )
    return KeyMissingError(
        f"{connection.name}: {why}.", remedy=" ".join([*(f"{one}." for one in remedies), wish])
    )


def _sentence(trouble: _Trouble) -> str:
    said = f"{str(trouble)[:1].upper()}{str(trouble)[1:]}."
    return f"{said} {trouble.remedy}".strip()


def _variables(connection: ConnectionConfig) -> tuple[str, ...]:
    named = (connection.key_env,) if connection.key_env else ()
    return (key_variable_of(connection.name), *named, connection.key_variable)


def _wishes(connection: ConnectionConfig) -> str:
    *most, last = _variables(connection)
    return f"{', '.join(most)} or {last}, or key_command in the config file"
