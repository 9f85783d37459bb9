"""Rows: merging by key and trial, heads, sums against a recount."""

import math
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.builders import (
    REF,
    counts,
    keys,
    make_row,
    make_run,
    make_score,
    make_trial,
    open_store,
    rows_page,
    shown,
    walk,
)
from tui.models import (
    CriterionStats,
    CriterionType,
    ErrorInfo,
    JsonValue,
    Outcome,
    Row,
    RunRef,
    Score,
    Status,
    Trial,
    Usage,
)
from tui.outcomes import row_outcome
from tui.providers.base import Skipped, TrialDetail
from tui.store import CriterionCell, RowHead, RowQuery, Store
from tui.store.heads import start_of

PASSED, FAILED, ERRORED = Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED
NUMERIC = CriterionType.NUMERIC


def head(store: Store, key: str = "r") -> RowHead:
    view = store.rows(REF, RowQuery())
    index = view.index_of(key)
    assert index is not None
    return view.fetch(index, 1)[0]


# Merging


def test_trials_of_one_row_come_together_from_several_pages() -> None:
    store = open_store()
    first, second = make_trial("t1", PASSED, output="one"), make_trial("t2", FAILED, output="two")
    store.apply_rows(REF, rows_page(make_row("r", first, index=4)))
    store.apply_rows(REF, rows_page(make_row("r", second, label="")))
    assert store.row(REF, "r") == Row("r", "label r", (first, second), index=4)
    found = head(store)
    assert (found.outcome, found.unstable, found.outcomes) == (FAILED, True, (PASSED, FAILED))
    assert (found.trials_n, found.preview) == (2, "one")
    assert counts(store).done == 1
    third = make_trial("t2", PASSED, output="better")
    store.apply_rows(REF, rows_page(make_row("r", third)))
    assert store.row(REF, "r") == Row("r", "label r", (first, third), index=4)
    assert (head(store).outcome, head(store).unstable) == (PASSED, False)
    store.close()


def test_a_row_that_comes_twice_on_a_page_is_one_row() -> None:
    store = open_store()
    one, two = make_trial("1"), make_trial("2")
    store.apply_rows(REF, rows_page(make_row("r", one), make_row("r", two)))
    row = store.row(REF, "r")
    assert row is not None
    assert row.trials == (one, two)
    store.close()


def test_equal_pages_are_no_change() -> None:
    store = open_store()
    page = rows_page(make_row("a", index=1), make_row("b", make_trial(), make_trial("t2")))
    first = store.apply_rows(REF, page)
    assert first.rows == first.refs == {REF}
    assert not store.apply_rows(REF, page)
    assert store.apply_rows(REF, rows_page(make_row("a", index=2))).rows == {REF}
    assert head(store, "a").index == 2
    store.close()


def test_what_is_said_of_a_page_is_a_change_of_the_run_only() -> None:
    store = open_store()
    page = rows_page(expected_rows=7, notes=("late",), skipped=(Skipped("row 3", "Too large."),))
    change = store.apply_rows(REF, page)
    assert change.refs == {REF}
    assert not change.rows
    stored = store.run(REF)
    assert stored is not None
    assert (stored.sync.expected, stored.sync.notes, stored.skipped) == (7, ("late",), 1)
    store.close()


def test_rows_of_an_unknown_run_change_nothing() -> None:
    store = open_store()
    other = RunRef("prod", "unknown")
    assert not store.begin_walk(other).walking
    assert not store.apply_rows(other, rows_page(make_row("r")))
    assert not store.end_walk(other, complete=True)
    assert not store.apply_trial(other, "r", TrialDetail(make_trial()))
    assert store.run(other) is None
    assert store.row(other, "r") is None
    assert store.rows(other, RowQuery()).count() == 0
    assert store.neighbours(other, RowQuery(), "r") == (None, None)
    store.close()


# Heads


def test_a_head_folds_its_trials() -> None:
    store = open_store()
    judge = {"type": NUMERIC}
    store.apply_rows(
        REF,
        rows_page(
            make_row(
                "r",
                make_trial(
                    "1",
                    latency_s=1.0,
                    usage=Usage(input_tokens=1, output_tokens=2, cost_usd=0.5),
                    scores=(
                        make_score(value=4.0, passed=True, reason="fine", **judge),
                        make_score("style", type=CriterionType.LABEL, label="good"),
                    ),
                ),
                make_trial(
                    "2",
                    FAILED,
                    latency_s=3.0,
                    usage=Usage(input_tokens=5),
                    scores=(
                        make_score(value=1.0, passed=False, reason="off " * 99, **judge),
                        make_score("style", type=CriterionType.LABEL, label="good"),
                    ),
                ),
                make_trial(
                    "3",
                    ERRORED,
                    error=ErrorInfo("500", "model down"),
                    scores=(make_score(error=ErrorInfo(None, "judge down"), **judge),),
                ),
                extra={"status_code": 200},
            )
        ),
    )
    found = head(store)
    assert found.score == 2.5
    assert found.latency_s == 2.0
    assert found.usage == Usage(input_tokens=6, output_tokens=2, cost_usd=0.5)
    assert found.error is None  # the row failed; that one trial errored is in the strip
    assert found.extra == {"status_code": 200}
    assert dict(found.criteria) == {
        "judge": CriterionCell(NUMERIC, False, 2.5, None, ("off " * 99)[:120], "judge down"),
        "style": CriterionCell(CriterionType.LABEL, None, None, "good", None, None),
    }
    store.close()


