"""What a run's course says is wrong with it, and what it does not say."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.clock import START
from tui.analysis.sentinel import Watching, concerns
from tui.models import (
    Counts,
    CriterionStats,
    CriterionType,
    JsonObject,
    ProviderKind,
    Run,
    RunKind,
    RunRef,
    Status,
)
from tui.store import Sample, StoredRun, SyncState

NOW = START
ALONE = Watching()


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def stored(
    status: Status = Status.RUNNING,
    *,
    changed: float = 0,
    fetched: float = 0,
    sync: SyncState | None = None,
    **fields: Any,
) -> StoredRun:
    """Return a run; times are minutes ago."""
    run = Run(
        ref=RunRef("prod", "run"),
        provider=ProviderKind.OPENAI,
        kind=fields.pop("kind", RunKind.EVAL),
        id="run",
        status=status,
        raw_status=fields.pop("raw_status", status.value),
        started_at=NOW - minutes(300),
        **fields,
    )
    return StoredRun(
        run,
        fetched_at=NOW - minutes(fetched),
        first_seen_at=NOW - minutes(300),
        changed_at=NOW - minutes(changed),
        sync=sync or SyncState(),
    )


def course(*ago: float, rows: int = 10) -> list[Sample]:
    """Return samples so many minutes ago, ten more rows each."""
    return [Sample(NOW - minutes(each), rows * (n + 1)) for n, each in enumerate(ago)]


def kinds(
    run: StoredRun,
    samples: list[Sample] | None = None,
    watching: Watching = ALONE,
    now: datetime = NOW,
) -> list[str]:
    return [each.kind for each in concerns(run, samples or [], now, watching)]


RUNNING = Counts(total=1000, done=50)


def test_a_run_that_stands_still_longer_than_ever_has_stalled() -> None:
    steady = course(70, 68, 66, 64, 62, 60)
    assert kinds(stored(counts=RUNNING), steady) == ["stalled"]
    (said,) = concerns(stored(counts=RUNNING), steady, NOW, ALONE)
    assert said.sentence == "No row has ended for 60 minutes; usually one does much sooner."


def test_a_run_whose_pauses_are_long_has_not() -> None:
    assert kinds(stored(counts=RUNNING), course(160, 140, 120, 100, 80, 60)) == []
    assert kinds(stored(counts=RUNNING), course(18, 16, 14, 12, 10, 8)) == []


def test_nothing_is_said_of_a_time_when_nobody_looked() -> None:
    steady = course(70, 68, 66, 64, 62, 60)
    assert kinds(stored(counts=RUNNING, fetched=58), steady) == []


def test_a_sign_of_life_is_progress() -> None:
    alive = stored(counts=RUNNING, last_activity_at=NOW - minutes(3))
    assert kinds(alive, course(70, 68, 66, 64, 62, 60)) == []


def test_with_little_seen_half_an_hour_is_given() -> None:
    assert kinds(stored(counts=RUNNING), course(29)) == []
    assert kinds(stored(counts=RUNNING), course(31)) == ["stalled"]
    assert kinds(stored(Status.QUEUED, counts=RUNNING), course(31)) == []
    assert kinds(stored(counts=Counts())) == []


def test_a_run_with_all_rows_done_is_finalizing_too_long() -> None:
    done = Counts(total=100, done=100)
    assert kinds(stored(counts=done, changed=21)) == ["finalizing"]
    assert kinds(stored(counts=done, changed=19)) == []
    assert kinds(stored(counts=Counts(), raw_status="finalizing", changed=25)) == ["finalizing"]


@pytest.mark.parametrize(
    ("left", "samples", "found"),
    [
        (50, course(10, 5, 1), ["expiring"]),
        (300, course(10, 5, 1), ["expiring"]),
        (300, course(10, 5, 1, rows=200), []),
        (300, [], []),
        (-5, [], ["expiring"]),
    ],
)
def test_a_window_that_closes_before_the_rows_are_done(
    left: float, samples: list[Sample], found: list[str]
) -> None:
    run = stored(counts=RUNNING, deadline_at=NOW + minutes(left))
    assert kinds(run, samples) == found


def test_the_sentence_tells_what_is_left_and_what_it_needs() -> None:
    run = stored(counts=RUNNING, deadline_at=NOW + minutes(50))
    (said,) = concerns(run, course(10, 5, 0), NOW, ALONE)
    assert said.sentence == (
        "Its window ends in 50 minutes with 950 of 1,000 rows left; at its pace it needs 8 hours."
    )


def criterion(errored: int, n: int) -> CriterionStats:
    return CriterionStats("judge", CriterionType.BINARY, n, n, 0, errored, None)


def test_a_grader_that_breaks_often_is_in_trouble() -> None:
    assert kinds(stored(counts=RUNNING, criteria=(criterion(10, 40),)), course(1)) == ["graders"]
    assert kinds(stored(counts=RUNNING, criteria=(criterion(9, 10),)), course(1)) == []
    assert kinds(stored(counts=RUNNING, criteria=(criterion(10, 90),)), course(1)) == []


def test_errors_that_rise_are_noticed_and_steady_ones_are_not() -> None:
    def samples(*errored: int) -> list[Sample]:
        return [
            replace(sample, errored=n)
            for sample, n in zip(course(6, 5, 4, 3, 2, 1), errored, strict=True)
        ]

    assert kinds(stored(counts=RUNNING), samples(0, 0, 1, 1, 8, 16)) == ["graders"]
    assert kinds(stored(counts=RUNNING), samples(4, 8, 12, 16, 20, 24)) == []
    assert kinds(stored(counts=RUNNING), samples(0, 0, 0, 1, 2, 3)) == []


def test_a_pass_rate_surely_below_what_was_asked_for() -> None:
    low = stored(counts=Counts(passed=40, failed=60, done=100, total=1000))
    assert kinds(low, course(1), Watching(0.9)) == ["low-rate"]
    assert kinds(low, course(1), Watching(0.45)) == []
    assert kinds(low, course(1)) == []
    few = stored(counts=Counts(passed=1, failed=3, done=4, total=1000))
    assert kinds(few, course(1), Watching(0.9)) == []


def ended(passed: int, failed: int, status: Status = Status.COMPLETED) -> StoredRun:
    counts = Counts(passed=passed, failed=failed, done=passed + failed, total=passed + failed)
    return stored(status, counts=counts, ended_at=NOW)


def test_a_run_that_ended_clearly_worse_than_the_one_before() -> None:
    before = ended(900, 100)
    assert kinds(ended(800, 200), watching=Watching(before=before)) == ["worse"]
    assert kinds(ended(890, 110), watching=Watching(before=before)) == []
    assert kinds(ended(960, 40), watching=Watching(before=before)) == []
    assert kinds(ended(800, 200, Status.CANCELED), watching=Watching(before=before)) == []
    assert kinds(ended(0, 0), watching=Watching(before=before)) == []


def test_a_batch_whose_output_is_not_there() -> None:
    walked = SyncState(completed_at=NOW)
    counts = Counts(total=10, done=10)
    batch = stored(Status.COMPLETED, kind=RunKind.BATCH, counts=counts, sync=walked)
    assert kinds(batch) == ["no-output"]
    assert kinds(replace(batch, sync=replace(walked, rows_stored=10))) == []
    assert kinds(replace(batch, sync=SyncState())) == []


def test_a_batch_that_names_no_output_file_needs_no_walk_to_be_noticed() -> None:
    counts = Counts(total=10, done=10)
    batch = stored(
        Status.COMPLETED, kind=RunKind.BATCH, counts=counts, config={"input_file_id": "file-1"}
    )
    assert kinds(batch) == ["no-output"]
    files: JsonObject = {"input_file_id": "file-1", "output_file_id": "file-2"}
    assert kinds(replace(batch, run=replace(batch.run, config=files))) == []
    failed = replace(batch.run, counts=Counts(total=10, done=10, errored=10))
    assert kinds(replace(batch, run=failed)) == []
    other = replace(batch.run, provider=ProviderKind.AZURE_OPENAI)
    assert kinds(replace(batch, run=other)) == []
