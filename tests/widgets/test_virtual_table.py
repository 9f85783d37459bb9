"""The table as a person moves in it: cursor, scroll, live changes, marks, mouse."""

from textual.events import MouseScrollDown

from tests.widgets.harness import (
    COLUMNS,
    SIZE,
    Million,
    Rows,
    WidgetApp,
    keys,
    line_with,
    record,
    settle,
)
from tui.widgets.virtual_table import VirtualTable


def cursor(table: VirtualTable) -> str | None:
    return table.cursor_key


async def test_a_million_rows_are_walked_by_keys_and_only_what_is_near_is_read() -> None:
    source = Million()
    table = VirtualTable(COLUMNS, source)
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        assert "row 0 " in app.lines()[1]
        assert source.rows_read < 300
        await pilot.press("G")
        assert table.cursor_key == "999999"
        assert "row 999999" in app.lines()[10]
        await pilot.press("pageup", "up")
        assert table.cursor_key == "999988"
        await pilot.press("g")
        assert table.cursor_key == "0"
        await pilot.press("end", "home", "pagedown", "j", "down", "k")
        assert table.cursor_key == "11"
        assert source.rows_read < 2_000


async def test_what_the_next_page_key_shows_is_read_before_it_comes() -> None:
    source = Rows(keys(*range(500)))
    table = VirtualTable(COLUMNS, source)
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("down")
        while (0, 40) not in source.read:
            await pilot.pause(0.001)
        source.read.clear()
        await pilot.press("pagedown", "pagedown")
        assert "k29" in app.lines()[10]
        assert source.read == []


async def test_the_cursor_is_marked_without_colour_and_messages_follow_it() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(*range(30))))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE, message_hook=record(app)) as pilot:
        await settle(app, pilot)
        assert app.lines()[1].startswith("▸")
        await pilot.press("down", "enter")
        assert app.lines()[1].startswith(" ")
        assert app.lines()[2].startswith("▸")
        assert [one.key for one in app.of(VirtualTable.RowHighlighted)] == keys(0, 1)
        assert [one.key for one in app.of(VirtualTable.RowOpened)] == keys(1)


async def test_going_past_the_edge_scrolls_a_third_of_a_page() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(*range(100))))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press(*["down"] * 10)
        assert table.cursor_key == "k10"
        assert table.top == 3
        await pilot.press(*["up"] * 8)
        assert table.cursor_key == "k2"
        assert table.top == 0


async def test_rows_inserted_above_leave_the_row_on_its_line_and_redraw_nothing() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(*range(100, 200))))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("pagedown", "down", "down")
        before = app.lines()
        table.set_source(Rows(keys(*range(50, 200))))
        app.frames.clear()
        await pilot.pause()
        shown = [line[:-1] for line in app.lines()]
        assert shown == [line[:-1] for line in before]
        assert table.cursor_key == "k112"
        assert table.cursor_index == 62
        # At most the thumb's lines.
        assert sum(map(len, app.frames)) < 500


async def test_before_the_first_key_new_rows_show_at_the_top_and_the_cursor_keeps_its_row() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(5, 6, 7)))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        table.set_source(Rows(keys(4, 5, 6, 7)))
        await pilot.pause()
        assert "k4" in app.lines()[1]
        assert table.cursor_key == "k5"
        assert app.lines()[2].startswith("▸")


async def test_another_order_keeps_the_row_under_the_cursor() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(*range(100))))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("pagedown", "down")
        line = line_with(app, "k11")
        table.set_source(Rows(keys(*reversed(range(100)))))
        await pilot.pause()
        assert table.cursor_key == "k11"
        assert line_with(app, "k11") == line
        assert table.cursor_index == 88


async def test_scrolled_away_from_the_cursor_the_first_row_on_screen_stays() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(*range(100, 200))))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        table.scroll_lines(40)
        table.set_source(Rows(keys(*range(200))))
        await pilot.pause()
        assert "k140" in app.lines()[1]
        assert table.cursor_key == "k100"


async def test_a_row_that_goes_leaves_the_cursor_at_its_place_and_gets_it_back() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(*range(20))))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE, message_hook=record(app)) as pilot:
        await settle(app, pilot)
        await pilot.press("down", "down")
        table.set_source(Rows(keys(0, 1, 3, 4)))
        await pilot.pause()
        assert cursor(table) == "k3"
        table.set_source(Rows([]))
        await pilot.pause()
        assert cursor(table) is None
        table.set_source(Rows(keys(*range(20))))
        await pilot.pause()
        assert cursor(table) == "k2"
        assert [one.key for one in app.of(VirtualTable.RowHighlighted)][-2:] == keys(3, 2)


