"""Leaves a connection that is down alone, and finds out by itself when it is back."""

from collections.abc import Callable
from copy import copy
from datetime import timedelta
from random import Random

from tui.clock import Clock
from tui.errors import BadAnswerError, ProviderError, ServerFaultError, UnreachableError

FAULTS_TO_OPEN = 5
"""Faults in a row after which nothing but a probe is sent."""
FIRST_PROBE_S = 5.0
LAST_PROBE_S = 30.0
"""Pauses between probes double up to this."""
JITTER = 0.1
RECENT_S = 60.0
"""How long the last result of a path counts."""
_PATHS_KEPT = 256


class Breaker:
    """Opens after faults in a row, lets one probe through now and then, closes at an answer.

    A fault is no answer, a 5xx, or an answer that is none (a login page). Any other refusal comes
    from a provider that is alive. A path that answers 5xx while others answer well opens nothing,
    however often it is asked.
    """

    def __init__(self, clock: Clock, random: Random) -> None:
        """Begin closed; jitter keeps many watchers from probing in step."""
        self._clock = clock
        self._random = random
        self.on_recovery: Callable[[], None] = lambda: None
        """Called when an answer comes after an outage."""
        self._faults = 0
        self._last: ProviderError | None = None
        self._paths: dict[str, tuple[float, bool]] = {}
        self._pause_s = 0.0
        self._probe_at: float | None = None
        self._probing: str | None = None

    @property
    def open(self) -> bool:
        """Whether the connection is taken to be down."""
        return self._probe_at is not None

    def check(self, path: str) -> None:
        """Let a request through; the first one after a pause is the probe.

        Raises:
            ProviderError: the fault that opened it, with the time of the next probe.
        """
        if self._probe_at is None:
            return
        left = self._probe_at - self._clock.monotonic()
        if left <= 0 and self._probing is None:
            self._probing = path
            return
        raise self._refusal(max(left, FIRST_PROBE_S if self._probing is not None else 0.0))

    def heard(self, path: str, error: ProviderError | None) -> None:
        """Take note of how a request that was let through has ended; None = well."""
        fault = isinstance(error, UnreachableError | ServerFaultError | BadAnswerError)
        probe = self._probing == path
        if probe:
            self._probing = None
        self._note(path, ok=not fault)
        if not fault:
            self._close()
            return
        self._faults += 1
        self._last = error
        opens = not self.open and self._faults >= FAULTS_TO_OPEN
        if probe or (opens and (isinstance(error, UnreachableError) or self._all_fail())):
            self._pause_s = min(max(FIRST_PROBE_S, self._pause_s * 2), LAST_PROBE_S)
            pause = self._pause_s * (1 + self._random.uniform(0, JITTER))
            self._probe_at = self._clock.monotonic() + pause

    def unsent(self, path: str) -> None:
        """A request that was let through was never sent."""
        if self._probing == path:
            self._probing = None

    def try_now(self) -> None:
        """Let the next request be the probe: a person asked, or the machine has slept."""
        if self._probe_at is not None:
            self._probe_at = self._clock.monotonic()
            self._pause_s = 0.0

    def _close(self) -> None:
        was_open = self.open
        self._faults = 0
        self._pause_s = 0.0
        self._probe_at = None
        if was_open:
            self.on_recovery()

    def _note(self, path: str, *, ok: bool) -> None:
        now = self._clock.monotonic()
        self._paths.pop(path, None)
        self._paths[path] = now, ok
        if len(self._paths) > _PATHS_KEPT:
            del self._paths[next(iter(self._paths))]

    def _all_fail(self) -> bool:
        now = self._clock.monotonic()
        return not any(ok for at, ok in self._paths.values() if now - at <= RECENT_S)

    def _refusal(self, wait_s: float) -> ProviderError:
        error = copy(self._last) or UnreachableError("It does not answer.")
        # A wall time has microseconds only: rounded down, its asker would come too early.
        error.retry_at = self._clock.now() + timedelta(seconds=wait_s + 0.001)
        return error
