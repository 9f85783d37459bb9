"""The box a key travels in, and what can be said about it."""

from collections.abc import Awaitable
from typing import Protocol, runtime_checkable

from tui.frozen import frozen

_SHORTEST_NAMED = 12
"""Of a shorter key not even the end is shown."""


class Secret:
    """A key that does not show itself in `repr`, `str`, formatting, pickling or equality texts."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the key. Only an auth object calls this, at the moment of sending."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not pickled")


@frozen
class FoundKey:
    """A key and where it came from."""

    secret: Secret
    source: str
    """For the person: `variable EVALTOP_PROD_API_KEY`, `key_command`, `keyring`."""
    last4: str
    """The last four characters when the key has at least 12, else empty."""

    @classmethod
    def of(cls, key: str, source: str) -> "FoundKey":
        """Box a key."""
        return cls(Secret(key), source, last4_of(key))


def last4_of(key: str) -> str:
    """Return the last four characters of a key long enough to show them, else an empty text."""
    return key[-4:] if len(key) >= _SHORTEST_NAMED else ""


class KeySource(Protocol):
    """Finds the key when it is first needed. Any async function without arguments will do."""

    def __call__(self) -> Awaitable[FoundKey | None]:
        """Return the key; None means the connection has none.

        Raises tui.errors.KeyMissingError with a remedy when one is required or a step failed.
        """
        ...


@runtime_checkable
class RenewableSource(Protocol):
    """A key source whose key may be another one when it is asked again."""

    def invalidate(self, refused: FoundKey) -> bool:
        """Forget a key the provider refused. Returns whether asking again may bring another."""
        ...


@runtime_checkable
class EnterableSource(Protocol):
    """A key source that a person can give a key, and that tells which one is in use."""

    @property
    def found(self) -> FoundKey | None:
        """The key in use; None before it was looked for."""
        ...

    def enter(self, key: str, *, kept: bool) -> None:
        """Use this key until the program ends; `kept` says that the keyring has it now."""
        ...


def static_key_source(key: str | None) -> KeySource:
    """Return a source that always finds this key, or none."""
    found = None if key is None else FoundKey.of(key, "the demo")

    async def source() -> FoundKey | None:
        return found

    return source
