"""Rows sorted by what the row table has no index for, against sorting them in Python."""

from collections.abc import Callable
from typing import Any

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
from tests.store.strategies import numbers
from tui.models import CriterionType, ErrorInfo, Outcome, Row, Usage
from tui.outcomes import instability
from tui.store import RowHead, RowQuery, Store

NUMERIC, LABEL = CriterionType.NUMERIC, CriterionType.LABEL


def criterion_key(name: str) -> Callable[[RowHead], Any]:
    def key(head: RowHead) -> Any:
        cell = head.criteria.get(name)
        if cell is None:
            return None
        if cell.value is not None:
            return (0, cell.value)
        if cell.passed is not None:
            return (0, int(cell.passed))
        return None if cell.label is None else (1, cell.label.casefold())

    return key


def disagreement(head: RowHead) -> float | None:
    passed, failed = (head.outcomes.count(one) for one in (Outcome.PASSED, Outcome.FAILED))
    return instability(passed, passed + failed)


QUERIES: dict[str, tuple[RowQuery, Callable[[RowHead], Any]]] = {
    "label": (RowQuery(sort="label"), lambda head: head.label.casefold()),
    "trials": (RowQuery(sort="trials"), lambda head: head.trials_n),
    "instability": (RowQuery(sort="instability"), disagreement),
    "cost": (RowQuery(sort="cost"), lambda head: head.usage and head.usage.cost_usd),
    "error": (
        RowQuery(sort="error"),
        lambda head: None if head.error is None else head.error.message.casefold(),
    ),
    "criterion": (RowQuery(criterion="judge"), criterion_key("judge")),
    "another": (RowQuery(criterion="style"), criterion_key("style")),
    "nobody's": (RowQuery(criterion="none"), criterion_key("none")),
}

names = st.sampled_from(["judge", "style"])
some_score = st.builds(
    make_score,
    name=names,
    type=st.sampled_from(CriterionType),
    value=st.none() | st.sampled_from([0.5, 1.0, -2.0]) | numbers,
    passed=st.none() | st.booleans(),
    label=st.none() | st.sampled_from(["Good", "bad"]),
) | st.builds(make_score, name=names, error=st.just(ErrorInfo(None, "broke")))
some_trial = st.builds(
    make_trial,
    st.sampled_from("123"),
    st.sampled_from(Outcome),
    error=st.none() | st.sampled_from([ErrorInfo(None, "B"), ErrorInfo("x", "a")]),
    usage=st.none() | st.builds(Usage, cost_usd=st.none() | st.floats(0, 5)),
    scores=st.lists(some_score, max_size=2, unique_by=lambda score: score.name).map(tuple),
)
some_row = st.builds(
    Row,
    key=st.sampled_from("abcdef"),
    label=st.text(max_size=3).filter(bool),
    trials=st.lists(some_trial, max_size=3, unique_by=lambda trial: trial.id).map(tuple),
    index=st.none() | st.integers(0, 5),
)
steps = st.lists(
    st.tuples(st.booleans(), st.lists(some_row, max_size=6, unique_by=lambda row: row.key)),
    max_size=4,
)


def all_heads(store: Store, query: RowQuery) -> list[RowHead]:
    view = store.rows(REF, query)
    return view.fetch(0, view.count())


@settings(deadline=None, max_examples=30)
@given(steps, st.booleans(), st.none() | st.sampled_from(Outcome))
def test_the_order_is_that_of_the_values_with_the_unknown_last(
    taken: list[tuple[bool, list[Row]]], descending: bool, outcome: Outcome | None
) -> None:
    store = open_store()
    for walked, page in taken:
        if walked:
            walk(store, rows_page(*page))
        else:
            store.apply_rows(REF, rows_page(*page))
    every = {head.key for head in all_heads(store, RowQuery(outcome=outcome))}
    for query, key in QUERIES.values():
        asked = RowQuery(
            sort=query.sort, criterion=query.criterion, descending=descending, outcome=outcome
        )
        heads = all_heads(store, asked)
        assert {head.key for head in heads} == every
        assert len(heads) == len(every)
        values = [key(head) for head in heads]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=descending)
        assert values[: len(known)] == known
    store.close()


@pytest.mark.parametrize("descending", [False, True])
def test_a_filter_keeps_the_order(descending: bool) -> None:
    store = open_store()
    made = [
        make_row(
            f"r{i}",
            make_trial(
                usage=Usage(cost_usd=float(i * 7 % 5)) if i % 3 else None,
                scores=(make_score(type=NUMERIC, value=float(i * 5 % 9)),),
            ),
            label=f"{i * 3 % 10} of them",
            index=i,
        )
        for i in range(20)
    ]
    store.apply_rows(REF, rows_page(*made))
    for query, key in QUERIES.values():
        asked = RowQuery(
            "index>4", sort=query.sort, criterion=query.criterion, descending=descending
        )
        heads = all_heads(store, asked)
        assert sorted(int(head.key[1:]) for head in heads) == list(range(5, 20))
        known = [value for head in heads if (value := key(head)) is not None]
        assert known == sorted(known, reverse=descending)
    store.close()


def test_rows_without_a_value_stay_in_the_order_of_the_dataset() -> None:
    store = open_store()
    priced = make_row("paid", make_trial(usage=Usage(cost_usd=1.0)), index=9)
    store.apply_rows(REF, rows_page(make_row("b", index=2), priced, make_row("a", index=1)))
    assert keys(store, RowQuery(sort="cost")) == ["paid", "a", "b"]
    assert keys(store, RowQuery(sort="cost", descending=True)) == ["paid", "a", "b"]
    assert keys(store, RowQuery(sort="trials")) == ["a", "b", "paid"]
    many = make_row("many", make_trial("1"), make_trial("2"))
    none = Row("none", "none", ())
    store.apply_rows(REF, rows_page(many, none))
    assert keys(store, RowQuery(sort="trials")) == ["none", "a", "b", "paid", "many"]
    assert keys(store, RowQuery(sort="trials", descending=True))[0] == "many"
    store.close()
