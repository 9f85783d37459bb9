"""What happened to runs, for whoever was away."""

from datetime import timedelta
from pathlib import Path

from tests.clock import START, FakeClock
from tests.store.builders import REF, listed, make_run, open_store
from tui.models import RunRef, Status
from tui.providers.base import RunSource
from tui.store import Concern, RunQuery, Store
from tui.store.events import KEPT

STALLED = Concern("stalled", "No row has ended for 40 minutes.")
OTHER = RunRef("prod", "eval_a/run_2")


def kinds(store: Store) -> list[tuple[str, str]]:
    return [(str(event.ref), event.kind) for event in store.events.since(0)]


def test_a_run_that_changes_its_status_is_an_event_and_one_first_seen_is_none() -> None:
    store = open_store()
    assert kinds(store) == []
    listed(store, make_run(status=Status.RUNNING, name="renamed"))
    assert kinds(store) == []
    store.apply_run(make_run(status=Status.FAILED))
    listed(store, make_run(status=Status.COMPLETED))
    assert kinds(store) == [(str(REF), "failed"), (str(REF), "completed")]


def test_a_run_that_came_and_went_while_nobody_looked_is_one(tmp_path: Path) -> None:
    clock = FakeClock()
    store = open_store(tmp_path, clock)
    store.set_source_checked("prod", RunSource("runs"), at=clock.now())
    clock.advance(7200)
    ended = START + timedelta(hours=1)
    listed(store, make_run(OTHER.path, Status.COMPLETED, ended_at=ended))
    assert kinds(store) == [(str(OTHER), "completed")]
    old = make_run("eval_a/older", Status.COMPLETED, ended_at=START - timedelta(days=1))
    listed(store, old)
    assert len(kinds(store)) == 1


def test_what_is_newly_wrong_is_an_event_once() -> None:
    store = open_store()
    assert store.set_concerns(REF, (STALLED,)).refs == {REF}
    assert not store.set_concerns(REF, (STALLED,))
    later = Concern("stalled", "No row has ended for 50 minutes.")
    assert store.set_concerns(REF, (later,))
    stored = store.run(REF)
    assert stored is not None
    assert stored.concerns == (later,)
    assert kinds(store) == [(str(REF), "stalled")]
    store.set_concerns(REF, ())
    store.set_concerns(REF, (STALLED,))
    assert [kind for _ref, kind in kinds(store)] == ["stalled", "stalled"]


def test_the_unseen_are_one_a_run_newest_first_until_they_are_seen(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    listed(store, make_run(OTHER.path, Status.QUEUED))
    store.set_concerns(REF, (STALLED,))
    listed(store, make_run(OTHER.path, Status.RUNNING))
    assert [event.kind for event in store.events.unseen()] == ["stalled"]
    listed(store, make_run(OTHER.path, Status.EXPIRED))
    listed(store, make_run(status=Status.COMPLETED))
    assert [(event.ref, event.kind) for event in store.events.unseen()] == [
        (REF, "completed"),
        (OTHER, "expired"),
    ]
    assert store.events.see(REF)
    assert not store.events.see(REF)
    store.close()
    again = Store.open(tmp_path, clock=FakeClock())
    assert [event.ref for event in again.events.unseen()] == [OTHER]
    again.events.see_all()
    assert again.events.unseen() == []


def test_an_event_is_told_by_the_first_process_that_asks(tmp_path: Path) -> None:
    one = open_store(tmp_path)
    listed(one, make_run(status=Status.COMPLETED))
    other = Store.open(tmp_path, clock=FakeClock())
    event = one.events.last()
    assert [one.events.tell(event), other.events.tell(event)] == [True, False]
    assert other.events.since(event) == []


def test_watching_stays_over_restarts(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.events.watch(REF, on=True, min_pass_rate=0.9)
    store.events.watch(RunRef("prod", "nowhere"), on=True)
    store.close()
    again = Store.open(tmp_path, clock=FakeClock())
    assert again.events.watched() == {REF: 0.9}
    again.events.watch(REF, on=False)
    assert again.events.watched() == {}


def test_old_events_go() -> None:
    store = open_store()
    store._database.write(
        lambda found: found.executemany(
            "INSERT INTO event(at, run, kind) VALUES(0, 1, ?)", [("failed",)] * (KEPT + 5)
        )
    )
    store.set_concerns(REF, (STALLED,))
    assert len(store.events.since(0, limit=KEPT * 2)) == KEPT


def test_concerns_news_and_watching_stand_on_the_run_and_in_filters_and_counts() -> None:
    store = open_store()
    listed(store, make_run(OTHER.path, Status.RUNNING))
    store.set_concerns(REF, (STALLED,))
    store.events.watch(OTHER, on=True)

    def found(text: str) -> set[RunRef]:
        view = store.runs(RunQuery(text=text))
        return {stored.run.ref for stored in view.fetch(0, view.count())}

    for text in ("concern:stalled", "concern!=none", "changed:true", "not watched:true"):
        assert found(text) == {REF}, text
    watched = store.run(OTHER)
    assert watched is not None
    store.joining.set_baseline(watched.run, marked=True)
    for text in ("concern:none", "watched:true", "changed:false", "baseline:true"):
        assert found(text) == {OTHER}, text
    assert found('warning~"No row"') == {REF}
    counts = store.counts()
    assert (counts["trouble"], counts["news"]) == (1, 1)
    marks = {ref: (one.news, one.watched) for ref in (REF, OTHER) if (one := store.run(ref))}
    assert marks == {REF: (True, False), OTHER: (False, True)}
    store.events.see(REF)
    assert store.counts()["news"] == 0
    assert found("changed:true") == set()
