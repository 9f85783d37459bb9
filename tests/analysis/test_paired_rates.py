from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tui.analysis.paired_rates import (
    Changes,
    detectable_rate,
    difference_interval,
    mcnemar,
    rows_for_rates,
)

COUNTS = st.integers(0, 200)


@pytest.mark.parametrize(
    ("improved", "regressed"), [(0, 1), (1, 7), (5, 5), (12, 2), (300, 250), (40_000, 39_000)]
)
def test_mcnemar_agrees_with_scipys_binomial_test(improved: int, regressed: int) -> None:
    theirs = stats.binomtest(improved, improved + regressed, 0.5).pvalue
    assert mcnemar(improved, regressed) == pytest.approx(theirs, abs=1e-9)


# Airway hyper-responsiveness before and after stem cell transplantation: Fagerland, Lydersen &
# Laake, Statistics in Medicine 33:2850 (2014): exact conditional p 0.0703, square-and-add interval.
def test_mcnemar_and_interval_give_the_published_example() -> None:
    changes = Changes(both_passed=1, improved=1, regressed=7, both_failed=12)
    assert mcnemar(1, 7) == pytest.approx(0.0703125, abs=1e-12)
    found = difference_interval(changes)
    assert found is not None
    assert changes.difference == pytest.approx(-0.2857, abs=5e-5)
    assert found.low == pytest.approx(-0.507, abs=5e-4)
    assert found.high == pytest.approx(-0.026, abs=5e-4)


# Newcombe, Statistics in Medicine 17:2635 (1998), method 10.
def test_interval_gives_newcombes_values() -> None:
    found = difference_interval(Changes(36, 12, 2, 0))
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.0569, 0.3404)


def test_nothing_changed_and_nothing_at_all() -> None:
    assert mcnemar(0, 0) == 1.0
    assert difference_interval(Changes(0, 0, 0, 0)) is None
    same = difference_interval(Changes(90, 0, 0, 10))
    assert same is not None
    assert same.low < 0 < same.high


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_the_interval_holds_the_difference_and_turns_with_the_runs(
    a: int, b: int, c: int, d: int
) -> None:
    changes, turned = Changes(a, b, c, d), Changes(a, c, b, d)
    found, other = difference_interval(changes), difference_interval(turned)
    if not changes.n:
        assert found is None
        return
    assert found is not None
    assert other is not None
    assert -1 <= found.low <= changes.difference + 1e-12
    assert changes.difference - 1e-12 <= found.high <= 1
    assert other.low == pytest.approx(-found.high, abs=1e-12)
    assert mcnemar(b, c) == mcnemar(c, b)
    assert 0 < mcnemar(b, c) <= 1


def test_rows_needed_follow_connors_formula() -> None:
    # (1.959964 sqrt(0.3) + 0.841621 sqrt(0.3 - 0.01))^2 / 0.01, by hand
    assert rows_for_rates(0.1, 0.3) == 234
    assert rows_for_rates(-0.1, 0.3) == 234
    assert rows_for_rates(0.0, 0.3) == inf


def test_the_smallest_detectable_difference_is_what_the_rows_are_needed_for() -> None:
    found = detectable_rate(500, 0.3)
    assert found is not None
    assert rows_for_rates(found, 0.3) <= 500 < rows_for_rates(found * 0.99, 0.3)
    assert detectable_rate(0, 0.3) is None
    assert detectable_rate(100, 0.0) is None
    assert detectable_rate(10, 0.1) is None
