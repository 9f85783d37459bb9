"""A list too long to be read within a key: read in a thread, with nothing moving meanwhile."""

import threading
from collections.abc import Callable

import pytest
from textual.pilot import Pilot

import screens.runs
from tests.app.conftest import Opened, press, settled, text
from tests.app.test_growing import until
from tests.app.world import NIGHTLY, WEEKLY, World, nightly
from tui.models import Counts, RunRef
from tui.store import Change, ReadCancelledError, RunQuery, RunView, Store
from tui.widgets.virtual_table import VirtualTable

N = 60


@pytest.fixture
def long(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(screens.runs, "SHORT", 20)
    world.put(
        *(
            nightly(ref=RunRef("prod", f"eval_1/more_{n}"), id=f"more_{n}", name=f"more-{n:02}")
            for n in range(N - 4)
        )
    )
    return world


def table(pilot: Pilot[int]) -> VirtualTable:
    return pilot.app.screen.query_one("#runs", VirtualTable)


async def test_all_of_a_long_list_is_reached_sorted_and_filtered(
    long: World, opened: Opened
) -> None:
    async with opened(long) as pilot:
        assert table(pilot).row_count == N
        assert f"{N} runs" in text(pilot)
        await press(pilot, "end")
        assert table(pilot).cursor_index == N - 1
        await press(pilot, "home")
        assert table(pilot).move_to(str(WEEKLY))
        await press(pilot, "slash", *"more-0", "enter")
        assert table(pilot).row_count == 10
        assert f"10 of {N} runs" in text(pilot)
        await press(pilot, "escape")
        assert table(pilot).row_count == N
        assert table(pilot).cursor_key == str(WEEKLY)


async def test_what_changes_is_seen_at_once_and_moves_nothing(long: World, opened: Opened) -> None:
    async with opened(long, size=(80, 60)) as pilot:
        table(pilot).move_to(str(WEEKLY))
        await pilot.pause()
        before = table(pilot).cursor_key, table(pilot).cursor_index - table(pilot).top
        long.put(nightly(counts=Counts(total=1000, done=901, passed=800, failed=101)))
        long.put(nightly(ref=RunRef("prod", "eval_1/new"), id="new", name="brand-new"))
        screen = pilot.app.screen
        assert isinstance(screen, screens.runs.RunsScreen)
        screen.changed(Change(9, frozenset({NIGHTLY})))
        await pilot.pause()
        assert "901/1000" in text(pilot)
        screen.read()
        await settled(pilot)
        assert table(pilot).row_count == N + 1
        now = table(pilot).cursor_key, table(pilot).cursor_index - table(pilot).top
        assert now == before


async def test_a_slow_filter_holds_up_nothing_and_ends_when_typing_goes_on(
    long: World, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, given_up, begun = Store.runs, [], threading.Event()

    def runs(
        store: Store, query: RunQuery, *, cancelled: Callable[[], bool] | None = None
    ) -> RunView:
        if query.text == "more" and cancelled is not None:
            begun.set()
            for _ in range(5_000):
                if cancelled():
                    given_up.append(query.text)
                    raise ReadCancelledError
                threading.Event().wait(0.001)
        return read(store, query, cancelled=cancelled)

    monkeypatch.setattr(Store, "runs", runs)
    async with opened(long) as pilot:
        await pilot.press("slash", *"more")
        await until(pilot, begun.is_set)
        assert table(pilot).row_count == N - 4
        await press(pilot, *"-0")
        assert given_up == ["more"]
        assert table(pilot).row_count == 10


async def test_a_broken_filter_leaves_the_list_and_says_where(long: World, opened: Opened) -> None:
    async with opened(long) as pilot:
        await press(pilot, "slash", *"status:nonsense")
        assert table(pilot).row_count == N
        assert "nonsense" in text(pilot)
