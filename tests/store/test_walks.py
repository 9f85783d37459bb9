"""Walks: resuming, notes, what makes a run final, what a complete walk removes."""

import pytest

from tests.clock import START, FakeClock
from tests.store.builders import (
    REF,
    counts,
    keys,
    make_row,
    make_run,
    make_trial,
    open_store,
    outcomes_page,
    rows_page,
    walk,
)
from tui.models import Counts, Outcome, Run, Status
from tui.providers.base import RowPage, Skipped
from tui.store import Store, SyncState

ENDED = make_run(status=Status.COMPLETED, ended_at=START)


def sync(store: Store) -> SyncState:
    stored = store.run(REF)
    assert stored is not None
    return stored.sync


def listed(store: Store, run: Run) -> None:
    store.apply_runs("prod", "runs", [run], complete=False)


# Resuming


def test_a_walk_that_was_cut_off_resumes_where_it_was() -> None:
    clock = FakeClock()
    store = open_store(clock=clock)
    state = store.begin_walk(REF)
    assert (state.resume, state.walking, state.begun_at) == (None, True, START)
    store.apply_rows(REF, rows_page(make_row("a"), resume="page 2", expected_rows=5))
    assert sync(store).walking
    clock.advance(5)
    change = store.end_walk(REF, complete=False, error="The line was cut.")
    assert change.refs == {REF}
    assert not change.rows
    state = sync(store)
    assert (state.walking, state.error, state.completed_at) == (False, "The line was cut.", None)
    again = store.begin_walk(REF)
    assert (again.resume, again.begun_at, again.expected) == ("page 2", START, 5)
    store.apply_rows(REF, rows_page(make_row("b")))
    store.end_walk(REF, complete=True)
    state = sync(store)
    assert (state.error, state.resume, state.rows_stored) == (None, None, 2)
    assert state.completed_at == clock.now()
    assert store.begin_walk(REF).resume is None
    store.close()


def test_an_incomplete_walk_without_a_reason_says_so() -> None:
    store = open_store()
    store.begin_walk(REF)
    store.end_walk(REF, complete=False)
    assert sync(store).error == "The rows were not fetched to the end."
    store.close()


def test_notes_and_skipped_items_are_those_of_the_newest_walk() -> None:
    store = open_store()
    broken = Skipped("row 3", "Too large.")
    walk(store, rows_page(notes=("old", "same"), skipped=(broken, broken)))
    assert (sync(store).notes, sync(store).skipped) == (("old", "same"), 2)
    store.begin_walk(REF)
    store.apply_rows(REF, rows_page(notes=("same", "new"), skipped=(broken,)))
    assert sync(store).notes == ("old", "same", "new")
    store.apply_rows(REF, rows_page(notes=("new",)))
    store.end_walk(REF, complete=True)
    assert (sync(store).notes, sync(store).skipped) == (("same", "new"), 1)
    store.close()


def test_walking_again_over_equal_rows_changes_nothing() -> None:
    clock = FakeClock()
    store = open_store(clock=clock)
    page = outcomes_page([Outcome.PASSED] * 3)
    walk(store, page)
    revision = store.revision
    clock.advance(5)
    walk(store, page)
    assert store.revision == revision
    assert sync(store).completed_at == clock.now()
    store.close()


# Final


@pytest.mark.parametrize(
    ("begin_after", "final"), [(0, False), (59.999999, False), (60, True), (3600, True)]
)
def test_a_walk_is_final_when_begun_a_minute_after_the_end_was_seen(
    begin_after: float, *, final: bool
) -> None:
    clock = FakeClock()
    store = open_store(clock=clock)
    clock.advance(100)
    listed(store, ENDED)
    clock.advance(begin_after)
    store.begin_walk(REF)
    clock.advance(120)
    store.end_walk(REF, complete=True)
    assert sync(store).final is final
    store.close()


def test_a_live_runs_walk_is_never_final() -> None:
    clock = FakeClock()
    store = open_store(clock=clock)
    clock.advance(600)
    walk(store)
    assert not sync(store).final
    store.close()


def test_a_walk_that_fails_is_not_final_and_takes_nothing_back() -> None:
    clock = FakeClock()
    store = open_store(clock=clock, run=ENDED)
    clock.advance(60)
    store.begin_walk(REF)
    store.end_walk(REF, complete=True, error="cut")
    assert not sync(store).final
    walk(store)
    assert sync(store).final
    store.begin_walk(REF)
    store.end_walk(REF, complete=False, error="cut")
    assert sync(store).final
    store.close()


