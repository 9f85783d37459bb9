"""Runs that are kept, and runs whose rows were evicted."""

from pathlib import Path

from tests.store.builders import REF, counts, make_run, open_store, outcomes_page, shown
from tui.models import Outcome, RunRef
from tui.store import KEPT_AS_IMPORTED, KEPT_BY_PERSON, Store


def kept(store: Store, ref: RunRef = REF) -> bool:
    stored = store.run(ref)
    assert stored is not None
    return stored.kept


def test_a_run_is_kept_until_it_is_let_go(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    assert not kept(store)
    assert store.keep([REF]).refs == {REF}
    assert kept(store)
    assert not store.keep([REF]), "again is no change"
    store.close()
    again = open_store(tmp_path)
    assert kept(again)
    assert again.keep([REF], on=False).refs == {REF}
    assert not kept(again)
    again.close()


def test_reasons_stand_side_by_side() -> None:
    store = open_store()
    store.keep([REF], why=KEPT_AS_IMPORTED)
    assert not kept(store), "nobody pressed a key"
    store.keep([REF], why=KEPT_BY_PERSON)
    store.keep([REF], why=KEPT_BY_PERSON, on=False)
    assert not store.keep([REF], why=KEPT_AS_IMPORTED), "that reason stands"


def test_what_is_not_stored_cannot_be_kept() -> None:
    store = open_store()
    assert not store.keep([RunRef("prod", "nowhere")])


def test_a_changed_answer_keeps_the_mark() -> None:
    store = open_store()
    store.keep([REF])
    store.apply_run(make_run(name="other"))
    store.apply_rows(REF, outcomes_page([Outcome.PASSED]))
    assert kept(store)
    assert shown(store).name == "other"
    assert counts(store).passed == 1
