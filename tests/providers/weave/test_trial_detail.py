from datetime import UTC, datetime
from typing import Any

from tests.providers.weave.samples import (
    OVERLOADED,
    Project,
    call,
    op,
    row,
    run_call,
    trial,
    unscored,
)
from tui.models import ErrorInfo, Outcome, Usage
from tui.providers.base import TrialDetail


def below(call_id: str, **changes: Any) -> dict[str, Any]:
    return call(call_id, **{"parent_id": "t1", **changes})


def own(**changes: Any) -> dict[str, Any]:
    return call("t1", **{"op_name": op("Evaluation.predict_and_score"), **changes})


async def opened(project: Project, told: dict[str, Any]) -> TrialDetail:
    project.calls.append(run_call())
    project.rows = [row("d1", told)]
    run = await project.read()
    found = await project.row()
    return await project.provider.trial_detail(run, found, found.trials[0])


def predict(**changes: Any) -> dict[str, Any]:
    usage = {"claude-sonnet": {"input_tokens": 400, "output_tokens": 56, "requests": 1}}
    costs = {"claude-sonnet": {"prompt_tokens_total_cost": 0.001}}
    summary = {"usage": usage, "weave": {"status": "success", "costs": costs}}
    return below("t1-predict", **{"summary": summary, "output": {"answer": "yes"}, **changes})


async def test_the_models_call_brings_usage_cost_and_times() -> None:
    detail = await opened(Project(own(), predict()), trial("t1", total_tokens=None))
    found = detail.trial
    assert detail.notes == ()
    assert found.usage == Usage(400, 56, None, 456, 0.001)
    assert found.model == "claude-sonnet"
    assert found.latency_s == 0.731
    assert found.created_at == datetime(2026, 11, 18, 9, 32, 5, 50000, tzinfo=UTC)
    assert found.extra["url"] == "https://wandb.ai/acme-ai/support%20bot/r/call/t1"
    assert found.outcome is Outcome.PASSED
    assert found.output == {"answer": "Yes: Billing, then Export."}


async def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    usage = {"a": {"total_tokens": 5, "input_tokens": 1}, "b": {"total_tokens": 6}}
    detail = await opened(Project(own(), predict(summary={"usage": usage})), trial("t1"))
    assert detail.trial.usage == Usage(total_tokens=11)
    assert detail.trial.model is None


async def test_opening_a_trial_costs_two_requests() -> None:
    project = Project(own(), predict(), run_call())
    project.rows = [row("d1", trial("t1"))]
    run, found = await project.read(), await project.row()
    asked = len(project.bodies)
    await project.provider.trial_detail(run, found, found.trials[0])
    (first, read), (second, children) = project.bodies[asked:]
    assert (first, read["id"], read["include_costs"]) == ("/call/read", "t1", True)
    assert (second, children["filter"]) == ("/calls/stream_query", {"parent_ids": ["t1"]})


async def test_each_score_gets_its_scorers_call() -> None:
    scores = {"judge": {"passed": False, "rationale": "No."}, "judge.strict": True}
    detail = await opened(
        Project(
            own(),
            predict(),
            below("c1", op_name=op("judge"), output=scores["judge"]),
            below("c2", op_name=op("judge.strict"), output=True),
        ),
        trial("t1", scores=scores),
    )
    calls = {score.name: score.detail for score in detail.trial.scores}
    assert {name: told["call_id"] for name, told in calls.items() if isinstance(told, dict)} == {
        "judge.passed": "c1",
        "judge.rationale": "c1",
        "judge.strict": "c2",
    }
    verdict = detail.trial.scores[0]
    assert (verdict.passed, verdict.reason) == (False, "No.")
    assert detail.trial.outcome is Outcome.FAILED


async def test_a_broken_model_brings_its_traceback() -> None:
    failed = {"weave": {"status": "descendant_error"}}
    detail = await opened(
        Project(own(summary=failed), predict(exception=OVERLOADED, output=None)), unscored("t1")
    )
    assert detail.trial.outcome is Outcome.ERRORED
    assert detail.trial.error == ErrorInfo("APIStatusError", "529 overloaded_error")
    assert "bot.py" in str(detail.trial.extra["traceback"])


async def test_a_broken_scorer_is_told_beside_the_others() -> None:
    broke = '{"type": "ValueError", "message": "no JSON", "traceback": [{"text": "parse()"}]}'
    project = Project(
        own(exception=broke),
        predict(),
        below("c1", op_name=op("Judge.score"), exception=broke),
        below("c2", op_name=op("exact_match"), output=True),
    )
    found = (await opened(project, unscored("t1"))).trial
    assert found.outcome is Outcome.ERRORED
    assert found.output == {"answer": "yes"}
    scores = {score.name: score for score in found.scores}
    assert scores["Judge"].error == ErrorInfo("ValueError", "no JSON")
    assert "parse()" in str(scores["Judge"].detail)
    assert scores["exact_match"].passed is True


async def test_a_call_that_failed_and_was_made_good_is_no_error() -> None:
    project = Project(own(), predict(exception="first try failed"))
    found = (await opened(project, trial("t1"))).trial
    assert (found.outcome, found.error) == (Outcome.PASSED, None)


async def test_a_deleted_trial_is_returned_as_it_was() -> None:
    project = Project()
    detail = await opened(project, trial("t1"))
    assert detail.trial.outcome is Outcome.PASSED
    [note] = detail.notes
    assert "no longer" in note


async def test_children_that_cannot_be_read_are_named() -> None:
    project = Project(own(), predict(), below("c1") | {"id": ""})
    detail = await opened(project, trial("t1"))
    [note] = detail.notes
    assert note.startswith("call 1 of this trial cannot be read: `id`")
    assert detail.trial.model == "claude-sonnet"


async def test_the_whole_of_it_is_kept_for_the_json_view() -> None:
    found = (await opened(Project(own(), predict()), trial("t1"))).trial
    assert isinstance(found.raw, dict)
    assert found.raw["trial"] == trial("t1")
    children = found.raw["children"]
    assert isinstance(children, list)
    assert len(children) == 1
