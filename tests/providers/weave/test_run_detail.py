import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.providers.weave.samples import (
    DATASET,
    EVALUATION,
    Project,
    call,
    live_run,
    op,
    run_call,
    stat,
)
from tui.errors import BadAnswerError, MissingError, RejectedError, ServerFaultError
from tui.models import Counts, CriterionType
from tui.providers.base import JointProvider


def child(trial_id: str, status: str = "success", **changes: Any) -> dict[str, Any]:
    told = {
        "parent_id": "run-1",
        "op_name": op("Evaluation.predict_and_score"),
        "summary": {"weave": {"status": status}},
    }
    return call(trial_id, **{**told, **changes})


async def test_criteria_show_how_many_trials_have_a_value() -> None:
    project = Project(run_call())
    project.stats = [
        stat("exact_match"),
        stat("similarity", value_type="continuous", numeric_count=3, numeric_mean=0.78),
        stat("judge", path="passed", pass_true_count=2, pass_known_count=2),
        stat("judge", path="detail.tone", value_type="text", trial_count=2),
        {"path": "a leaf without a scorer"},
    ]
    run = await project.read()
    exact, similarity, judge, tone = run.criteria
    assert (exact.name, exact.type) == ("exact_match", CriterionType.BINARY)
    assert (exact.n, exact.passed, exact.failed, exact.trial_count) == (3, 1, 2, 4)
    assert exact.pass_rate == pytest.approx(1 / 3)
    assert (similarity.type, similarity.n) == (CriterionType.NUMERIC, 3)
    assert similarity.mean == pytest.approx(0.78)
    assert (judge.name, judge.n, judge.pass_rate) == ("judge.passed", 2, 1.0)
    assert (tone.name, tone.type, tone.n) == ("judge.detail.tone", CriterionType.LABEL, 2)


async def test_the_statistics_are_asked_alone_and_without_rows() -> None:
    project = Project(run_call())
    await project.read()
    [body] = project.asked("/eval_results/query")
    assert body == {
        "evaluation_call_ids": ["run-1"],
        "include_rows": False,
        "include_summary": True,
    }


async def test_what_only_the_run_itself_sums_up_stays_beside() -> None:
    project = Project(run_call(output={"f1": 0.5, "exact_match": {"mean": 1}}))
    project.stats = [stat("exact_match")]
    run = await project.read()
    assert [criterion.name for criterion in run.criteria] == ["exact_match", "f1"]


async def test_counts_are_rows_not_trials() -> None:
    project = Project(run_call())
    project.trial_count = 80
    assert (await project.read()).counts == Counts(total=40, done=40)
    project.trial_count = 100
    assert (await project.read()).counts == Counts(total=40, done=40)
    project.trial_count = 7
    assert (await project.read()).counts == Counts(total=40, done=3)


@pytest.mark.parametrize(
    "attributes",
    [{"_weave_eval_meta": {"imperative": True}}, {"weave": {"evaluation_run": "true"}}],
)
async def test_a_run_without_a_dataset_counts_the_rows_of_the_statistics(
    attributes: dict[str, Any],
) -> None:
    project = Project(run_call(attributes=attributes))
    project.trial_count, project.row_count = 250, 50
    assert (await project.read()).counts == Counts(done=50)
    project.row_count = None
    assert (await project.read()).counts == Counts()


@pytest.mark.parametrize(
    ("trials", "rows", "done"),
    [(2, 1, 1), (3, 3, 2), (4, 3, 2), (1, 1, 2)],
    ids=["repeated", "one running", "repeated and running", "statistics a little old"],
)
async def test_a_live_logger_s_rows_are_never_more_than_its_ended_trials(
    trials: int, rows: int, done: int
) -> None:
    attributes = {"_weave_eval_meta": {"imperative": True}}
    running = child("t3", status="running", ended_at=None)
    project = Project(live_run(attributes=attributes), child("t1"), child("t2"), running)
    project.trial_count, project.row_count = trials, rows
    assert (await project.read()).counts == Counts(done=done)


