import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clock import FakeClock
from tui.polling.budget import BURST, BURST_S, RequestBudget


async def sent_times(limit: int, gaps: list[float]) -> list[float]:
    clock = FakeClock()
    budget = RequestBudget(limit, clock)
    times = []
    for gap in gaps:
        await clock.sleep(gap)
        await budget.take()
        times.append(clock.monotonic())
    return times


@settings(max_examples=100, deadline=None)
@given(
    limit=st.integers(1, 20),
    gaps=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=120),
)
def test_no_sixty_seconds_hold_more_than_the_limit(limit: int, gaps: list[float]) -> None:
    times = asyncio.run(sent_times(limit, gaps))
    for first, later in zip(times, times[limit:], strict=False):
        assert later - first >= 60 - 1e-6


async def test_no_two_seconds_hold_more_than_a_burst() -> None:
    times = await sent_times(600, [0.0] * 60)
    assert times[BURST - 1] == times[0]
    for first, later in zip(times, times[BURST:], strict=False):
        assert later - first >= BURST_S - 1e-6
    assert BURST / BURST_S == 5


async def test_a_full_budget_is_spent_at_once_and_then_waited_for() -> None:
    clock = FakeClock()
    budget = RequestBudget(8, clock)
    start = clock.monotonic()
    for _ in range(8):
        await budget.take()
    assert clock.monotonic() == start
    assert budget.left() == 0
    assert budget.wait_s() == 60
    await budget.take()
    assert clock.monotonic() - start >= 60
    assert budget.left() == 7
