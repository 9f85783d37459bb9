"""Two processes on one store: one asks, both know, and the other takes over."""

from pathlib import Path
from random import Random

import pytest

from tests.clock import FakeClock
from tests.polling.fakes import FakeProvider, connection, make_row, make_run
from tui.errors import UnreachableError
from tui.models import RunRef, Status
from tui.polling.connection_loop import STAND_BY_S, ConnectionLoop
from tui.polling.focus_loop import FocusLoop
from tui.polling.health import HealthState
from tui.polling.links import Link
from tui.polling.sync import Sync
from tui.polling.wait_loop import WaitLoop
from tui.store import Store

LIVE = RunRef("prod", "live")


class Process:
    """What one process has: a store of its own on the shared file, a link and its loops."""

    def __init__(self, directory: Path, clock: FakeClock, provider: FakeProvider) -> None:
        async def no_key() -> None:
            return None

        self.store = Store.open(directory, clock=clock)
        self.provider = provider
        self.link = Link(
            connection(), store=self.store, clock=clock, key=no_key, shared=directory / "shared"
        )
        self.link._sync = Sync(provider, self.store, clock)
        self.loop = ConnectionLoop(self.link, self.store, clock, Random(1), lambda _health: None)
        self.focus = FocusLoop(
            {"prod": self.link},
            self.store,
            clock,
            Random(1),
            on_failure=lambda _ref, _error, _delay: None,
            on_progress=lambda _progress: None,
        )
        self.watch = self.store.watch()

    def asked(self) -> list[str]:
        asked, self.provider.asked[:] = list(self.provider.asked), []
        return asked


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def processes(tmp_path: Path, clock: FakeClock) -> tuple[Process, Process]:
    def provider() -> FakeProvider:
        return FakeProvider(
            sources={"eval_a": [make_run("live", Status.RUNNING, done=1)]},
            rows={"live": [make_row("0"), make_row("1"), make_row("2")]},
        )

    return Process(tmp_path, clock, provider()), Process(tmp_path, clock, provider())


async def test_one_asks_and_the_other_reads(processes: tuple[Process, Process]) -> None:
    one, other = processes
    other.watch.look()
    await one.loop.tick()
    delay = await other.loop.tick()
    assert "list eval_a" in one.asked()
    assert other.asked() == []
    assert delay <= STAND_BY_S * 1.1
    assert other.loop.health.state is HealthState.OK
    change = other.watch.look()
    assert change.refs == {LIVE}
    assert change.connections == {"prod"}
    assert not other.watch.look()
    assert other.store.run(LIVE) is not None


async def test_the_other_takes_over_when_the_first_ends(
    processes: tuple[Process, Process],
) -> None:
    one, other = processes
    await one.loop.tick()
    await other.loop.tick()
    one.link.lists.release()
    await other.loop.tick()
    assert "list eval_a" in other.asked()
    one.asked()
    await one.loop.tick()
    assert one.asked() == []


async def test_the_one_that_reads_tells_the_next_attempt_of_the_one_that_asks(
    processes: tuple[Process, Process], clock: FakeClock
) -> None:
    one, other = processes
    one.provider.failures["sources"] = UnreachableError("prod did not answer.")
    await one.loop.tick()
    await other.loop.tick()
    next_at = one.loop.health.next_at
    assert next_at is not None
    told = other.loop.health
    assert (told.error, told.next_at) == ("prod did not answer.", next_at)
    clock.advance(60)
    await other.loop.tick()
    assert other.loop.health.next_at is None
    one.provider.failures.clear()
    await one.loop.tick()
    await other.loop.tick()
    assert other.loop.health.state is HealthState.OK


async def test_what_one_wrote_itself_is_no_news_to_it(processes: tuple[Process, Process]) -> None:
    one, other = processes
    one.watch.look()
    other.watch.look()
    await one.loop.tick()
    assert not one.watch.look()
    assert other.watch.look()


async def test_a_person_who_asks_is_answered_whoevers_turn_it_is(
    processes: tuple[Process, Process],
) -> None:
    one, other = processes
    await one.loop.tick()
    other.loop.ask_now()
    await other.loop.tick()
    assert "list eval_a" in other.asked()


async def test_a_run_on_two_screens_is_asked_as_often_as_on_one(
    processes: tuple[Process, Process], clock: FakeClock
) -> None:
    one, other = processes
    await one.loop.tick()
    one.asked()
    for process in processes:
        process.focus.focus(LIVE)
    due = dict.fromkeys(processes, clock.monotonic())
    for _ in range(240):
        for process in processes:
            if due[process] <= clock.monotonic():
                due[process] = clock.monotonic() + (await process.focus.tick() or 1e9)
        clock.advance(0.5)
    both = one.asked() + other.asked()
    assert both.count("get live") <= 120 / (5 * 0.8) + 1


async def test_a_wait_reads_what_the_lists_of_another_tell(
    processes: tuple[Process, Process], clock: FakeClock
) -> None:
    one, other = processes
    await one.loop.tick()
    one.asked()
    told: list[str] = []

    class Polled(FakeClock):
        """While the one that waits sleeps, the other asks its lists."""

        async def sleep(self, seconds: float) -> None:
            runs = one.provider.sources["eval_a"]
            until = clock.monotonic() + seconds
            while clock.monotonic() < until:
                clock.advance(0.5)
                if clock.monotonic() % 15 == 0:
                    done = (runs[0].counts.done or 0) + 1
                    status = Status.COMPLETED if done > 8 else Status.RUNNING
                    runs[0] = make_run("live", status, done=done)
                    await one.loop.tick()

        monotonic = clock.monotonic
        now = clock.now

    waiting = WaitLoop(
        {"prod": other.link},
        other.store,
        Polled(),
        Random(1),
        lambda event, _stored, _sentence: told.append(event),
    )
    await waiting.run([LIVE])
    assert other.asked() == ["get live"], "once, at its start"
    assert told == ["waiting", *["progress"] * 7, "ended"]


async def test_the_first_look_tells_nothing_and_a_busy_file_is_looked_at_later(
    processes: tuple[Process, Process],
) -> None:
    one, other = processes
    await one.loop.tick()
    assert not other.watch.look()
    other.watch.close()
    other.watch.close()
    assert not other.watch.look()
