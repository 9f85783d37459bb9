"""A small world in a memory store, and a poller that asks nobody and remembers what it was told."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.clock import START, FakeClock
from tui.config import Config, OpenAIConnection, WeaveConnection
from tui.models import (
    Counts,
    CriterionStats,
    CriterionType,
    ErrorInfo,
    Group,
    ModelUsage,
    Outcome,
    ProviderKind,
    Row,
    Run,
    RunKind,
    RunRef,
    Score,
    Status,
    Trial,
    Usage,
)
from tui.polling.health import ConnectionHealth, HealthState
from tui.polling.links import Link
from tui.polling.poller import Poller
from tui.providers.base import RowPage, TrialDetail
from tui.services import Services
from tui.store import Store

PROD = OpenAIConnection(
    name="prod", base_url="https://api.openai.com/v1", poll=OpenAIConnection.default_poll
)
TEAM = WeaveConnection(
    name="team",
    base_url="https://trace.wandb.ai",
    poll=WeaveConnection.default_poll,
    entity="acme",
    project="bot",
)
CONFIG = Config(connections=(PROD, TEAM), origin="file")

NIGHTLY = RunRef("prod", "eval_1/run_1")
WEEKLY = RunRef("prod", "eval_1/run_2")
BATCH = RunRef("prod", "batch_3f0c")
JUDGE = RunRef("team", "call_9")


class FakePoller(Poller):
    """Has the face of a poller; what would be asked is written down in `asked`."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        super().__init__({}, store, clock)
        self.healths: dict[str, ConnectionHealth] = {}
        self.asked: list[tuple[str, object]] = []
        self.visible: frozenset[RunRef] = frozenset()
        self.focused: RunRef | None = None
        self.held = False
        self.answer: Callable[[], TrialDetail | None] = lambda: None
        self.loop: Callable[[], Coroutine[Any, Any, None]] | None = None

    def loops(self) -> list[tuple[str, Callable[[], Coroutine[Any, Any, None]]]]:
        return [] if self.loop is None else [("poll prod", self.loop)]

    def focus(self, *refs: RunRef) -> None:
        self.focused = refs[0] if refs else None

    def set_visible(self, refs: Any) -> None:
        self.visible = frozenset(refs)

    def refresh(self, ref: RunRef | None = None) -> None:
        self.asked.append(("refresh", ref))

    def pause(self) -> None:
        self.held = True

    def resume(self) -> None:
        self.held = False

    @property
    def paused(self) -> bool:
        return self.held

    def status(self) -> dict[str, ConnectionHealth]:
        return dict(self.healths)

    async def trial_detail(self, ref: RunRef, row_key: str, trial_id: str) -> TrialDetail | None:
        self.asked.append(("trial", (ref, row_key, trial_id)))
        return self.answer()


@dataclass
class World:
    """Services over the small world."""

    clock: FakeClock
    store: Store
    poller: FakePoller
    config: Config = CONFIG
    rebound: dict[str, tuple[str, ...]] = field(default_factory=dict)
    data_dir: Path = Path("/dev/null/nowhere")
    """Where crash reports go: nowhere, unless a test says where."""
    shown: tuple[str, ...] = ()
    """The only connections that are shown."""
    links: dict[str, Link] = field(default_factory=dict)

    @property
    def services(self) -> Services:
        config = replace(self.config, keys=MappingProxyType(self.rebound), data_dir=self.data_dir)
        return Services(config, self.store, self.poller, self.clock, self.links, shown=self.shown)

    def put(self, *runs: Run) -> None:
        """Store runs as their lists brought them."""
        for run in runs:
            self.store.apply_runs(run.ref.connection, "runs", [run], complete=False)

    def put_rows(self, ref: RunRef, *rows: Row, complete: bool = True) -> None:
        """Store rows as a walk brought them."""
        self.store.begin_walk(ref)
        self.store.apply_rows(ref, RowPage(rows))
        self.store.end_walk(ref, complete=complete)


def new_world(*, healthy: bool = True) -> World:
    """Return a world with no runs yet."""
    clock = FakeClock()
    store = Store.open(None, clock=clock)
    poller = FakePoller(store, clock)
    state = HealthState.OK if healthy else HealthState.NEVER
    poller.healths = {
        one.name: ConnectionHealth(one.name, state, ok_at=START if healthy else None)
        for one in CONFIG.connections
    }
    return World(clock, store, poller)


