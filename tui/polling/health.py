"""How a connection is doing, for the status line and the connections screen."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from tui.errors import ProviderError, RateLimitedError, RetiredError
from tui.frozen import frozen


class HealthState(StrEnum):
    """A connection's state in one word."""

    NEVER = "never"
    """Not asked yet."""
    OK = "ok"
    WAITING = "waiting"
    """The provider asked for a pause."""
    ERROR = "error"
    RETIRED = "retired"
    OFFLINE = "offline"
    """Nobody is asked: the person wants what is stored."""


@frozen
class ConnectionHealth:
    """What is known of a connection's last answers. Equal values repaint nothing."""

    connection: str
    state: HealthState = HealthState.NEVER
    ok_at: datetime | None = None
    """When it last answered well; the age of its data."""
    error: str | None = None
    remedy: str | None = None
    next_at: datetime | None = None
    """When it will be asked again; told while it waits or failed."""
    checked: int = 0
    """Sources (evals) asked since the start."""
    sources: int = 0
    oldest_check_at: datetime | None = None
    """When the source that waited longest was last asked; None until all were."""
    failures: int = 0
    """In a row."""

    def succeeded(self, at: datetime) -> "ConnectionHealth":
        """Return this health after a good answer."""
        return replace(
            self,
            state=HealthState.OK,
            ok_at=at,
            error=None,
            remedy=None,
            next_at=None,
            failures=0,
        )

    def told(
        self,
        ok_at: datetime | None,
        error: str | None,
        remedy: str | None,
        next_at: datetime | None = None,
    ) -> "ConnectionHealth":
        """Return this health as another process, which polls, has stored it."""
        if error is None:
            state = HealthState.NEVER if ok_at is None else HealthState.OK
        else:
            state = self.state if self.state is HealthState.RETIRED else HealthState.ERROR
        return replace(
            self,
            state=state,
            ok_at=ok_at,
            error=error,
            remedy=remedy,
            next_at=next_at if error is not None else None,
            failures=0,
        )

    def outlived(self, error: RetiredError, ok_at: datetime | None) -> "ConnectionHealth":
        """Return this health with its service ended; what outlives it answered at `ok_at`."""
        return replace(
            self,
            state=HealthState.RETIRED,
            ok_at=ok_at,
            error=error.message,
            remedy=error.remedy,
            next_at=None,
            failures=0,
        )

    def failed(self, error: ProviderError, next_at: datetime) -> "ConnectionHealth":
        """Return this health after a failure that is tried again at `next_at`."""
        if isinstance(error, RetiredError):
            state = HealthState.RETIRED
        elif isinstance(error, RateLimitedError):
            state = HealthState.WAITING
        else:
            state = HealthState.ERROR
        return replace(
            self,
            state=state,
            error=error.message,
            remedy=error.remedy,
            next_at=next_at,
            failures=self.failures + 1,
        )
