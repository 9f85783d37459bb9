from dataclasses import replace
from typing import Any

import pytest

from tests.providers.weave.samples import (
    CONFIG,
    HOME,
    OVERLOADED,
    Project,
    call,
    live_run,
    op,
    row,
    run_call,
    stat,
    trial,
    unscored,
)
from tui.models import CriterionType, ErrorInfo, Outcome, Trial, Usage

JUDGE_BROKE = '{"type": "ValueError", "message": "judge answered no JSON"}'


async def test_a_row_has_its_trials_in_the_order_of_their_ids() -> None:
    project = Project(run_call())
    judge = {"passed": False, "score": 2, "rationale": "Leaves out the page."}
    project.rows = [row("d1", trial("t2", scores={"judge": judge}), trial("t1"))]
    found = await project.row()
    assert (found.key, found.label, found.index) == ("d1", "d1?", None)
    assert [trial.id for trial in found.trials] == ["t1", "t2"]
    first, second = found.trials
    assert (first.outcome, second.outcome) == (Outcome.PASSED, Outcome.FAILED)
    assert first.input == {"question": "d1?", "expected": "yes"}
    assert first.expected == "yes"
    assert first.output == {"answer": "Yes: Billing, then Export."}
    assert first.latency_s == 1.504
    assert first.usage == Usage(total_tokens=456, cost_usd=8.82e-05)
    assert first.raw == trial("t1")
    assert second.scores[0].reason == "Leaves out the page."


async def test_a_page_of_graded_rows_costs_one_request() -> None:
    project = Project(run_call())
    project.rows = [row(f"d{i}", trial(f"t{i}")) for i in range(3)]
    run = await project.read()
    asked = len(project.bodies)
    [page] = [page async for page in project.provider.iter_rows(run)]
    assert (len(page.rows), page.expected_rows, page.resume) == (3, 3, None)
    [(path, body)] = project.bodies[asked:]
    assert path == "/eval_results/query"
    assert body == {
        "evaluation_call_ids": ["run-1"],
        "include_raw_data_rows": True,
        "resolve_row_refs": True,
        "include_costs": True,
        "limit": 50,
    }


async def test_pages_go_on_to_the_end_and_can_be_resumed() -> None:
    project = Project(run_call())
    project.rows = [row(f"d{i:03}", trial(f"t{i}")) for i in range(120)]
    pages = await project.pages()
    assert [len(page.rows) for page in pages] == [50, 70]
    assert [page.resume for page in pages] == ["50", None]
    again = await project.pages(resume="50")
    assert next(row.key for page in again for row in page.rows) == "d050"


async def test_more_rows_are_asked_for_while_they_are_small() -> None:
    project = Project(run_call())
    project.rows = [row(f"d{i:03}", trial(f"t{i}")) for i in range(500)]
    long = row("d480", trial("t480", model_output="long " * 200_000))
    project.rows[480:481] = [long]
    project.rows += [row(f"e{i:03}", trial(f"u{i}")) for i in range(120)]
    pages = await project.pages()
    assert [len(page.rows) for page in pages] == [50, 100, 200, 200, 50, 20]
    assert len({row.key for page in pages for row in page.rows}) == 620


async def test_a_resume_past_the_end_ends_quietly() -> None:
    project = Project(run_call())
    project.rows = [row("d1", trial("t1"))]
    assert await project.pages(resume="50") == []


async def test_a_run_without_rows_is_one_empty_page() -> None:
    [page] = await Project(run_call()).pages()
    assert (page.rows, page.resume, page.expected_rows) == ((), None, None)


async def test_a_live_run_promises_no_number_of_rows() -> None:
    project = Project(live_run())
    project.rows = [row("d1", trial("t1"))]
    [page] = await project.pages()
    assert page.expected_rows is None


def told(trial_id: str, **changes: Any) -> dict[str, Any]:
    """Return a trial's own call."""
    return call(trial_id, **{"op_name": op("Evaluation.predict_and_score"), **changes})


def below(parent: str, call_id: str, **changes: Any) -> dict[str, Any]:
    return call(call_id, **{"parent_id": parent, **changes})


async def resolved(project: Project, *, live: bool = False, **changes: Any) -> Trial:
    """Return the one unscored trial `t1` of a project, as its calls explain it."""
    project.calls.append(live_run() if live else run_call())
    project.rows = [row("d1", unscored("t1", **changes))]
    [found] = (await project.row()).trials
    return found


async def test_a_model_that_raised_is_errored_with_its_own_cause() -> None:
    project = Project(
        told("t1", summary={"weave": {"status": "descendant_error"}}),
        below("t1", "t1-predict", exception=OVERLOADED),
    )
    found = await resolved(project)
    assert found.outcome is Outcome.ERRORED
    assert found.error == ErrorInfo("APIStatusError", "529 overloaded_error")
    assert found.output is None


