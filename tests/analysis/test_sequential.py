from functools import cache

import numpy as np
import pytest
from scipy import stats

from tui.analysis.intervals import Interval, wilson
from tui.analysis.sequential import anytime_mean, anytime_rate


@cache
def tables(looks: int) -> tuple[list[list[Interval | None]], list[list[Interval | None]]]:
    sizes = range(1, looks + 1)
    return (
        [[anytime_rate(k, n) for k in range(n + 1)] for n in sizes],
        [[wilson(k, n) for k in range(n + 1)] for n in sizes],
    )


def missed(rate: float, looks: int, times: int, seed: int) -> tuple[float, float]:
    """Return how often a stream of rows leaves the sequence's and the usual interval at a look."""
    draws = np.random.default_rng(seed).random((times, looks)) < rate
    ever = [0, 0]
    for stream in draws:
        sums = np.cumsum(stream)
        for place, intervals in enumerate(tables(looks)):
            found = [intervals[n][int(sums[n])] for n in range(looks)]
            ever[place] += any(i is not None and not i.low <= rate <= i.high for i in found)
    return ever[0] / times, ever[1] / times


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.87])
def test_watching_all_the_time_misses_the_rate_at_most_once_in_twenty(rate: float) -> None:
    ours, usual = missed(rate, looks=100, times=400, seed=7)
    assert ours <= 0.05
    assert usual > 0.12


@pytest.mark.nightly
@pytest.mark.parametrize("rate", [0.02, 0.3, 0.5, 0.95])
def test_watching_for_long_misses_the_rate_at_most_once_in_twenty(rate: float) -> None:
    ours, _usual = missed(rate, looks=400, times=1500, seed=11)
    assert ours <= 0.05 + 3 * (0.05 * 0.95 / 1500) ** 0.5


@pytest.mark.parametrize(("passed", "n"), [(0, 1), (3, 10), (87, 100), (870, 1000)])
def test_the_ends_are_where_the_mixture_reaches_twenty_to_one(passed: int, n: int) -> None:
    found = anytime_rate(passed, n)
    assert found is not None
    mixture = stats.betabinom.pmf(passed, n, 1, 1)
    for end in (found.low, found.high):
        if 0 < end < 1:
            ratio = mixture / stats.binom.pmf(passed, n, end)
            assert ratio == pytest.approx(20, rel=1e-6)


def test_it_is_wider_than_a_single_look_and_holds_the_rate() -> None:
    for passed in range(0, 101, 10):
        found, single = anytime_rate(passed, 100), wilson(passed, 100)
        assert found is not None
        assert single is not None
        assert 0 <= found.low <= passed / 100 <= found.high <= 1
        assert found.half_width > single.half_width


def test_nothing_and_the_impossible() -> None:
    assert anytime_rate(0, 0) is None
    with pytest.raises(ValueError, match="11 of 10"):
        anytime_rate(11, 10)


def means_missed(looks: int, times: int, seed: int) -> float:
    """Return how often watching a stream of skewed scores leaves the mean's interval."""
    draws = np.random.default_rng(seed).exponential(2.0, (times, looks))
    missed = 0
    for stream in draws:
        ends = (anytime_mean(stream[:n].tolist()) for n in range(20, looks + 1, 5))
        missed += any(found is not None and not found.low <= 2.0 <= found.high for found in ends)
    return missed / times


def test_watching_a_mean_misses_it_about_once_in_twenty_at_most() -> None:
    assert means_missed(looks=120, times=150, seed=3) <= 0.05 + 3 * (0.05 * 0.95 / 150) ** 0.5


@pytest.mark.nightly
def test_watching_a_mean_for_long_misses_it_at_most_once_in_twenty() -> None:
    assert means_missed(looks=800, times=600, seed=5) <= 0.05 + 3 * (0.05 * 0.95 / 600) ** 0.5


def test_a_mean_of_few_or_equal_values_has_no_interval() -> None:
    assert anytime_mean([1.0, 2.0] * 9) is None
    assert anytime_mean([1.0] * 50) is None
    found = anytime_mean([1.0, 2.0] * 100)
    assert found is not None
    assert found.low < 1.5 < found.high
    assert found.half_width == pytest.approx(
        (0.25 * (1 + 1 / (s := 200 * RHO)) / 200 * (np.log(s + 1) - 2 * np.log(0.05))) ** 0.5
    )


RHO = (-2 * np.log(0.05) + np.log(-2 * np.log(0.05)) + 1) / 200
"""Squared, as the theorem names it."""
