"""What a store tells of connections, of what it holds, and of what it lost."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from tui.frozen import frozen
from tui.providers.base import RunSource

MISSING_SHOWN = 5
"""How many incomplete runs a sentence names."""


@frozen
class SourceState:
    """One run list of a connection and when it was last asked."""

    source: RunSource
    checked_at: datetime
    complete_at: datetime | None
    """When all of its pages were last stored; None = never."""
    live_runs: int = 0
    """Stored runs of this list that may still change."""
    newest_run_at: datetime | None = None
    """Start, else creation, of its newest stored run; None without one."""


@frozen
class ConnectionState:
    """How a connection's last requests went."""

    connection: str
    ok_at: datetime | None
    """Last good answer, over restarts; None = never."""
    error: str | None
    """The sentence of the failure that lasts; None while all is well."""
    remedy: str | None
    since: datetime | None
    """When the failure began; None without one."""
    polled_at: datetime | None = None
    """When an app's loop last asked it; None = never."""


@frozen
class Retired:
    """A service that has ended, as a connection last found it."""

    at: datetime
    """When that was last asked."""
    message: str
    remedy: str


@frozen
class Holdings:
    """What is stored of a connection's evals."""

    runs: int = 0
    rows: int = 0
    complete: int = 0
    """Runs all of whose rows are stored."""
    newest_at: datetime | None = None
    """Start, else creation, of the newest run."""


@frozen
class Imported:
    """A name under which runs were imported from files."""

    connection: str
    files: int
    """Files of different content that were read to their end."""
    at: datetime | None
    """When the last of them was; None before the first is."""
    runs: int


@frozen
class Salvaged:
    """What came out of a damaged file."""

    file: str
    """Its name, beside the store."""
    readable: bool
    """Whether it could be read as a store at all."""
    why: str | None
    """Why it could not be opened; None when it could."""
    share: float
    """How much of it is read, 0 to 1; until then the figures below are not final."""
    runs: int = 0
    rows: int = 0
    rows_expected: int = 0
    missing: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Incomplete runs: reference to rows stored and expected, trials stored and expected."""
    lost: tuple[str, ...] = ()
    """References of runs of which only the name could be read."""

    def sentence(self, shown: int = MISSING_SHOWN) -> str:
        """Return what came of it, for a person, with up to `shown` runs by their names."""
        if not self.readable:
            why = f" ({self.why})" if self.why else ""
            return f"nothing in it could be read{why}; the file is kept"
        if self.share < 1:
            return f"what it held is being read, {self.share:.0%} so far"
        runs = "1 run" if self.runs == 1 else f"{self.runs:,} runs"
        words = [f"{self.rows:,} of {self.rows_expected:,} rows of {runs} were saved"]
        missing = [
            f"{ref} ({rows:,} of {of_rows:,} rows, {trials:,} of {of_trials:,} trials)"
            for ref, (rows, of_rows, trials, of_trials) in self.missing.items()
        ]
        missing += [f"{ref} (all of it)" for ref in self.lost]
        if missing:
            more = len(missing) - shown
            words.append("missing: " + ", ".join(missing[:shown]))
            words += [f"and {more:,} more runs"] if more > 0 else []
        return ", ".join(words)
