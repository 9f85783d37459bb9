"""Row views: order, filter, and that a snapshot holds still while rows arrive."""

import pytest

from tests.store.builders import (
    REF,
    keys,
    make_row,
    make_score,
    make_trial,
    open_store,
    outcomes_page,
    rows_page,
    walk,
)
from tui.models import CriterionType, ErrorInfo, Outcome, Usage
from tui.store import RowHead, RowQuery, Store, View
from tui.store.types import RowSort

NUMERIC = CriterionType.NUMERIC


def mixed() -> Store:
    """Return a store with four rows; `d` knows nothing of itself."""
    store = open_store()
    store.apply_rows(
        REF,
        rows_page(
            make_row(
                "b",
                make_trial(
                    outcome=Outcome.FAILED,
                    output="The ÄRGER_is 100% gone",
                    latency_s=3.0,
                    usage=Usage(input_tokens=5, output_tokens=6),
                    scores=(make_score(type=NUMERIC, value=2.0),),
                ),
                label="Pear",
                index=10,
            ),
            make_row(
                "c",
                make_trial(
                    outcome=Outcome.ERRORED,
                    latency_s=1.0,
                    usage=Usage(total_tokens=3),
                    error=ErrorInfo("429", "too many requests"),
                    scores=(make_score(type=NUMERIC, value=3.0),),
                ),
                label="apple",
                index=9,
            ),
            make_row(
                "a",
                make_trial(
                    outcome=Outcome.PASSED,
                    latency_s=2.0,
                    usage=Usage(total_tokens=20),
                    scores=(make_score(type=NUMERIC, value=1.0),),
                ),
                label="Fig",
                index=11,
            ),
            make_row("d", make_trial(outcome=Outcome.SKIPPED), label="zoo"),
        ),
    )
    return store


@pytest.mark.parametrize(
    ("sort", "up", "down"),
    [
        ("index", "cbad", "abcd"),
        ("key", "abcd", "dcba"),
        ("outcome", "bcda", "adcb"),
        ("score", "abcd", "cbad"),
        ("latency", "cabd", "bacd"),
        ("tokens", "cbad", "abcd"),
        ("label", "cabd", "dbac"),
    ],
)
def test_sorting_puts_the_unknown_last_both_ways(sort: RowSort, up: str, down: str) -> None:
    store = mixed()
    assert "".join(keys(store, RowQuery(sort=sort))) == up
    assert "".join(keys(store, RowQuery(sort=sort, descending=True))) == down
    store.close()


def test_rows_without_an_index_come_as_they_arrived() -> None:
    store = open_store()
    store.apply_rows(REF, rows_page(make_row("z"), make_row("a")))
    store.apply_rows(REF, rows_page(make_row("m")))
    assert keys(store) == ["z", "a", "m"]
    store.close()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ärger", "b"),
        ("gone THE", "b"),
        ("100%", "b"),
        ("_is", "b"),
        ("0_g", ""),
        ("too 'many", ""),
        ("MANY", "c"),
        ("apple many", "c"),
        ("apple gone", ""),
        ("", "cbad"),
    ],
)
def test_the_filter_wants_every_word_as_it_is_written(text: str, found: str) -> None:
    store = mixed()
    assert "".join(keys(store, RowQuery(text=text))) == found
    store.close()


def test_one_outcome_alone() -> None:
    store = mixed()
    assert keys(store, RowQuery(outcome=Outcome.ERRORED)) == ["c"]
    assert keys(store, RowQuery(outcome=Outcome.PENDING)) == []
    store.close()


def test_a_view_holds_still_while_rows_arrive() -> None:
    store = open_store()
    store.apply_rows(REF, outcomes_page([Outcome.PASSED] * 5, start=10))
    view: View[RowHead] = store.rows(REF, RowQuery())
    assert view.count() == 5
    store.apply_rows(REF, outcomes_page([Outcome.FAILED] * 7, start=0))
    store.apply_rows(
        REF, rows_page(make_row("r12", make_trial("t", Outcome.FAILED), label="new", index=12))
    )
    assert view.count() == 5
    assert [head.key for head in view.fetch(0, 99)] == [f"r{i}" for i in range(10, 15)]
    assert view.fetch(2, 1)[0].label == "new"
    assert view.fetch(4, 5)[0].key == "r14"
    assert view.fetch(5, 5) == []
    assert view.fetch(-3, 1)[0].key == "r10"
    assert (view.key_at(3), view.index_of("r13"), view.index_of("r3")) == ("r13", 3, None)
    assert view.index_of("nothing") is None
    for outside in (5, -1):
        with pytest.raises(IndexError):
            view.key_at(outside)
    assert store.rows(REF, RowQuery()).index_of("r13") == 10
    store.close()


def test_a_row_removed_since_is_left_out_of_a_view() -> None:
    store = open_store()
    walk(store, outcomes_page([Outcome.PASSED] * 3))
    view = store.rows(REF, RowQuery())
    walk(store, rows_page(make_row("r0", make_trial("t"), index=0)))
    store.apply_rows(REF, rows_page(make_row("new")))
    assert view.count() == 3
    assert [head.key for head in view.fetch(0, 3)] == ["r0"]
    assert view.key_at(1) == ""
    store.close()


def test_more_rows_than_one_statement_takes() -> None:
    store = open_store()
    store.apply_rows(REF, outcomes_page([Outcome.PASSED] * 1201))
    assert not store.apply_rows(REF, outcomes_page([Outcome.PASSED] * 1201))
    view = store.rows(REF, RowQuery())
    assert [head.index for head in view.fetch(0, 2000)] == list(range(1201))
    store.close()


def test_neighbours_follow_the_query() -> None:
    store = mixed()
    query = RowQuery(sort="key")
    assert store.neighbours(REF, query, "a") == (None, "b")
    assert store.neighbours(REF, query, "b") == ("a", "c")
    assert store.neighbours(REF, query, "d") == ("c", None)
    assert store.neighbours(REF, RowQuery(outcome=Outcome.FAILED), "a") == (None, None)
    store.apply_rows(REF, rows_page(make_row("aa")))
    assert store.neighbours(REF, query, "a") == (None, "aa")
    store.close()
