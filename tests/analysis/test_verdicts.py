import numpy as np
import pytest
from numpy.typing import NDArray

from tui.analysis.measures import Measured, measure_clustered, measure_numbers, measure_verdicts
from tui.analysis.verdicts import Rule, Verdict, Word, judge


def verdicts(*counts: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rows of a table: both passed, improved, regressed, both failed."""
    kinds = ((1, 1), (0, 1), (1, 0), (0, 0))
    rows = [kind for kind, times in zip(kinds, counts, strict=True) for _ in range(times)]
    before, after = np.array(rows, dtype=float).reshape(-1, 2).T
    return before, after


def judged(measured: Measured, rule: Rule | None = None) -> Verdict:
    return judge(measured, measured.p_value, rule or Rule())


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ((60, 25, 5, 10), Word.BETTER),
        ((60, 5, 25, 10), Word.WORSE),
        ((60, 9, 6, 25), Word.INCONCLUSIVE),
        ((4_800, 20, 22, 158), Word.NO_DIFFERENCE),
        ((5, 2, 0, 0), Word.TOO_FEW),
        ((0, 0, 0, 0), Word.TOO_FEW),
        ((300, 0, 0, 0), Word.NO_DIFFERENCE),
        ((0, 0, 0, 300), Word.NO_DIFFERENCE),
        ((50, 0, 0, 0), Word.INCONCLUSIVE),
    ],
)
def test_pass_and_fail(counts: tuple[int, ...], word: Word) -> None:
    measured = measure_verdicts(*verdicts(*counts), None)
    assert judged(measured).word is word
    if measured.changes is not None and measured.n:
        assert measured.test == "mcnemar_exact"
        assert measured.difference == pytest.approx((counts[1] - counts[2]) / sum(counts))


def test_a_real_difference_within_the_margin_is_no_difference_that_matters() -> None:
    measured = measure_verdicts(*verdicts(80_000, 900, 600, 18_500), None)
    assert judged(measured) == Verdict(Word.NO_DIFFERENCE, Rule(), small=True)
    assert judged(measured, Rule(margin=0.001)).word is Word.BETTER


def test_inconclusive_tells_the_rows_that_would_decide() -> None:
    measured = measure_verdicts(*verdicts(60, 9, 6, 25), None)
    found = judged(measured)
    assert found.more_rows is not None
    assert found.more_rows + 100 == pytest.approx(measured.rows_needed(0.03), abs=1)
    same = judged(measure_verdicts(*verdicts(60, 7, 7, 26), None))
    assert same.word is Word.INCONCLUSIVE
    assert same.more_rows is not None


def test_asking_much_else_makes_it_inconclusive_and_says_so() -> None:
    measured = measure_verdicts(*verdicts(60, 15, 4, 21), None)
    assert judge(measured, measured.p_value, Rule()).word is Word.BETTER
    assert judge(measured, 0.2, Rule()).only_adjusted


@pytest.mark.parametrize(
    ("shift", "word"),
    [(0.5, Word.BETTER), (-0.5, Word.WORSE), (0.02, Word.INCONCLUSIVE)],
)
def test_numbers(shift: float, word: Word) -> None:
    chance = np.random.default_rng(4)
    before = chance.normal(3.0, 1.0, 120)
    after = before + chance.normal(shift, 0.8, 120)
    measured = measure_numbers(before, after, None)
    assert judged(measured).word is word
    assert measured.test == "permutation"
    assert measured.rank_p_value is not None


@pytest.mark.parametrize("n", [0, 1, 2])
def test_hardly_any_numbers_are_too_few(n: int) -> None:
    values = np.arange(n, dtype=float)
    for measure in (measure_numbers, measure_verdicts, measure_clustered):
        assert judged(measure(values, values + 1, None)).word is Word.TOO_FEW


def test_equal_numbers_differ_in_nothing() -> None:
    values = np.full(40, 4.0)
    assert judged(measure_numbers(values, values, None)).word is Word.NO_DIFFERENCE
    assert judged(measure_numbers(values, values + 1, None)).word is Word.BETTER


def test_few_clusters_are_too_few_however_many_rows() -> None:
    values, labels = np.arange(300, dtype=float), np.repeat(np.arange(3), 100)
    measured = measure_numbers(values, values + 1.0, labels)
    assert measured.clusters == 3
    assert measured.test == "clustered_t"
    assert judged(measured).word is Word.TOO_FEW


def test_clusters_that_move_together_need_more_rows() -> None:
    chance = np.random.default_rng(9)
    labels = np.repeat(np.arange(40), 10)
    moves = np.repeat(chance.normal(0.15, 0.6, 40), 10)
    before = chance.normal(3, 0.2, 400)
    plain = measure_numbers(before, before + moves, None)
    clustered = measure_numbers(before, before + moves, labels)
    assert plain.interval is not None
    assert clustered.interval is not None
    assert clustered.interval.half_width > 2 * plain.interval.half_width
    assert clustered.rows_needed(0.15) > 5 * plain.rows_needed(0.15)


def test_the_smallest_detectable_difference_shrinks_with_rows() -> None:
    few = measure_verdicts(*verdicts(60, 10, 10, 20), None).detectable()
    many = measure_verdicts(*verdicts(600, 100, 100, 200), None).detectable()
    assert few is not None
    assert many is not None
    assert many < few / 2
    assert measure_numbers(np.arange(9.0), np.arange(9.0)[::-1], None).detectable() is not None
    assert Measured(0).detectable() is None