def test_an_errored_row_names_its_cause() -> None:
    store = open_store()
    broken = make_score(error=ErrorInfo("judge", "no quota"))
    store.apply_rows(
        REF,
        rows_page(
            make_row("model", make_trial(outcome=ERRORED, error=ErrorInfo("429", "busy"))),
            make_row("grader", make_trial(outcome=ERRORED, scores=(broken,))),
            make_row("fine", make_trial(scores=(broken,))),
        ),
    )
    assert head(store, "model").error == ErrorInfo("429", "busy")
    assert head(store, "grader").error == ErrorInfo("judge", "no quota")
    assert head(store, "fine").error is None
    store.close()


def test_a_preview_is_the_start_of_what_was_said() -> None:
    asked: list[JsonValue] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Why?"},
    ]
    assert start_of("x" * 500) == "x" * 200
    assert start_of(asked) == "Why?"
    assert start_of([{"role": "user", "content": [{"type": "text", "text": "part"}]}]) == "part"
    assert start_of([*asked, {"role": "assistant", "content": None, "tool_calls": []}]) == "Why?"
    assert start_of({"a": [1, None]}) == '{"a": [1, null]}'
    assert start_of({"long": "y" * 10**6}) == ('{"long": "' + "y" * 300)[:200]
    assert start_of([1, 2]) == "[1, 2]"
    assert start_of(None) == ""
    store = open_store()
    store.apply_rows(REF, rows_page(make_row("r", make_trial(input=asked, output=""))))
    assert head(store).preview == "Why?"
    store.close()


# Sums


def test_criteria_tell_what_is_known_of_each_type() -> None:
    store = open_store()
    label = CriterionType.LABEL
    walk(
        store,
        rows_page(
            make_row(
                "a",
                make_trial(
                    scores=(
                        make_score("bool", passed=True),
                        make_score("num", type=NUMERIC, value=2.0),
                        make_score("word", type=label, label="x"),
                        make_score("gone", skipped=True, passed=False),
                    )
                ),
            ),
            make_row(
                "b",
                make_trial(
                    scores=(
                        make_score("bool", error=ErrorInfo(None, "broke"), passed=True),
                        make_score("num", type=NUMERIC, value=5.0, passed=False),
                    )
                ),
            ),
        ),
    )
    assert shown(store).criteria == (
        CriterionStats("bool", CriterionType.BINARY, 1, 1, 0, 1, None, 2),
        CriterionStats("num", NUMERIC, 2, 0, 1, 0, 3.5, 2),
        CriterionStats("word", label, 1, None, None, 0, None, 2),
    )
    store.close()


def test_absurd_scores_are_shown_but_not_averaged() -> None:
    store = open_store()
    scores = (make_score(type=NUMERIC, value=1e308), make_score("b", type=NUMERIC, value=3.0))
    many = [make_row(str(i), make_trial(scores=scores)) for i in range(10)]
    walk(store, rows_page(*many))
    found = shown(store)
    assert head(store, "0").criteria["judge"].value == 1e308
    assert found.score is not None
    assert found.score.mean == 3.0
    assert [stats.mean for stats in found.criteria] == [None, 3.0]
    store.apply_rows(REF, rows_page(make_row("0", make_trial())))
    assert [stats.n for stats in shown(store).criteria] == [9, 9]
    store.close()


KEYS = st.sampled_from("abcd")
CRITERIA = {"judge": NUMERIC, "format": CriterionType.BINARY, "tone": CriterionType.LABEL}


@st.composite
def some_score(draw: st.DrawFn) -> Score:
    name = draw(st.sampled_from(sorted(CRITERIA)))
    return Score(
        name,
        CRITERIA[name],
        passed=draw(st.none() | st.booleans()),
        value=draw(st.none() | st.floats(-1e6, 1e6)),
        error=draw(st.none() | st.just(ErrorInfo(None, "broke"))),
        skipped=draw(st.booleans()),
    )


some_trial = st.builds(
    Trial,
    id=st.sampled_from("123"),
    outcome=st.sampled_from(Outcome),
    scores=st.lists(some_score(), max_size=3).map(tuple),
)
some_row = st.builds(
    Row,
    key=KEYS,
    label=st.just("l"),
    trials=st.lists(some_trial, max_size=3, unique_by=lambda trial: trial.id).map(tuple),
)
some_page = st.lists(some_row, max_size=4, unique_by=lambda row: row.key)
some_step = st.tuples(st.sampled_from(["page", "walk", "detail"]), some_page)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(some_step, max_size=6))
def test_the_sums_equal_a_recount(steps: list[tuple[str, list[Row]]]) -> None:
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
    if not any(kind == "walk" for kind, _page in steps):
        walk(store, rows_page())
    _assert_recount(store)
    store.close()


def _assert_recount(store: Store) -> None:
    rows = []
    for key in keys(store):
        row = store.row(REF, key)
        assert row is not None
        rows.append(row)
    if not rows:
        return
    trials = [trial for row in rows for trial in row.trials]
    outcomes = Counter(row_outcome(trial.outcome for trial in row.trials)[0] for row in rows)
    found = shown(store)
    assert found.counts.done == len(rows) - outcomes[Outcome.PENDING]
    assert found.counts.passed == outcomes[PASSED]
    assert found.counts.failed == outcomes[FAILED]
    assert found.counts.errored == outcomes[ERRORED]
    assert found.counts.skipped == outcomes[Outcome.SKIPPED]
    assert found.counts.ungraded == outcomes[Outcome.UNGRADED]
    per_row = [
        math.fsum(firsts) / len(firsts)
        for row in rows
        if (firsts := [value for trial in row.trials for value in _first_number(trial)])
    ]
    assert (found.score is None) == (not per_row)
    if found.score is not None:
        assert math.isclose(found.score.mean, math.fsum(per_row) / len(per_row), abs_tol=1e-6)
        assert math.isclose(found.score.min or 0, min(per_row), abs_tol=1e-6)
        assert math.isclose(found.score.max or 0, max(per_row), abs_tol=1e-6)
    by_name = {stats.name: stats for stats in found.criteria}
    for name, kind in CRITERIA.items():
        scores = [score for trial in trials for score in trial.scores if score.name == name]
        errored = [score for score in scores if score.error is not None]
        known = [
            score
            for score in scores
            if score.error is None
            and not score.skipped
            and (score.passed is not None or score.value is not None)
        ]
        stats = by_name.pop(name, None)
        if stats is None:
            assert not known
            assert not errored
            continue
        assert (stats.n, stats.errored) == (len(known), len(errored))
        assert stats.passed in (sum(score.passed is True for score in known), None)
        assert stats.failed in (sum(score.passed is False for score in known), None)
        values = [score.value for score in known if score.value is not None]
        if kind is NUMERIC and values:
            mean = math.fsum(values) / len(values)
            assert math.isclose(stats.mean or 0.0, mean, abs_tol=1e-6)
        else:
            assert stats.mean is None
    assert not by_name


def _first_number(trial: Trial) -> list[float]:
    numbers = [
        score.value
        for score in trial.scores
        if score.type is NUMERIC
        and score.value is not None
        and score.error is None
        and not score.skipped
    ]
    return numbers[:1]


# Details of trials


def test_a_detail_stays_until_its_list_form_changes() -> None:
    store = open_store(run=make_run(status=Status.COMPLETED))
    plain = make_trial("t", Outcome.UNGRADED, output="short")
    page = rows_page(make_row("r", plain, make_trial("u")))
    store.apply_rows(REF, page)
    assert store.details(REF, "r") == {}
    whole = make_trial("t", FAILED, output="the whole document")
    change = store.apply_trial(REF, "r", TrialDetail(whole, notes=("Fetched anew.",)))
    assert change.rows == change.refs == {REF}
    assert not store.apply_trial(REF, "r", TrialDetail(whole, notes=("Fetched anew.",)))
    assert not store.apply_rows(REF, page)
    row = store.row(REF, "r")
    assert row is not None
    assert row.trials[0] == whole
    assert (head(store).outcome, head(store).preview) == (FAILED, "the whole document")
    assert store.details(REF, "r") == {"t": ("Fetched anew.",)}
    assert counts(store).failed == 1
    store.apply_rows(REF, rows_page(make_row("r", make_trial("t", output="new"))))
    assert store.details(REF, "r") == {}
    assert head(store).outcome is PASSED
    assert not store.apply_trial(REF, "r", TrialDetail(make_trial("nobody")))
    store.close()


def test_figures_over_all_rows() -> None:
    store = open_store()
    assert store.latencies(REF) is None
    rows = [
        make_row(
            str(i),
            make_trial(latency_s=float(i), scores=(make_score(type=NUMERIC, value=100.0 - i),)),
        )
        for i in range(1, 101)
    ]
    store.apply_rows(REF, rows_page(*rows, make_row("none")))
    assert store.latencies(REF) == (50.0, 95.0)
    assert list(store.scores(REF)) == [float(i) for i in range(100)]
    store.close()
