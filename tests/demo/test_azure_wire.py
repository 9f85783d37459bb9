"""Azure's resource and Foundry's project: what differs from OpenAI."""

from collections import Counter
from typing import Any

import pytest

from tests.clock import FakeClock
from tests.demo.callers import Caller
from tui.demo.apis import KEYS
from tui.demo.world import World

RUN = {
    "object", "id", "eval_id", "status", "model", "name", "created_at", "report_url",
    "result_counts", "per_model_usage", "per_testing_criteria_results", "data_source",
    "metadata", "error",
}  # fmt: skip
ITEM = {
    "object", "id", "run_id", "eval_id", "created_at", "status", "datasource_item_id",
    "datasource_item", "results", "sample",
}  # fmt: skip
FOUNDRY_EVAL = {
    "object", "id", "name", "data_source_config", "testing_criteria", "created_at", "metadata",
    "modified_at", "created_by", "properties",
}  # fmt: skip
FOUNDRY_RESULT = {
    "type", "name", "metric", "score", "label", "reason", "threshold", "passed", "status", "sample",
}  # fmt: skip


@pytest.fixture
def azure(world: World) -> Caller:
    return Caller(world, "azure")


@pytest.fixture
def foundry(world: World) -> Caller:
    return Caller(world, "foundry")


def run_named(caller: Caller, name: str) -> Any:
    return next(run for run in caller.runs() if run["name"] == name)


def items_of(caller: Caller, run: Any) -> list[Any]:
    return caller.walk(f"/evals/{run['eval_id']}/runs/{run['id']}/output_items", limit=100)


# The resource


def test_azure_takes_the_key_in_either_header(azure: Caller) -> None:
    preview = {"aoai-evals": "preview"}
    key = KEYS["azure"]
    for headers in ({"api-key": key}, {"authorization": f"Bearer {key}"}):
        assert azure.ask("/evals", headers=headers | preview).status == 200
    for headers in ({}, {"api-key": "nope"}, {"authorization": "Bearer nope"}):
        answer = azure.ask("/evals", headers=headers | preview)
        assert (answer.status, answer.json["error"]["code"]) == (401, "401")


def test_azure_evals_want_the_preview_header_and_batches_do_not(azure: Caller) -> None:
    bare = {"api-key": KEYS["azure"]}
    assert azure.ask("/evals", headers=bare).status == 400
    assert azure.ask("/batches", headers=bare).status == 200


def test_azure_errors_have_numbers_for_codes(azure: Caller) -> None:
    answer = azure.ask("/evals/eval_0000")
    assert answer.status == 404
    assert answer.json["error"] == {
        "code": "404",
        "message": "Could not find eval with id: eval_0000",
        "param": "eval_id",
        "type": "error",
        "inner_error": {},
    }
    assert answer.headers["apim-request-id"]


def test_azure_runs_and_items_have_the_required_fields(azure: Caller) -> None:
    runs = azure.runs()
    assert len(runs) >= 7
    for run in runs:
        assert run.keys() >= RUN
        assert run["report_url"].startswith("https://ai.azure.com/")
        if run["result_counts"]["total"] < 300:
            assert all(item.keys() >= ITEM for item in items_of(azure, run))


def test_azure_broken_graders_have_neither_score_nor_verdict(
    azure: Caller, clock: FakeClock
) -> None:
    clock.advance(130)  # past the run and past the rate limit
    items = items_of(azure, run_named(azure, "smoke"))
    broken = [
        result
        for item in items
        for result in item["results"]
        if result["sample"] and result["sample"]["error"]
    ]
    assert broken
    assert {(result["score"], result["passed"]) for result in broken} == {(None, None)}


def test_azure_cancels_on_the_bare_path(azure: Caller) -> None:
    run = run_named(azure, "schema v5, all of October")
    path = f"/evals/{run['eval_id']}/runs/{run['id']}"
    assert azure.ask(f"{path}/cancel", method="POST").status == 405
    assert azure.ask(path, method="POST").json["status"] == "canceled"
    assert azure.get(path)["status"] == "canceled"


def test_azure_batches_cancel_with_two_l(azure: Caller, clock: FakeClock) -> None:
    live = next(b for b in azure.walk("/batches") if b["status"] == "in_progress")
    answer = azure.ask(f"/batches/{live['id']}/cancel", method="POST")
    assert answer.json["status"] == "cancelling"
    clock.advance(70)
    assert azure.get(f"/batches/{live['id']}")["status"] == "cancelled"


def test_azure_refuses_for_a_while_says_how_long_and_comes_back(
    azure: Caller, clock: FakeClock
) -> None:
    assert azure.ask("/evals").status == 200
    clock.advance(90)
    refused = azure.ask("/evals")
    assert (refused.status, refused.headers["retry-after"]) == (429, "30")
    assert refused.json["error"]["code"] == "429"
    clock.advance(int(refused.headers["retry-after"]))
    assert azure.ask("/evals").status == 200


