import pytest

from tui.analysis.intervals import Interval, wilson


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
