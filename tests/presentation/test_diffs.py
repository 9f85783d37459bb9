import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.presentation.diffs import json_diff, word_diff

PLAIN = st.text(alphabet="ab c\n.", max_size=60)


@given(PLAIN, PLAIN)
def test_both_texts_can_be_read_from_the_words(before: str, after: str) -> None:
    found = word_diff(before, after)
    old = re.sub(r"\{\+.*?\+\}", "", found, flags=re.DOTALL)
    new = re.sub(r"\[-.*?-\]", "", found, flags=re.DOTALL)
    assert re.sub(r"\[-(.*?)-\]", r"\1", old, flags=re.DOTALL) == before
    assert re.sub(r"\{\+(.*?)\+\}", r"\1", new, flags=re.DOTALL) == after


def test_long_texts_differ_only_where_they_do() -> None:
    lines = [f"line {n} of a long answer that goes on" for n in range(5_000)]
    other = [*lines]
    other[2_500] = "line 2500 of a short answer that goes on"
    found = word_diff("\n".join(lines), "\n".join(other))
    assert found.count("[-") == found.count("{+") == 1
    assert "[-long-]{+short+}" in found


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ('{"a": 1, "b": [1, 2]}', '{"b": [1, 2], "a": 1}', []),
        ('{"a": 1}', '{"a": 2, "c": true}', ["~ $.a: 1 → 2", "+ $.c: true"]),
        ('{"a": {"b": [1, 2]}}', '{"a": {"b": [1]}}', ["- $.a.b[1]: 2"]),
        ('{"a": 1}', '{"a": true}', ["~ $.a: 1 → true"]),
        ("[1]", "[1.5]", ["~ $[0]: 1 → 1.5"]),
    ],
)
def test_json_is_compared_field_by_field(before: str, after: str, lines: list[str]) -> None:
    assert json_diff(before, after) == lines


@pytest.mark.parametrize(("before", "after"), [("text", "{}"), ("7", "8"), ("{}", "{")])
def test_what_is_no_json_is_not(before: str, after: str) -> None:
    assert json_diff(before, after) is None


def test_json_in_a_fence_of_markdown_is_json() -> None:
    fenced = '```json\n{"total": 1, "currency": "EUR"}\n```\n'
    assert json_diff(fenced, '{"total": 2, "currency": "EUR"}') == ["~ $.total: 1 → 2"]
    assert json_diff(fenced, "```json\n{broken\n```") is None
