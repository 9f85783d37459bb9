from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.providers.weave.samples import (
    CONFIG,
    DATASET,
    EVALUATION,
    HOME,
    MODEL,
    OVERLOADED,
    Project,
    live_run,
    op,
    run_call,
)
from tui.models import Group, ModelUsage, RunRef, Status

BROKEN = {"status_counts": {"success": 14, "error": 2}, "weave": {"status": "descendant_error"}}


async def test_a_run_is_read_whole_from_the_list() -> None:
    run = await Project(run_call()).listed()
    assert run.ref == RunRef("team", "run-1")
    assert (run.status, run.raw_status) == (Status.COMPLETED, "success")
    assert run.name == "eval-2026-11-18-quiet-pine"
    assert run.group == Group("faq-eval:FAJXwYzl6Ias0Jq6rIMiGPcU7hSeRXc1Lzed2wLclUM", "faq-eval")
    assert run.models == ("SupportBot",)
    assert run.started_at == datetime(2026, 11, 18, 9, 32, tzinfo=UTC)
    assert run.ended_at == datetime(2026, 11, 18, 9, 32, 9, 812000, tzinfo=UTC)
    assert run.metadata == {"team": "search"}
    assert run.url == "https://wandb.ai/acme-ai/support%20bot/r/call/run-1"
    assert run.usage == (
        ModelUsage("claude-sonnet", input_tokens=1290, output_tokens=123, total_tokens=1413),
    )
    assert run.config == {
        "evaluation": EVALUATION,
        "model": MODEL,
        "dataset": DATASET,
        "dataset_rows": 40,
        "trials": 2,
        "scorers": ["exact_match"],
    }
    assert run.counts.total == 40


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        ({"exception": OVERLOADED, "summary": {"weave": {"status": "error"}}}, "failed", "error"),
        ({"exception": "boom", "ended_at": None, "summary": None}, "failed", "error"),
        ({"ended_at": None, "summary": {"weave": {"status": "running"}}}, "running", "running"),
        ({"ended_at": None, "summary": {}}, "running", "running"),
        ({"summary": BROKEN}, "completed", "descendant_error"),
        ({"summary": {"status_counts": {"error": 1}}}, "completed", "descendant_error"),
        ({"summary": None}, "completed", "success"),
        # The server's word is wrong where a column was left out; the end time is not.
        ({"summary": {"weave": {"status": "running"}}}, "completed", "running"),
        ({"summary": {"weave": {"status": "cancelled"}}}, "canceled", "cancelled"),
        ({"summary": {"weave": {"status": "paused"}}}, "unknown", "paused"),
    ],
)
async def test_facts_decide_the_status(changes: dict[str, Any], status: str, word: str) -> None:
    run = await Project(run_call(**changes)).listed()
    assert (run.status.value, run.raw_status) == (status, word)


async def test_failed_calls_below_a_completed_run_are_flagged() -> None:
    run = await Project(run_call(summary=BROKEN)).listed()
    assert run.warnings == ("2 of 16 calls of this run ended with an error.",)


@pytest.mark.parametrize(
    ("exception", "code", "message"),
    [
        (OVERLOADED, "APIStatusError", "529 overloaded_error"),
        ('{"type": "KeyboardInterrupt"}', "KeyboardInterrupt", "KeyboardInterrupt"),
        ("Traceback: plain text", None, "Traceback: plain text"),
        ('{"type": "Cut", "mess', None, '{"type": "Cut", "mess'),
        (["odd"], None, '["odd"]'),
    ],
)
async def test_an_exception_is_read_or_shown_as_it_is(
    exception: Any, code: str | None, message: str
) -> None:
    run = await Project(run_call(exception=exception)).listed()
    assert run.error is not None
    assert (run.error.code, run.error.message) == (code, message)


async def test_typescript_runs_and_plain_names_are_runs_too() -> None:
    project = Project(
        run_call("ts", op_name="Evaluation.evaluate", inputs={"this": EVALUATION, "model": "gpt-5"})
    )
    run = await project.listed()
    assert run.group is not None
    assert run.group.name == "faq-eval"
    assert run.models == ("gpt-5",)


async def test_costs_are_summed_per_model() -> None:
    costs = {
        "prompt_tokens_total_cost": 0.25,
        "completion_tokens_total_cost": 0.5,
        "prompt_token_cost_unit": "USD",
    }
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12, "requests": 3}
    details = {"prompt_tokens_details": {"cached_tokens": 4}}
    summary = {"usage": {"4o": {**usage, **details}}, "weave": {"costs": {"4o": costs}}}
    run = await Project(run_call(summary=summary)).listed()
    assert run.usage == (ModelUsage("4o", 3, 10, 2, 4, 12, 0.75),)