async def test_a_live_run_is_measured_by_its_ended_trials() -> None:
    children = [
        child("t1", started_at="2026-11-18T09:32:01Z", ended_at="2026-11-18T09:32:02Z"),
        child("t2", status="descendant_error", started_at="2026-11-18T09:32:02Z"),
        child("t3", started_at="2026-11-18T09:32:03Z", ended_at="2026-11-18T09:32:31Z"),
        child("t4", status="running", started_at="2026-11-18T09:32:04Z", ended_at=None),
        child("sum", op_name=op("Evaluation.summarize"), started_at="2026-11-18T09:32:00.5Z"),
    ]
    run = await Project(live_run(), *children).read()
    assert (run.counts.total, run.counts.done) == (40, 1)
    assert run.last_activity_at == datetime(2026, 11, 18, 9, 32, 4, tzinfo=UTC)
    assert run.warnings == ("Trials so far with a call that ended with an error: 1.",)


async def test_typescript_trials_are_counted_too() -> None:
    project = Project(live_run(), child("t1", op_name=op("Evaluation.predictAndScore")))
    project.objects[EVALUATION]["trials"] = 1
    assert (await project.read()).counts.done == 1


async def test_a_quiet_live_run_costs_two_requests_a_tick() -> None:
    project = Project(live_run(), child("t1"))
    await project.read()
    asked = len(project.bodies)
    again = await project.read()
    assert [path for path, _ in project.bodies[asked:]] == ["/call/read", "/calls/query_stats"]
    assert again.last_activity_at is not None


async def test_statistics_of_a_moving_run_are_asked_at_most_every_20_seconds() -> None:
    project = Project(live_run(), child("t1"))
    await project.read()
    for seconds, asked in ((5, 1), (5, 1), (11, 2), (5, 2)):
        project.calls.append(child(f"after-{len(project.calls)}"))
        project.world.clock.advance(seconds)
        await project.read()
        assert len(project.asked("/eval_results/query")) == asked


async def test_the_end_brings_fresh_statistics() -> None:
    project = Project(live_run())
    project.stats = [stat("exact_match", pass_true_count=0)]
    await project.read()
    project.calls[0] = run_call()
    project.stats = [stat("exact_match", pass_true_count=3)]
    assert (await project.read()).criteria[0].passed == 3


async def test_a_run_without_a_trial_yet_has_no_criteria() -> None:
    project = Project(live_run())
    project.answers["/eval_results/query"] = (200, {"rows": [], "summary": {"evaluations": []}})
    run = await project.read()
    assert (run.criteria, run.counts.done, run.last_activity_at) == ((), 0, None)


async def test_an_unknown_run_is_missing_although_weave_answers_200() -> None:
    with pytest.raises(MissingError) as caught:
        await Project().read("gone")
    assert caught.value.remedy


async def test_the_definition_is_read_once() -> None:
    project = Project(run_call())
    await project.read()
    await project.read()
    assert len(project.asked("/obj/read")) == 2  # evaluation and dataset
    assert len(project.asked("/table/query_stats")) == 1


@pytest.mark.parametrize("status", [400, 404, 500])
async def test_an_unreadable_evaluation_leaves_the_total_unknown(status: int) -> None:
    project = Project(run_call())
    project.answers["/obj/read"] = (status, {"reason": "not enough values to unpack"})
    run = await project.read()
    assert run.counts == Counts(done=2)


async def test_an_unreadable_dataset_keeps_the_rest_of_the_definition() -> None:
    project = Project(run_call())
    del project.objects[DATASET]
    run = await project.read()
    assert run.counts.total is None
    assert run.config["trials"] == 2


async def test_an_empty_count_of_a_table_is_an_unknown_table() -> None:
    project = Project(run_call())
    project.tables = {}
    assert (await project.read()).counts.total is None


