from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.analysis.trials import at_every_k, pass_at_k, pass_hat_k
from tui.outcomes import instability

KINDS = st.integers(1, 8).flatmap(
    lambda n: st.tuples(st.integers(0, n), st.just(n), st.integers(1, n))
)


@given(KINDS)
def test_both_are_the_share_of_all_choices_of_k_trials(kind: tuple[int, int, int]) -> None:
    passed, n, k = kind
    trials = [True] * passed + [False] * (n - passed)
    chosen = list(combinations(trials, k))
    assert pass_at_k(passed, n, k) == pytest.approx(sum(map(any, chosen)) / comb(n, k))
    assert pass_hat_k(passed, n, k) == pytest.approx(sum(map(all, chosen)) / comb(n, k))


def test_every_k_over_rows_of_different_length() -> None:
    found = at_every_k([(3, 3), (1, 3), (0, 3), (1, 2), (0, 0)])
    assert [(each.k, each.rows) for each in found] == [(1, 4), (2, 4), (3, 3)]
    assert found[0].any_passes.mean == pytest.approx((1 + 1 / 3 + 0 + 1 / 2) / 4)
    assert found[0].all_pass.mean == pytest.approx(found[0].any_passes.mean)
    assert found[2].any_passes.mean == pytest.approx(2 / 3)
    assert found[2].all_pass.mean == pytest.approx(1 / 3)
    assert all(
        estimate.interval is not None
        and 0 <= estimate.interval.low <= estimate.mean <= estimate.interval.high <= 1
        for each in found
        for estimate in (each.any_passes, each.all_pass)
    )
    assert found[1].any_passes.n == 4


def test_no_rows_have_no_k() -> None:
    assert at_every_k([]) == []
    assert at_every_k([(0, 0)]) == []


@pytest.mark.parametrize(("passed", "n", "k"), [(1, 2, 3), (1, 2, 0), (3, 2, 1), (-1, 2, 1)])
def test_impossible_counts_are_refused(passed: int, n: int, k: int) -> None:
    with pytest.raises(ValueError, match="trials"):
        pass_at_k(passed, n, k)


def test_instability_is_the_share_of_pairs_that_differ() -> None:
    assert instability(1, 2) == 1.0
    assert instability(2, 4) == pytest.approx(4 / 6)
    assert instability(4, 4) == 0.0
    assert instability(1, 1) is None
    assert instability(0, 0) is None
