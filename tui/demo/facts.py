"""The nouns of the simulated world: what is true, before any provider words it.

Times are seconds from the world's epoch (negative = before it) unless a name says otherwise.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from tui.demo.dice import Dice

Account = Literal["openai", "azure", "foundry", "weave", "datalab", "gomodel"]
Outcome = Literal["passed", "failed", "errored", "skipped", "ungraded"]
ACCOUNTS: tuple[Account, ...] = ("openai", "azure", "foundry", "weave", "datalab", "gomodel")


@dataclass(frozen=True, slots=True)
class SimError:
    """Something that went wrong, in words a provider would use."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to call a function."""

    id: str
    name: str
    arguments: str
    """JSON text."""


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message. `content` is None where only tools are called."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str | None
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    """On a `tool` message: the call it answers."""


@dataclass(frozen=True, slots=True)
class SimModel:
    """A model of the demo's world."""

    name: str
    """What people call it; on Azure the deployment."""
    snapshot: str
    """The dated name a provider reports."""
    vendor: str
    """Provider type as a gateway names it: `openai`, `anthropic`, …"""
    usd_in: float
    """USD per million input tokens."""
    usd_out: float
    latency_s: float
    """Typical seconds of one answer."""


GraderKind = Literal[
    "string_check", "text_similarity", "label_model", "score_model", "python", "evaluator", "rule"
]


@dataclass(frozen=True, slots=True)
class Grader:
    """One criterion. The scale runs from `low` to `high`; at `threshold` it passes."""

    name: str
    kind: GraderKind
    low: float = 0.0
    high: float = 1.0
    threshold: float | None = 0.5
    """None: a number without a pass line."""
    binary: bool = False
    """Scores are only `low` or `high`."""
    low_is_good: bool = False
    """Severity scales: at or below the threshold passes."""
    labels: tuple[str, str] | None = None
    """Passing and failing word of graders that answer in words."""
    model: SimModel | None = None
    """The judge of model graders."""
    ease: float = 0.0
    """Added to the pass chance: a lenient grader is positive."""
    topic: str = "answer"
    """What the reasons talk about."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A dataset with its prompt: item i is the same in every run that uses the suite."""

    name: str
    template: tuple[Message, ...]
    """Messages with `{{item.field}}` marks."""
    fields: Callable[[int], dict[str, str]]
    """Item i of the dataset; every value is text."""
    expected: str | None
    """The field that holds the reference answer; None = there is none."""
    respond: Callable[[dict[str, str], bool, Dice], tuple[Message, ...]]
    """(item, whether the answer is good, dice) -> the new messages, the last one the answer."""
    tokens: tuple[int, int] = (180, 60)
    """Typical input and output tokens."""
    label: str | None = None
    """The field a person would know the item by (a filename); None = its number."""


@dataclass(frozen=True, slots=True)
class Group:
    """What runs belong to: an eval, an evaluation object, a collection."""

    account: Account
    id: str
    name: str
    suite: Suite
    graders: tuple[Grader, ...]
    created: float
    source: Literal["custom", "logs"] = "custom"
    metadata: Mapping[str, str] = field(default_factory=dict)


class Fate(StrEnum):
    """How a run ends when nobody interferes; `SimRun.fate_at` says after which share."""

    COMPLETES = "completes"
    FAILS = "fails"
    """Breaks off with `SimRun.error`; at share 0 it fails before any row runs."""
    STALLS = "stalls"
    """Makes no progress any more and never ends (a killed process, a starved judge)."""
    EXPIRES = "expires"
    """Runs into the 24-hour limit of a batch."""
    IS_CANCELED = "is_canceled"
    """Somebody cancels it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimRun:
    """One run or batch: everything about it that never changes.

    Attempts are numbered row by row: attempt `a` is row `a // trials`, trial `a % trials`, and
    attempts finish in that order.
    """

    account: Account
    id: str
    """The provider's own id; Datalab's integers as text."""
    key: int
    """Root of all chance in this run."""
    kind: Literal["eval", "batch"]
    name: str
    group: Group | None
    """None for batches."""
    suite: Suite
    graders: tuple[Grader, ...]
    """Empty for batches that only produce answers."""
    model: SimModel
    rows: int
    trials: int = 1
    created: float
    queue_s: float = 3.0
    """Seconds between creation and the first attempt's start."""
    rate: float = 1.0
    """Attempts finished per second."""
    finalize_s: float = 0.0
    """Batches: seconds between the last answer and the end."""
    settle_s: float = 0.0
    """Seconds a cancel takes to be carried out."""
    fate: Fate = Fate.COMPLETES
    fate_at: float = 1.0
    error: SimError | None = None
    """Why it failed, for `Fate.FAILS`."""
    skill: float = 0.85
    """Roughly the pass rate."""
    strain: str = "a"
    """Version of the thing under test: equal strains are good and bad at the same items."""
    error_rate: float = 0.0
    """Share of attempts whose model call errors."""
    broken_rate: float = 0.0
    """Share of attempts whose last grader breaks."""
    skip_rate: float = 0.0
    """Share of attempts whose last grader is skipped."""
    dataset: Literal["inline", "file", "logs", "answered"] = "file"
    """Where the items come from; `answered` = inline items that already hold the answers."""
    exhibits: bool = False
    """Every answer is hostile, huge or odd; otherwise about one in a hundred is."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    author: str = "Ines Okafor"

    @property
    def attempts(self) -> int:
        """Rows times trials."""
        return self.rows * self.trials


class Phase(StrEnum):
    """Where a run stands. A provider's status word is derived from it."""

    QUEUED = "queued"
    RUNNING = "running"
    FINALIZING = "finalizing"
    CANCELING = "canceling"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self in _ENDED


_ENDED = frozenset({Phase.COMPLETED, Phase.FAILED, Phase.CANCELED, Phase.EXPIRED})


@dataclass(frozen=True, slots=True)
class RunState:
    """A run at one moment. Instants that have not come are None."""

    phase: Phase
    done: int
    """Attempts that have finished, good or bad."""
    created: float
    started: float | None
    finalizing: float | None
    canceling: float | None
    ended: float | None


@dataclass(frozen=True, slots=True)
class Grade:
    """One grader's word on one attempt.

    Exactly one holds: `score` is a number; `error` is set (the grader broke); `skipped`.
    """

    grader: Grader
    score: float | None
    passed: bool | None
    """None when broken, skipped or without a threshold."""
    label: str | None
    """For graders that answer in words."""
    reason: str
    """Empty when broken or skipped."""
    error: SimError | None = None
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class SimRow:
    """One attempt at one item, in full."""

    index: int
    """Item number, from 0."""
    trial: int
    attempt: int
    """Place in the order of finishing, from 0."""
    item: dict[str, str]
    input: tuple[Message, ...]
    expected: str | None
    output: tuple[Message, ...]
    """Empty when the model call errored."""
    grades: tuple[Grade, ...]
    """Empty when the model call errored or the run has no graders."""
    outcome: Outcome
    """`errored` when the call errored; else any grader failed, else any passed, else any broke,
    else all were skipped, else ungraded. A provider may word it by a rule of its own."""
    error: SimError | None
    """Why the model call errored."""
    latency_s: float
    """Seconds of the model's answer (or of the failing call)."""
    started: float
    finished: float
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    usd: float
    finish_reason: str | None

    @property
    def output_text(self) -> str | None:
        """The answer's text; None without an answer or with tool calls only."""
        return self.output[-1].content if self.output else None
