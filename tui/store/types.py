"""What the store answers with: frozen, complete in itself, never a live handle."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from tui.frozen import frozen
from tui.models import CriterionType, ErrorInfo, JsonObject, Outcome, Run, RunRef, Usage

RunSort = Literal[
    "status",
    "started",
    "progress",
    "score",
    "duration",
    "deadline",
    "name",
    "group",
    "model",
    "connection",
]
RowSort = Literal[
    "index",
    "key",
    "outcome",
    "score",
    "latency",
    "tokens",
    "label",
    "trials",
    "instability",
    "cost",
    "error",
]

ItemT = TypeVar("ItemT")


@frozen
class Change:
    """What one write changed; falsy when nothing visible did."""

    revision: int
    """`Store.revision` after the write."""
    refs: frozenset[RunRef] = frozenset()
    """Runs whose visible content changed. A newer `fetched_at` alone is no change."""
    rows: frozenset[RunRef] = frozenset()
    """Runs whose rows or trials changed, came or went; always also in `refs`."""
    connections: frozenset[str] = frozenset()
    """Connections whose state changed."""

    def __bool__(self) -> bool:
        return bool(self.refs or self.rows or self.connections)

    def __or__(self, other: "Change") -> "Change":
        """Return both as one, at the later revision."""
        return Change(
            max(self.revision, other.revision),
            self.refs | other.refs,
            self.rows | other.rows,
            self.connections | other.connections,
        )


@frozen
class SyncState:
    """How much of a run's rows is stored."""

    rows_stored: int = 0
    expected: int | None = None
    """How many rows the provider said there are in all; None when it did not say."""
    resume: str | None = None
    """Where a walk that was cut off goes on; None = from the start."""
    walking: bool = False
    """Whether this process is walking the rows now."""
    begun_at: datetime | None = None
    """Begin of the newest walk; a resumed walk keeps the begin of its first part."""
    completed_at: datetime | None = None
    """End of the newest complete walk."""
    final: bool = False
    """A complete walk begun at least 60 s after the run's end was first seen is stored."""
    notes: tuple[str, ...] = ()
    """The provider's sentences from the newest walk, each once, in order."""
    skipped: int = 0
    """Items of the newest walk that could not be read."""
    error: str | None = None
    """Why the newest walk stopped early; None when it did not."""
    trials_stored: int = 0
    told: int = 0
    """Row objects the newest walk was sent so far, over its interruptions."""
    met: int = 0
    """Different rows among them."""
    evicted_at: datetime | None = None
    """When its rows were removed to make room; None once rows were fetched again."""
    evicted_rows: int = 0
    """How many rows that were; the run's figures still count them."""


@frozen
class Concern:
    """Something about a live run that a person should know."""

    kind: str
    """One of `tui.models.CONCERNS`."""
    sentence: str


@frozen
class Sample:
    """How far a run was at a moment. None = not known then."""

    at: datetime
    done: int
    passed: int | None = None
    failed: int | None = None
    errored: int | None = None


@frozen
class StoredRun:
    """A run as a person should see it, and how far it can be trusted."""

    run: Run
    """With effective counts, criteria and score: the provider's, completed from stored rows;
    after a complete walk the stored rows', except `counts.total`. In views `raw` is None; only
    `Store.run` brings it."""
    fetched_at: datetime
    """When a provider's answer last told this run, changed or not."""
    first_seen_at: datetime
    changed_at: datetime
    """When the run or its rows last changed here."""
    sync: SyncState
    skipped: int = 0
    """Same as `sync.skipped`."""
    concerns: tuple[Concern, ...] = ()
    """What is wrong with it while it is live."""
    archived_at: datetime | None = None
    """When all the provider would give of it was last stored; None = never."""
    imported: bool = False
    """Whether it came from a file: no provider is asked about it."""
    kept: bool = False
    """Whether a person said that its rows must never be evicted."""
    end_seen_at: datetime | None = None
    """When it was first told here that the run had ended; None while it is live."""
    news: bool = False
    """Whether something happened to it that the person has not seen (`EventLog.unseen`)."""
    watched: bool = False
    """Whether the person wants to be told of it."""
    baseline: bool = False
    """Whether it is marked as what runs of its group are compared with."""


@frozen
class CriterionCell:
    """One criterion on one row, over the row's trials."""

    type: CriterionType
    passed: bool | None = None
    """False if any trial failed it, else True if any passed, else None."""
    value: float | None = None
    """Mean over the trials that have a value."""
    label: str | None = None
    """The label all trials share; None when they differ."""
    reason: str | None = None
    """Start (at most 120 characters, raw) of the grader's words on the trial that decided."""
    error: str | None = None
    """Start of the message when the grader itself broke on a trial."""


