"""A connection's door to the network: budget, breaker, and what the server wishes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tui.clock import Clock
from tui.errors import ProviderError
from tui.polling.breaker import Breaker
from tui.polling.budget import RequestBudget
from tui.providers.hints import hints_of


class ConnectionGate:
    """A `tui.providers.gate.RequestGate`."""

    def __init__(self, budget: RequestBudget, breaker: Breaker, clock: Clock) -> None:
        self._budget = budget
        self._breaker = breaker
        self._clock = clock
        self._poll_at = 0.0
        self.clock_ahead_s: float | None = None
        """How far this machine's clock is ahead of the server's; None before any answer."""

    def poll_wish_s(self) -> float:
        """Return how long the server wishes not to be asked for news; zero without a wish."""
        return max(0.0, self._poll_at - self._clock.monotonic())

    async def enter(self, path: str) -> None:
        """Wait for a place in the budget. Raises ProviderError while the connection is down."""
        self._breaker.check(path)
        try:
            await self._budget.take()
        except BaseException:
            self._breaker.unsent(path)
            raise

    def unsent(self, path: str) -> None:
        """What was let in has not been sent after all."""
        self._breaker.unsent(path)

    def answered(self, headers: Mapping[str, str]) -> None:
        """Heed the server's wishes, and compare clocks."""
        server = _date_of(headers)
        if server is not None:
            self.clock_ahead_s = (self._clock.now() - server).total_seconds()
        hints = hints_of(headers, self._clock.now())
        if hints.quiet_s is not None:
            self._budget.hold(hints.quiet_s)
        if hints.poll_after_s is not None:
            self._poll_at = self._clock.monotonic() + hints.poll_after_s

    def ended(self, path: str, error: ProviderError | None) -> None:
        """Let the breaker judge."""
        self._breaker.heard(path, error)


def _date_of(headers: Mapping[str, str]) -> datetime | None:
    """Return the Date header, which is exact to the second; None without a readable one."""
    try:
        at = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, IndexError):
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