async def test_older_servers_lose_the_keys_they_do_not_know() -> None:
    project = Project(run_call())
    project.forbidden = {"include_costs"}
    await project.page()
    await project.page()
    bodies = project.asked("/calls/stream_query")
    assert ["include_costs" in body for body in bodies] == [True, False, False]
    assert bodies[1]["columns"]
    assert (await project.read()).name == "eval-2026-11-18-quiet-pine"


async def test_keys_that_are_refused_one_after_the_other_all_stay_away() -> None:
    project = Project(run_call())
    project.forbidden = {"include_costs"}
    await project.page()
    project.forbidden = {"include_costs", "sort_by"}
    await project.page()
    await project.page()
    last = project.asked("/calls/stream_query")[-1]
    assert not {"include_costs", "sort_by"} & last.keys()
    assert len(project.asked("/calls/stream_query")) == 5


async def test_other_refusals_are_not_repeated() -> None:
    project = Project(run_call())
    error = {"type": "value_error", "loc": ["body", "limit"], "msg": "too many", "input": 50}
    project.answers["/calls/stream_query"] = (422, {"detail": [error]})
    with pytest.raises(RejectedError, match=r"body\.limit: too many"):
        await project.page()
    assert len(project.asked("/calls/stream_query")) == 1


async def test_a_server_that_is_down_is_told_with_its_reason() -> None:
    project = Project(run_call())
    project.answers["/call/read"] = (502, {"reason": "Query memory limit exceeded."})
    with pytest.raises(ServerFaultError, match="Query memory limit exceeded"):
        await project.read()


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/call/read", ["no object"]),
        ("/call/read", {"call": {"id": ""}}),
        ("/calls/query_stats", {"count": "many"}),
    ],
)
async def test_another_service_at_the_address_is_recognised(path: str, data: Any) -> None:
    project = Project(live_run())
    project.answers[path] = (200, data)
    with pytest.raises(BadAnswerError) as caught:
        await project.read()
    assert "base_url" in caught.value.remedy


async def test_the_probe_proves_key_and_project() -> None:
    project = Project(run_call())
    probe = await project.provider.probe()
    assert probe.ok
    assert project.bodies == [
        ("/calls/query_stats", {"project_id": "acme-ai/support bot", "limit": 1})
    ]
    assert "no calls yet" in (await Project().provider.probe()).sentence


async def test_the_key_goes_out_as_basic_auth_of_user_api() -> None:
    project = Project(run_call())
    await project.page()
    sent = project.world.requests[0].headers["authorization"]
    scheme, _, token = sent.partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(token).decode().startswith("api:")


async def test_v2_paths_quote_entity_and_project() -> None:
    project = Project(run_call())
    await project.read()
    raw = [request.url.raw_path for request in project.world.requests]
    assert b"/v2/acme-ai/support%20bot/eval_results/query" in raw


async def test_several_runs_are_asked_of_in_one_request_over_the_rows_all_have() -> None:
    project = Project(run_call(), run_call("run-2"))
    project.stats = [stat("exact_match")]
    one, other = await project.read(), await project.read("run-2")
    assert isinstance(project.provider, JointProvider)
    told = await project.provider.joint_results([one, other])
    assert project.asked("/eval_results/query")[-1] == {
        "evaluation_call_ids": ["run-1", "run-2"],
        "include_rows": False,
        "include_summary": True,
        "require_intersection": True,
    }
    assert told.rows == 2
    (first,) = told.runs  # of the other no trial is told
    assert (first.ref, first.trials) == (one.ref, 4)
    assert first.criteria == one.criteria


async def test_an_answer_without_a_summary_is_a_bad_one() -> None:
    project = Project(run_call())
    run = await project.read()
    project.answers["/eval_results/query"] = (200, {"rows": [], "summary": None})
    assert isinstance(project.provider, JointProvider)
    with pytest.raises(BadAnswerError, match="summary of several runs"):
        await project.provider.joint_results([run, run])
