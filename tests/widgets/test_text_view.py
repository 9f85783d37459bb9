"""Long texts as a person reads them: wrapping, folding, finding, copying."""

import pytest
from textual.pilot import Pilot

from tests.widgets.harness import HOSTILE, WidgetApp, assert_clean, record
from tui.presentation.blocks import Block
from tui.widgets.text_document import Place, TextDocument
from tui.widgets.text_search import find_all
from tui.widgets.text_view import Section, TextView
from tui.widgets.text_wrap import WrapIndex
from tui.widgets.transcript import Transcript

SIZE = (41, 10)
"""Forty cells of text and the thumb."""


async def settle(app: WidgetApp, pilot: Pilot[None]) -> None:
    app.widgets[0].focus()
    await pilot.pause()


def wrapped(text: str, width: int) -> list[str]:
    index = WrapIndex(text, width)
    while not index.done:
        index.advance(7)
    return [text[slice(*index.span(line))] for line in range(index.known)]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 4, [""]),
        ("abcd", 4, ["abcd"]),
        ("abcde", 4, ["abcd", "e"]),
        ("ab\n\ncdefgh\n", 4, ["ab", "", "cdef", "gh", ""]),
        ("ab\r\ncd", 4, ["ab", "cd"]),
        ("日本語x", 4, ["日本", "語x"]),
        ("a日本", 4, ["a日", "本"]),
        ("日", 1, ["日"]),
        ("a\tb", 4, ["a", "\t", "b"]),
        ("e\u0301" * 4, 4, ["e\u0301" * 4]),
        ("\x1b\x1b\x1b", 2, ["\x1b\x1b", "\x1b"]),
        ("ab cd", 4, ["ab ", "cd"]),
        ("abcd ef", 4, ["abcd ", "ef"]),
        ("日本 語x", 4, ["日本 ", "語x"]),
        ("a bbbbbbb", 4, ["a bb", "bbbb", "b"]),
        ("the quick brown fox", 10, ["the quick ", "brown fox"]),
        ("one two three", 8, ["one two ", "three"]),
    ],
)
def test_lines_are_cut_at_cells(text: str, width: int, lines: list[str]) -> None:
    assert wrapped(text, width) == lines


def test_a_long_line_is_wrapped_no_further_than_it_is_looked_at() -> None:
    index = WrapIndex("x" * 10_000_000, 100)
    index.reach_line(50)
    assert 50 < index.known < 2_000
    index.reach_offset(len(index.text))
    assert index.known == 100_000
    assert index.span(99_999) == (9_999_900, 10_000_000)
    assert index.line_of(12_345) == 123


def test_places_outlive_another_width() -> None:
    document = TextDocument((Section("a" * 50, "one"), Section("b" * 50, "two")), 10)
    document.reach_end()
    line = document.line_of(Place(1, 25))
    assert document.place(line) == Place(1, 20)
    document.rewrap(5)
    again = document.line_of(Place(1, 20))
    assert document.place(again) == Place(1, 20)
    assert again > line


def test_finding_keeps_offsets_where_lower_case_is_longer() -> None:
    assert find_all(["İİ needle"], "NEEDLE") == [(0, 3, 9)]
    assert find_all(["aaaa"], "aa") == [(0, 0, 2), (0, 2, 4)]
    assert find_all(["a"], "") == []


async def test_a_text_is_wrapped_and_scrolled() -> None:
    view = TextView("word " * 100)
    app = WidgetApp(view)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        assert app.lines()[0].startswith("word word")
        assert view.line_total() == 13
        await pilot.press("down", "down")
        assert view.top == 2
        await pilot.press("G")
        assert view.top == 3
        await pilot.press("pageup")
        assert view.top == 0


async def test_ten_megabytes_show_at_once_and_their_end_is_reachable() -> None:
    text = "\n".join(f"line {number} " + "x" * 90 for number in range(100_000))
    view = TextView(text)
    app = WidgetApp(view)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        assert "line 0 x" in app.lines()[0]
        await pilot.press("end")
        assert app.text().rstrip().splitlines()[-1].strip(" ▐").endswith("xx")
        assert "line 99999" in app.text()
        await pilot.press("home", "pagedown")
        assert view.top == 10


async def test_the_place_stays_when_the_width_changes() -> None:
    view = TextView("\n".join(f"paragraph {number} " * 4 for number in range(100)))
    app = WidgetApp(view)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("pagedown", "pagedown")
        first = app.lines()[0].split()[1]
        await pilot.resize_terminal(1, 1)
        await pilot.resize_terminal(90, 10)
        await pilot.pause()
        assert first in app.lines()[0]


async def test_find_goes_round_and_marks_the_matches() -> None:
    view = TextView(
        "\n".join(f"{number} {'Needle' if number % 40 == 5 else 'hay'}" for number in range(100))
    )
    app = WidgetApp(view)
    async with app.run_test(size=SIZE, message_hook=record(app)) as pilot:
        await settle(app, pilot)
        assert view.find("needle") == 3
        await pilot.pause()
        assert "5 Needle" in app.text()
        assert view.match_index == 0
        view.next_match()
        await pilot.pause()
        assert "45 Needle" in app.text()
        view.next_match()
        view.next_match()
        assert view.match_index == 0
        view.previous_match()
        await pilot.pause()
        assert "85 Needle" in app.text()
        assert view.match_index == 2
        y = next(y for y, line in enumerate(app.lines()) if "85 Needle" in line)
        marked = [
            segment.text
            for segment in view.render_line(y)
            if segment.style and segment.style.underline
        ]
        assert marked == ["Needle"]
        assert view.find("nothing") == 0
        assert view.match_index == -1
        assert view.find("") == 0