async def test_what_does_not_fit_is_unknown_and_costs_nothing_else() -> None:
    odd = run_call(
        attributes="no object",
        inputs=None,
        started_at="yesterday",
        summary={"usage": {"m": {"input_tokens": "many", "total_tokens": -1}}, "weave": []},
        output=[1, 2],
        display_name=7,
    )
    run = await Project(odd).listed()
    assert (run.group, run.models, run.started_at) == (None, (), None)
    assert run.usage == (ModelUsage("m"),)
    assert (run.name, run.criteria) == ("7", ())


async def test_the_summary_of_a_clean_run_is_its_criteria() -> None:
    output = {
        "exact_match": {"true_count": 1, "true_fraction": 0.25},
        "judge": {"passed": {"true_count": 3, "true_fraction": 0.75}, "score": {"mean": 3.75}},
        "f1": 0.5,
        "none_true": {"true_count": 0, "true_fraction": 0.0},
        "model_latency": {"mean": 1.2},
        "output": {"length": {"mean": 9}},
    }
    run = await Project(run_call(output=output)).listed()
    assert [(c.name, c.n, c.passed, c.failed, c.mean) for c in run.criteria] == [
        ("exact_match", 4, 1, 3, 0.25),
        ("judge.passed", 4, 3, 1, 0.75),
        ("judge.score", None, None, None, 3.75),
        ("f1", None, None, None, 0.5),
        ("none_true", None, 0, None, 0.0),
    ]


async def test_a_summary_with_broken_trials_does_not_tell_how_many_failed() -> None:
    [criterion] = (await Project(run_call(summary=BROKEN)).listed()).criteria
    assert (criterion.passed, criterion.failed, criterion.n) == (1, None, None)


async def test_pages_go_on_by_offset_until_a_short_one() -> None:
    project = Project(*(run_call(f"r{i}", started_at=f"2026-11-18T09:0{i}:00Z") for i in range(5)))
    first = await project.page(limit=2)
    assert [run.id for run in first.runs] == ["r4", "r3"]
    second = await project.page(after=first.next_cursor, limit=2)
    third = await project.page(after=second.next_cursor, limit=2)
    assert [run.id for run in (*second.runs, *third.runs)] == ["r2", "r1", "r0"]
    assert third.next_cursor is None


async def test_the_list_asks_for_what_the_status_is_computed_from() -> None:
    project = Project(run_call())
    await project.page()
    [body] = project.asked("/calls/stream_query")
    assert body["project_id"] == "acme-ai/support bot"
    assert {"summary", "ended_at", "exception"} <= set(body["columns"])
    assert body["filter"]["op_names"] == [
        f"{HOME}/op/Evaluation.evaluate:*",
        "Evaluation.evaluate",
    ]
    assert "offset" not in body


async def test_an_empty_project_has_no_runs() -> None:
    page = await Project().page()
    assert (page.runs, page.skipped, page.next_cursor) == ((), (), None)


async def test_a_bad_line_is_skipped_and_named() -> None:
    page = await Project(run_call(), run_call("second") | {"id": None}).page()
    assert [run.id for run in page.runs] == ["run-1"]
    [skipped] = page.skipped
    assert skipped.what == "call 1"
    assert "id" in skipped.why


def v2_run(run_id: str, started_at: str, **changes: Any) -> dict[str, Any]:
    return {
        "evaluation_run_id": run_id,
        "evaluation": EVALUATION,
        "model": MODEL,
        "status": "completed",
        "started_at": started_at,
        "finished_at": "2026-11-18T12:00:00Z",
        "summary": {"weave": {"status": "success", "display_name": "by rest"}},
        "source_evaluation_run_id": None,
        **changes,
    }


async def test_runs_of_the_v2_list_join_the_page_of_their_time_once() -> None:
    project = Project(*(run_call(f"r{i}", started_at=f"2026-11-18T09:0{i}:00Z") for i in range(4)))
    project.v2_runs = [
        v2_run("oldest", "2026-11-01T00:00:00Z", status="failed", summary=None),
        v2_run("between", "2026-11-18T09:00:30Z"),
        v2_run("r3", "2026-11-18T09:03:00Z"),
        v2_run("live", "2026-11-18T09:02:30Z", status="running", finished_at=None, summary=None),
    ]
    first = await project.page(limit=2)
    second = await project.page(after=first.next_cursor, limit=2)
    third = await project.page(after=second.next_cursor, limit=2)
    assert [run.id for run in first.runs] == ["r3", "live", "r2"]
    assert [run.id for run in second.runs] == ["r1", "between", "r0"]
    assert [run.id for run in third.runs] == ["oldest"]
    assert (first.runs[1].status, first.runs[1].raw_status) == (Status.RUNNING, "running")
    assert second.runs[1].name == "by rest"
    assert second.runs[1].counts.total is None
    assert third.runs[0].status is Status.FAILED


