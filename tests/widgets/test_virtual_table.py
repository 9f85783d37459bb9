"""The table as a person sees it: cursor, scroll, live changes, marks, mouse, sizes."""

from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.events import MouseScrollDown
from textual.pilot import Pilot

from tests.widgets.harness import (
    COLUMNS,
    HOSTILE,
    Million,
    Rows,
    WidgetApp,
    assert_clean,
    record,
)
from tui.widgets.table_model import Cell, Column, SortMark, TableRow
from tui.widgets.virtual_table import VirtualTable

SIZE = (60, 11)
"""Header and ten rows."""


def keys(*numbers: int) -> list[str]:
    return [f"k{number}" for number in numbers]


def cursor(table: VirtualTable) -> str | None:
    return table.cursor_key


def line_with(app: WidgetApp, text: str) -> int:
    return next(y for y, line in enumerate(app.lines()) if text in line)


async def settle(app: WidgetApp, pilot: Pilot[None]) -> None:
    app.widgets[0].focus()
    await pilot.pause()


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
        assert source.read == [(0, 10)]
        assert "near" in app.lines()[4]
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


async def test_the_sort_arrow_stands_at_its_column() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(1)))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        table.sort = SortMark("label", descending=True)
        await pilot.pause()
        assert "LABEL↓" in app.lines()[0]
        table.sort = SortMark("outcome", descending=False)
        await pilot.pause()
        assert "OUTCOME↑" in app.lines()[0]
        assert "LABEL↓" not in app.lines()[0]


async def test_without_rows_the_empty_text_stands_in_the_middle() -> None:
    table = VirtualTable(COLUMNS, empty="Nothing yet.\nCome back.")
    app = WidgetApp(table)
    async with app.run_test(size=SIZE, message_hook=record(app)) as pilot:
        await settle(app, pilot)
        first = line_with(app, "Nothing yet.")
        assert 4 <= first <= 6
        assert app.lines()[first].strip() == "Nothing yet."
        assert app.lines()[first].index("N") > 20
        assert "Come back." in app.lines()[first + 1]
        await pilot.press("down", "enter", "space", "pagedown", "end")
        assert app.of(VirtualTable.RowOpened) == []


@pytest.mark.parametrize("small", [(1, 1), (2, 2), (3, 40)])
async def test_any_size_and_back(small: tuple[int, int]) -> None:
    table = VirtualTable(COLUMNS, Rows(keys(*range(100))))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("pagedown", "pagedown")
        await pilot.resize_terminal(*small)
        await pilot.press("down", "up")
        await pilot.resize_terminal(*SIZE)
        await pilot.pause()
        assert table.cursor_key == "k20"
        assert app.lines()[line_with(app, "k20")].startswith("▸")


async def test_a_smaller_window_keeps_the_cursor_in_view() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(*range(100))))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press(*["down"] * 9)
        await pilot.resize_terminal(60, 5)
        await pilot.pause()
        assert line_with(app, "k9 ")


async def test_wide_characters_keep_the_columns_aligned() -> None:
    texts = {
        "k0": "日本語のとても長いラベルです" * 5,
        "k1": "👍🏽 emoji 👩‍👩‍👧 e\u0301 ﷽",
        "k2": "plain",
    }
    columns = (*COLUMNS, Column("end", "END", width=3))

    class Wide(Rows):
        def row(self, key: str) -> TableRow:
            row = super().row(key)
            return replace(row, cells=(*row.cells, Cell("|||")))

    table = VirtualTable(columns, Wide(list(texts), texts))
    app = WidgetApp(table)
    async with app.run_test(size=(51, 6)) as pilot:
        await settle(app, pilot)
        edges = {cell_len(line[: line.index("|||")]) for line in app.lines()[1:4]}
        assert len(edges) == 1
        assert all(cell_len(line) == 51 for line in app.lines())
        assert "…" in app.lines()[1]


async def test_hostile_cells_are_shown_harmless() -> None:
    rows = Rows(list(HOSTILE), {text: text for text in HOSTILE})
    columns = (COLUMNS[0], replace(COLUMNS[1], title="\x1b[31m[/nope]"))
    table = VirtualTable(columns, rows, empty="\x1b]52;c;x\x07[/nope]")
    app = WidgetApp(table)
    async with app.run_test(size=(100, 12), message_hook=record(app)) as pilot:
        await settle(app, pilot)
        assert_clean(app)
        assert "[/nope] [bold]x[/bold] [@click=app.quit]go[/]" in app.text()
        assert '{"b": [true, false]} :smile:' in app.text()
        assert "␛[2J" in app.text()
        await pilot.click(offset=(30, line_with(app, "@click")))
        assert app.is_running
        table.set_source(Rows([]))
        await pilot.pause()
        assert_clean(app)


async def test_megabytes_in_a_cell_cost_nothing() -> None:
    table = VirtualTable(COLUMNS, Rows(["k"], {"k": "x\u202e" * 2_000_000}))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        assert_clean(app)
        assert app.lines()[1].rstrip().endswith("…")


async def test_narrow_terminals_hide_columns_and_panning_brings_them() -> None:
    columns = (
        Column("key", "KEY", width=8),
        Column("one", "ONE", width=12, priority=1),
        Column("two", "TWO", width=12, priority=2),
        Column("three", "THREE", width=12, priority=3),
    )

    class Four(Rows):
        def row(self, key: str) -> TableRow:
            return TableRow(key, (Cell(key), Cell("a1"), Cell("b2"), Cell("c3")))

    table = VirtualTable(columns, Four(keys(0, 1)))
    app = WidgetApp(table)
    async with app.run_test(size=(40, 5)) as pilot:
        await settle(app, pilot)
        assert "TWO" in app.lines()[0]
        assert "THREE" not in app.lines()[0]
        await pilot.press("l")
        assert "THREE" in app.lines()[0]
        assert "KEY" in app.lines()[0]
        assert "ONE" not in app.lines()[0]
        assert "c3" in app.lines()[1]
        await pilot.press("l", "right", "h", "left", "left")
        assert "ONE" in app.lines()[0]
        await pilot.resize_terminal(80, 5)
        await pilot.pause()
        assert "THREE" in app.lines()[0]


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


async def test_focus_and_theme_change_the_colours() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(0, 1)))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)

        def cursor_style() -> object:
            return next(iter(table.render_line(1))).style

        focused = cursor_style()
        app.set_focus(None)
        await pilot.pause()
        assert cursor_style() != focused
        unfocused = cursor_style()
        app.theme = "textual-light"
        await pilot.pause()
        assert cursor_style() != unfocused
