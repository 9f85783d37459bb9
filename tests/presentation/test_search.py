"""A match in its context, for a column that may be narrow."""

import pytest

from tui.models import RunRef
from tui.presentation.search import excerpt
from tui.store import Hit


def hit(before: str, match: str, after: str) -> Hit:
    return Hit(1, RunRef("prod", "a"), None, "k", "k", "t", "output", (), 0, before, match, after)


@pytest.mark.parametrize(
    ("before", "match", "after", "shown"),
    [
        (
            "Yes, with 7 days' notice; the rest is ",
            "refund",
            "ed.",
            "…the rest is refunded.",
        ),
        ("of what you have paid so far the ", "rest", " is yours " * 9, "…so far the rest"),
        ("the ", "rest", "", "the rest"),
        ("x" * 40, "rest", " is yours " * 9, f"…{'x' * 15}rest"),
        ("y" * 40 + " ", "rest", " is yours " * 9, f"…{'y' * 14} rest"),
    ],
)
def test_the_words_before_a_match_are_whole(
    before: str, match: str, after: str, shown: str
) -> None:
    cell = excerpt(hit(before, match, after))
    assert cell.text.startswith(shown)
    assert cell.lit is not None
    assert cell.text[slice(*cell.lit)] == match
