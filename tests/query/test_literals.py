"""The text that every match of a pattern holds: never one that a match may lack."""

import sys

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from tui.query import ALIKE, literal_of, searcher
from tui.query.values import PatternError

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
pieces = st.sampled_from(
    (
        *PRINTABLE,
        *(f"\\{sign}" for sign in PRINTABLE),
        *("ab", "Kiss", "é", "\n", "\0", ".*", "x+", "x+?", "x*+", "x?", "a{2}", "(?i)", "(a|b)"),
        *("[ks]", "^", "$", "\\\\", "\u017f", "İ", "\\x41", "\\N{DIGIT ONE}", "(?#k)", "a{e<=1}"),
    )
)
texts = (
    st.text(st.sampled_from("abkKsSiIxX01 .+*\\\"'%_\n\0é\u017f\u212aİ\u0131"), max_size=12)
    | st.text()
)


@given(st.lists(pieces, max_size=5).map("".join), texts)
def test_a_text_that_a_pattern_matches_holds_its_literal(pattern: str, text: str) -> None:
    literal = literal_of(pattern)
    try:
        matches = searcher(pattern)
    except PatternError:
        return
    if literal is None:
        return
    for each in (text, pattern, text + pattern.replace("\\", "").upper() + text):
        held = literal.text.encode() in each.encode("utf-8", "surrogatepass").lower()
        odd = literal.has_others and any(sign in each for sign in ALIKE)
        assert held or odd or not matches(each)
        if literal.whole and each.isascii():
            assert held is matches(each)


def test_only_known_characters_are_like_ascii_ones() -> None:
    beyond = "".join(
        chr(code) for code in range(0x80, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000
    )
    found: set[str] = set()
    for letter in PRINTABLE:
        pattern = regex.compile(regex.escape(letter), regex.VERSION0 | regex.IGNORECASE)
        others = set(pattern.findall(beyond))
        found |= others
        literal = literal_of(regex.escape(letter))
        assert literal is not None
        assert literal.has_others is bool(others), letter
    assert found == set(ALIKE)


@pytest.mark.parametrize(
    ("pattern", "text", "whole"),
    [
        ("refund", "refund", True),
        ("Re fund", "re fund", True),
        ("^refund$", "refund", False),
        (r"a\.b", "a.b", True),
        (r"\d+ms", "ms", False),
        ("ab*cde", "cde", False),
        ("abc+d", "abc", False),
        ("abc?", "ab", False),
        ("over.*budget", "budget", False),
    ],
)
def test_the_longest_literal_of_a_pattern(pattern: str, text: str, *, whole: bool) -> None:
    assert literal_of(pattern) == (text, whole)


@pytest.mark.parametrize("pattern", ["a|b", "(abc)?", "[abc]", "ab{0}", r"\x41b", r"\d", ".", "é"])
def test_what_would_need_a_thorough_reading_has_none(pattern: str) -> None:
    assert literal_of(pattern) is None
