"""What untrusted text looks like once it may be shown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.text import FORBIDDEN, clean_block, clean_line, is_clean

ANY_TEXT = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=200)
HOSTILE = st.lists(
    st.sampled_from(
        [
            "\x1b]52;c;aGk=\x07",
            "\x1b[2J",
            "\x9b31m",
            "\x90q\x9c",
            "\u202eevil\u2066",
            "\u200b\u200d\ufeff",
            "\ud800",
            "\udfff",
            "\U000e0041\U000e007f",
            "\r\n",
            "\t",
            "\x00\x7f\x85",
            "plain [link] text",
        ]
    ),
    max_size=12,
).map("".join)


def shows_nothing_dangerous(text: str) -> bool:
    dangerous = {"Cc", "Cs", "Zl", "Zp"}
    return not any(unicodedata.category(character) in dangerous for character in text)


@given(ANY_TEXT | HOSTILE, st.integers(1, 80))
def test_line_is_one_clean_line_within_its_limit(text: str, limit: int) -> None:
    line = clean_line(text, limit)

    assert len(line) <= limit
    assert is_clean(line)
    assert shows_nothing_dangerous(line)
    line.encode()
    assert clean_line(line, limit) == line


@given(ANY_TEXT | HOSTILE)
def test_block_keeps_lines_and_nothing_else_that_controls(text: str) -> None:
    block = clean_block(text)

    assert is_clean(block.replace("\n", ""))
    assert shows_nothing_dangerous(block.replace("\n", ""))
    assert block.count("\n") == text.count("\n")
    assert clean_block(block) == block


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=100))
def test_ordinary_text_is_untouched(text: str) -> None:
    visible = "".join(character for character in text if not FORBIDDEN.match(character))

    assert clean_line(visible, 100) == visible
    assert clean_block(visible) == visible


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("two\nlines", "two⏎lines"),
        ("two\r\nlines", "two⏎lines"),
        ("two\rlines", "two⏎lines"),
        ("a\u2028b", "a⏎b"),
        ("a\tb", "a b"),
        ("\x1b[31mred", "␛[31mred"),
        ("bell\x07 nul\x00 del\x7f", "bell␇ nul␀ del␡"),
        ("\x9b2J", "�2J"),
        ("user\u202etxt.exe", "user�txt.exe"),
        ("zero\u200bwidth", "zero�width"),
        ("lone\ud83d!", "lone�!"),
        ("tag\U000e0061", "tag�"),
        ("grüße 😀 漢字 ❤\ufe0f", "grüße 😀 漢字 ❤\ufe0f"),
        ("[bold]not markup[/nope]", "[bold]not markup[/nope]"),
    ],
)
def test_line_shows(raw: str, shown: str) -> None:
    assert clean_line(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\r\nb\nc", "a\nb\nc"),
        ("a\rb", "a␍b"),
        ("\tx\n\ty", "    x\n    y"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("a\x85b", "a�b"),
        ("a\u2029b", "a�b"),
    ],
)
def test_block_shows(raw: str, shown: str) -> None:
    assert clean_block(raw) == shown


def test_cut_is_marked_and_made_before_the_cleaning() -> None:
    assert clean_line("x" * 11, 10) == "x" * 9 + "…"
    assert clean_line("x" * 10, 10) == "x" * 10
    assert clean_block("ab\ncd", 4) == "ab\n…"
    assert len(clean_line("\x1b" * 50_000_000, 80)) == 80


@pytest.mark.parametrize("text", ["", "plain", "grüße", "日本"])
def test_clean_text_is_known_as_such(text: str) -> None:
    assert is_clean(text)


@pytest.mark.parametrize("text", ["\n", "\t", "a\x1b", "\x80", "\u200e", "\ud800", "\x7f"])
def test_unclean_text_is_known_as_such(text: str) -> None:
    assert not is_clean(text)


@pytest.mark.parametrize(
    ("character", "shown"),
    [("\x00", "\u2400"), ("\x1f", "\u241f"), ("\x7f", "\u2421"), ("\x80", "\ufffd")],
)
def test_each_control_character_has_its_picture(character: str, shown: str) -> None:
    assert clean_line(f"X{character}Y", 5) == f"X{shown}Y"


def test_a_text_of_just_the_limit_is_not_cut() -> None:
    assert clean_block("abcd", 4) == "abcd"
    assert clean_line("abcd", 4) == "abcd"
    assert clean_block("abcde", 4) == "abc…"
    assert [clean_block("abc", limit) for limit in (0, 1, 2)] == ["…", "…", "a…"]
