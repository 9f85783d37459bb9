"""What every provider is mapped to: frozen, provider-neutral, aware UTC.

Texts in these models are exactly what the provider sent; they are cleaned when something is
derived from them for display (`tui.text`). None means unknown everywhere, never zero.
"""

from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from tui.frozen import frozen

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"
JsonObject: TypeAlias = dict[str, JsonValue]


class ProviderKind(StrEnum):
    """A kind of API, or the tool whose files were imported."""

    OPENAI = "openai"
    AZURE_OPENAI = "azure-openai"
    WEAVE = "weave"
    DATALAB = "datalab"
    GOMODEL = "gomodel"
    INSPECT = "inspect"
    """Inspect AI: only from files, so no connection has it."""
    PROMPTFOO = "promptfoo"
    """Only from files, too."""


class RunKind(StrEnum):
    """An evaluation run or a batch job."""

    EVAL = "eval"
    BATCH = "batch"


class Status(StrEnum):
    """Where a run is. The provider's own word stands beside it (`Run.raw_status`)."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    """A word nobody documented: shown as it is and polled on, unless the run has an end time."""


CONCERNS = (
    "stalled",
    "finalizing",
    "expiring",
    "no-output",
    "graders",
    "low-rate",
    "worse",
)
"""What can be wrong with a run beside its status."""


class Outcome(StrEnum):
    """What became of a row or a trial; kept apart in every count."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"
    SKIPPED = "skipped"
    UNGRADED = "ungraded"
    PENDING = "pending"


class CriterionType(StrEnum):
    """What a criterion's value is."""

    BINARY = "binary"
    NUMERIC = "numeric"
    LABEL = "label"


@frozen
class RunRef:
    """A run's address: `<connection>/<provider path>`, e.g. `prod/eval_abc/evalrun_def`."""

    connection: str
    path: str

    def __str__(self) -> str:
        return f"{self.connection}/{self.path}"

    def __lt__(self, other: "RunRef") -> bool:
        return (self.connection, self.path) < (other.connection, other.path)

    @classmethod
    def parse(cls, text: str) -> "RunRef":
        """Split at the first slash. Raises ValueError without one."""
        connection, slash, path = text.partition("/")
        if not (connection and slash and path):
            raise ValueError(text)
        return cls(connection, path)


@frozen
class Group:
    """What a run belongs to: an eval, an evaluation object, a collection."""

    id: str
    name: str | None


@frozen
class ErrorInfo:
    """A provider's reason why something did not work."""

    code: str | None
    message: str


@frozen
class Counts:
    """Rows of a run by outcome. None = nobody knows."""

    total: int | None = None
    """The real denominator only: inline rows, dataset rows times trials, batch requests."""
    done: int | None = None
    """Rows that have ended, whatever their outcome."""
    passed: int | None = None
    failed: int | None = None
    errored: int | None = None
    skipped: int | None = None
    ungraded: int | None = None


@frozen
class ScoreStats:
    """Spread of the rows' numeric score, on the provider's own scale."""

    mean: float
    min: float | None = None
    max: float | None = None
    scale_max: float | None = None
    """Upper end of the scale, where the API or the connection states it (`4.10 of 5`)."""


@frozen
class CriterionStats:
    """One criterion over a run."""

    name: str
    """Display name; nested Weave scores are `scorer.path`."""
    type: CriterionType
    n: int | None
    """Trials with a verdict or value."""
    passed: int | None
    failed: int | None
    errored: int | None
    mean: float | None
    """Mean value of numeric criteria."""
    trial_count: int | None = None
    """All trials of the run, also those without a value (Weave `trial_count`)."""

    @property
    def pass_rate(self) -> float | None:
        """Passed over passed plus failed, 0 to 1; None without either."""
        if self.passed is None or self.failed is None or self.passed + self.failed == 0:
            return None
        return self.passed / (self.passed + self.failed)


@frozen
class JointRun:
    """One of several runs that were asked about together, over the rows all of them have."""

    ref: RunRef
    trials: int | None
    criteria: tuple[CriterionStats, ...]


