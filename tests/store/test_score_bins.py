"""Scores in bins: the same as reading all of them, whatever came and went before."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.builders import (
    REF,
    keys,
    make_row,
    make_score,
    make_trial,
    open_store,
    rows_page,
    walk,
)
from tui.models import CriterionType, Row
from tui.store import Histogram, RowQuery, Store, score_bins

usual = st.sampled_from([0.0, 0.1, 0.3, 0.7, 0.85, 1.0, 4.0, 5.0, -1.0])
wild = st.floats(-1e100, 1e100) | st.floats(-2, 2) | st.sampled_from([1e9, -1e9, 5e-324, 999999.5])
scores = usual | wild
levels = st.integers(0, 31)


def scored(key: str, score: float | None) -> Row:
    given_scores = () if score is None else (make_score(type=CriterionType.NUMERIC, value=score),)
    return make_row(key, make_trial(scores=given_scores))


def stored_scores(store: Store) -> list[float]:
    view = store.rows(REF, RowQuery())
    return [head.score for head in view.fetch(0, view.count()) if head.score is not None]


def assert_recount(store: Store, found: Histogram) -> None:
    there = stored_scores(store)
    assert found.below == sum(score <= -1e9 for score in there)
    assert found.above == sum(score >= 1e9 for score in there)
    for part in found.bins:
        held = sorted(score for score in there if part.low <= score < part.high)
        assert part.n == len(held)
        assert (part.example is None) == (not held)
        if part.example is not None:
            row = store.rows(REF, RowQuery())
            index = row.index_of(part.example)
            assert index is not None
            assert row.fetch(index, 1)[0].score == held[0]
    assert sum(part.n for part in found.bins) + found.below + found.above == len(there)


@given(levels, st.floats(-1e9, 1e9, exclude_min=True, exclude_max=True))
def test_a_score_lies_between_the_edges_of_its_bin(level: int, score: float) -> None:
    grid = score_bins.grid(level)
    place = grid.place(score)
    assert grid.edge(place) <= score < grid.edge(place + 1)


@given(levels, scores)
def test_joining_bins_says_what_wider_bins_would_have_said(level: int, score: float) -> None:
    narrow, wide = score_bins.grid(level), score_bins.grid(level + 1)
    ratio = 2 if level % 2 else 5
    assert score_bins.join({narrow.place(score): 3}, ratio) == {wide.place(score): 3}


@given(st.lists(scores, max_size=600, unique=True))
def test_bins_never_are_too_many(values: list[float]) -> None:
    fine = Counter(map(score_bins.grid(0).place, values))
    level, bins = score_bins.coarser(0, fine)
    assert len(bins) <= score_bins.MOST + 2
    assert bins == Counter(map(score_bins.grid(level).place, values))


steps = st.lists(
    st.tuples(
        st.booleans(),
        st.dictionaries(st.integers(0, 12).map(str), st.none() | scores, max_size=8),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(steps, st.integers(2, 256))
def test_the_histogram_equals_a_recount(
    taken: list[tuple[bool, dict[str, float | None]]], most: int
) -> None:
    store = open_store()
    for walked, values in taken:
        page = rows_page(*(scored(key, score) for key, score in values.items()))
        if walked:
            walk(store, page)
        else:
            store.apply_rows(REF, page)
    found = store.histogram(REF, most=most)
    assert len(found.bins) <= most
    assert_recount(store, found)
    assert all(one.high == two.low for one, two in zip(found.bins, found.bins[1:], strict=False))
    assert not found.bins or (found.bins[0].n and found.bins[-1].n)
    store.close()


def test_many_different_scores_are_joined_and_few_stay_as_they_are() -> None:
    store = open_store()
    store.apply_rows(REF, rows_page(*(scored(str(i), i / 1000) for i in range(1001))))
    found = store.histogram(REF)
    assert_recount(store, found)
    assert [part.n for part in found.bins] == [100] * 10 + [1]
    assert (found.bins[0].low, found.bins[-1].high) == (0.0, 1.1)
    store.apply_rows(REF, rows_page(scored("far", 4e6)))
    found = store.histogram(REF)
    assert_recount(store, found)
    assert (found.bins[0].n, found.bins[-1].n) == (1001, 1)
    walk(store, rows_page(*(scored(str(i), 1 + i % 5) for i in range(50))))
    found = store.histogram(REF)
    assert [(part.low, part.n) for part in found.bins if part.n] == [
        (float(i), 10) for i in range(1, 6)
    ]
    store.close()


def test_a_run_without_scores_or_without_rows_has_no_bins() -> None:
    store = open_store()
    assert store.histogram(REF) == Histogram()
    store.apply_rows(REF, rows_page(scored("a", None)))
    assert store.histogram(REF) == Histogram()
    assert keys(store) == ["a"]
    store.close()


@pytest.mark.parametrize("most", [2, 5, 20, 100])
def test_scores_around_zero_stay_apart_from_each_other(most: int) -> None:
    store = open_store()
    store.apply_rows(REF, rows_page(*(scored(str(i), i / 10) for i in range(-10, 10))))
    found = store.histogram(REF, most=most)
    assert len(found.bins) <= most
    assert sum(part.n for part in found.bins if part.high <= 0) == 10
    assert_recount(store, found)
    store.close()
