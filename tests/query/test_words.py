import pytest

from tui.query import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("   ", ()),
        ("nightly prompt", ("nightly", "prompt")),
        ('"prompt v3" gpt', ("prompt v3", "gpt")),
        ('gpt "prompt v', ("gpt", "prompt v")),
        ('""', ()),
        ('5"disk', ('5"disk',)),
        ("Größe 東京", ("Größe", "東京")),
    ],
)
def test_words_and_quoted_words(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected
