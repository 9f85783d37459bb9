"""What filters do beside finding the right records: unknowns, orders, mistakes, time, threads."""

import threading
from typing import Any

import pytest

from tests.store.builders import (
    REF,
    keys,
    make_row,
    make_run,
    make_score,
    make_trial,
    open_store,
    outcomes_page,
    rows_page,
    walk,
)
from tui.errors import QueryError
from tui.models import (
    CriterionType,
    Outcome,
    RunRef,
)
from tui.store import ReadCancelledError, RowQuery, RunQuery


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("score<3", "a"),
        ("not score<3", "b"),
        ("score:none", "c"),
        ("score!=none", "ab"),
        ("score<3 or not score<3", "ab"),
        ("score<3 or score:none", "ac"),
        ("not (score<3 and key:a)", "bc"),
        ("not said", "abc"),
        ("-key:a", "bc"),
        ("outcome:passed", "abc"),
        ("not outcome:passed", ""),
    ],
)
def test_the_unknown_matches_neither_a_comparison_nor_its_negation(text: str, found: str) -> None:
    store = open_store()
    for key, value in (("a", 1.0), ("b", 5.0), ("c", None)):
        scores = (make_score(type=CriterionType.NUMERIC, value=value),)
        store.apply_rows(REF, rows_page(make_row(key, make_trial(scores=scores))))
    assert "".join(keys(store, RowQuery(text=text))) == found
    store.close()


def test_a_filter_and_an_order_go_together() -> None:
    store = open_store()
    walk(store, outcomes_page([Outcome.PASSED, Outcome.FAILED] * 3))
    query = RowQuery(text="outcome:failed", sort="key", descending=True)
    assert keys(store, query) == ["r5", "r3", "r1"]
    assert store.neighbours(REF, query, "r3") == ("r5", "r1")
    assert keys(store, RowQuery(text="outcome:failed or r2", outcome=Outcome.PASSED)) == ["r2"]
    runs = store.runs(RunQuery(text="live:true", connections=("prod",), limit=1))
    assert runs.count() == 1
    assert store.runs(RunQuery(text="live:true", connections=("other",))).count() == 0
    store.close()


def test_a_broken_filter_is_raised_with_its_place() -> None:
    store = open_store()
    for ask in (
        lambda: store.runs(RunQuery(text="name:x (")),
        lambda: store.rows(REF, RowQuery(text="label:x (")),
    ):
        with pytest.raises(QueryError) as caught:
            ask()
        assert caught.value.position in (7, 8)
    assert store.rows(REF, RowQuery(text="label:x")).count() == 0
    store.close()


def test_a_pattern_that_takes_too_long_is_told_and_the_store_goes_on(tmp_path: Any) -> None:
    for directory in (None, tmp_path):
        store = open_store(directory)
        store.apply_rows(REF, rows_page(make_row("a", label="x" * 300), make_row("b")))
        with pytest.raises(QueryError, match="takes too long") as caught:
            store.rows(REF, RowQuery(text="key:a label~(x+x+)+y"))
        assert (caught.value.position, caught.value.length) == (12, 8)
        assert keys(store, RowQuery(text="label~^x+$")) == ["a"]
        assert store.problem is None
        store.close()


def test_a_reading_nobody_waits_for_is_stopped(tmp_path: Any) -> None:
    for directory in (None, tmp_path):
        store = open_store(directory)
        store.apply_rows(REF, outcomes_page([Outcome.PASSED] * 500))
        asked = 0

        def cancelled() -> bool:
            nonlocal asked
            asked += 1
            return True

        with pytest.raises(ReadCancelledError):
            store.rows(REF, RowQuery(text="zzz"), cancelled=cancelled)
        assert asked == 1
        assert store.rows(REF, RowQuery(text="r"), cancelled=lambda: False).count() == 500
        assert store.rows(REF, RowQuery(text="r1")).count() == 111
        assert store.problem is None
        store.close()


