"""Rows are on screen while more are looked for: nothing moves, and typing on ends the reading."""

import threading
from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tests.app.conftest import Opened, press, settled, text
from tests.app.world import WEEKLY, World, trial
from tui.models import Outcome, Row, RunRef
from tui.store import ReadCancelledError, RowQuery, RowView, Store
from tui.widgets.virtual_table import VirtualTable

N = 400
TO_WEEKLY = ("down", "down", "enter")


class SlowStore:
    """Stands before a store: a filtered reading tells a beginning, then waits to be let on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go_on = threading.Event()
        self.told = threading.Event()
        self.cancelled: list[str] = []
        self.first = 30
        read = Store.rows

        def rows(
            store: Store,
            ref: RunRef,
            query: RowQuery,
            *,
            cancelled: Callable[[], bool] | None = None,
            tell: Callable[[RowView], None] | None = None,
        ) -> RowView:
            view = read(store, ref, query)
            if query.text and tell is not None and cancelled is not None:
                beginning = RowView(store._database, view._run, view._ids[: self.first])
                tell(beginning)
                self.told.set()
                while not self.go_on.wait(0.005):
                    if cancelled():
                        self.cancelled.append(query.text)
                        raise ReadCancelledError
            return view

        monkeypatch.setattr(Store, "rows", rows)


async def until(pilot: Pilot[int], reached: Callable[[], bool]) -> None:
    """Wait for what a reading that is not over brings."""
    for _ in range(1_000):
        if reached():
            return
        await pilot.pause(0.005)
    raise AssertionError("it did not come")


@pytest.fixture
def slow(world: World, monkeypatch: pytest.MonkeyPatch) -> SlowStore:
    world.put_rows(
        WEEKLY,
        *(
            Row(f"item-{n}", f"row {n}", (trial(f"t{n}", Outcome.PASSED, f"said {n}"),), index=n)
            for n in range(N)
        ),
    )
    return SlowStore(monkeypatch)


async def test_the_first_rows_are_used_while_more_are_looked_for(
    world: World, opened: Opened, slow: SlowStore
) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_WEEKLY)
        table = pilot.app.screen.query_one("#rows", VirtualTable)
        await pilot.press("end", "slash", "r", "enter")
        await until(pilot, lambda: table.row_count == slow.first)
        assert "30 so far…" in text(pilot)
        assert table.cursor_key == "item-0", "a row that is not there leaves the cursor at the top"
        await pilot.press("down", "down", "pagedown")
        before = table.cursor_key, table.top
        assert table.has_focus
        slow.go_on.set()
        await settled(pilot)
        assert table.row_count == N
        assert (table.cursor_key, table.top) == before
        assert table.has_focus
        assert "400 of 400" in text(pilot)


async def test_typing_on_ends_the_reading(world: World, opened: Opened, slow: SlowStore) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_WEEKLY)
        table = pilot.app.screen.query_one("#rows", VirtualTable)
        await pilot.press("slash", "w")
        await until(pilot, lambda: table.row_count == slow.first)
        slow.first = 20
        await pilot.press("space")
        await until(pilot, lambda: table.row_count == slow.first)
        assert slow.cancelled == ["w"]
        slow.go_on.set()
        await settled(pilot)
        assert "400 of 400" in text(pilot)


async def test_none_so_far_is_not_none(world: World, opened: Opened, slow: SlowStore) -> None:
    slow.first = 0
    async with opened(world) as pilot:
        await press(pilot, *TO_WEEKLY)
        await pilot.press("slash", *"nowhere")
        table = pilot.app.screen.query_one("#rows", VirtualTable)
        await until(pilot, lambda: not table.row_count)
        assert "None so far…" in text(pilot)
        assert "0 so far…" in text(pilot)
        slow.go_on.set()
        await settled(pilot)
        assert "No row matches “nowhere”." in text(pilot)


async def test_live_rows_never_make_the_list_shorter(
    world: World, opened: Opened, slow: SlowStore
) -> None:
    async with opened(world) as pilot:
        await press(pilot, *TO_WEEKLY)
        table = pilot.app.screen.query_one("#rows", VirtualTable)
        slow.go_on.set()
        await press(pilot, "slash", "r", "enter")
        seen = [table.row_count]
        slow.go_on.clear()
        pilot.app.screen._rows.read(urgent=True)  # type: ignore[attr-defined] # as live data does
        await pilot.pause(0.05)
        seen.append(table.row_count)
        slow.go_on.set()
        await settled(pilot)
        assert [*seen, table.row_count] == [N, N, N]
