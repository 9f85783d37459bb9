from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from tui.demo.company import GPT4O_MINI
from tui.demo.course import DAY, finish_s, state_at
from tui.demo.facts import Fate, Phase, SimRun
from tui.demo.suites import FAQ

Maker = Callable[..., SimRun]


@pytest.fixture
def make() -> Maker:
    def build(**facts: Any) -> SimRun:
        base: dict[str, Any] = {
            "account": "openai",
            "id": "evalrun_x",
            "key": 1,
            "kind": "eval",
            "name": "x",
            "group": None,
            "suite": FAQ,
            "graders": (),
            "model": GPT4O_MINI,
            "rows": 100,
            "created": 0.0,
            "queue_s": 10.0,
            "rate": 2.0,
        }
        return SimRun(**(base | facts))

    return build


def test_attempts_finish_one_after_the_other_and_the_last_on_time(make: Maker) -> None:
    run = make(rows=137, trials=3)
    moments = [finish_s(run, attempt) for attempt in range(run.attempts)]
    assert all(one < two for one, two in pairwise(moments))
    assert moments[0] > 0
    assert moments[-1] == pytest.approx(run.attempts / run.rate)


def test_a_run_that_completes_is_queued_runs_and_ends(make: Maker) -> None:
    run = make()
    assert state_at(run, 9.9).phase is Phase.QUEUED
    assert state_at(run, 10.0).phase is Phase.RUNNING
    halfway = state_at(run, 35.0)
    assert 0 < halfway.done < 100
    assert halfway.ended is None
    last = state_at(run, 60.001)
    assert (last.phase, last.done) == (Phase.COMPLETED, 100)
    assert last.ended == pytest.approx(60.0)


def test_progress_never_goes_back_and_the_poll_rate_does_not_matter(make: Maker) -> None:
    run = make(rows=61, trials=3, rate=1.7)
    fine = {tenth: state_at(run, tenth / 10).done for tenth in range(1500)}
    assert list(fine.values()) == sorted(fine.values())
    assert {tenth: fine[tenth] for tenth in range(0, 1500, 70)} == {
        tenth: state_at(run, tenth / 10).done for tenth in range(0, 1500, 70)
    }


def test_failing_after_a_share_keeps_what_was_done(make: Maker) -> None:
    run = make(fate=Fate.FAILS, fate_at=0.25)
    late = state_at(run, 1e6)
    assert (late.phase, late.done) == (Phase.FAILED, 25)


def test_failing_before_the_first_row_never_starts(make: Maker) -> None:
    late = state_at(make(fate=Fate.FAILS, fate_at=0.0), 1e6)
    assert (late.phase, late.done, late.started) == (Phase.FAILED, 0, None)


def test_a_stalled_run_stays_where_it_is(make: Maker) -> None:
    run = make(fate=Fate.STALLS, fate_at=0.4)
    assert [state_at(run, t).done for t in (1e3, 1e6)] == [40, 40]
    assert state_at(run, 1e6).phase is Phase.RUNNING


def test_a_batch_expires_after_a_day_and_some_work(make: Maker) -> None:
    run = make(kind="batch", fate=Fate.EXPIRES, fate_at=0.5)
    assert state_at(run, DAY - 1).phase is Phase.RUNNING
    assert state_at(run, DAY + 1).phase is Phase.FINALIZING
    late = state_at(run, DAY + 700)
    assert (late.phase, late.done) == (Phase.EXPIRED, 50)


def test_cancelling_stops_the_work_and_takes_its_time(make: Maker) -> None:
    run = make(settle_s=45.0)
    done = state_at(run, 30.0).done
    asked = state_at(run, 50.0, canceled=30.0)
    assert (asked.phase, asked.done, asked.canceling) == (Phase.CANCELING, done, 30.0)
    over = state_at(run, 75.0, canceled=30.0)
    assert (over.phase, over.done, over.ended) == (Phase.CANCELED, done, 75.0)


def test_cancelling_in_the_queue_means_it_never_starts(make: Maker) -> None:
    late = state_at(make(), 1e6, canceled=5.0)
    assert (late.phase, late.started, late.done) == (Phase.CANCELED, None, 0)


def test_cancelling_what_has_ended_changes_nothing(make: Maker) -> None:
    run = make()
    assert state_at(run, 500.0, canceled=400.0) == state_at(run, 500.0)


def test_a_run_without_rows_completes(make: Maker) -> None:
    late = state_at(make(rows=0), 11.0)
    assert (late.phase, late.done) == (Phase.COMPLETED, 0)
