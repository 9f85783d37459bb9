"""What the table shows: headings, emptiness, any size, wide and hostile text, colours."""

from dataclasses import replace

import pytest
from rich.cells import cell_len

from tests.widgets.harness import (
    COLUMNS,
    HOSTILE,
    SIZE,
    Rows,
    WidgetApp,
    assert_clean,
    keys,
    line_with,
    record,
    settle,
)
from tui.widgets.table_model import Cell, Column, SortMark, TableRow
from tui.widgets.virtual_table import VirtualTable


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


async def test_padding_and_tint_are_kept() -> None:
    table = VirtualTable(COLUMNS, Rows(keys(3)))
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        plain = app.lines()
        table.styles.padding = (1, 2)
        await pilot.pause()
        await pilot.pause()
        padded = app.lines()
        assert not padded[0].strip()
        assert padded[1].rstrip() == "  " + plain[0].rstrip()[: len(padded[1].rstrip()) - 2]
        before = app.screen.get_style_at(10, 2)
        table.styles.tint = "red 50%"
        await pilot.pause()
        await pilot.pause()
        assert app.screen.get_style_at(10, 2).bgcolor != before.bgcolor
