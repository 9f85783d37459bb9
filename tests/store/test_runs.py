"""Runs: merging of answers, changes, order, search, references, progress."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.clock import START, FakeClock
from tests.store.builders import (
    REF,
    counts,
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
    ProviderKind,
    Run,
    RunRef,
    ScoreStats,
    Status,
)
from tui.providers.base import RunSource
from tui.store import RunQuery, Store, StoredRun, View
from tui.store.types import RunSort

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


def listed(store: Store, *runs: Run) -> frozenset[RunRef]:
    return store.apply_runs("prod", "runs", runs, complete=False).refs


def names(store: Store, query: RunQuery) -> list[str]:
    view = store.runs(query)
    return [stored.run.id for stored in view.fetch(0, view.count())]


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


# Order and search


def test_sorting_puts_the_unknown_last_both_ways() -> None:
    store = Store.open(None, clock=FakeClock())
    hour = timedelta(hours=1)
    listed(
        store,
        make_run(
            "a",
            Status.COMPLETED,
            name="Zebra",
            started_at=START - 3 * hour,
            ended_at=START - 2 * hour,
            counts=Counts(passed=1, failed=1),
        ),
        make_run("b", Status.FAILED, name="apple", started_at=START - 2 * hour),
        make_run(
            "c",
            Status.RUNNING,
            started_at=None,
            created_at=START - 9 * hour,
            score=ScoreStats(4.5, scale_max=5),
        ),
        make_run("d", Status.QUEUED, name="Mango", started_at=None),
    )
    orders: dict[RunSort, tuple[str, str]] = {
        "status": ("cdba", "abdc"),
        "started": ("cabd", "dbac"),
        "score": ("acdb", "cadb"),
        "duration": ("acdb", "cadb"),
        "name": ("bcda", "adcb"),
    }
    for sort, (up, down) in orders.items():
        assert "".join(names(store, RunQuery(sort=sort, descending=False))) == up, sort
        assert "".join(names(store, RunQuery(sort=sort))) == down, sort
    store.close()


def test_the_filter_wants_every_word_anywhere_in_any_case() -> None:
    store = Store.open(None, clock=FakeClock())
    listed(
        store,
        make_run("a", name="Nightly ÄRGER", group=Group("g1", "Support FAQ")),
        make_run("b", name="100%_sure", models=("gpt-5-mini",), status=Status.FAILED),
        make_run("c", connection="azure", provider=ProviderKind.AZURE_OPENAI),
    )
    for text, found in {
        "nightly support": "a",
        "ärger": "a",
        "%_": "b",
        "GPT failed": "b",
        "azure": "c",
        "running": "ca",
        "nightly failed": "",
        "  ": "cba",
    }.items():
        assert sorted(names(store, RunQuery(text=text))) == sorted(found), text
    assert names(store, RunQuery(connections=("azure",))) == ["c"]
    assert names(store, RunQuery(connections=())) == []
    assert sorted(names(store, RunQuery(live_only=True))) == ["a", "c"]
    assert len(names(store, RunQuery(limit=2))) == 2
    store.close()


def test_run_views_are_snapshots() -> None:
    store = open_store(run=make_run("a", started_at=START))
    view: View[StoredRun] = store.runs(RunQuery())
    listed(store, make_run("b", started_at=START + timedelta(hours=1)))
    listed(store, make_run("a", started_at=START, name="renamed"))
    assert view.count() == 1
    assert view.fetch(0, 10)[0].run.name == "renamed"
    assert view.key_at(0) == "prod/a"
    assert view.index_of("prod/a") == 0
    assert view.index_of("prod/b") is None
    assert view.index_of("no reference") is None
    for outside in (1, -1):
        with pytest.raises(IndexError):
            view.key_at(outside)
    assert store.runs(RunQuery()).index_of("prod/a") == 1
    store.close()


# References


def found(store: Store, text: str, connections: list[str] | None = None) -> list[str]:
    return [str(stored.run.ref) for stored in store.find_runs(text, connections)]


def test_references_are_found_by_the_first_rule_that_fits() -> None:
    store = Store.open(None, clock=FakeClock())
    listed(
        store,
        make_run("eval_a/run_abc", started_at=START),
        make_run("eval_a/run_abd", name="run_abc", started_at=START + timedelta(hours=1)),
        make_run("eval_b/nightly", name="a/b"),
        make_run("4712", connection="docs", name="run"),
    )
    assert found(store, "prod/eval_a/run_abc") == ["prod/eval_a/run_abc"]
    assert found(store, "eval_a/run_abd") == ["prod/eval_a/run_abd"]
    assert found(store, "run_abc") == ["prod/eval_a/run_abc"]
    assert found(store, "a/b") == ["prod/eval_b/nightly"]
    assert found(store, "run_a") == ["prod/eval_a/run_abd", "prod/eval_a/run_abc"]
    assert found(store, "run") == ["docs/4712"]
    assert found(store, "nig") == []
    assert found(store, "nigh") == ["prod/eval_b/nightly"]
    assert found(store, "prod/nightly") == ["prod/eval_b/nightly"]
    assert found(store, "prod/nigh") == ["prod/eval_b/nightly"]
    assert found(store, "471%") == []
    assert found(store, "docs/4712", ["prod"]) == []
    assert found(store, "4712", ["docs"]) == ["docs/4712"]
    assert found(store, "4712", []) == []
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


def test_the_score_column_sorts_by_what_is_shown() -> None:
    store = open_store(run=make_run("a", counts=Counts(passed=1, failed=3)))
    listed(store, make_run("b", counts=Counts(passed=1, failed=1)))
    query = RunQuery(sort="score")
    assert names(store, query) == ["b", "a"]
    walk(store, rows_page(make_row("1"), make_row("2")), ref=RunRef("prod", "a"))
    assert names(store, query) == ["b", "a"]  # two rows do not outweigh four told ones
    walk(store, rows_page(*(make_row(str(i)) for i in range(4))), ref=RunRef("prod", "a"))
    assert names(store, query) == ["a", "b"]
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


# Connections and lists


def test_live_runs_and_counts() -> None:
    store = Store.open(None, clock=FakeClock())
    listed(
        store,
        make_run("a"),
        make_run("b", Status.QUEUED, deadline_at=START - timedelta(seconds=1)),
        make_run("c", Status.FAILED),
        make_run("d", Status.COMPLETED),
        make_run("e", Status.EXPIRED, connection="docs"),
    )
    assert {stored.run.id for stored in store.live_runs("prod")} == {"a", "b"}
    assert store.live_runs("docs") == []
    assert store.counts() == {"runs": 5, "live": 2, "trouble": 3}
    assert store.counts(["docs"]) == {"runs": 1, "live": 0, "trouble": 1}
    assert store.counts([]) == {"runs": 0, "live": 0, "trouble": 0}
    store.close()


def test_run_lists_tell_when_they_were_checked() -> None:
    clock = FakeClock()
    store = Store.open(None, clock=clock)
    source = RunSource("eval_a", Group("eval_a", "support"), created_at=1.5)
    store.apply_runs("prod", "eval_a", [make_run(), make_run("x", Status.FAILED)], complete=True)
    clock.advance(5)
    store.set_source_checked("prod", source, at=clock.now())
    store.set_source_checked("prod", RunSource("batches"), at=START)
    batches, evals = store.sources("prod")
    assert (batches.source.id, batches.complete_at, batches.live_runs) == ("batches", None, 0)
    assert evals.source == source
    assert (evals.checked_at, evals.complete_at) == (clock.now(), START)
    assert (evals.live_runs, evals.newest_run_at) == (1, START - timedelta(hours=1))
    assert store.sources("docs") == []
    store.close()


def test_a_connections_failure_lasts_from_its_first_sighting() -> None:
    clock = FakeClock()
    store = Store.open(None, clock=clock)
    assert store.connection_state("prod") is None

    def note(ok_at: datetime | None, error: str | None) -> bool:
        remedy = None if error is None else "Wait."
        return bool(store.set_connection("prod", ok_at=ok_at, error=error, remedy=remedy))

    assert note(START, None)
    clock.advance(60)
    assert not note(clock.now(), None)
    assert note(None, "refused")
    clock.advance(60)
    assert note(None, "timed out")
    assert not note(None, "timed out")
    state = store.connection_state("prod")
    assert state is not None
    minute = timedelta(minutes=1)
    assert (state.ok_at, state.since) == (START + minute, START + minute)
    assert (state.error, state.remedy) == ("timed out", "Wait.")
    assert note(clock.now(), None)
    state = store.connection_state("prod")
    assert state is not None
    assert (state.error, state.remedy, state.since) == (None, None, None)
    store.close()
