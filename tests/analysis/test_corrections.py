import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tui.analysis.corrections import adjusted

P_VALUES = st.lists(st.floats(0, 1, allow_nan=False), max_size=12)


# Holm (1979) as worked through by Wright, Biometrics 48:1005 (1992): four tests.
def test_holm_by_hand() -> None:
    found = adjusted([0.01, 0.04, 0.03, 0.005])
    assert found == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(P_VALUES)
def test_benjamini_hochberg_agrees_with_scipy(values: list[float]) -> None:
    if values:
        theirs = stats.false_discovery_control(values, method="bh")
        assert adjusted(values, "bh") == pytest.approx(list(theirs), abs=1e-9)


@given(P_VALUES)
def test_holm_is_never_below_the_value_nor_above_bonferroni(values: list[float]) -> None:
    for value, found in zip(values, adjusted(values), strict=True):
        assert found is not None
        assert value <= found <= min(1.0, value * len(values)) + 1e-12


def test_what_has_no_p_value_is_not_counted() -> None:
    assert adjusted([None, 0.02, None, 0.04]) == [None, pytest.approx(0.04), None, 0.04]
    assert adjusted([0.02, None], "none") == [0.02, None]
    assert adjusted([]) == []
