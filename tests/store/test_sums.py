"""What the rows of a run add up to, against a recount."""

import math
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.builders import (
    REF,
    head,
    keys,
    make_row,
    make_score,
    make_trial,
    open_store,
    rows_page,
    shown,
    walk,
)
from tui.models import CriterionStats, CriterionType, ErrorInfo, Outcome, Row, Score, Trial
from tui.outcomes import row_outcome
from tui.providers.base import TrialDetail
from tui.store import Store

PASSED, FAILED, ERRORED = Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED
NUMERIC = CriterionType.NUMERIC


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


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