async def test_a_match_across_two_lines_is_marked_on_both() -> None:
    view = TextView("x" * 37 + "needle" + "y" * 30)
    app = WidgetApp(view)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        assert view.find("needle") == 1
        await pilot.pause()
        marked = [
            segment.text
            for y in (0, 1)
            for segment in view.render_line(y)
            if segment.style and segment.style.underline
        ]
        assert marked == ["nee", "dle"]


async def test_json_and_markdown_are_toned_on_visible_lines() -> None:
    view = TextView('{"key": "text", "n": 12}', language="json")
    app = WidgetApp(view)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        assert len({segment.style for segment in view.render_line(0)}) >= 4
        view.show_text("# Title\nplain", "markdown")
        await pilot.pause()
        title, plain = (next(iter(view.render_line(y))).style for y in (0, 1))
        assert title is not None
        assert title.bold
        assert plain is not None
        assert not plain.bold


async def test_sections_fold_by_their_headings() -> None:
    view = TextView()
    view.show_sections((Section("one\ntwo", "first"), Section("three", "second", folded=True)))
    app = WidgetApp(view)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        shown = [line.rstrip() for line in app.lines()]
        assert shown[:5] == ["▾ first", "  one", "  two", "", "▸ second · 5 characters"]
        await pilot.press("enter")
        assert [line.rstrip() for line in app.lines()][:2] == [
            "▸ first · 7 characters",
            "▸ second · 5 characters",
        ]
        await pilot.press("down", "space")
        assert "  three" in app.text()
        assert view.copy_text() == "three"
        view.fold(0, folded=False)
        await pilot.pause()
        assert "  one" in app.text()
        view.fold(0)
        assert view.is_folded(0)


async def test_find_unfolds_what_it_goes_to() -> None:
    view = TextView()
    view.show_sections((Section("nothing", "a"), Section("x\n" * 50 + "needle", "b", folded=True)))
    app = WidgetApp(view)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        assert view.find("needle") == 1
        await pilot.pause()
        assert "needle" in app.text()
        assert not view.is_folded(1)
        assert view.cursor_section == 1


async def test_the_next_row_keeps_the_scroll_and_equal_texts_draw_nothing() -> None:
    view = TextView()
    app = WidgetApp(view)
    first = (Section("\n".join(map(str, range(100))), "numbers"),)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        view.show_sections(first)
        await pilot.press("pagedown", "pagedown", "down")
        top, cursor = view.top, view.cursor_line
        app.frames.clear()
        view.show_sections(first)
        await pilot.pause()
        assert app.frames == []
        view.show_sections(
            (Section("\n".join(map(str, range(500, 600))), "numbers"),), keep_scroll=True
        )
        await pilot.pause()
        assert (view.top, view.cursor_line) == (top, cursor)
        view.show_sections((Section("short", "numbers"),), keep_scroll=True)
        await pilot.pause()
        assert "short" in app.text()
        view.show_sections(first)
        assert view.top == 0


async def test_hostile_text_is_shown_harmless_and_copied_as_it_is() -> None:
    text = "\n".join(HOSTILE)
    view = TextView()
    view.show_sections((Section(text, "\x1b[31m[/nope]\u202e"), Section(text * 3, language="json")))
    app = WidgetApp(view)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        assert_clean(app)
        assert "[/nope] [bold]x[/bold]" in app.text()
        assert view.copy_text() == text
        await pilot.press("end", "pageup")
        assert_clean(app)
        await pilot.resize_terminal(7, 24)
        await pilot.pause()
        assert_clean(app)


async def test_a_transcript_shows_who_said_what_and_keeps_hand_folding() -> None:
    chat = [
        Block("system", "Be brief.", folded=True),
        Block("assistant", '{"q": 1}', kind="tool_call", title="search"),
        Block("tool", "found", kind="tool_result", title="search"),
    ]
    transcript = Transcript()
    app = WidgetApp(transcript)
    async with app.run_test(size=(60, 14)) as pilot:
        transcript.set_blocks(chat)
        await settle(app, pilot)
        shown = app.text()
        assert "▸ system · 9 characters" in shown
        assert "▾ assistant calls search" in shown
        assert "▾ tool result search" in shown
        assert "Be brief." not in shown
        await pilot.press("enter")
        assert "Be brief." in app.text()
        transcript.set_blocks(
            [Block("system", "Be kind.", folded=True), *chat[1:]], keep_scroll=True
        )
        await pilot.pause()
        assert "Be kind." in app.text()
        assert "Be kind." in transcript.logical_text()


async def test_a_pane_that_was_hidden_is_wrapped_when_it_is_shown() -> None:
    view = TextView()
    view.display = False
    app = WidgetApp(view)
    async with app.run_test(size=SIZE) as pilot:
        view.show_text("word " * 100)
        await pilot.pause()
        view.display = True
        await pilot.pause()
        assert view.line_total() == 13
        assert app.lines()[0].rstrip(" ▐") == ("word " * 8).rstrip()


async def test_headings_that_come_or_go_change_the_width_once() -> None:
    view = TextView("x" * 80)
    app = WidgetApp(view)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        assert view.line_total() == 2
        view.show_sections((Section("x" * 80, "heading"),))
        await pilot.pause()
        assert view.line_total() == 4
        await pilot.resize_terminal(43, 10)
        await pilot.pause()
        assert view.line_total() == 3
        assert app.lines()[1].rstrip(" ▐") == "  " + "x" * 40
