"""The filter line: asked for, typed into, left, cleared."""

from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input

from tests.widgets.harness import COLUMNS, HOSTILE, Rows, WidgetApp, assert_clean, record
from tui.widgets.filter_bar import FilterBar
from tui.widgets.virtual_table import VirtualTable


class FilterApp(WidgetApp):
    """A list with a filter above, as the home screen has it."""

    def __init__(self) -> None:
        self.bar = FilterBar(placeholder="words")
        self.table = VirtualTable(COLUMNS, Rows(["one", "two"]))
        super().__init__(self.bar, self.table)

    def compose(self) -> ComposeResult:
        yield self.bar
        yield self.table

    def on_mount(self) -> None:
        self.table.focus()

    def on_filter_bar_filter_left(self) -> None:
        self.table.focus()


async def shown(app: FilterApp, pilot: Pilot[None]) -> list[str]:
    await pilot.pause()
    return [line.rstrip() for line in app.lines()]


async def test_it_is_not_there_until_asked_for_and_takes_no_focus() -> None:
    app = FilterApp()
    async with app.run_test(size=(40, 6)) as pilot:
        assert (await shown(app, pilot))[0].strip().startswith("OUTCOME")
        await pilot.press("tab", "tab")
        assert app.focused is app.table


async def test_typing_posts_and_leaving_keeps_the_filter_on_a_line() -> None:
    app = FilterApp()
    async with app.run_test(size=(40, 6), message_hook=record(app)) as pilot:
        app.bar.open()
        # Typed at once: no key may reach the list.
        await pilot.press("o", "n", "j")
        assert [one.text for one in app.of(FilterBar.FilterChanged)] == ["o", "on", "onj"]
        assert (await shown(app, pilot))[0] == " filter: onj"
        states = [app.bar.is_open]
        await pilot.press("escape")
        assert (await shown(app, pilot))[0] == " filter: onj"
        states.append(app.bar.is_open)
        assert states == [True, False]
        assert app.focused is app.table
        assert app.of(FilterBar.FilterLeft)[-1].clear is False
        await pilot.press("tab")
        assert app.focused is app.table
        app.bar.clear()
        assert (await shown(app, pilot))[0].strip().startswith("OUTCOME")
        assert app.of(FilterBar.FilterChanged)[-1].text == ""


async def test_enter_and_down_leave_and_an_empty_line_is_a_cleared_filter() -> None:
    app = FilterApp()
    async with app.run_test(size=(40, 6), message_hook=record(app)) as pilot:
        for key in ("enter", "down"):
            app.bar.open()
            await pilot.press("x", key)
            assert app.focused is app.table
        assert app.bar.text == "xx"
        app.bar.open()
        await pilot.press("backspace", "backspace", "escape")
        assert app.of(FilterBar.FilterLeft)[-1].clear is True
        assert (await shown(app, pilot))[0].strip().startswith("OUTCOME")


async def test_a_mistake_is_shown_beneath() -> None:
    app = FilterApp()
    async with app.run_test(size=(60, 6)) as pilot:
        app.bar.open()
        app.bar.error = "A closing parenthesis is missing at 7. \x1b[2J[/nope]"
        lines = await shown(app, pilot)
        assert "A closing parenthesis is missing at 7." in lines[1]
        assert_clean(app)
        app.bar.error = ""
        assert "parenthesis" not in "\n".join(await shown(app, pilot))


async def test_text_set_from_outside_is_shown_and_posts_nothing() -> None:
    app = FilterApp()
    async with app.run_test(size=(60, 6), message_hook=record(app)) as pilot:
        app.bar.text = "status:running"
        assert (await shown(app, pilot))[0] == " filter: status:running"
        assert app.of(FilterBar.FilterChanged) == []
        app.bar.text = " ".join(HOSTILE)
        await pilot.pause()
        assert_clean(app)


async def test_nothing_blinks() -> None:
    app = FilterApp()
    async with app.run_test(size=(40, 6)) as pilot:
        app.bar.open()
        await pilot.pause()
        assert not app.query_one(Input).cursor_blink
