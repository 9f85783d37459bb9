"""Rows: merging by key and trial, heads, details of trials."""

from tests.store.builders import (
    REF,
    counts,
    head,
    make_row,
    make_run,
    make_score,
    make_trial,
    open_store,
    rows_page,
)
from tui.models import (
    CriterionType,
    ErrorInfo,
    JsonValue,
    Outcome,
    Row,
    RunRef,
    Status,
    Usage,
)
from tui.providers.base import Skipped, TrialDetail
from tui.store import CriterionCell, RowQuery
from tui.store.heads import start_of

PASSED, FAILED, ERRORED = Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED
NUMERIC = CriterionType.NUMERIC


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


def test_a_number_beyond_64_bits_makes_no_row_differ_from_itself() -> None:
    store = open_store()
    trial = make_trial(usage=Usage(10**20, None, None, None, None))
    page = rows_page(make_row("a", trial, extra={"latency": 1.5e-7}))
    assert store.apply_rows(REF, page)
    assert not store.apply_rows(REF, page)
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
