"""What a key command may print: keys, tokens with an end, and the JSON of cloud tools."""

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.credentials.tokens import NotATokenError, read_token

END = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)


def jwt(claims: Any) -> str:
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "RS256"}, claims)
    )
    return f"{head}.{body}.c2lnbmF0dXJl"


def test_a_plain_key_has_no_end() -> None:
    token = read_token("  sk-a.b  \n")
    assert (token.key, token.expires_at) == ("sk-a.b", None)


def test_a_jwt_ends_when_it_says() -> None:
    text = jwt({"exp": END.timestamp(), "aud": "https://ai.azure.com"})
    token = read_token(text)
    assert (token.key, token.expires_at) == (text, END)


@pytest.mark.parametrize(
    "claims",
    [{}, {"exp": "soon"}, {"exp": True}, {"exp": -1}, {"exp": 1e300}, {"exp": None}, [1], "x"],
)
def test_a_jwt_without_a_sensible_end_is_just_a_key(claims: Any) -> None:
    assert read_token(jwt(claims)).expires_at is None


@pytest.mark.parametrize(
    ("seconds", "end"),
    [
        (0, None),
        (1, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        (253_402_300_799, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (253_402_300_800, None),
    ],
)
def test_an_end_is_within_what_a_date_can_hold(seconds: int, end: datetime | None) -> None:
    assert read_token(jwt({"exp": seconds})).expires_at == end


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("", "it printed nothing"),
        ("{", "it printed something like JSON that cannot be read"),
        ("{}", "its JSON has no accessToken, access_token, token"),
        ('{"token": "a\\u0007b"}', "its key holds control characters"),
        ("a\nb", "it printed more than one line, or control characters"),
    ],
)
def test_why_it_is_no_key_is_told_without_any_of_it(output: str, says: str) -> None:
    with pytest.raises(NotATokenError) as caught:
        read_token(output)
    assert str(caught.value) == says


def test_an_end_is_told_in_utc() -> None:
    token = read_token('{"token": "t", "expiresOn": "2026-11-28T18:00:00+02:00"}')
    assert token.expires_at == END
    assert token.expires_at is not None
    assert token.expires_at.tzinfo is UTC


@pytest.mark.parametrize("text", ["a.b.c", "a.!!.c", "a..c", "....", "ä.ö.ü", "a.e30.c"])
def test_three_parts_that_are_no_jwt_are_a_key(text: str) -> None:
    assert read_token(text).key == text
    assert read_token(text).expires_at is None


@pytest.mark.parametrize(
    ("answer", "key", "end"),
    [
        ({"accessToken": "t", "expires_on": int(END.timestamp())}, "t", END),
        ({"accessToken": "t", "expires_on": str(int(END.timestamp()))}, "t", END),
        ({"accessToken": "t", "expiresOn": "2026-11-28 16:00:00.000000"}, "t", END),
        ({"token": "t", "expiresOn": "2026-11-28T16:00:00Z"}, "t", END),
        ({"access_token": " t ", "expires_in": 5}, "t", None),
        ({"accessToken": "t", "expiresOn": "later", "expires_on": None}, "t", None),
        ({"accessToken": jwt({"exp": END.timestamp()})}, jwt({"exp": END.timestamp()}), END),
        # Az: the local time is told beside the exact one, which counts.
        (
            {
                "accessToken": "t",
                "expiresOn": "2026-11-28 09:00:00.0",
                "expires_on": END.timestamp(),
            },
            "t",
            END,
        ),
    ],
)
def test_the_json_of_cloud_tools_is_read(
    answer: dict[str, Any], key: str, end: datetime | None
) -> None:
    token = read_token(json.dumps(answer, indent=2))
    assert (token.key, token.expires_at) == (key, end)


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("", "printed nothing"),
        ("one\ntwo", "more than one line"),
        ("k\x1b[31m", "control characters"),
        ("{", "cannot be read"),
        ("{" * 100_000, "cannot be read"),
        ("{}", "its JSON has no accessToken"),
        ('{"accessToken": 5}', "its JSON has no accessToken"),
        ('{"accessToken": " "}', "its JSON has no accessToken"),
        ('{"accessToken": "a\\nb"}', "control characters"),
        ('{"error": "canary"}', "its JSON has no accessToken"),
    ],
)
def test_what_is_no_key_is_told_without_repeating_it(output: str, says: str) -> None:
    with pytest.raises(NotATokenError, match=says) as caught:
        read_token(output)
    assert "canary" not in str(caught.value)


@given(st.text(max_size=80) | st.text(max_size=80).map(lambda text: "{" + text))
def test_anything_printed_is_a_clean_key_or_a_sentence(output: str) -> None:
    with suppress(NotATokenError):
        token = read_token(output)
        assert token.key
        assert token.key.isprintable()