# The project


def test_foundry_takes_tokens_only(foundry: Caller) -> None:
    assert foundry.ask("/evals").status == 200
    for headers in ({}, {"api-key": KEYS["foundry"]}, {"authorization": "Bearer nope"}):
        answer = foundry.ask("/evals", headers=headers)
        assert answer.status == 401
        assert answer.json["error"].keys() >= {"code", "message", "param", "type"}


def test_foundry_lists_have_no_object_and_empty_ones_no_ids(foundry: Caller) -> None:
    page = foundry.get("/evals", limit=1)
    assert page.keys() == {"data", "has_more", "first_id", "last_id"}
    run = foundry.get(f"/evals/{page['data'][0]['id']}/runs", status="failed")
    assert run == {"data": [], "has_more": False}


def test_foundry_walks_are_whole(foundry: Caller) -> None:
    run = run_named(foundry, "agent v6")
    path = f"/evals/{run['eval_id']}/runs/{run['id']}/output_items"
    ids = [item["id"] for item in foundry.walk(path, limit=11)]
    assert ids == [str(n) for n in range(1, 121)]
    assert [item["id"] for item in foundry.walk(path, limit=50, order="desc")] == ids[::-1]
    assert foundry.get(f"{path}/7")["datasource_item_id"] == 6
    for wrong in ("0", "007", "121", "x"):
        assert foundry.ask(f"{path}/{wrong}").status == 404


def test_foundry_objects_have_the_documented_fields(foundry: Caller) -> None:
    for one in foundry.walk("/evals"):
        assert one.keys() >= FOUNDRY_EVAL
        assert {c["type"] for c in one["testing_criteria"]} == {"azure_ai_evaluator"}
        assert all(c["evaluator_name"].startswith("builtin.") for c in one["testing_criteria"])
    statuses = set()
    for run in foundry.runs():
        statuses.add(run["status"])
        assert run.keys() >= RUN | {"modified_at", "created_by", "properties", "evaluation_level"}
        for usage in run["per_model_usage"] or []:
            assert "model_id" in usage
            assert "model_name" not in usage
        for item in items_of(foundry, run):
            assert item.keys() >= ITEM
            assert all(result.keys() >= FOUNDRY_RESULT for result in item["results"])
    assert statuses == {"in_progress", "completed", "canceled"}


def test_foundry_counts_by_microsoft_s_rule(foundry: Caller) -> None:
    run = run_named(foundry, "agent v6")
    outcomes = Counter[str]()
    for item in items_of(foundry, run):
        verdicts = [result["passed"] for result in item["results"]]
        words = {result["status"] for result in item["results"]}
        if False in verdicts:
            outcomes["failed"] += 1
        elif True in verdicts:
            outcomes["passed"] += 1
        else:
            outcomes["errored" if "error" in words else "skipped"] += 1
    counts = run["result_counts"]
    assert outcomes == {word: counts[word] for word in outcomes}
    assert set(outcomes) == {"failed", "passed", "errored", "skipped"}
    assert counts["total"] == 120 == outcomes.total()
    for told in run["per_testing_criteria_results"]:
        assert told["passed"] + told["failed"] + told["errored"] + told["skipped"] == 120


def test_foundry_broken_and_skipped_results_have_no_score(foundry: Caller) -> None:
    results = [
        result
        for item in items_of(foundry, run_named(foundry, "agent v6"))
        for result in item["results"]
    ]
    by_status = {s: [r for r in results if r["status"] == s] for s in ("error", "skipped")}
    assert all(by_status.values())
    for result in by_status["error"] + by_status["skipped"]:
        assert (result["score"], result["passed"], result["label"]) == (None, None, None)
    assert {r["sample"]["error"]["code"] for r in by_status["error"]} == {"FAILED_EXECUTION"}
    severity = [r for r in results if r["metric"] == "violence" and r["passed"] is not None]
    assert all((r["score"] <= 3) == r["passed"] for r in severity)


def test_foundry_keeps_a_stuck_run_in_progress(foundry: Caller, clock: FakeClock) -> None:
    run = run_named(foundry, "judge without capacity")
    clock.advance(86_400)
    later = run_named(foundry, "judge without capacity")
    assert later["status"] == "in_progress"
    assert later["result_counts"] == run["result_counts"]


def test_foundry_has_no_batches_and_cancels_on_the_bare_path(foundry: Caller) -> None:
    assert foundry.ask("/batches").status == 404
    run = run_named(foundry, "agent v8")
    answer = foundry.ask(f"/evals/{run['eval_id']}/runs/{run['id']}", method="POST")
    assert answer.json["status"] == "canceled"
