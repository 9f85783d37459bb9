"""What counts as a word, and when a text says a phrase."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.query import find, phrase, phrases, says, words

FILES = (
    f"x;base64,{'aab ' * 30}",
    f"x;base64,{'aab-' * 30}",
    f"aab ;base64,{'A' * 80} b b",
    f"{'x' * 70} a",
    f"a {'x' * 64} b",
)
"""What is a file and what is none, and words of which only the beginning counts."""
TEXTS = st.text(alphabet="abcß éİ日本\u0e31\u0e01_\n1½\u212a\ufdfa\ud800-'\"", max_size=12)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I cannot HELP you", "cannot help"),
        ("Refunds, please", "refund"),
        ("der Straße nach", "strasse"),
        ("un café noir", "cafe"),
        ("273 \u212aelvin", "kelvin"),
        ("İstanbul", "istanbul"),
        ("ﬁle", "file"),  # a ligature
        ("can't", "can t"),
        ("今天天气很好", "天气"),
        ("one\n\ttwo -- three", "one two three"),
        ("x" * 100, "x" * 80),
    ],
)
def test_a_text_says_it(text: str, wanted: str) -> None:
    assert says(text, phrase(wanted))
    assert find(text, phrase(wanted)) is not None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a discount", "count"),
        ("order 4711", "47"),
        ("cannot ever help", "cannot help"),
        ("", "x"),
        ("data:image/png;base64," + "refund+" * 20, "refund"),
    ],
)
def test_a_text_does_not_say_it(text: str, wanted: str) -> None:
    assert not says(text, phrase(wanted))
    assert find(text, phrase(wanted)) is None


@given(TEXTS, TEXTS)
def test_it_is_found_where_it_is_said_and_nowhere_else(text: str, wanted: str) -> None:
    looked_for = phrase(wanted)
    if looked_for:
        assert says(text, looked_for) == (find(text, looked_for) is not None)


@given(
    st.text(st.sampled_from("abAB_1 \n-"), max_size=14) | st.sampled_from(FILES),
    st.text(st.sampled_from("abAB_1 \n-\u212a\u00e9"), max_size=7) | st.just("x" * 70),
)
def test_it_is_said_where_its_words_follow_each_other(text: str, wanted: str) -> None:
    looked_for, said = words(wanted), words(text)
    if not looked_for:
        return
    goes_on = len(looked_for[-1]) >= 3
    follows = any(
        said[at : at + len(looked_for) - 1] == looked_for[:-1]
        and (last := said[at + len(looked_for) - 1])
        and (last.startswith(looked_for[-1]) if goes_on else last == looked_for[-1])
        for at in range(len(said) - len(looked_for) + 1)
    )
    assert says(text, phrase(wanted)) is follows


@given(TEXTS)
def test_every_text_says_itself(text: str) -> None:
    if phrase(text):
        assert says(text, phrase(text))
        assert says(f"before {text} behind", phrase(text))


@given(st.lists(st.sampled_from(("plain", "straße", "日本", "x" * 70)), max_size=60_000 // 40))
def test_long_texts_have_the_same_words_as_short_ones(parts: list[str]) -> None:
    text = " ".join(parts * 40)
    assert words(text) == [word for part in parts * 40 for word in words(part)]


def test_the_match_is_where_it_stands_in_the_text() -> None:
    text = "Ünïcode first: the Straße is wet"
    place = find(text, "strasse is")
    assert place is not None
    assert text[slice(*place)] == "Straße is"


def test_words_stand_anywhere_and_quotes_hold_together() -> None:
    assert phrases('refund "cannot help" refund') == ("refund", "cannot help")
    assert phrases('order "not clos') == ("order", "not clos")
    assert phrases(' ?! "" ') == ()
