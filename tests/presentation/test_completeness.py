"""Whether all rows are stored, said with the reasons that are known."""

from typing import Any

import pytest

from tests.clock import FakeClock
from tests.polling.fakes import make_row, make_run
from tui.models import Run, RunRef, Status
from tui.polling.rows_progress import RowsProgress
from tui.presentation.completeness import completeness, missing_rows, rows_expected
from tui.presentation.fetching import rows_story
from tui.providers.base import RowPage, Skipped
from tui.store import Store, StoredRun

REF = RunRef("prod", "a0")


def walked(run: Run, *pages: RowPage, complete: bool = True) -> StoredRun:
    store = Store.open(None, clock=FakeClock())
    store.apply_run(run)
    store.begin_walk(REF)
    for page in pages:
        store.apply_rows(REF, page)
    store.end_walk(REF, complete=complete)
    stored = store.run(REF)
    assert stored is not None
    return stored


def page(*keys: int, **facts: Any) -> RowPage:
    return RowPage(tuple(make_row(str(key)) for key in keys), **facts)


def test_all_rows_are_nothing_to_tell() -> None:
    stored = walked(make_run("a0", done=3, total=3), page(0, 1, 2, expected_rows=3))
    assert missing_rows(stored) == ""
    assert completeness(stored).complete


def test_what_lacks_is_told_with_its_reasons() -> None:
    stored = walked(
        make_run("a0", done=8, total=8),
        page(0, 1, 2, 2, expected_rows=8),
        page(1, skipped=(Skipped("row 4", "broken"),), expected_rows=8),
    )
    assert missing_rows(stored) == (
        "3 of 8 rows are stored: 2 repeat others, 1 could not be read, "
        "2 are not there (the provider did not send them)."
    )
    judged = completeness(stored)
    assert not judged.complete
    assert not judged.may_come


def test_rows_read_before_the_end_are_no_fault_of_the_providers() -> None:
    clock = FakeClock()
    store = Store.open(None, clock=clock)
    store.apply_run(make_run("a0", Status.RUNNING, done=2, total=3))
    store.begin_walk(REF)
    store.apply_rows(REF, page(0, 1, expected_rows=2))
    store.end_walk(REF, complete=True)
    clock.advance(60)
    store.apply_run(make_run("a0", Status.COMPLETED, done=3, total=3, ended=False))
    stored = store.run(REF)
    assert stored is not None
    told = "2 of 3 rows are stored, which were read before the run last changed."
    assert missing_rows(stored) == told
    judged = completeness(stored)
    assert (judged.complete, judged.why, judged.may_come) == (False, (told,), True)


def test_the_providers_own_reason_stands_where_it_gave_one() -> None:
    note = "The output file has expired or was deleted (404)."
    stored = walked(make_run("a0", done=5, total=5), page(expected_rows=5, notes=(note,)))
    assert missing_rows(stored) == (
        "0 of 5 rows are stored: 5 are not there "
        "(The output file has expired or was deleted (404))."
    )
    assert completeness(stored).why == (missing_rows(stored),), "a reason is told once"


@pytest.mark.parametrize("status", [Status.CANCELED, Status.FAILED, Status.EXPIRED])
def test_a_stopped_run_has_the_rows_that_had_ended(status: Status) -> None:
    stored = walked(make_run("a0", status, done=2, total=9), page(0, 1, expected_rows=9))
    assert rows_expected(stored) == 2
    assert completeness(stored).complete


def test_a_live_run_or_a_cut_walk_may_bring_more() -> None:
    live = walked(make_run("a0", Status.RUNNING, done=2, total=9), page(0, 1, expected_rows=9))
    assert missing_rows(live) == ""
    assert completeness(live).why == ("It is still running.",)
    cut = walked(make_run("a0", done=9, total=9), page(0, resume="1"), complete=False)
    assert missing_rows(cut) == ""
    judged = completeness(cut)
    assert judged.may_come
    assert not judged.complete


def test_without_a_denominator_nothing_is_claimed() -> None:
    stored = walked(make_run("a0"), page(0, 1))
    assert missing_rows(stored) == ""


def test_unreadable_items_alone_keep_a_run_partial() -> None:
    stored = walked(make_run("a0"), page(0, skipped=(Skipped("row 1", "broken"),)))
    assert completeness(stored).why == ("1 item could not be read.",)


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (RowsProgress(REF, 400, 1000, 120.0), "400 of 1,000 rows, 120/s, <1m left"),
        (RowsProgress(REF, 400, 1000, 2.0), "400 of 1,000 rows, 120/min, about 5m left"),
        (RowsProgress(REF, 400, None, 120.0), "400 rows, 120/s"),
        (RowsProgress(REF, 400, 1000), "400 of 1,000 rows"),
        (RowsProgress(REF, 1000, 1000, 50.0), "1,000 of 1,000 rows, 50/s"),
    ],
)
def test_progress_tells_what_is_known(progress: RowsProgress, text: str) -> None:
    assert rows_story(progress) == text
