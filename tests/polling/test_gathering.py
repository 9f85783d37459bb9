"""Pages that come fast are written together: in order, none lost, none held back for long."""

import asyncio
from dataclasses import replace
from threading import Event, get_ident

import pytest

from tests.clock import FakeClock
from tests.polling.fakes import FakeProvider, make_row, make_run
from tui.errors import ServerFaultError
from tui.models import RunRef
from tui.polling.gathering import MOST_BYTES, MOST_ROWS, SOON_S, Gathered
from tui.polling.rows_progress import RowsProgress
from tui.polling.sync import Sync
from tui.polling.whole_walk import LEFT
from tui.providers.base import RowPage, Skipped
from tui.store import Change, RowQuery, Store

REF = RunRef("prod", "done")


def page(first: int, rows: int = 2) -> RowPage:
    made = tuple(make_row(str(n)) for n in range(first, first + rows))
    return RowPage(
        made, (Skipped(str(first), "odd"),), resume=str(first + rows), notes=("same", f"at {first}")
    )


def test_pages_that_come_in_one_moment_are_written_as_one() -> None:
    clock = FakeClock()
    gathered = Gathered(clock)
    gathered.add(page(0))
    assert gathered.due, "the first is never waited with"
    assert gathered.take() == page(0)
    assert not gathered
    gathered.written()
    for first in (2, 4, 6):
        gathered.add(page(first))
        assert not gathered.due
    clock.advance(2 * SOON_S)
    assert gathered.due
    found = gathered.take()
    assert [row.key for row in found.rows] == list("234567")
    assert [one.what for one in found.skipped] == ["2", "4", "6"]
    assert (found.resume, found.notes) == ("8", ("same", "at 2", "at 4", "at 6"))


def test_many_rows_are_written_at_once() -> None:
    gathered = Gathered(FakeClock())
    gathered.written()
    gathered.add(page(0, MOST_ROWS - 1))
    assert not gathered.due
    gathered.add(page(MOST_ROWS, 1))
    assert gathered.due


def test_many_bytes_are_written_at_once_however_few_rows_they_are() -> None:
    gathered = Gathered(FakeClock())
    gathered.written()
    gathered.add(replace(page(0), size=MOST_BYTES - 1))
    due = [gathered.due]
    gathered.add(replace(page(2), size=1))
    due.append(gathered.due)
    assert gathered.take().size == MOST_BYTES
    gathered.add(replace(page(4), size=1))
    assert [*due, gathered.due] == [False, True, False]


def test_what_was_expected_last_counts() -> None:
    gathered = Gathered(FakeClock())
    for expected in (10, 12, None):
        gathered.add(RowPage((), expected_rows=expected))
    assert gathered.take().expected_rows == 12


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider(
        sources={"eval_a": [make_run("done")]}, rows={"done": [make_row(str(n)) for n in range(10)]}
    )


async def test_what_came_before_a_failure_is_stored_and_gone_on_from(
    provider: FakeProvider,
) -> None:
    store = Store.open(None, clock=FakeClock())
    sync = Sync(provider, store, FakeClock())
    run = await sync.run(REF)
    provider.failures["rows done 8"] = ServerFaultError("down")
    told: list[RowsProgress] = []
    with pytest.raises(ServerFaultError):
        await sync.rows(run, told.append)
    assert told[-1].rows == 8
    assert store.rows(REF, RowQuery()).count() == 8
    provider.failures.clear()
    provider.asked.clear()
    await sync.rows(run, told.append)
    assert provider.asked == ["rows done 8"]
    assert store.rows(REF, RowQuery()).count() == 10


async def test_the_end_of_a_walk_holds_no_loop_and_is_told_to_those_who_left(
    provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(None, clock=FakeClock())
    free, ended, told = Event(), asyncio.Event(), asyncio.Event()
    sync = Sync(provider, store, FakeClock(), publish=lambda _change: told.set())
    run = await sync.run(REF)
    end, loop, threads = store.end_walk, asyncio.get_running_loop(), []

    def slow_end(ref: RunRef, *, complete: bool, error: str | None = None) -> Change:
        threads.append(get_ident())
        loop.call_soon_threadsafe(ended.set)
        free.wait()
        return end(ref, complete=complete, error=error)

    monkeypatch.setattr(store, "end_walk", slow_end)
    walk = asyncio.create_task(sync.rows(run))
    await ended.wait()
    walk.cancel()
    with pytest.raises(asyncio.CancelledError):
        await walk
    told.clear()
    free.set()
    await told.wait()
    stored = store.run(REF)
    assert threads != [get_ident()]
    assert stored is not None
    assert stored.sync.completed_at is not None
    assert stored.sync.error != LEFT
