"""Runs: merging of answers, changes, effective figures, progress."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.clock import START, FakeClock
from tests.store.builders import (
    REF,
    counts,
    listed,
    make_row,
    make_run,
    make_score,
    make_trial,
    open_store,
    rows_page,
    shown,
    walk,
)
from tui.models import (
    Counts,
    CriterionStats,
    CriterionType,
    ErrorInfo,
    Group,
    ModelUsage,
    Outcome,
    Run,
    RunRef,
    ScoreStats,
    Status,
)
from tui.store import Store

RICH = make_run(
    group=Group("eval_a", "support"),
    models=("gpt-5-mini",),
    counts=Counts(total=10, done=4, passed=3, failed=1),
    criteria=(CriterionStats("judge", CriterionType.BINARY, 4, 3, 1, 0, None),),
    usage=(ModelUsage("gpt-5-mini", total_tokens=7, cost_usd=0.5),),
    metadata={"team": "search"},
    config={"rows": 10},
    warnings=("slow",),
    raw={"id": "run_1"},
)


# Merging


def test_a_list_that_tells_less_does_not_wipe_details() -> None:
    store = open_store(run=make_run())
    store.apply_run(RICH)
    listed(store, make_run(counts=Counts(done=5), group=Group("eval_a", None)))
    assert shown(store) == replace(RICH, counts=Counts(10, 5, 3, 1))
    store.close()


def test_a_list_brings_news_about_a_detailed_run() -> None:
    store = open_store(run=make_run())
    store.apply_run(RICH)
    done = make_run(status=Status.COMPLETED, ended_at=START, counts=Counts(10, 10, 8, 2))
    assert listed(store, done) == {REF}
    assert shown(store).status is Status.COMPLETED
    assert shown(store).ended_at == START
    assert counts(store) == Counts(10, 10, 8, 2)
    store.close()


def test_a_detail_replaces_everything_but_known_costs() -> None:
    store = open_store(run=RICH)
    bare = make_run(usage=(ModelUsage("gpt-5-mini", total_tokens=9), ModelUsage("other")))
    assert store.apply_run(bare).refs == {REF}
    kept = (ModelUsage("gpt-5-mini", total_tokens=9, cost_usd=0.5), ModelUsage("other"))
    assert shown(store) == replace(bare, usage=kept)
    store.close()


def test_a_list_that_never_refreshes_does_not_undo_a_detail() -> None:
    stale = make_run(status=Status.QUEUED)
    store = open_store(run=stale)
    ended = replace(RICH, status=Status.COMPLETED, ended_at=START)
    store.apply_run(ended)
    assert listed(store, stale) == frozenset()
    # Something else in its answer changes: its state is still the old one.
    assert listed(store, replace(stale, url="https://example.com/1")) == {REF}
    assert shown(store) == replace(ended, url="https://example.com/1")
    store.close()


def test_a_first_list_answer_does_not_reopen_what_a_detail_has_ended() -> None:
    store = Store.open(None, clock=FakeClock())
    store.apply_run(replace(RICH, status=Status.COMPLETED, ended_at=START))
    listed(store, make_run(status=Status.RUNNING))
    assert shown(store).status is Status.COMPLETED
    store.close()


def test_a_run_that_runs_again_has_no_end_and_no_error() -> None:
    failed = make_run(status=Status.FAILED, ended_at=START, error=ErrorInfo(None, "broke"))
    store = open_store(run=failed)
    listed(store, make_run(status=Status.RUNNING))
    assert (shown(store).ended_at, shown(store).error, shown(store).live) == (None, None, True)
    store.close()


def test_an_unknown_word_with_a_known_end_stays_ended() -> None:
    store = open_store(run=make_run(status=Status.UNKNOWN, raw_status="odd", ended_at=START))
    listed(store, make_run(status=Status.UNKNOWN, raw_status="odd", name="named now"))
    assert shown(store).ended_at == START
    assert not shown(store).live
    store.close()


# Changes and ages


def test_equal_answers_are_no_change_but_renew_the_age() -> None:
    clock = FakeClock()
    store = open_store(clock=clock, run=RICH)
    first = store.run(REF)
    revision = store.revision
    clock.advance(30)
    again = store.apply_runs("prod", "runs", [RICH, make_run("eval_a/run_2")], complete=False)
    assert again.refs == {RunRef("prod", "eval_a/run_2")}
    assert store.revision == again.revision == revision + 1
    second = store.run(REF)
    assert first is not None
    assert second is not None
    assert second == replace(first, fetched_at=START + timedelta(seconds=30))
    assert not store.apply_run(RICH)
    assert store.revision == again.revision
    store.close()


def test_changes_join() -> None:
    store = open_store()
    one = store.apply_run(make_run(name="one"))
    two = store.set_connection("prod", ok_at=START, error=None, remedy=None)
    both = one | two
    assert both.refs == {REF}
    assert both.connections == {"prod"}
    assert both.revision == two.revision
    assert both
    store.close()


# Effective figures


def test_rows_fill_in_what_the_provider_leaves_open() -> None:
    store = open_store(run=make_run(counts=Counts(total=5)))
    trial = make_trial(scores=(make_score(passed=True),))
    store.apply_rows(REF, rows_page(make_row("a", trial), make_row("b")))
    assert counts(store) == Counts(5, 2, 2, 0, 0, 0, 0)
    assert shown(store).criteria == (
        CriterionStats("judge", CriterionType.BINARY, 1, 1, 0, 0, None, trial_count=2),
    )
    store.close()


def test_half_fetched_rows_do_not_pass_for_all() -> None:
    told = Counts(total=100, done=100, passed=90, failed=10)
    store = open_store(run=make_run(status=Status.COMPLETED, counts=told))
    store.begin_walk(REF)
    store.apply_rows(REF, rows_page(make_row("a")))
    assert counts(store) == told
    store.close()


def test_after_a_complete_walk_the_rows_win_but_for_the_total() -> None:
    told = Counts(total=3, done=2, passed=2, failed=0)
    told_criteria = (CriterionStats("judge", CriterionType.NUMERIC, 9, None, None, 0, 1, 12),)
    run = make_run(
        status=Status.COMPLETED,
        counts=told,
        criteria=told_criteria,
        score=ScoreStats(9.0, scale_max=10),
    )
    store = open_store(run=run)
    numeric = CriterionType.NUMERIC
    walk(
        store,
        rows_page(
            make_row("a", make_trial(scores=(make_score(type=numeric, value=4.0),))),
            make_row(
                "b",
                make_trial(outcome=Outcome.FAILED, scores=(make_score(type=numeric, value=8.0),)),
            ),
        ),
    )
    assert counts(store) == Counts(3, 2, 1, 1, 0, 0, 0)
    assert shown(store).score == ScoreStats(6.0, 4.0, 8.0, scale_max=10)
    assert shown(store).criteria == (CriterionStats("judge", numeric, 2, None, None, 0, 6.0, 12),)
    store.close()


def test_rows_of_a_former_walk_do_not_hide_what_has_run_since() -> None:
    store = open_store(run=make_run(counts=Counts(total=5, done=1, passed=1, failed=0)))
    walk(store, rows_page(make_row("a")))
    store.apply_run(make_run(counts=Counts(total=5, done=3, passed=1, failed=2)))
    assert counts(store) == Counts(total=5, done=3, passed=1, failed=2)
    store.close()


# Progress


def done(n: int, **fields: Any) -> Run:
    return make_run(counts=Counts(total=100, done=n), **fields)


def test_progress_is_sampled_every_two_seconds_at_most() -> None:
    clock = FakeClock()
    store = open_store(clock=clock, run=done(0))
    for n in range(1, 9):
        clock.advance(1)
        listed(store, done(n))
    assert [n for _at, n in store.progress(REF)] == [0, 2, 4, 6, 8]
    assert store.progress(REF)[-1][0] == START + timedelta(seconds=8)
    clock.advance(10)
    listed(store, done(8, name="same count"))
    assert len(store.progress(REF)) == 5
    store.close()


def test_progress_keeps_the_recent_past_only() -> None:
    clock = FakeClock()
    store = open_store(clock=clock, run=done(0))
    for n in range(1, 200):
        clock.advance(5)
        listed(store, done(n))
    samples = store.progress(REF)
    assert [n for _at, n in samples] == list(range(80, 200))
    clock.advance(6 * 3600 - 5)
    listed(store, done(200))
    assert [n for _at, n in store.progress(REF)] == [198, 199, 200]
    store.close()


@pytest.mark.parametrize("jump", [0, -86_400])
def test_progress_begins_anew_when_the_run_or_the_clock_goes_back(jump: int) -> None:
    clock = FakeClock()
    store = open_store(clock=clock, run=done(50))
    clock.advance(5)
    clock.jump(jump)
    listed(store, done(3 if not jump else 60))
    assert [n for _at, n in store.progress(REF)] == [3 if not jump else 60]
    store.close()


def test_a_run_first_seen_ended_has_no_progress() -> None:
    store = open_store(run=make_run(status=Status.COMPLETED, counts=Counts(done=5)))
    assert store.progress(REF) == []
    assert store.progress(RunRef("prod", "none")) == []
    store.close()