def test_a_resumed_walk_counts_from_its_first_part() -> None:
    clock = FakeClock()
    store = open_store(clock=clock, run=ENDED)
    store.begin_walk(REF)
    store.apply_rows(REF, rows_page(make_row("a"), resume="2"))
    store.end_walk(REF, complete=False, error="cut")
    clock.advance(600)
    store.begin_walk(REF)
    store.end_walk(REF, complete=True)
    assert not sync(store).final
    walk(store)
    assert sync(store).final
    store.close()


def final_store(clock: FakeClock) -> Store:
    store = open_store(clock=clock, run=ENDED)
    clock.advance(60)
    walk(store, outcomes_page([Outcome.PASSED] * 2))
    assert sync(store).final
    return store


def test_a_list_that_shows_the_run_changed_reopens_it() -> None:
    clock = FakeClock()
    store = final_store(clock)
    listed(store, make_run(status=Status.COMPLETED, ended_at=START, url="https://x.example/new"))
    assert sync(store).final  # a link alone is no news
    listed(store, make_run(status=Status.COMPLETED, ended_at=START, counts=Counts(done=3)))
    assert not sync(store).final
    walk(store)
    assert sync(store).final
    listed(store, make_run())
    clock.advance(10)
    listed(store, ENDED)
    walk(store)
    assert not sync(store).final  # its end was seen anew just now
    store.close()


def test_a_walk_under_way_when_the_run_is_reopened_does_not_count() -> None:
    store = final_store(FakeClock())
    store.begin_walk(REF)
    listed(store, make_run(status=Status.COMPLETED, ended_at=START, counts=Counts(done=3)))
    store.end_walk(REF, complete=True)
    assert not sync(store).final
    store.close()


def test_a_detail_with_other_counts_reopens() -> None:
    store = final_store(FakeClock())
    store.apply_run(ENDED)
    assert sync(store).final
    store.apply_run(make_run(status=Status.COMPLETED, ended_at=START, counts=Counts(done=9)))
    assert not sync(store).final
    store.close()


def test_a_clock_set_back_does_not_hold_the_end_off_for_ever() -> None:
    clock = FakeClock()
    store = open_store(clock=clock, run=ENDED)
    clock.jump(-86_400)
    walk(store)
    assert not sync(store).final
    clock.advance(60)
    walk(store)
    assert sync(store).final
    store.close()


# What is removed


def test_rows_a_live_run_no_longer_has_are_removed() -> None:
    store = open_store()
    page = outcomes_page([Outcome.PASSED, Outcome.FAILED, Outcome.PASSED])
    walk(store, page)
    store.begin_walk(REF)
    store.apply_rows(REF, RowPage(rows=page.rows[:1]))
    change = store.end_walk(REF, complete=True)
    assert change.rows == change.refs == {REF}
    assert keys(store) == ["r0"]
    assert store.row(REF, "r1") is None
    assert counts(store) == Counts(None, 1, 1, 0, 0, 0, 0)
    store.close()


def test_trials_a_live_run_no_longer_has_are_removed() -> None:
    store = open_store()
    one, two = make_trial("placeholder", Outcome.PENDING), make_trial("real", Outcome.PASSED)
    walk(store, rows_page(make_row("r", one)))
    store.begin_walk(REF)
    store.apply_rows(REF, rows_page(make_row("r", two)))
    assert store.end_walk(REF, complete=True).rows == {REF}
    row = store.row(REF, "r")
    assert row is not None
    assert row.trials == (two,)
    assert counts(store) == Counts(None, 1, 1, 0, 0, 0, 0)
    store.close()


@pytest.mark.parametrize(
    "page",
    [
        rows_page(),
        rows_page(make_row("r0"), notes=("The output file has expired.",)),
        rows_page(make_row("r0"), skipped=(Skipped("row r1", "Too large."),)),
    ],
    ids=["no rows at all", "a note", "a row that could not be read"],
)
def test_rows_stay_when_their_absence_may_have_another_cause(page: RowPage) -> None:
    store = open_store()
    walk(store, outcomes_page([Outcome.PASSED] * 2))
    walk(store, page)
    assert keys(store) == ["r0", "r1"]
    store.close()


def test_rows_stay_after_an_incomplete_or_resumed_walk() -> None:
    store = open_store()
    walk(store, outcomes_page([Outcome.PASSED] * 2))
    store.begin_walk(REF)
    store.apply_rows(REF, rows_page(make_row("r0"), resume="2"))
    store.end_walk(REF, complete=False, error="cut")
    assert keys(store) == ["r0", "r1"]
    store.begin_walk(REF)
    store.apply_rows(REF, rows_page(make_row("r0")))
    store.end_walk(REF, complete=True)
    assert keys(store) == ["r0", "r1"]
    store.close()


def test_what_was_final_is_kept_though_the_provider_deletes_it() -> None:
    store = final_store(FakeClock())
    walk(store, rows_page(make_row("r0")))
    assert keys(store) == ["r0", "r1"]
    store.close()
