"""What stands between a client and the network: who may send when, and who hears how it went."""

from collections.abc import Mapping
from typing import Protocol

from tui.errors import ProviderError


class RequestGate(Protocol):
    """A connection's door. Every attempt passes it, retries included."""

    async def enter(self, path: str) -> None:
        """Wait until a request of this path may be sent, and count it.

        Raises:
            ProviderError: it is not sent at all; `retry_at` tells from when on it may be.
        """
        ...

    def unsent(self, path: str) -> None:
        """What was let in has not been sent after all: its caller has gone."""
        ...

    def answered(self, headers: Mapping[str, str]) -> None:
        """An answer has begun, good or bad; names are lower-case."""
        ...

    def ended(self, path: str, error: ProviderError | None) -> None:
        """An attempt has ended; None = well."""
        ...
