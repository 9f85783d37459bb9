"""What is wrong with runs reaches the store, the listeners and the log of events."""

from datetime import timedelta

from tests.clock import FakeClock
from tests.polling.fakes import make_run
from tui.models import RunRef, Status
from tui.polling.sentinel_loop import SentinelLoop
from tui.store import Change, Store

REF = RunRef("prod", "live")


async def test_a_stalled_run_is_marked_told_once_and_cleared_by_progress() -> None:
    clock = FakeClock()
    store = Store.open(None, clock=clock)
    told: list[Change] = []
    loop = SentinelLoop(store, ("prod",), clock, told.append)

    def heard(done: int, status: Status = Status.RUNNING) -> None:
        run = make_run("live", status, done=done, total=100)
        store.apply_runs("prod", "runs", [run], complete=True)

    for done in range(1, 6):
        heard(done)
        clock.advance(60)
    await loop.tick()
    assert told == []
    for _ in range(40):
        clock.advance(60)
        heard(5)
        await loop.tick()
    stored = store.run(REF)
    assert stored is not None
    assert [each.kind for each in stored.concerns] == ["stalled"]
    assert all(change.refs == {REF} for change in told)
    assert [event.kind for event in store.events.since(0)] == ["stalled"]
    heard(6)
    clock.advance(5)
    await loop.tick()
    stored = store.run(REF)
    assert stored is not None
    assert stored.concerns == ()
    assert clock.now() - stored.changed_at <= timedelta(seconds=5)


async def test_runs_of_other_connections_are_left_alone() -> None:
    clock = FakeClock()
    store = Store.open(None, clock=clock)
    store.apply_runs("prod", "runs", [make_run("live", Status.RUNNING, done=1)], complete=True)
    clock.advance(7200)
    store.apply_runs("prod", "runs", [make_run("live", Status.RUNNING, done=1)], complete=True)
    await SentinelLoop(store, ("docs",), clock, lambda _change: None).tick()
    stored = store.run(REF)
    assert stored is not None
    assert stored.concerns == ()
