"""The loop that keeps the store in order, on a fake clock."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.clock import FakeClock
from tests.store.test_eviction import filled, ref_of, rows
from tui.models import RunRef
from tui.polling.upkeep import EVERY_S, OPEN_EVERY_S, REST_S, UpkeepLoop
from tui.store import Change, Store


def loop_of(
    store: Store, clock: FakeClock, told: list[Change], focused: Callable[[], RunRef | None]
) -> UpkeepLoop:
    return UpkeepLoop(store, clock, limit=1, focused=focused, publish=told.append)


async def test_it_works_piece_by_piece_and_then_looks_now_and_then(tmp_path: Path) -> None:
    clock, told = FakeClock(), list[Change]()
    store = filled(tmp_path, 3)
    running = asyncio.create_task(loop_of(store, clock, told, lambda: None).run())
    while EVERY_S not in clock.sleeps:
        assert not running.done()
        await asyncio.sleep(0)
    running.cancel()
    *pieces, last = clock.sleeps[: clock.sleeps.index(EVERY_S) + 1]
    assert last == EVERY_S
    assert set(pieces) == {REST_S}
    assert [ref for change in told for ref in change.refs] == [ref_of(n) for n in range(3)]
    assert [rows(store, n) for n in range(3)] == [0, 0, 0]
    store.close()


async def test_the_run_on_screen_stays_for_other_instances_too(tmp_path: Path) -> None:
    clock, told = FakeClock(), list[Change]()
    filled(tmp_path, 2).close()
    store, other = (Store.open(tmp_path, clock=clock) for _ in range(2))
    loop = loop_of(store, clock, told, lambda: ref_of(0))
    while await loop.tick():
        pass
    assert [rows(store, n) for n in range(2)] == [60, 0]
    # As long as it stays on screen, that is told again before five minutes are over.
    for _ in range(10):
        clock.advance(OPEN_EVERY_S)
        await loop.tick()
        assert not other.upkeep(1)[0]
    clock.advance(600)
    assert other.upkeep(1)[0].refs == {ref_of(0)}
    other.close()
    store.close()