def nightly(**changes: Any) -> Run:
    """Return a live run of an eval, with criteria and usage."""
    run = Run(
        ref=NIGHTLY,
        provider=ProviderKind.OPENAI,
        kind=RunKind.EVAL,
        id="run_1",
        status=Status.RUNNING,
        raw_status="in_progress",
        name="nightly-11-20",
        group=Group("eval_1", "support-faq"),
        models=("gpt-5-mini",),
        created_at=START - timedelta(minutes=15),
        started_at=START - timedelta(minutes=14),
        counts=Counts(total=1000, done=812, passed=708, failed=104, errored=0),
        criteria=(
            CriterionStats("exact", CriterionType.BINARY, 812, 708, 104, 0, None),
            CriterionStats("judge", CriterionType.NUMERIC, 812, None, None, 3, 0.8712),
        ),
        usage=(ModelUsage("gpt-5-mini", 812, 940_000, 210_000, 120_000, 1_150_000, 3.41),),
        url="https://platform.openai.com/evaluations/eval_1?run_id=run_1",
        metadata={"team": "search"},
        config={"data_source": "completions"},
        raw={"object": "eval.run", "id": "run_1"},
    )
    return replace(run, **changes)


def other_runs() -> list[Run]:
    """Return an ended run, a batch, and a failed one on another connection."""
    return [
        nightly(
            ref=WEEKLY,
            id="run_2",
            name="weekly-47",
            status=Status.COMPLETED,
            raw_status="completed",
            created_at=START - timedelta(days=1, hours=1),
            started_at=START - timedelta(days=1),
            ended_at=START - timedelta(hours=23),
            counts=Counts(total=4, done=4, passed=2, failed=1, errored=1),
        ),
        Run(
            ref=BATCH,
            provider=ProviderKind.OPENAI,
            kind=RunKind.BATCH,
            id="batch_3f0c",
            status=Status.RUNNING,
            raw_status="in_progress",
            created_at=START - timedelta(hours=2),
            deadline_at=START + timedelta(hours=21, minutes=5),
            counts=Counts(total=120, done=0),
        ),
        Run(
            ref=JUDGE,
            provider=ProviderKind.WEAVE,
            kind=RunKind.EVAL,
            id="call_9",
            status=Status.FAILED,
            raw_status="error",
            name="judge-v3",
            group=Group("obj", "rag-qa"),
            models=("sonnet",),
            started_at=START - timedelta(days=2),
            ended_at=START - timedelta(days=2) + timedelta(minutes=9),
            counts=Counts(total=60, done=12, errored=5),
            error=ErrorInfo("RateLimitError", "Too many requests to the judge."),
        ),
    ]


def trial(name: str, outcome: Outcome, output: str | None, **changes: Any) -> Trial:
    """Return a trial that was graded by two criteria."""
    facts: dict[str, Any] = {
        "input": [
            {"role": "system", "content": "Answer in one word."},
            {"role": "user", "content": "What is the capital of France?"},
        ],
        "expected": "Paris",
        "latency_s": 1.2,
        "usage": Usage(120, 8, None, 128, 0.0004),
        "model": "gpt-5-mini",
        "scores": (
            Score("exact", CriterionType.BINARY, passed=outcome is Outcome.PASSED),
            Score("judge", CriterionType.NUMERIC, value=0.87, reason="Close to the reference."),
        ),
        "raw": {"id": name, "object": "eval.run.output_item"},
    }
    return Trial(id=name, outcome=outcome, output=output, **{**facts, **changes})


def four_rows() -> list[Row]:
    """Return a row that passed, one that failed of three trials, one that errored, one more."""
    return [
        Row("item-0", "capital of France", (trial("t0", Outcome.PASSED, "Paris"),), index=0),
        Row(
            "item-1",
            "capital of Italy",
            (
                trial("a", Outcome.PASSED, "Rome"),
                trial("b", Outcome.FAILED, "Milan"),
                trial("c", Outcome.PASSED, "Rome!"),
            ),
            index=1,
        ),
        Row(
            "item-2",
            "capital of Peru",
            (
                trial(
                    "t2",
                    Outcome.ERRORED,
                    None,
                    scores=(),
                    error=ErrorInfo("timeout", "The model took too long."),
                ),
            ),
            index=2,
        ),
        Row("item-3", "capital of Chile", (trial("t3", Outcome.PASSED, "Santiago"),), index=3),
    ]


def full_world() -> World:
    """Return a world with four runs, the finished one with rows."""
    world = new_world()
    world.put(nightly(), *other_runs())
    world.store.apply_run(nightly())
    for run in other_runs():
        world.store.apply_run(run)
    world.put_rows(WEEKLY, *four_rows())
    return world