async def test_a_plain_op_that_raised_is_found_among_the_children() -> None:
    project = Project(
        told("t1", summary={"weave": {"status": "descendant_error"}}),
        below("t1", "c1", op_name=op("answer_all"), exception=OVERLOADED),
    )
    found = await resolved(project, predict_call_id=None)
    assert found.error == ErrorInfo("APIStatusError", "529 overloaded_error")


async def test_a_scorer_that_raised_leaves_the_answer_and_the_other_scores() -> None:
    project = Project(
        told("t1", exception=JUDGE_BROKE, summary={"weave": {"status": "error"}}),
        below("t1", "t1-predict", output={"answer": "yes"}),
        below("t1", "c2", op_name=op("Judge.score"), exception=JUDGE_BROKE),
        below("t1", "c3", op_name=op("exact_match"), output=True),
        below("t1", "c4", op_name=op("still_running"), ended_at=None),
    )
    found = await resolved(project)
    assert found.outcome is Outcome.ERRORED
    assert found.error == ErrorInfo("ValueError", "judge answered no JSON")
    assert found.output == {"answer": "yes"}
    assert [(s.name, s.passed, s.error) for s in found.scores] == [
        ("Judge", None, ErrorInfo("ValueError", "judge answered no JSON")),
        ("exact_match", True, None),
    ]


async def test_a_trial_under_way_is_pending() -> None:
    running = {"weave": {"status": "running"}}
    project = Project(told("t1", ended_at=None, summary=running))
    assert (await resolved(project, live=True)).outcome is Outcome.PENDING


async def test_a_trial_that_nobody_scored_is_ungraded() -> None:
    project = Project(told("t1"), below("t1", "t1-predict"))
    found = await resolved(project)
    assert (found.outcome, found.error) == (Outcome.UNGRADED, None)


async def test_a_run_that_ended_before_its_trial() -> None:
    running = {"weave": {"status": "running"}}
    cut = Project(told("t1", ended_at=None, summary=running))
    found = await resolved(cut)
    assert found.outcome is Outcome.ERRORED
    assert found.error == ErrorInfo(None, "The run ended before this trial did.")
    answered = Project(
        told("t1", ended_at=None, summary=running),
        below("t1", "t1-predict", output="half"),
        below("t1", "c2", op_name=op("tidy.score"), output=True),
    )
    found = await resolved(answered)
    assert (found.outcome, found.output) == (Outcome.PASSED, "half")


async def test_a_trial_whose_calls_are_gone_is_no_failing_model() -> None:
    found = await resolved(Project())
    assert found.outcome is Outcome.ERRORED
    assert (await resolved(Project(), live=True)).outcome is Outcome.PENDING


async def test_all_unclear_trials_of_a_page_are_looked_up_together() -> None:
    project = Project(run_call())
    for i in range(50):
        failed = {"weave": {"status": "descendant_error"}}
        project.calls += [
            told(f"t{i:02}", summary=failed),
            below(f"t{i:02}", f"t{i:02}-predict", exception=OVERLOADED),
        ]
    project.rows = [row(f"d{i:02}", unscored(f"t{i:02}")) for i in range(50)]
    [page] = await project.pages()
    assert {row.trials[0].outcome for row in page.rows} == {Outcome.ERRORED}
    [body] = project.asked("/calls/stream_query")
    assert len(body["filter"]["call_ids"]) == 100


async def test_a_filter_list_is_never_longer_than_allowed() -> None:
    project = Project(run_call())
    trials = [unscored(f"t{i:04}") for i in range(700)]
    project.rows = [row("d1", *trials)]
    await project.pages()
    bodies = project.asked("/calls/stream_query")
    assert [len(body["filter"]["call_ids"]) for body in bodies] == [1000, 400]


async def test_an_output_that_really_is_null_is_graded_without_a_look_up() -> None:
    project = Project(run_call())
    project.rows = [row("d1", trial("t1", model_output=None, scores={"correct": False}))]
    [found] = (await project.row()).trials
    assert (found.outcome, found.output) == (Outcome.FAILED, None)
    assert project.asked("/calls/stream_query") == []


async def test_numbers_alone_and_nulls_leave_a_trial_ungraded() -> None:
    project = Project(run_call())
    project.stats = [stat("correct")]
    scores = {"similarity": 0.5, "correct": None, "judge": {"grounded": False}}
    project.rows = [row("d1", trial("t1", scores=scores))]
    [found] = (await project.row()).trials
    assert found.outcome is Outcome.UNGRADED
    assert found.scores[1].type is CriterionType.BINARY


