"""Every payload on the screens of comparisons and of search, in place of names and answers."""

import pytest

from screens import SCREENS
from tests.app.conftest import press, settled
from tests.app.world import new_world
from tests.hostile import pairs
from tests.hostile.payloads import MARK
from tests.hostile.test_payloads import seen
from tui.app import EvalTopApp
from tui.text import is_clean


@pytest.mark.parametrize("part", range(2))
async def test_comparison_and_both_answers_show_them_and_nothing_happens(part: int) -> None:
    world = new_world()
    pairs.put(world.store)
    rows = len(pairs.rows_of(passed=False))
    app = EvalTopApp(world.services, SCREENS)
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        await press(pilot, "c")
        shown = seen(pilot)
        assert "beside" in shown
        for key in ("2", "3", "4", "1", "enter"):
            await press(pilot, key)
            shown += seen(pilot)
        await press(pilot, "enter", *["right_square_bracket"] * (part * rows // 3))
        assert getattr(app.screen, "NAME", "") == "pair"
        for _ in range(rows // 3):
            for key in ("2", "3", "4", "1", "right_square_bracket"):
                await press(pilot, key)
                shown += seen(pilot)
        await press(pilot, "y")
        assert is_clean(app.clipboard.replace("\n", ""))
        for row in range(0, 30, 3):  # nothing in it can be clicked into doing something
            await pilot.click(offset=(20, row))
        await settled(pilot)
        assert app.is_running
        assert app.banner == ""
        while len(app.screen_stack) > 1:
            app.pop_screen()
    assert MARK in shown
    assert app.return_code in (None, 0)


async def test_a_search_finds_them_and_nothing_happens() -> None:
    world = new_world()
    pairs.put(world.store)
    app = EvalTopApp(world.services, SCREENS)
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        await press(pilot, "f", *MARK)
        shown = seen(pilot)
        await press(pilot, "enter")
        for key in ("pagedown", "pagedown", "pagedown", "end", "y", "enter"):
            await press(pilot, key)
            shown += seen(pilot)
        assert app.is_running
        assert app.banner == ""
        assert is_clean(app.clipboard.replace("\n", ""))
        await press(pilot, "escape", "escape", "escape")
    assert shown.count(MARK) > 50