async def test_equal_rows_are_not_drawn_again_and_a_changed_cell_costs_a_few_bytes() -> None:
    source = Rows(keys(*range(30)))
    table = VirtualTable(COLUMNS, source)
    app = WidgetApp(table)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(app, pilot)
        app.frames.clear()
        table.rows_changed()
        table.set_source(Rows(keys(*range(30))))
        table.marked = frozenset()
        table.sort = None
        await pilot.pause()
        assert app.frames == []
        source.outcomes["k5"] = "✗ failed"
        table.set_source(source)
        await pilot.pause()
        assert "✗ failed" in app.lines()[6]
        # Nothing right of the changed cell is sent again.
        assert "failed" in "".join(app.frames)
        assert "k5" not in "".join(app.frames)


async def test_what_an_empty_table_would_say_draws_nothing_over_rows() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(*range(50))))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        app.frames.clear()
        table.empty = "Nothing has come."
        await pilot.pause()
        assert "".join(app.frames) == ""
        table.set_source(Rows(()))
        await pilot.pause()
        assert any("Nothing has come." in line for line in app.lines())
        table.empty = "Nothing will."
        await pilot.pause()
        assert any("Nothing will." in line for line in app.lines())


async def test_changed_rows_are_read_only_when_they_are_on_screen() -> None:
    source = Rows(keys(*range(500)))
    table = VirtualTable(COLUMNS, source)
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        source.read.clear()
        source.texts["k400"] = "far"
        table.rows_changed(["k400"])
        assert source.read == []
        source.texts["k3"] = "near"
        table.rows_changed(["k3"])
        await pilot.pause()
        assert source.read == [(3, 1)]
        assert "near" in app.lines()[4]
        source.read.clear()
        table.rows_changed(["k5", "k6", "k8"])
        assert source.read == [(5, 2), (8, 1)]
        assert table.move_to("k400")
        await pilot.pause()
        assert "far" in app.text()


async def test_space_marks_and_goes_on_and_marks_outlive_the_source() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(*range(5))))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE, message_hook=record(app)) as pilot:
        await settle(app, pilot)
        await pilot.press("space", "space")
        assert table.marked == {"k0", "k1"}
        assert [line[1] for line in app.lines()[1:4]] == ["*", "*", " "]
        assert app.of(VirtualTable.RowMarked)[-1].marked == {"k0", "k1"}
        table.set_source(Rows(keys(3, 0)))
        await pilot.pause()
        assert [line[1] for line in app.lines()[1:3]] == [" ", "*"]
        table.clear_marks()
        await pilot.pause()
        assert "*" not in app.text()


async def test_the_cursor_can_be_set_by_key_and_unknown_keys_are_ignored() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(*range(100))))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        table.cursor_key = "k70"
        await pilot.pause()
        assert table.cursor_index == 70
        assert line_with(app, "k70")
        table.cursor_key = "nobody"
        assert table.cursor_key == "k70"
        assert not table.move_to("nobody")


async def test_the_mouse_moves_opens_scrolls_and_drags() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(*range(100))))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE, message_hook=record(app)) as pilot:
        await settle(app, pilot)
        await pilot.click(offset=(10, 4))
        assert table.cursor_key == "k3"
        assert app.of(VirtualTable.RowOpened) == []
        await pilot.click(offset=(10, 4))
        assert [one.key for one in app.of(VirtualTable.RowOpened)] == ["k3"]
        await pilot._post_mouse_events([MouseScrollDown], offset=(10, 4), button=0)
        await pilot.pause()
        assert table.top == 3
        assert table.cursor_key == "k3"
        await pilot.mouse_down(offset=(59, 10))
        await pilot.pause()
        assert table.top == 90
        await pilot.hover(offset=(59, 1))
        await pilot.mouse_up(offset=(59, 1))
        await pilot.pause()
        assert table.top == 0
        assert table.cursor_key == "k3"


async def test_visible_rows_are_told() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(*range(100))))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE, message_hook=record(app)) as pilot:
        await settle(app, pilot)
        assert table.visible_keys() == tuple(keys(*range(10)))
        before = len(app.of(VirtualTable.VisibleChanged))
        assert before
        await pilot.press("down")
        assert len(app.of(VirtualTable.VisibleChanged)) == before
        await pilot.press("pagedown")
        assert len(app.of(VirtualTable.VisibleChanged)) == before + 1
        assert table.visible_keys() == tuple(keys(*range(10, 20)))


async def test_keys_cost_few_bytes() -> None:
    table = VirtualTable(COLUMNS, Million())
    app = WidgetApp(table)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(app, pilot)
        app.frames.clear()
        await pilot.press("down")
        await pilot.pause()
        assert 0 < len("".join(app.frames).encode()) <= 500
        app.frames.clear()
        await pilot.press("pagedown")
        await pilot.pause()
        assert 0 < len("".join(app.frames).encode()) <= 9_000
