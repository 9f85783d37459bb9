"""Errors grouped by cause: what has one cause, and counts against a recount."""

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
from tests.store.strategies import text
from tui.models import ErrorInfo, Outcome, Row, Trial
from tui.providers.base import TrialDetail
from tui.store import RowQuery, Store
from tui.store.causes import LENGTH, MOST, causes_of, common_start

ERRORED = Outcome.ERRORED


@pytest.mark.parametrize(
    ("one", "other", "text"),
    [
        (
            "Rate limit reached. Try again in 17s.",
            "Rate limit reached. Try again in 1.8s.",
            "Rate limit reached. Try again in ….",
        ),
        ("No file 'a b.pdf' here", "No file 'c.pdf' here", "No file … here"),
        ('Unknown key "x"\nin line 3', 'Unknown key ""\nin  line 44', "Unknown key … in line …"),
        (
            "Request req_8f21c0 failed (f47ac10b-58cc-4372-a567-0e02b2c3d479)",
            "Request req_77 failed (0b7c2a52-0000-4372-a567-0e02b2c3d479)",
            "Request … failed (…)",
        ),
        ("Used 29,811 of 30,000", "Used 1 of 2", "Used … of …"),
        ("See https://x.test/a?b=c now", "See https://x.test/d now", "See … now"),
    ],
)
def test_what_varies_is_no_cause_of_its_own(one: str, other: str, text: str) -> None:
    assert common_start(one) == common_start(other) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Error code: 429 - later", "Error code: 500 - later"),
        ("HTTP 502", "HTTP 503"),
        ("You can't do that and won't", "You can't do this and won't"),
        ("The grader broke", "The model broke"),
    ],
)
def test_what_differs_in_words_or_status_stays_apart(one: str, other: str) -> None:
    assert common_start(one) != common_start(other)


@given(st.text(max_size=2000))
def test_a_cause_is_short_and_in_one_line(message: str) -> None:
    found = common_start(message)
    assert len(found) <= LENGTH
    assert "\n" not in found


def failing(key: str, message: str, *, grader: bool = False, code: str | None = None) -> Row:
    error = ErrorInfo(code, message)
    if grader:
        return make_row(key, make_trial(scores=(make_score(error=error),)))
    return make_row(key, make_trial(outcome=ERRORED, error=error))


def test_causes_tell_trials_from_graders_and_count_rows() -> None:
    store = open_store()
    walk(
        store,
        rows_page(
            failing("a", "Timed out after 3 s", code="timeout"),
            failing("b", "Timed out after 4 s", code="timeout"),
            failing("c", "Timed out after 4 s", grader=True, code="timeout"),
            make_row("d", make_trial(outcome=ERRORED)),
            make_row("e"),
        ),
    )
    found = store.error_causes(REF)
    assert [(one.grader, one.code, one.text, one.n, one.example) for one in found] == [
        (False, "timeout", "Timed out after … s", 2, "a"),
        (True, "timeout", "Timed out after … s", 1, "c"),
        (False, None, "", 1, "d"),
    ]
    assert keys(store, RowQuery(cause=found[0].id)) == ["a", "b"]
    assert keys(store, RowQuery(cause=found[0].id, text="key:b")) == ["b"]
    store.apply_rows(REF, rows_page(make_row("a")))
    assert [(one.n, one.example) for one in store.error_causes(REF)] == [
        (1, "b"),
        (1, "c"),
        (1, "d"),
    ]
    store.close()


def test_the_hundred_first_causes_stay_apart_and_all_others_are_one_of_each() -> None:
    store = open_store()
    names = [f"{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(MOST + 20)]
    for name in names:
        store.apply_rows(REF, rows_page(failing(name, f"Broken {name}")))
    store.apply_rows(REF, rows_page(failing("g", "Grader broke", grader=True)))
    found = store.error_causes(REF)
    assert len(found) == MOST + 2
    assert [(one.grader, one.n, one.text) for one in found if one.other] == [
        (False, 20, ""),
        (True, 1, ""),
    ]
    assert keys(store, RowQuery(cause=found[-1].id)) == ["g"]
    store.apply_rows(REF, rows_page(*(make_row(name) for name in names)))
    assert [(one.grader, one.other) for one in store.error_causes(REF)] == [(True, True)]
    store.close()


messages = st.sampled_from(["late by 1 s", "late by 2 s", "gone"]) | text
errors = st.builds(ErrorInfo, code=st.none() | st.just("x"), message=messages)
some_trial = st.builds(
    lambda name, outcome, error, scores: Trial(
        name,
        outcome,
        error=error,
        scores=tuple(make_score(f"s{i}", error=each) for i, each in enumerate(scores)),
    ),
    st.sampled_from("12"),
    st.sampled_from(Outcome),
    st.none() | errors,
    st.lists(st.none() | errors, max_size=2),
)
some_row = st.builds(
    Row,
    key=st.sampled_from("abcd"),
    label=st.just("l"),
    trials=st.lists(some_trial, max_size=2, unique_by=lambda trial: trial.id).map(tuple),
)
some_page = st.lists(some_row, max_size=4, unique_by=lambda row: row.key)
some_steps = st.lists(st.tuples(st.sampled_from(["page", "walk", "detail"]), some_page), max_size=6)


def assert_recount(store: Store) -> None:
    rows = [row for key in keys(store) if (row := store.row(REF, key)) is not None]
    expected: dict[tuple[bool, str | None, str], set[str]] = {}
    for row in rows:
        for trial in row.trials:
            for grader, code, start in causes_of(trial):
                expected.setdefault((grader, code or None, start), set()).add(row.key)
    found = store.error_causes(REF)
    assert {(one.grader, one.code, one.text): one.n for one in found} == {
        cause: len(its) for cause, its in expected.items()
    }
    for one in found:
        its = expected[one.grader, one.code, one.text]
        assert one.example in its
        assert set(keys(store, RowQuery(cause=one.id))) == its
    assert [one.n for one in found] == sorted((one.n for one in found), reverse=True)


@settings(max_examples=60, deadline=None)
@given(some_steps)
def test_the_causes_equal_a_recount(steps: list[tuple[str, list[Row]]]) -> None:
    store = open_store()
    for kind, page in steps:
        if kind == "walk":
            walk(store, rows_page(*page))
        elif kind == "page":
            store.apply_rows(REF, rows_page(*page))
        else:
            for row in page:
                for trial in row.trials:
                    store.apply_trial(REF, row.key, TrialDetail(trial))
    assert_recount(store)
    store.close()
