"""A rows walk under way is held between two pages, stopped, and gone on with."""

import asyncio
from collections import defaultdict
from random import Random

import pytest

from tests.clock import FakeClock
from tests.polling.fakes import FakeProvider, make_row, make_run
from tests.polling.world import FakeLink
from tui.errors import ServerFaultError
from tui.models import RunRef
from tui.polling.focus_loop import FocusLoop
from tui.polling.rows_progress import RowsProgress
from tui.polling.sync import Sync
from tui.polling.whole_walk import LEFT
from tui.store import RowQuery, Store

REF = RunRef("prod", "done")


class World:
    """One finished run of ten rows on five pages, and what happens at each of them."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = Store.open(None, clock=self.clock)
        self.provider = FakeProvider(
            sources={"eval_a": [make_run("done")]},
            rows={"done": [make_row(str(n)) for n in range(10)]},
        )
        self.link = FakeLink(self.provider, self.store, self.clock)
        self.told: list[RowsProgress] = []
        self.provider.stored = self.told
        self.at_page = asyncio.Event()
        self.stored: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        """Set when so many rows are stored and told."""
        self.hold_at = 0
        self.focus = FocusLoop(
            {"prod": self.link},
            self.store,
            self.clock,
            Random(1),
            on_failure=lambda _ref, error, _delay: pytest.fail(error.message),
            on_progress=self.progressed,
        )
        self.focus.focus(REF)

    def progressed(self, progress: RowsProgress) -> None:
        self.told.append(progress)
        self.stored[progress.rows].set()
        self.clock.advance(1)  # so that no page waits for the next
        if progress.rows == self.hold_at:
            self.at_page.set()
            self.act()

    def act(self) -> None:
        self.focus.waker.pause()

    @property
    def rows(self) -> int:
        return self.store.rows(REF, RowQuery()).count()


@pytest.fixture
def world() -> World:
    return World()


async def test_a_walk_stops_at_its_next_page_while_all_is_held_and_goes_on(world: World) -> None:
    world.hold_at = 4
    tick = asyncio.create_task(world.focus.tick())
    await world.stored[6].wait()  # the page that came meanwhile is kept, too
    for _ in range(50):
        await asyncio.sleep(0)
    assert not tick.done()
    assert world.rows == 6
    world.focus.waker.resume()
    await tick
    assert world.rows == 10
    assert world.provider.asked.count("rows done 0") == 1


async def test_a_refresh_while_all_is_held_brings_all_pages(world: World) -> None:
    world.focus.waker.pause()
    world.focus.refresh()
    await world.focus.tick()
    assert world.rows == 10


async def test_a_stopped_walk_keeps_what_came_and_goes_on_where_it_was(world: World) -> None:
    assert world.focus.stop_rows() is False
    world.hold_at = 4
    world.act = world.focus.stop_rows  # type: ignore[method-assign, assignment]  # the test's own
    assert await world.focus.tick() is None
    assert world.focus.stopped
    assert world.rows == 4
    stored = world.store.run(REF)
    assert stored is not None
    assert stored.sync.error == LEFT
    assert await world.focus.tick() is None, "it stays stopped"
    assert world.rows == 4
    world.provider.asked.clear()
    world.hold_at = 0
    world.focus.refresh()
    await world.focus.tick()
    assert world.provider.asked == ["get done", "rows done 4", "rows done 6", "rows done 8"]
    assert world.rows == 10
    assert [step.rows for step in world.told] == [2, 4, 6, 8, 10]


async def test_leaving_the_run_loses_nothing(world: World) -> None:
    world.hold_at = 6
    world.act = world.focus.focus  # type: ignore[method-assign]  # the test's own
    loop = asyncio.create_task(world.focus.run())
    await world.at_page.wait()
    for _ in range(50):
        await asyncio.sleep(0)
    assert world.rows == 6
    world.focus.focus(REF)
    world.hold_at, world.act = 10, lambda: None  # type: ignore[method-assign]  # the test's own
    world.at_page.clear()
    await world.at_page.wait()
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    assert world.provider.asked.count("rows done 0") == 1


async def test_rate_and_rest_are_told_where_they_can_be(world: World) -> None:
    sync = await world.link.sync()
    run = await sync.run(REF)
    told: list[RowsProgress] = []
    world.provider.stored = told

    def progress(step: RowsProgress) -> None:
        told.append(step)
        world.clock.advance(2)

    await sync.rows(run, progress)
    assert told[0].rate is None, "no time has passed"
    assert told[0].eta_s is None
    assert told[1].rate == 2.0
    assert told[1].eta_s == 3.0
    assert told[-1].eta_s is None


async def test_time_a_walk_was_held_is_not_in_its_rate(world: World) -> None:
    sync = await world.link.sync()
    run = await sync.run(REF)
    told: list[RowsProgress] = []
    world.provider.stored = told

    async def between() -> None:
        world.clock.advance(100)

    def progress(step: RowsProgress) -> None:
        told.append(step)
        world.clock.advance(1)

    await sync.rows(run, progress, between=between)
    assert told[2].rate is not None
    assert told[2].rate >= 1.5


async def test_nothing_is_walked_that_is_not_needed_any_more(world: World) -> None:
    world.provider.stored = None
    sync = await world.link.sync()
    run = await sync.run(REF)
    await asyncio.gather(
        sync.rows(run), sync.rows(run, needed=lambda stored: stored.sync.completed_at is None)
    )
    assert world.provider.asked.count("rows done 0") == 1


async def test_a_walk_that_a_failure_cut_is_told_with_its_beginning(world: World) -> None:
    sync: Sync = await world.link.sync()
    run = await sync.run(REF)
    world.provider.failures["rows done 6"] = ServerFaultError("down")
    world.provider.stored = None
    with pytest.raises(ServerFaultError):
        await sync.rows(run)
    world.provider.failures.clear()
    told: list[RowsProgress] = []
    world.provider.stored = told
    await sync.rows(run, told.append)
    assert [step.rows for step in told] == [8, 10]
