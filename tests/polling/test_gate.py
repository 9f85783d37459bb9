"""What answers wish, heeded at a connection's door."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clock import FakeClock
from tui.polling.breaker import Breaker
from tui.polling.budget import RequestBudget
from tui.polling.gate import ConnectionGate

NAMES = (
    "date",
    "retry-after",
    "retry-after-ms",
    "openai-poll-after-ms",
    "ratelimit-remaining",
    "ratelimit-reset",
    "x-ratelimit-limit-requests",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-reset-requests",
)
VALUES = st.text(max_size=30) | st.sampled_from(
    (
        "Fri, 20 Nov 2026 12:00:00 GMT",
        "Fri, 99 Nov 99999 99:99:99 GMT",
        "Mon, 00 Jan 0000 00:00:00 +9999",
        "0",
        "-1",
        "1e308",
        "9" * 400,
        "1m30s",
        "2026-11-20T12:00:45Z",
        "NaN",
    )
)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_no_headers_make_it_fail_or_wait_for_ever(headers: dict[str, str]) -> None:
    clock = FakeClock()
    budget = RequestBudget(60, clock)
    gate = ConnectionGate(budget, Breaker(clock, Random(1)), clock)
    gate.answered(headers)
    assert 0 <= budget.wait_s() <= 3600
    assert 0 <= gate.poll_wish_s() <= 3600


async def test_wishes_are_heeded_and_clocks_compared() -> None:
    clock = FakeClock()
    budget = RequestBudget(60, clock)
    gate = ConnectionGate(budget, Breaker(clock, Random(1)), clock)
    gate.answered({"date": "Fri, 20 Nov 2026 11:59:00 GMT", "openai-poll-after-ms": "8000"})
    assert gate.clock_ahead_s == 60
    assert gate.poll_wish_s() == 8
    gate.answered(
        {
            "x-ratelimit-limit-requests": "60",
            "x-ratelimit-remaining-requests": "0",
            "x-ratelimit-reset-requests": "7s",
        }
    )
    assert budget.wait_s() == 7
    assert budget.left() == 0
    await gate.enter("/x")
    assert sum(clock.sleeps) >= 7
