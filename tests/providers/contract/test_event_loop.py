"""Reading rows goes on beside the event loop: other things are done meanwhile."""

import asyncio

from tests.providers.contract.case import Site

ROWS = 1000


async def test_the_loop_turns_while_rows_are_read(site: Site) -> None:
    site.runs, site.rows = [site.case.run(0)], [site.case.row(n) for n in range(ROWS)]
    run = await site.get()
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(others())
    rows, skipped, _notes = await site.walk_rows(run)
    ticking.cancel()

    assert len(rows) == ROWS
    assert skipped == []
    # Of reading on the loop itself it would see the requests alone, less than a hundred turns.
    assert turns > ROWS
