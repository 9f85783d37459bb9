"""Models that are quick to write down."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.clock import START
from tui.models import Counts, Group, Outcome, ProviderKind, Run, RunKind, RunRef, Status
from tui.store import RowHead, StoredRun, SyncState

RUN = Run(
    ref=RunRef("prod", "eval_1/run_1"),
    provider=ProviderKind.OPENAI,
    kind=RunKind.EVAL,
    id="run_1",
    status=Status.RUNNING,
    raw_status="in_progress",
    name="nightly",
    group=Group("eval_1", "support-faq"),
    models=("gpt-5-mini",),
    created_at=START - timedelta(minutes=15),
    started_at=START - timedelta(minutes=14),
    counts=Counts(total=1000, done=812, passed=708, failed=104),
)


def run(**changes: Any) -> Run:
    return replace(RUN, **changes)


def stored(one: Run = RUN, **changes: Any) -> StoredRun:
    facts: dict[str, Any] = {
        "fetched_at": START,
        "first_seen_at": START - timedelta(minutes=15),
        "changed_at": START,
        "sync": SyncState(),
    }
    return StoredRun(run=one, **{**facts, **changes})


def head(**changes: Any) -> RowHead:
    facts: dict[str, Any] = {
        "key": "item-1",
        "label": "What is the capital of France?",
        "index": 0,
        "outcome": Outcome.PASSED,
        "unstable": False,
        "score": None,
        "trials_n": 1,
        "outcomes": (Outcome.PASSED,),
        "latency_s": None,
        "usage": None,
        "preview": "Paris",
        "error": None,
    }
    return RowHead(**{**facts, **changes})
