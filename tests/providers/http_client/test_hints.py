"""What answers wish about the next question."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.providers.hints import LONGEST_S, hints_of, span_s

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("17ms", 0.017),
        ("6s", 6.0),
        ("16.227s", 16.227),
        ("1m0s", 60.0),
        ("1m30s", 90.0),
        ("2h", LONGEST_S),
        ("12", 12.0),
        ("12.5", 12.5),
        (str(int(NOW.timestamp()) + 30), 30.0),
        ("2026-11-20T12:00:45Z", 45.0),
        ("0", None),
        ("0s", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("soon", None),
        ("6s later", None),
        ("2026-11-20T11:00:00Z", None),
        ("2026-11-20T12:00:45", None),
        ("", None),
        (None, None),
    ],
)
def test_durations_in_all_their_spellings(text: str | None, seconds: float | None) -> None:
    found = span_s(text, NOW)
    assert found == seconds or (found is not None and abs(found - (seconds or 0)) < 1e-9)


def test_a_used_up_limit_asks_for_quiet_until_its_reset() -> None:
    headers = {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "7s",
    }
    assert hints_of(headers, NOW).quiet_s == 7.0
    assert hints_of(headers | {"x-ratelimit-remaining-requests": "3"}, NOW).quiet_s is None
    plain = {"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "0", "ratelimit-reset": "9"}
    assert hints_of(plain, NOW).quiet_s == 9.0


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_counts_nothing_asks_for_nothing(limit: str) -> None:
    headers = {
        "x-ratelimit-limit-requests": limit,
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "7s",
    }
    assert hints_of(headers, NOW).quiet_s is None


def test_the_pause_between_two_looks_is_read() -> None:
    assert hints_of({"openai-poll-after-ms": "2500"}, NOW).poll_after_s == 2.5
    assert hints_of({"openai-poll-after-ms": "99999999999"}, NOW).poll_after_s == LONGEST_S
    assert hints_of({"openai-poll-after-ms": "-5"}, NOW).poll_after_s is None


@given(st.text(), st.text())
def test_no_header_makes_it_fail_or_ask_for_the_past(first: str, second: str) -> None:
    headers = {
        "openai-poll-after-ms": first,
        "ratelimit-remaining": "0",
        "ratelimit-reset": second,
        "ratelimit-limit": first,
    }
    hints = hints_of(headers, NOW)
    for wish in (hints.poll_after_s, hints.quiet_s):
        assert wish is None or 0 < wish <= LONGEST_S