@frozen
class RowHead:
    """A row without its bodies: what a line of the rows table needs."""

    key: str
    label: str
    index: int | None
    outcome: Outcome
    unstable: bool
    """Whether some trials passed and some failed."""
    score: float | None
    """Mean over the trials of the first numeric criterion that has a value and did not break."""
    trials_n: int
    outcomes: tuple[Outcome, ...]
    """Outcome of each trial, oldest first, for the strip."""
    latency_s: float | None
    """Mean over the trials."""
    usage: Usage | None
    """Sum over the trials; a field is None when no trial has it."""
    preview: str
    """Start of the first output, else of the first input; raw, at most 200 characters."""
    error: ErrorInfo | None
    """First error of a trial that has the row's outcome, else of its graders; at most 2,000
    characters of the message."""
    criteria: Mapping[str, CriterionCell] = field(default_factory=dict)
    """By criterion name, in the order first met."""
    extra: JsonObject = field(default_factory=dict)


@frozen
class ScoreBin:
    """Rows whose score lies in one part of the scale."""

    low: float
    """The least score in it."""
    high: float
    """The least score above it: scores in a bin are smaller."""
    n: int
    example: str | None
    """Key of the row with the least score in it; None when it is empty."""


@frozen
class Histogram:
    """How a run's rows are spread over their score (`RowHead.score`)."""

    bins: tuple[ScoreBin, ...] = ()
    """Ascending, next to each other, from the one with the least score to the one with the
    greatest; all as wide, 1, 2 or 5 times a power of ten. Empty when no row has a score."""
    below: int = 0
    """Rows with a score of -1e9 and less, in no bin."""
    above: int = 0
    """Rows with a score of 1e9 and more, in no bin."""


@frozen
class ErrorCause:
    """Errors of a run with the same code and a message that begins the same way."""

    id: int
    """For `RowQuery.cause`."""
    grader: bool
    """Whether graders broke; else it was the model's call, or the trial as a whole."""
    code: str | None
    text: str
    """Start of the message in one line (at most 120 characters, raw), with `…` for numbers, ids
    and quoted parts; empty when the provider gave no reason, and for `other`."""
    n: int
    """Rows with such an error on a trial; a row with several causes counts for each."""
    example: str
    """Key of one of them; empty once the rows were evicted."""
    other: bool = False
    """Whether these are all causes that came after the first hundred."""


@frozen
class RunQuery:
    """Which runs, in what order."""

    text: str = ""
    """A filter (`tui.query`); bare words are looked for, in any case, in name, id, group, model,
    connection, provider and status."""
    sort: RunSort = "started"
    """`started` falls back to the creation time, `progress` is the share of rows done, `score` the
    pass rate, else the mean score over its scale; `deadline` is that of live runs. Unknown values
    come last in both directions; ties are newest first."""
    descending: bool = True
    connections: tuple[str, ...] | None = None
    """None = all."""
    live_only: bool = False
    limit: int | None = None


@frozen
class RowQuery:
    """Which rows of a run, in what order."""

    text: str = ""
    """A filter (`tui.query`); bare words are looked for, in any case, in key, label, preview and
    error."""
    sort: RowSort = "index"
    """`index` is dataset order, then arrival; `outcome` ascending puts failures first, `error`
    sorts by the message, `instability` by the chance that two graded trials differ. Unknown values
    come last in both directions."""
    descending: bool = False
    criterion: str | None = None
    """Name of a criterion to sort by instead: its value, else its verdict, else its label."""
    outcome: Outcome | None = None
    cause: int | None = None
    """`ErrorCause.id`: only rows with such an error."""


class View(Protocol[ItemT]):
    """An ordered snapshot: its length and order never change; the items' content is read fresh.

    Keys are `str(ref)` of runs and `key` of rows.
    """

    def count(self) -> int:
        """Return how many items the snapshot has."""
        ...

    def fetch(self, offset: int, limit: int) -> list[ItemT]:
        """Return the items from `offset`, fewer at the end; one removed since is left out."""
        ...

    def index_of(self, key: str) -> int | None:
        """Return the position of a key, None when the snapshot lacks it."""
        ...

    def key_at(self, index: int) -> str:
        """Return the key at a position. Raises IndexError outside the snapshot."""
        ...
