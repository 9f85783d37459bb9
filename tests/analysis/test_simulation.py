"""Do intervals cover and tests stay at their rate? Fixed seeds; tolerances are three deviations."""

from collections.abc import Callable

import numpy as np
import pytest

from tui.analysis.intervals import clustered_mean
from tui.analysis.measures import Measured, measure_clustered, measure_numbers, measure_verdicts
from tui.analysis.verdicts import Rule, Word, judge

Draw = Callable[[np.random.Generator], tuple[Measured, float]]
"""One simulated comparison and its true difference."""


def paired_verdicts(generator: np.random.Generator, n: int, shift: float) -> tuple[Measured, float]:
    """Rows of differing hardness; the run passes each with a chance higher by `shift`."""
    chance = generator.uniform(0.2, 0.8, n)
    before = (generator.random(n) < chance).astype(float)
    after = (generator.random(n) < chance + shift).astype(float)
    return measure_verdicts(before, after, None), shift


def paired_numbers(generator: np.random.Generator, n: int, shift: float) -> tuple[Measured, float]:
    hardness = generator.normal(0, 1, n)
    before = hardness + generator.normal(0, 0.7, n)
    after = hardness + shift + generator.exponential(0.7, n) - 0.7
    return measure_numbers(before, after, None), shift


def several_trials(generator: np.random.Generator, n: int, shift: float) -> tuple[Measured, float]:
    chance = generator.uniform(0.1, 0.8, n)
    before = generator.binomial(4, chance) / 4
    after = generator.binomial(4, chance + shift) / 4
    return measure_clustered(before, after, None), shift


def shares(draw: Draw, times: int, seed: int) -> tuple[float, float]:
    """Return how often the interval holds the true difference, and how often p is at most 0.05."""
    generator = np.random.default_rng(seed)
    covered = alarms = 0
    for _ in range(times):
        measured, true = draw(generator)
        assert measured.interval is not None
        assert measured.p_value is not None
        covered += measured.interval.low <= true <= measured.interval.high
        alarms += measured.p_value <= 0.05
    return covered / times, alarms / times


def deviations(times: int) -> float:
    return 3 * float(np.sqrt(0.05 * 0.95 / times))


@pytest.mark.parametrize("case", [paired_verdicts, several_trials])
def test_intervals_cover_and_false_alarms_stay_rare(
    case: Callable[..., tuple[Measured, float]],
) -> None:
    covered, alarms = shares(lambda generator: case(generator, 120, 0.0), 800, seed=1)
    assert covered >= 0.95 - deviations(800)
    assert alarms <= 0.05 + deviations(800)


@pytest.mark.nightly
@pytest.mark.parametrize("case", [paired_verdicts, paired_numbers, several_trials])
@pytest.mark.parametrize("n", [30, 120, 600])
@pytest.mark.parametrize("shift", [0.0, 0.1])
def test_intervals_cover_at_every_size(
    case: Callable[..., tuple[Measured, float]], n: int, shift: float
) -> None:
    times = 600 if case is paired_numbers else 2000
    covered, alarms = shares(lambda generator: case(generator, n, shift), times, seed=n)
    # Skewed differences of 30 rows may cost two points of coverage (Hesterberg 2015, section 5).
    assert covered >= 0.95 - deviations(times) - (0.02 if n == 30 else 0)
    if not shift:
        assert alarms <= 0.05 + deviations(times)


def test_verdicts_on_runs_alike_are_rarely_wrong() -> None:
    generator = np.random.default_rng(3)
    wrong = 0
    for _ in range(500):
        measured, _true = paired_verdicts(generator, 150, 0.0)
        wrong += judge(measured, measured.p_value, Rule()).word in (Word.BETTER, Word.WORSE)
    assert wrong / 500 <= 0.05 + deviations(500)


def test_clustered_intervals_cover_where_plain_ones_do_not() -> None:
    generator = np.random.default_rng(8)
    covered = plain = 0
    for _ in range(600):
        chances = generator.beta(2, 2, 40)
        passed = generator.binomial(6, chances)
        found = clustered_mean([(float(k), 6) for k in passed])
        alone = clustered_mean([(float(i < k), 1) for k in passed for i in range(6)])
        assert found is not None
        assert alone is not None
        assert found.interval is not None
        assert alone.interval is not None
        covered += found.interval.low <= 0.5 <= found.interval.high
        plain += alone.interval.low <= 0.5 <= alone.interval.high
    assert covered / 600 >= 0.95 - deviations(600)
    assert plain / 600 < 0.9