@frozen
class JointResults:
    """What a provider itself says of several runs of one project."""

    rows: int | None
    """Rows all of them have."""
    runs: tuple[JointRun, ...]
    """In the order asked for; a run without a trial is missing."""


@frozen
class ModelUsage:
    """Tokens and money one model took over a run."""

    model: str
    requests: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    total_tokens: int | None = None
    cost_usd: float | None = None


@frozen
class Usage:
    """Tokens and money of one trial."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    total_tokens: int | None = None
    cost_usd: float | None = None


@frozen
class Run:
    """One evaluation run or batch job as the provider last told it."""

    ref: RunRef
    provider: ProviderKind
    kind: RunKind
    id: str
    """The provider's own id of the run alone (`evalrun_def`); the path in `ref` may be longer."""
    status: Status
    raw_status: str
    """The provider's word, empty when it sent none."""
    name: str | None = None
    group: Group | None = None
    models: tuple[str, ...] = ()
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    """When it ended; None while live and for providers that never say."""
    deadline_at: datetime | None = None
    """End of a batch's completion window."""
    last_activity_at: datetime | None = None
    """Newest sign of life where the API gives one (Weave children, Foundry `modified_at`)."""
    counts: Counts = field(default_factory=Counts)
    score: ScoreStats | None = None
    criteria: tuple[CriterionStats, ...] = ()
    usage: tuple[ModelUsage, ...] = ()
    error: ErrorInfo | None = None
    url: str | None = None
    """Report link as received; shown and copied, never fetched."""
    metadata: JsonObject = field(default_factory=dict)
    config: JsonObject = field(default_factory=dict)
    """What the run was made of, without its rows (design 4.3)."""
    warnings: tuple[str, ...] = ()
    raw: JsonObject | None = None
    """The provider's object without inline rows, for the JSON view; None when not kept."""

    @property
    def live(self) -> bool:
        """Whether the run may still change."""
        if self.status is Status.UNKNOWN:
            return self.ended_at is None
        return self.status in (Status.QUEUED, Status.RUNNING)


@frozen
class Score:
    """One criterion's result on one trial."""

    name: str
    type: CriterionType
    passed: bool | None = None
    """None when the criterion gives no verdict (a bare number or label) or broke."""
    value: float | None = None
    label: str | None = None
    reason: str | None = None
    """The grader's own words."""
    error: ErrorInfo | None = None
    """Set when the grader itself broke."""
    skipped: bool = False
    counts: bool = True
    """Whether it decides the trial's outcome (nested Weave booleans mostly do not)."""
    detail: JsonValue = None
    """Whatever else the provider sent for it: threshold, dimension scores, grader transcript."""


@frozen
class Trial:
    """One attempt at a row."""

    id: str
    outcome: Outcome
    input: JsonValue = None
    """A text, a list of `{role, content, tool_calls…}` messages, or any JSON."""
    output: JsonValue = None
    expected: JsonValue = None
    scores: tuple[Score, ...] = ()
    latency_s: float | None = None
    usage: Usage | None = None
    model: str | None = None
    error: ErrorInfo | None = None
    created_at: datetime | None = None
    extra: JsonObject = field(default_factory=dict)
    """Provider fields without a common word: `status_code`, `lookup_key`, `finish_reason`…"""
    raw: JsonValue = None
    """The provider's item for the JSON view."""


@frozen
class Row:
    """One dataset item within a run, with the trials seen in this answer.

    A provider may bring the trials of one row on several pages; the store merges them by
    `(run, key, trial id)` and derives the row's outcome from all of them.
    """

    key: str
    """Identity within the run (design section 1, table); unique."""
    label: str
    """Short human text: file name, custom id, the start of the input. Not cleaned."""
    trials: tuple[Trial, ...]
    index: int | None = None
    """Dataset position where the provider gives one, 0-based."""
    extra: JsonObject = field(default_factory=dict)