def test_several_threads_filter_at_once(tmp_path: Any) -> None:
    store = open_store(tmp_path)
    store.apply_rows(REF, outcomes_page([Outcome.PASSED] * 300))
    wrong: list[tuple[str, int]] = []

    def look(text: str, n: int) -> None:
        for _ in range(20):
            count = store.rows(REF, RowQuery(text=text)).count()
            if count != n:
                wrong.append((text, count))

    filters = (("key~^r2", 111), ("extra.x:none", 300), ("key~5$", 30), ("usage.cost_usd>1", 0))
    threads = [threading.Thread(target=look, args=one) for one in filters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    store.close()


def test_criteria_names_may_hold_dots_and_any_case() -> None:
    store = open_store()
    scores = (
        make_score("a.b", type=CriterionType.NUMERIC, value=2.0),
        make_score("Judge", passed=True),
    )
    store.apply_rows(REF, rows_page(make_row("r", make_trial(scores=scores))))
    for text in ('criteria."a.b".score<3', "criteria.a.b.score:2", "criteria.judge.passed:true"):
        assert keys(store, RowQuery(text=text)) == ["r"]
    assert keys(store, RowQuery(text="criteria:JUDGE")) == ["r"]
    assert keys(store, RowQuery(text="criteria.judge.score:none")) == ["r"]
    store.close()


def test_hostile_filters_do_no_harm() -> None:
    store = open_store(run=make_run(name="it's; DROP TABLE run"))
    for text in ("it's;", '"DROP TABLE"', "name~'", "\udcff", "x\0y", "name:\udcff", "-\0"):
        store.runs(RunQuery(text=text)).count()
        store.rows(REF, RowQuery(text=text.replace("name", "label"))).count()
    assert store.runs(RunQuery(text="it's;")).count() == 1
    store.close()


def test_a_run_is_found_by_the_connection_it_is_on() -> None:
    store = open_store()
    store.apply_run(make_run("eval_b/run_2", connection="other"))
    found = store.runs(RunQuery(text="ref:other/eval_b/run_2")).fetch(0, 9)
    assert [stored.run.ref for stored in found] == [RunRef("other", "eval_b/run_2")]
    assert store.runs(RunQuery(text="-connection:other")).count() == 1
    store.close()


@pytest.mark.parametrize("indexed", [False, True])
def test_runs_are_found_by_what_any_of_their_rows_says(indexed: bool) -> None:
    store = open_store()
    other = make_run("eval_a/run_2")
    store.apply_run(other)
    store.apply_run(make_run("eval_a/run_3"))
    store.apply_rows(REF, outcomes_page([Outcome.PASSED] * 3))
    store.apply_rows(REF, rows_page(make_row("said", make_trial(output="I cannot help."))))
    store.apply_rows(other.ref, rows_page(make_row("a", make_trial(output="Gladly."))))
    while indexed and store.search.fill():
        pass
    for text, found in {
        'output:"cannot help"': [REF],
        'not output:"cannot help"': [other.ref],
        "output!=gladly": [REF],
        "output~^.la": [other.ref],
        "output:none": [RunRef("prod", "eval_a/run_3")],
        "input:none live:true": [REF, other.ref, RunRef("prod", "eval_a/run_3")],
    }.items():
        view = store.runs(RunQuery(text=text, sort="name", descending=False))
        assert [stored.run.ref for stored in view.fetch(0, 9)] == found, text
    walk(store, outcomes_page([Outcome.PASSED] * 3))
    assert store.runs(RunQuery(text="output:cannot")).count() == 0
    store.close()


def test_a_pattern_on_bodies_is_bounded_and_can_be_stopped() -> None:
    store = open_store()
    store.apply_rows(REF, rows_page(make_row("a", make_trial(output="x" * 300))))
    for ask in (
        lambda: store.rows(REF, RowQuery(text="output~(x+x+)+y")),
        lambda: store.runs(RunQuery(text="output~(x+x+)+y")),
    ):
        with pytest.raises(QueryError, match="takes too long"):
            ask()
    store.apply_rows(REF, outcomes_page([Outcome.PASSED] * 2000))
    with pytest.raises(ReadCancelledError):
        store.rows(REF, RowQuery(text="output~a"), cancelled=lambda: True)
    store.close()
