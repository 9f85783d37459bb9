from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tui.analysis.paired_means import (
    MANY,
    bootstrap_interval,
    clustered_difference,
    detectable_mean,
    expanded_tail,
    permutation_test,
    rows_for_means,
    wilcoxon,
)

# Darwin's maize, crossed less self-fertilised, in eighths of an inch (Fisher, The Design of
# Experiments, 1935, section 21: 863 of 32,768 sign patterns reach the sum on one side).
DARWIN = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48], dtype=float)


def numbers(n: int, seed: int = 1, shift: float = 0.2) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(shift, 1.0, n)


def test_permutation_test_gives_fishers_count() -> None:
    # 2^15 patterns are more than are tried one by one, so these are drawn.
    assert permutation_test(DARWIN) == pytest.approx(2 * 863 / 32_768, abs=0.005)


def test_permutation_test_is_exact_for_few_rows() -> None:
    values = DARWIN[:12]
    theirs = stats.permutation_test(
        (values,), np.sum, permutation_type="samples", n_resamples=np.inf
    ).pvalue
    assert permutation_test(values) == pytest.approx(theirs, abs=1e-9)


def test_permutation_test_is_the_same_every_time() -> None:
    values = numbers(400)
    assert permutation_test(values) == permutation_test(values)
    assert permutation_test(values) == pytest.approx(stats.ttest_1samp(values, 0).pvalue, abs=0.01)


@pytest.mark.parametrize("n", [5, 12, 50, 51, 400])
def test_wilcoxon_agrees_with_scipy_without_ties(n: int) -> None:
    values = numbers(n, seed=n)
    method = "exact" if n <= 50 else "approx"
    assert wilcoxon(values) == pytest.approx(stats.wilcoxon(values, method=method).pvalue, abs=1e-9)


@pytest.mark.parametrize("n", [8, 60, 3000])
def test_wilcoxon_agrees_with_scipy_with_ties_and_zeros(n: int) -> None:
    values = np.round(numbers(n, seed=n) * 2)
    theirs = stats.wilcoxon(values, zero_method="wilcox", method="approx").pvalue
    assert wilcoxon(values) == pytest.approx(theirs, abs=1e-9)


def test_clusters_of_one_give_the_paired_t_test() -> None:
    values = numbers(37)
    mean, interval, p_value = clustered_difference(values)
    theirs = stats.ttest_1samp(values, 0)
    ends = theirs.confidence_interval(0.95)
    assert interval is not None
    assert mean == pytest.approx(values.mean(), abs=1e-12)
    assert p_value == pytest.approx(theirs.pvalue, abs=1e-9)
    assert interval.low == pytest.approx(ends.low, abs=1e-9)
    assert interval.high == pytest.approx(ends.high, abs=1e-9)
    labelled = clustered_difference(values, np.arange(37))
    assert labelled[1] is not None
    assert labelled[1].low == pytest.approx(interval.low, abs=1e-12)


def test_equal_clusters_are_tested_by_their_means() -> None:
    values, labels = numbers(60), np.repeat(np.arange(12), 5)
    _mean, _interval, p_value = clustered_difference(values, labels)
    theirs = stats.ttest_1samp(values.reshape(12, 5).mean(axis=1), 0).pvalue
    assert p_value == pytest.approx(theirs, abs=1e-9)


def test_bootstrap_interval_is_scipys_at_the_widened_level() -> None:
    values = numbers(40)
    found = bootstrap_interval(values)
    theirs = stats.bootstrap(
        (values,),
        np.mean,
        confidence_level=1 - 2 * expanded_tail(0.95, 40),
        n_resamples=9_999,
        method="percentile",
        rng=np.random.default_rng(5),
    ).confidence_interval
    assert found is not None
    # Both are drawn; a 2.5 % quantile of 9,999 draws is good to some hundredths of the deviation.
    assert found.low == pytest.approx(theirs.low, abs=0.02)
    assert found.high == pytest.approx(theirs.high, abs=0.02)
    assert bootstrap_interval(values) == found


def test_scores_on_a_scale_are_drawn_by_how_often_each_occurs() -> None:
    scale = np.round(numbers(400, shift=0.3))
    scattered = scale + np.random.default_rng(2).normal(0, 1e-9, 400)
    found, other = bootstrap_interval(scale), bootstrap_interval(scattered)
    assert found is not None
    assert other is not None
    assert found.low == pytest.approx(other.low, abs=0.01)
    assert found.high == pytest.approx(other.high, abs=0.01)


def test_from_many_rows_on_t_and_bootstrap_do_not_differ() -> None:
    values = np.random.default_rng(3).exponential(1.0, MANY)
    found, (_mean, by_t, _p) = bootstrap_interval(values), clustered_difference(values)
    assert found is not None
    assert by_t is not None
    assert found.low == pytest.approx(by_t.low, abs=0.1 * by_t.half_width)
    assert found.high == pytest.approx(by_t.high, abs=0.1 * by_t.half_width)


@pytest.mark.parametrize("values", [[0.0], [0.0] * 9, [1.5] * 9])
def test_values_without_spread(values: list[float]) -> None:
    found = np.array(values)
    interval = bootstrap_interval(found)
    assert interval is None if len(values) == 1 else interval is not None
    mean, by_t, p_value = clustered_difference(found)
    assert mean == values[0]
    if len(values) > 1:
        assert by_t is not None
        assert by_t.low == by_t.high == values[0]
        assert p_value == (1.0 if values[0] == 0 else 0.0)
    if values[0] == 0:
        assert permutation_test(found) == wilcoxon(found) == 1.0
    else:
        assert permutation_test(found) == pytest.approx(2 / 2**9)


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=11))
@settings(max_examples=40, deadline=None)
def test_turning_the_runs_round_changes_no_p_value(values: list[int]) -> None:
    found = np.array(values, dtype=float)
    tests: Any = (permutation_test, wilcoxon)
    for test in tests:
        assert test(found) == pytest.approx(test(-found), abs=1e-12)
        assert 0 < test(found) <= 1


def test_rows_needed_and_detectable_difference_are_inverse() -> None:
    # ((1.959964 + 0.841621) * 1.5 / 0.25)^2 = 282.57…
    assert rows_for_means(0.25, 1.5) == 283
    assert rows_for_means(0.0, 1.5) == inf
    found = detectable_mean(283, 1.5)
    assert found == pytest.approx(0.25, abs=1e-3)
    assert detectable_mean(0, nan) is None
