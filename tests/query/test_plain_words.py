"""Filters of words only are read without the grammar, and mean what the grammar makes of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.query import And, Node, Span, Word, parse
from tui.query.grammar import parser

NAMES = st.text(alphabet=st.sampled_from("aZ0_éßK日"), min_size=1, max_size=6) | st.sampled_from(
    ("ands", "nor")
)
BLANKS = st.text(alphabet=" \t\n\u00a0\u2003\x1c", min_size=1, max_size=3)


def places(node: Node | None) -> list[Span]:
    nodes = node.nodes if isinstance(node, And) else (node,)
    return [word.at for word in nodes if isinstance(word, Word)]


@given(words=st.lists(NAMES, min_size=1, max_size=6), blank=BLANKS, edge=st.booleans())
def test_words_are_read_as_the_grammar_reads_them(words: list[str], blank: str, edge: bool) -> None:
    text = blank.join(words) + (blank if edge else "")
    wanted: Any = parser().parse(text)  # the builder's node
    assert parse(text) == wanted
    assert places(parse(text)) == places(wanted)


@pytest.mark.parametrize("text", ["a or b", "not a", "a AND b", "a and -b", "-a b", '"a b"', "(a)"])
def test_what_is_more_than_words_is_left_to_the_grammar(text: str) -> None:
    assert parse(text) == parser().parse(text)
