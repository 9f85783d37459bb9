"""What an archive and a retired service leave in the store, and files of the first version."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from tests.clock import START, FakeClock
from tests.polling.fakes import make_row, make_run
from tests.store.older import take_back
from tui.models import RunRef
from tui.providers.base import RowPage, TrialDetail
from tui.store import Holdings, Retired, Store, schema

REF = RunRef("prod", "a0")


@pytest.fixture
def store() -> Store:
    return Store.open(None, clock=FakeClock())


def test_a_walk_counts_what_it_is_sent_and_the_different_rows_over_an_interruption(
    store: Store,
) -> None:
    store.apply_run(make_run("a0", done=4, total=4))
    store.begin_walk(REF)
    store.apply_rows(REF, RowPage((make_row("0"), make_row("1")), resume="2", expected_rows=4))
    store.end_walk(REF, complete=False, error="cut")
    state = store.begin_walk(REF)
    assert (state.told, state.met, state.resume) == (2, 2, "2")
    store.apply_rows(REF, RowPage((make_row("1"), make_row("2")), expected_rows=4))
    store.end_walk(REF, complete=True)
    stored = store.run(REF)
    assert stored is not None
    assert (stored.sync.told, stored.sync.met, stored.sync.rows_stored) == (4, 3, 3)
    assert stored.sync.trials_stored == 3
    assert store.begin_walk(REF).met == 0


def test_archived_is_told_and_can_be_taken_back(store: Store) -> None:
    store.apply_run(make_run("a0"))
    assert store.set_archived(REF, at=START).refs == {REF}
    assert not store.set_archived(REF, at=START)
    stored = store.run(REF)
    assert stored is not None
    assert stored.archived_at == START
    assert store.holdings("prod") == Holdings(1, 0, 1, stored.run.created_at)
    store.set_archived(REF, at=None)
    stored = store.run(REF)
    assert stored is not None
    assert stored.archived_at is None
    assert not store.set_archived(RunRef("prod", "unknown"), at=START)


def test_trials_that_were_not_opened_come_in_turn(store: Store) -> None:
    store.apply_run(make_run("a0"))
    store.begin_walk(REF)
    store.apply_rows(REF, RowPage(tuple(make_row(str(n)) for n in range(4))))
    row = store.row(REF, "1")
    assert row is not None
    store.apply_trial(REF, "1", TrialDetail(row.trials[0], ("gone",)))
    first = store.unopened(REF, 0, 2)
    assert [key for _place, key, _trial in first] == ["0", "2"]
    assert [trial for _place, _key, trial in store.unopened(REF, first[-1][0], 2)] == ["t-3"]
    assert store.opened(REF) == {("gone",): 1}


def test_a_service_that_has_ended_is_kept_until_it_answers(store: Store) -> None:
    found = Retired(START, "It has ended.", "Batches go on.")
    assert store.retired("prod") is None
    assert store.set_retired("prod", found).connections == {"prod"}
    later = Retired(START + timedelta(days=1), found.message, found.remedy)
    assert not store.set_retired("prod", later)
    assert store.retired("prod") == later
    assert store.set_retired("prod", None).connections == {"prod"}
    assert store.retired("prod") is None


def test_the_age_of_data_is_that_of_the_last_answer(store: Store) -> None:
    assert store.answered_at("prod") is None
    store.apply_run(make_run("a0"))
    assert store.answered_at("prod") == START
    later = START + timedelta(minutes=5)
    store.set_connection("prod", ok_at=later, error=None, remedy=None)
    assert store.answered_at("prod") == later
    state = store.connection_state("prod")
    assert state is not None
    assert state.polled_at == START


def test_a_file_of_the_first_version_is_upgraded_with_nothing_lost(tmp_path: Path) -> None:
    Store.open(tmp_path, clock=FakeClock()).close()
    file = tmp_path / schema.FILE_NAME
    take_back(file)
    old = sqlite3.connect(file)
    assert old.execute("PRAGMA user_version").fetchone() == (1,)
    old.execute(
        "INSERT INTO connection(name, ok, error, remedy, since)"
        " VALUES('prod', 1763640000000000, 'down', 'wait', 1763640000000000)"
    )
    old.execute(
        "INSERT INTO source VALUES('prod', 'batches', ?, 1763640000000000, NULL)",
        (b'{"id":"batches"}',),
    )
    old.commit()
    old.close()
    store = Store.open(tmp_path, clock=FakeClock())
    assert store.problem is None
    state = store.connection_state("prod")
    assert state is not None
    assert (state.error, state.polled_at) == ("down", None)
    assert [one.source.id for one in store.sources("prod")] == ["batches"]
    store.apply_run(make_run("a0"))
    assert store.set_archived(REF, at=START)
    store.close()
