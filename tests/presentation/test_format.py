from datetime import UTC, datetime, timedelta

import pytest

from tests.clock import START
from tui.presentation import format as fmt

UNKNOWN = [
    fmt.number,
    fmt.short_number,
    fmt.decimal,
    fmt.percent,
    fmt.duration,
    fmt.money,
    fmt.size,
    fmt.speed,
    fmt.instant,
]


@pytest.mark.parametrize("shown", UNKNOWN)
def test_the_unknown_is_a_dash_and_never_zero(shown: object) -> None:
    assert callable(shown)
    assert shown(None) == "—"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_number_at_all_is_unknown_too(value: float) -> None:
    for shown in (fmt.number, fmt.short_number, fmt.decimal, fmt.percent, fmt.money, fmt.speed):
        assert shown(value) == "—"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (812, "812"),
        (9999, "9,999"),
        (10_000, "10.0k"),
        (12_345, "12.3k"),
        (99_949, "99.9k"),
        (99_951, "100k"),
        (123_456, "123k"),
        (999_960, "1.0M"),
        (1_234_567, "1.2M"),
        (2_500_000_000, "2.5G"),
    ],
)
def test_short_numbers_fit_five_characters(value: float, text: str) -> None:
    assert fmt.short_number(value) == text
    assert len(text) <= 5


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (0, "0.0%"),
        (1, "100.0%"),
        (0.872, "87.2%"),
        (0.9999, "99.9%"),
        (0.00001, "0.1%"),
    ],
)
def test_a_rate_is_all_or_nothing_only_when_it_is(rate: float, text: str) -> None:
    assert fmt.percent(rate) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "<1m"),
        (59.9, "<1m"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h"),
        (86_399, "23h"),
        (86_400, "1d"),
        (86_400 * 400, "400d"),
    ],
)
def test_ages_have_one_unit(seconds: float, text: str) -> None:
    assert fmt.age(START - timedelta(seconds=seconds), START) == text


def test_an_age_in_the_future_is_now() -> None:
    assert fmt.age(START + timedelta(hours=3), START) == "<1m"


def test_what_is_to_come_counts_down_to_now() -> None:
    assert fmt.until(START + timedelta(hours=21, minutes=30), START) == "21h"
    assert fmt.until(START - timedelta(seconds=1), START) == "now"
    assert fmt.until(None, START) == "—"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0ms"),
        (0.42, "420ms"),
        (0.9996, "1.0s"),
        (4.21, "4.2s"),
        (59.96, "1m 00s"),
        (65, "1m 05s"),
        (3599.7, "1h 00m"),
        (7380, "2h 03m"),
        (100_800, "1d 4h"),
        (-1, "—"),
    ],
)
def test_durations_have_two_units(seconds: float, text: str) -> None:
    assert fmt.duration(seconds) == text


@pytest.mark.parametrize(
    ("usd", "text"),
    [(0, "$0"), (0.00001, "<$0.0001"), (0.0042, "$0.0042"), (1.234, "$1.23"), (1234, "$1,234")],
)
def test_money(usd: float, text: str) -> None:
    assert fmt.money(usd) == text


@pytest.mark.parametrize(
    ("rows_per_s", "text"),
    [(120, "120/s"), (12, "12/s"), (0.97, "58/min"), (0.001, "4/h"), (0.0001, "<1/h"), (0, "—")],
)
def test_speed_uses_the_unit_that_reads_best(rows_per_s: float, text: str) -> None:
    assert fmt.speed(rows_per_s) == text


@pytest.mark.parametrize(
    ("n_bytes", "text"), [(812, "812 B"), (1200, "1.2 kB"), (10_400_000, "10 MB"), (2e9, "2.0 GB")]
)
def test_sizes(n_bytes: int, text: str) -> None:
    assert fmt.size(n_bytes) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4.1, "4.10"),
        (12.0, "12"),
        (0.00123, "0.0012"),
        (0, "0.00"),
        (-3.456, "-3.46"),
        (5e6, "5.0M"),
    ],
)
def test_scores(value: float, text: str) -> None:
    assert fmt.decimal(value) == text


def test_a_rate_stands_with_half_the_width_of_its_interval() -> None:
    assert fmt.rate_with_interval(0.872, 0.849, 0.895) == "87.2% ±2.3"
    assert fmt.rate_with_interval(0.5, None, None) == "50.0%"
    assert fmt.interval(0.849, 0.8943) == "84.9 to 89.4%"
    assert fmt.interval(None, 0.5) == "—"


def test_a_time_of_another_day_says_which() -> None:
    today = datetime(2026, 11, 20, 12, 7, tzinfo=UTC)
    assert fmt.local_time(today, today) == today.astimezone().strftime("%H:%M")
    assert fmt.local_time(today - timedelta(days=2), today).startswith("18 Nov ")
    assert "2025" in fmt.local_time(today - timedelta(days=365), today)
    assert fmt.local_time(None, today) == "—"


def test_one_is_not_many() -> None:
    assert fmt.plural(1, "run") == "1 run"
    assert fmt.plural(1200, "run") == "1,200 runs"