async def test_the_v2_list_is_not_asked_with_every_tick() -> None:
    project = Project(run_call())
    await project.page()
    await project.page()
    assert len(project.asked("/evaluation_runs")) == 1
    project.world.clock.advance(61)
    await project.page()
    assert len(project.asked("/evaluation_runs")) == 2


@pytest.mark.parametrize("status", [404, 405, 422])
async def test_a_server_without_the_v2_list_is_asked_for_it_once(status: int) -> None:
    project = Project(run_call())
    project.answers["/evaluation_runs"] = (status, {"detail": "Not Found"})
    page = await project.page()
    assert [run.id for run in page.runs] == ["run-1"]
    assert [skipped.what for skipped in page.skipped] == ["evaluation_runs"]
    project.world.clock.advance(3600)
    assert (await project.page()).skipped == ()
    assert len(project.asked("/evaluation_runs")) == 1


async def test_a_broken_v2_list_does_not_cost_the_page() -> None:
    project = Project(run_call())
    project.answers["/evaluation_runs"] = (500, {"reason": "Internal server error"})
    page = await project.page()
    assert [run.id for run in page.runs] == ["run-1"]
    [skipped] = page.skipped
    assert skipped.what == "evaluation_runs"
    del project.answers["/evaluation_runs"]
    project.v2_runs = [v2_run("by-rest", "2026-11-18T10:00:00Z")]
    project.world.clock.advance(61)
    assert [run.id for run in (await project.page()).runs] == ["by-rest", "run-1"]


async def test_evaluations_of_a_page_are_read_in_one_go_and_once() -> None:
    other = EVALUATION.replace("faq-eval", "other-eval")
    calls = (run_call("a"), run_call("b"), run_call("c", inputs={"self": other, "model": MODEL}))
    project = Project(*calls)
    project.objects[other] = {"dataset": {"rows": [1, 2, 3]}, "scorers": None, "trials": None}
    totals = {run.id: run.counts.total for run in (await project.page()).runs}
    assert totals == {"a": 40, "b": 40, "c": 3}
    asked = len(project.bodies)
    await project.page()
    assert [path for path, _ in project.bodies[asked:]] == ["/calls/stream_query"]
    assert len(project.asked("/refs/read_batch")) == 1


async def test_a_missing_evaluation_costs_only_its_total() -> None:
    gone = EVALUATION.replace("faq-eval", "gone-eval")
    project = Project(run_call("a"), run_call("b", inputs={"self": gone, "model": MODEL}))
    page = await project.page()
    assert sorted(run.id for run in page.runs) == ["a", "b"]
    assert (await project.read("a")).counts.total == 40
    assert (await project.read("b")).counts.total is None


async def test_missing_evaluations_are_singled_out_over_a_few_ticks() -> None:
    project = Project()
    for i in range(5):
        ref = EVALUATION.replace("faq-eval", f"eval-{i}")
        project.calls.append(run_call(f"r{i}", inputs={"self": ref, "model": MODEL}))
        if i:
            project.objects[ref] = {"dataset": DATASET, "trials": 1}
    for _ in range(3):
        page = await project.page()
    assert {run.id: run.counts.total for run in page.runs} == {
        "r0": None,
        "r1": 40,
        "r2": 40,
        "r3": 40,
        "r4": 40,
    }
    asked = len(project.bodies)
    await project.page()
    assert [path for path, _ in project.bodies[asked:]] == ["/calls/stream_query"]


async def test_an_imperative_run_has_no_total() -> None:
    meta = {"_weave_eval_meta": {"imperative": True}, "weave": {}}
    run = await Project(run_call(attributes=meta)).listed()
    assert run.counts.total is None
    assert run.config["imperative"] is True
    assert "dataset" not in run.config
    assert run.metadata == {}


async def test_a_live_run_has_no_end_and_no_criteria() -> None:
    run = await Project(live_run()).listed()
    assert (run.live, run.ended_at, run.criteria, run.usage) == (True, None, (), ())


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://trace.wandb.ai", "https://wandb.ai"),
        ("https://api.wandb.ai/traces", "https://wandb.ai"),
        ("https://acme.wandb.io/traces", "https://acme.wandb.io"),
        ("https://api.acme.example/traces", "https://app.acme.example"),
        ("http://127.0.0.1:6345", "http://127.0.0.1:6345"),
    ],
)
async def test_links_lead_to_the_web_app(base_url: str, host: str) -> None:
    run = await Project(run_call(), config=replace(CONFIG, base_url=base_url)).listed()
    assert run.url == f"{host}/acme-ai/support%20bot/r/call/run-1"


async def test_op_models_are_named_too() -> None:
    inputs = {"self": EVALUATION, "model": op("answer_all")}
    assert (await Project(run_call(inputs=inputs)).listed()).models == ("answer_all",)
