"""The loop that fills the search index."""

import asyncio

from tests.clock import FakeClock
from tests.store.builders import REF, make_row, open_store, rows_page
from tui.polling.index_loop import BUSY_REST_S, IndexLoop
from tui.store import Store


async def until_filled(store: Store, loop: "asyncio.Task[None]") -> None:
    while True:
        share = store.search.share()
        if share.indexed == share.stored:
            return
        assert not loop.done()
        await asyncio.sleep(0)


async def test_the_index_follows_what_comes_and_makes_way_for_keys() -> None:
    clock = FakeClock()
    store = open_store(clock=clock)
    store.apply_rows(REF, rows_page(*(make_row(f"r{n}") for n in range(1200))))
    index = IndexLoop(store.search, clock)
    running = asyncio.create_task(index.run())
    await until_filled(store, running)
    index.disturbed()
    store.apply_rows(REF, rows_page(make_row("later")))
    index.changed()
    await until_filled(store, running)
    assert store.search.share() == (1201, 1201)
    assert BUSY_REST_S in clock.sleeps
    running.cancel()
    store.close()