async def test_pass_criteria_of_the_connection_decide() -> None:
    project = Project(run_call(), config=replace(CONFIG, pass_criteria=("judge.grounded",)))
    scores = {"exact_match": True, "judge": {"grounded": False}}
    project.rows = [row("d1", trial("t1", scores=scores))]
    [found] = (await project.row()).trials
    assert found.outcome is Outcome.FAILED


async def test_bad_rows_and_trials_are_skipped_and_named() -> None:
    project = Project(run_call())
    project.rows = [
        {"row_digest": None},
        row("d2", {"no": "id"}, "no trial", trial("t2")),
        row("d3", trial("t3", model_latency_seconds="slow", total_tokens=-4, scores=[1])),
    ]
    [page] = await project.pages()
    assert [(row.key, len(row.trials)) for row in page.rows] == [("d2", 1), ("d3", 1)]
    assert [skipped.what for skipped in page.skipped] == [
        "row 0",
        "trial 0 of row d2",
        "trial 1 of row d2",
    ]
    odd = page.rows[1].trials[0]
    assert (odd.latency_s, odd.outcome) == (None, Outcome.UNGRADED)
    assert odd.usage == Usage(cost_usd=8.82e-05)


async def test_trials_of_another_evaluation_do_not_count() -> None:
    project = Project(run_call())
    other = row("d1", trial("t1"))
    other["evaluations"].append({"evaluation_call_id": "run-2", "trials": [trial("t9")]})
    project.rows = [other]
    assert [trial.id for trial in (await project.row()).trials] == ["t1"]


@pytest.mark.parametrize(
    ("data", "label", "expected"),
    [
        ({"question": "Why?", "target": 4}, "Why?", 4),
        ({"id": "x-1", "prompt": "Say hi", "expected": None}, "Say hi", None),
        ({"n": 3, "expected_colour": "red"}, "red", "red"),
        ({"n": 3}, '{"n": 3}', None),
        ("just a text", "just a text", None),
        ([1, 2], "[1, 2]", None),
        ({"question": " ", "x": "y" * 300}, "y" * 200, None),
    ],
)
async def test_labels_and_expected_answers_come_from_common_columns(
    data: Any, label: str, expected: Any
) -> None:
    project = Project(run_call())
    project.rows = [row("d1", trial("t1"), data=data)]
    found = await project.row()
    assert (found.label, found.trials[0].expected) == (label, expected)
    assert found.trials[0].input == data


async def test_a_row_without_its_example_is_labelled_by_its_key() -> None:
    project = Project(run_call())
    project.rows = [{**row("d1", trial("t1")), "raw_data_row": None}]
    assert (await project.row()).label == "d1"


async def test_what_is_wrong_with_the_examples_is_said() -> None:
    project = Project(run_call())
    too_large = {"_weave": {"error": "<EXCEEDS_LIMITS>"}}
    unresolved = f"{HOME}/object/gone:abc/attr/rows/id/d1"
    project.rows = [
        row("d1", trial("t1"), data=unresolved),
        row("d2", trial("t2"), data=too_large),
    ]
    [page] = await project.pages()
    assert len(page.notes) == 2
    assert "reference" in page.notes[0]
    assert "too large" in page.notes[1]


async def test_warnings_of_the_answer_are_passed_on() -> None:
    project = Project(run_call())
    run = await project.read()
    project.answers["/eval_results/query"] = (
        200,
        {"rows": [], "total_rows": 0, "summary": None, "warnings": ["one row is gone", 4]},
    )
    [page] = [page async for page in project.provider.iter_rows(run)]
    assert page.notes == ("one row is gone",)


async def test_a_cell_of_the_row_as_output_is_its_text() -> None:
    project = Project(run_call())
    cell = f"{HOME}/object/faq:abc/attr/rows/id/d1/key/question"
    other = cell.replace("/d1/", "/d2/")
    project.rows = [row("d1", trial("t1", model_output=cell), trial("t2", model_output=other))]
    found = await project.row()
    assert [trial.output for trial in found.trials] == ["d1?", other]


async def test_a_page_without_a_total_goes_on_until_an_empty_one() -> None:
    project = Project(run_call())
    project.rows = [row(f"d{i}", trial(f"t{i}")) for i in range(3)]
    run = await project.read()
    answer = {"rows": project.rows, "summary": None, "warnings": []}
    project.answers["/eval_results/query"] = (200, answer)
    pages = project.provider.iter_rows(run)
    assert (await anext(pages)).resume == "3"
    project.answers["/eval_results/query"] = (200, {"rows": [], "warnings": []})
    assert [page async for page in pages] == []
