"""Reading rows goes on beside the event loop: other things are done meanwhile."""

import asyncio
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType

from tests.providers.contract.case import Site

ROWS = 1000


@contextmanager
def counted_calls() -> Iterator[Counter[int]]:
    """Count the calls within the program, by thread, in this thread and in those begun now.

    How often the loop turns meanwhile says less: whether it or a working thread runs next is the
    operating system's choice.
    """
    calls: Counter[int] = Counter()

    def note(frame: FrameType, event: str, _arg: object) -> None:
        if event == "call" and "/tui/" in frame.f_code.co_filename:
            calls[threading.get_ident()] += 1

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


async def test_the_loop_is_free_while_rows_are_read(site: Site) -> None:
    site.runs, site.rows = [site.case.run(0)], [site.case.row(n) for n in range(ROWS)]
    run = await site.get()
    # Threads of its own: those of an earlier executor would not be counted.
    with ThreadPoolExecutor() as executor, counted_calls() as calls:
        asyncio.get_running_loop().set_default_executor(executor)
        rows, skipped, _notes = await site.walk_rows(run)

    assert len(rows) == ROWS
    assert skipped == []
    on_the_loop = calls.pop(threading.get_ident())
    assert calls.total() > 5 * ROWS, "a row takes at least that many calls"
    assert on_the_loop < calls.total() / 5
