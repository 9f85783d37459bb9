"""Where a connection's key is looked for, in order (design 4.1).

`EVALTOP_<NAME>_API_KEY`, then the variable named by `key_env`, then the provider's own variable,
then `key_command`. The first hit wins; an empty variable is not one.
"""

import asyncio
from collections.abc import Mapping

from tui.config import ConnectionConfig, key_variable_of
from tui.credentials.command import CommandFailedError, command_output
from tui.credentials.keys import FoundKey, KeySource, last4_of
from tui.errors import KeyMissingError
from tui.frozen import frozen
from tui.models import ProviderKind

_KEYLESS = frozenset({ProviderKind.GOMODEL})
"""Providers that may have no key at all."""


@frozen
class KeyPlace:
    """Where a key would be taken from, found without running anything."""

    found: bool
    """Whether there is a place; a command counts, whatever it would print."""
    source: str
    """`variable MY_KEY`, `key_command`, or what could be set."""
    last4: str = ""
    """Known only for variables, and only for keys of at least 12 characters."""


class KeyLadder:
    """Finds one connection's key at the first need, and remembers it."""

    def __init__(self, connection: ConnectionConfig, environ: Mapping[str, str]) -> None:
        self._connection = connection
        self._environ = environ
        self._looking = asyncio.Lock()
        self._found: FoundKey | None = None

    async def __call__(self) -> FoundKey | None:
        """Return the key; None for a connection that needs none.

        Raises:
            KeyMissingError: there is none, or `key_command` failed.
        """
        async with self._looking:
            if self._found is None:
                self._found = await self._look()
            return self._found

    def invalidate(self, refused: FoundKey) -> bool:
        """Forget a refused key, if a command made it: tokens end, variables do not change."""
        if refused.source != _COMMAND:
            return False
        if self._found is refused:
            self._found = None
        return True

    async def _look(self) -> FoundKey | None:
        name = self._connection.name
        for variable in _variables(self._connection):
            if key := self._environ.get(variable, "").strip():
                return FoundKey.of(key, f"variable {variable}")
        if self._connection.key_command:
            try:
                key = await command_output(self._connection.key_command, self._environ)
            except CommandFailedError as error:
                raise KeyMissingError(
                    f"{name}: key_command gave no key: {error}.",
                    remedy="Run it by hand, or set " + key_variable_of(name) + ".",
                ) from None
            return FoundKey.of(key, _COMMAND)
        if self._connection.kind in _KEYLESS:
            return None
        raise KeyMissingError(
            f"{name}: no key was found.", remedy=f"Set {_wishes(self._connection)}."
        )


_COMMAND = "key_command"


def make_key_source(connection: ConnectionConfig, environ: Mapping[str, str]) -> KeySource:
    """Return the source of a connection's key. Nothing is looked up or run yet."""
    return KeyLadder(connection, environ)


def describe_key_source(connection: ConnectionConfig, environ: Mapping[str, str]) -> KeyPlace:
    """Return where the key would come from, running nothing."""
    for variable in _variables(connection):
        if key := environ.get(variable, "").strip():
            return KeyPlace(found=True, source=f"variable {variable}", last4=last4_of(key))
    if connection.key_command:
        return KeyPlace(found=True, source=_COMMAND)
    if connection.kind in _KEYLESS:
        return KeyPlace(found=False, source="no key (none is needed for an open gateway)")
    return KeyPlace(found=False, source=f"no key; set {_wishes(connection)}")


def _variables(connection: ConnectionConfig) -> tuple[str, ...]:
    named = (connection.key_env,) if connection.key_env else ()
    return (key_variable_of(connection.name), *named, connection.key_variable)


def _wishes(connection: ConnectionConfig) -> str:
    *most, last = _variables(connection)
    return f"{', '.join(most)} or {last}, or key_command in the config file"
