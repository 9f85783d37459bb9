import numpy as np
import pytest
from scipy import stats

from tui.analysis.intervals import Interval, bounds, clustered_mean, mean_interval, wilson


# Newcombe, Statistics in Medicine 17 (1998), table I, method 3; four decimals as printed there.
@pytest.mark.parametrize(
    ("passed", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilson_gives_the_published_values(passed: int, n: int, low: float, high: float) -> None:
    found = wilson(passed, n)
    assert found is not None
    assert found.low == pytest.approx(low, abs=5.1e-5)
    assert found.high == pytest.approx(high, abs=5.1e-5)


def test_nothing_observed_has_no_interval() -> None:
    assert wilson(0, 0) is None


def test_the_interval_stays_within_zero_and_one_and_holds_the_rate() -> None:
    for n in range(1, 60):
        for passed in range(n + 1):
            found = wilson(passed, n)
            assert found is not None
            assert 0 <= found.low <= passed / n <= found.high <= 1


def test_more_observations_narrow_it() -> None:
    few, many = wilson(87, 100), wilson(870, 1000)
    assert few is not None
    assert many is not None
    assert many.half_width < few.half_width


@pytest.mark.parametrize(("passed", "n"), [(-1, 10), (11, 10), (1, 0)])
def test_impossible_counts_are_refused(passed: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"{passed} of {n}"):
        wilson(passed, n)


def test_half_width_is_half_the_distance() -> None:
    assert Interval(0.2, 0.6).half_width == pytest.approx(0.2)


@pytest.mark.parametrize(("passed", "n"), [(0, 7), (3, 7), (7, 7), (870, 1000), (49_999, 100_000)])
def test_wilson_agrees_with_scipy(passed: int, n: int) -> None:
    found = wilson(passed, n)
    theirs = stats.binomtest(passed, n).proportion_ci(method="wilson")
    assert found is not None
    assert found.low == pytest.approx(theirs.low, abs=1e-9)
    assert found.high == pytest.approx(theirs.high, abs=1e-9)


def test_means_have_scipys_t_interval() -> None:
    values = [4.0, 4.5, 3.0, 5.0, 2.5, 4.25]
    found = mean_interval(values)
    theirs = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert found is not None
    assert found.interval is not None
    assert found.mean == pytest.approx(np.mean(values))
    assert found.interval.low == pytest.approx(theirs.low, abs=1e-9)
    assert found.interval.high == pytest.approx(theirs.high, abs=1e-9)
    assert (found.n, found.clusters) == (6, None)


def test_clusters_of_one_are_plain_rows() -> None:
    values = [0.5, 1.0, 0.25, 0.75]
    plain, clustered = mean_interval(values), clustered_mean([(value, 1) for value in values])
    assert plain is not None
    assert clustered is not None
    assert clustered.interval == plain.interval
    assert clustered.clusters == 4


def test_equal_clusters_are_judged_by_their_means() -> None:
    # With clusters of one size the ratio estimator is the t interval of the clusters' means.
    rows = [(3, 4), (4, 4), (0, 4), (2, 4), (4, 4)]
    found = clustered_mean(rows)
    theirs = stats.ttest_1samp([passed / n for passed, n in rows], 0).confidence_interval(0.95)
    assert found is not None
    assert found.interval is not None
    assert found.interval.low == pytest.approx(theirs.low, abs=1e-9)
    assert found.interval.high == pytest.approx(theirs.high, abs=1e-9)
    assert found.n == 20


def test_repeating_every_value_does_not_narrow_the_clustered_interval() -> None:
    once = clustered_mean([(value, 1) for value in (1.0, 0.0, 1.0, 1.0)])
    often = clustered_mean([(value * 5, 5) for value in (1.0, 0.0, 1.0, 1.0)])
    assert once is not None
    assert often is not None
    assert once.interval is not None
    assert often.interval is not None
    assert often.interval.half_width == pytest.approx(once.interval.half_width)


def test_means_of_nothing_of_one_and_of_what_is_no_number() -> None:
    assert mean_interval([]) is None
    assert mean_interval([float("nan"), float("inf")]) is None
    assert clustered_mean([(0, 0)]) is None
    one = mean_interval([3.0, float("nan")])
    assert one is not None
    assert (one.mean, one.interval, one.n) == (3.0, None, 1)
    same = mean_interval([2.0, 2.0, 2.0])
    assert same is not None
    assert same.interval == Interval(2.0, 2.0)


def test_bounds_are_the_rates_if_the_unknown_had_all_failed_or_passed() -> None:
    assert bounds(6, 2, 2) == Interval(0.6, 0.8)
    assert bounds(0, 0, 0) is None
    assert bounds(0, 0, 4) == Interval(0.0, 1.0)
