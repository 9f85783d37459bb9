"""OpenAI's protocol as its documentation and schema describe it. Required fields are theirs."""

import re
from collections import Counter
from typing import Any

import pytest

from tests.clock import FakeClock
from tests.demo.callers import Caller, read
from tests.demo.openai_client import eval_named, items_of, run_named
from tui.demo.apis import KEYS, apis
from tui.demo.wire import Request
from tui.demo.world import World

EVAL = {"id", "data_source_config", "object", "testing_criteria", "name", "created_at", "metadata"}
RUN = {
    "object", "id", "eval_id", "status", "model", "name", "created_at", "report_url",
    "result_counts", "per_model_usage", "per_testing_criteria_results", "data_source",
    "metadata", "error",
}  # fmt: skip
ITEM = {
    "object", "id", "run_id", "eval_id", "created_at", "status", "datasource_item_id",
    "datasource_item", "results", "sample",
}  # fmt: skip
RESULT = {"name", "score", "passed"}
SAMPLE = {"input", "output", "finish_reason", "model", "usage", "error", "temperature", "top_p"}
"""The schema requires `max_completion_tokens` and `seed` too; live samples leave them out."""
USAGE = {
    "model_name", "invocation_count", "prompt_tokens", "completion_tokens", "total_tokens",
    "cached_tokens",
}  # fmt: skip
BATCH = {
    "id", "object", "endpoint", "errors", "input_file_id", "completion_window", "status",
    "output_file_id", "error_file_id", "created_at", "in_progress_at", "expires_at",
    "finalizing_at", "completed_at", "failed_at", "expired_at", "cancelling_at", "cancelled_at",
    "request_counts", "usage", "metadata",
}  # fmt: skip
"""All present on live replies, null when unset; `model` is missing on old ones."""
LIST = {"object", "data", "first_id", "last_id", "has_more"}
GRADER = {
    "label_model": {"type", "name", "model", "input", "labels", "passing_labels"},
    "score_model": {"type", "name", "model", "input", "range", "pass_threshold"},
    "string_check": {"type", "name", "input", "reference", "operation"},
    "text_similarity": {
        "type", "name", "input", "reference", "evaluation_metric", "pass_threshold",
    },
    "python": {"type", "name", "source"},
}  # fmt: skip
UUID_TAIL = re.compile(r"-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


# Fields


def test_every_eval_has_the_required_fields(openai: Caller) -> None:
    evals = openai.walk("/evals")
    assert len(evals) >= 7
    kinds = set()
    for one in evals:
        assert one.keys() >= EVAL
        assert one["data_source_config"].keys() >= {"type", "schema"}
        assert one == openai.get(f"/evals/{one['id']}")
        for grader in one["testing_criteria"]:
            kinds.add(grader["type"])
            assert grader.keys() >= GRADER[grader["type"]]
            assert UUID_TAIL.sub("", grader["id"]) == grader["name"]
    assert kinds == set(GRADER)


def test_every_run_has_the_required_fields_in_every_state(openai: Caller, clock: FakeClock) -> None:
    seen = Counter[str]()
    for _ in range(2):
        for run in openai.runs():
            seen[run["status"]] += 1
            assert run.keys() >= RUN
            assert run["result_counts"].keys() >= {"total", "errored", "failed", "passed"}
            counts = run["result_counts"]
            assert counts["total"] == counts["passed"] + counts["failed"] + counts["errored"]
            told = run["status"] == "completed" and counts["total"] > 0
            assert (run["per_model_usage"] is not None) == told
            assert (run["per_testing_criteria_results"] is not None) == told
            assert (run["error"] is not None) == (run["status"] == "failed")
            for usage in run["per_model_usage"] or []:
                assert usage.keys() >= USAGE
            for result in run["per_testing_criteria_results"] or []:
                assert result.keys() >= {"testing_criteria", "passed", "failed"}
                assert UUID_TAIL.search(result["testing_criteria"])
        clock.advance(90)
    assert set(seen) == {"queued", "in_progress", "completed", "failed", "canceled"}


def test_every_item_has_the_required_fields(openai: Caller) -> None:
    statuses, sampleless = Counter[str](), 0
    for run in openai.runs():
        if run["result_counts"]["total"] > 1000:
            continue
        for item in items_of(openai, run):
            statuses[item["status"]] += 1
            assert item.keys() >= ITEM
            assert all(result.keys() >= RESULT for result in item["results"])
            if item["sample"]:
                assert item["sample"].keys() >= SAMPLE
            else:
                sampleless += 1
    assert set(statuses) == {"pass", "fail", "error"}
    assert sampleless > 0


def test_every_batch_has_all_its_fields(openai: Caller, clock: FakeClock) -> None:
    statuses = set()
    without_model = 0
    for _ in range(12):
        for batch in openai.walk("/batches"):
            statuses.add(batch["status"])
            assert batch.keys() >= BATCH
            without_model += "model" not in batch
            assert batch["expires_at"] == batch["created_at"] + 86_400
            assert batch == openai.get(f"/batches/{batch['id']}")
        clock.advance(9)
    assert {"validating", "in_progress", "finalizing", "completed", "failed"} <= statuses
    assert {"expired", "cancelled"} <= statuses
    assert without_model > 0


# Paging


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_a_walk_over_evals_is_the_whole_set_once(openai: Caller, limit: int) -> None:
    whole = [one["id"] for one in openai.get("/evals", limit=100)["data"]]
    assert [one["id"] for one in openai.walk("/evals", limit=limit)] == whole
    assert len(set(whole)) == len(whole)


@pytest.mark.parametrize("limit", [7, 20, 99, 100])
def test_a_walk_over_items_is_the_whole_set_once(openai: Caller, limit: int) -> None:
    run = run_named(openai, "nightly, prompt v1")
    up = [item["id"] for item in items_of(openai, run, limit=limit)]
    assert len(set(up)) == len(up) == 400
    down = [item["id"] for item in items_of(openai, run, limit=limit, order="desc")]
    assert down == up[::-1]


def test_pages_say_their_ends_and_whether_there_is_more(openai: Caller) -> None:
    for page in openai.pages("/evals", limit=3):
        assert page.keys() == LIST
        assert page["object"] == "list"
        assert page["first_id"] == page["data"][0]["id"]
        assert page["last_id"] == page["data"][-1]["id"]
    assert len(openai.get("/evals")["data"]) <= 20


def test_lists_default_to_oldest_first_and_batches_to_newest(openai: Caller) -> None:
    evals = [one["created_at"] for one in openai.walk("/evals")]
    assert evals == sorted(evals)
    down = [one["created_at"] for one in openai.walk("/evals", order="desc")]
    assert down == evals[::-1]
    group = eval_named(openai, "support-faq")["id"]
    runs = [run["created_at"] for run in openai.walk(f"/evals/{group}/runs")]
    assert runs == sorted(runs)
    assert len(runs) >= 4
    batches = [one["created_at"] for one in openai.walk("/batches", limit=3, order="asc")]
    assert batches == sorted(batches, reverse=True)


def test_evals_can_be_ordered_by_their_last_change(openai: Caller) -> None:
    created = [one["id"] for one in openai.walk("/evals")]
    updated = [one["id"] for one in openai.walk("/evals", order_by="updated_at")]
    assert sorted(created) == sorted(updated)
    assert created != updated
    assert updated[-1] == eval_named(openai, "support-faq")["id"]


def test_an_empty_page_has_null_ids(openai: Caller) -> None:
    empty = eval_named(openai, "invoice-extraction (draft)")["id"]
    page = openai.get(f"/evals/{empty}/runs")
    assert page == {
        "object": "list",
        "data": [],
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }


def test_status_filters_divide_the_list(openai: Caller) -> None:
    group = eval_named(openai, "support-faq")["id"]
    path = f"/evals/{group}/runs"
    statuses = ("queued", "in_progress", "completed", "canceled", "failed")
    found = {s: openai.walk(path, status=s, limit=2) for s in statuses}
    assert all(run["status"] == s for s, runs in found.items() for run in runs)
    assert sum(map(len, found.values())) == len(openai.walk(path))
    run = run_named(openai, "nightly, prompt v2")
    passed, failed = (items_of(openai, run, status=s) for s in ("pass", "fail"))
    assert len(passed) == run["result_counts"]["passed"]
    assert len(failed) == run["result_counts"]["failed"]


# Errors


@pytest.mark.parametrize(
    ("path", "query", "status", "told"),
    [
        ("/evals/eval_0000", {}, 404, ("eval_id", "eval_not_found")),
        ("/evals/eval_0000/runs", {}, 404, ("eval_id", "eval_not_found")),
        ("/batches/batch_0000", {}, 404, ("batch_id", "batch_not_found")),
        ("/files/file-0000/content", {}, 404, ("file_id", "file_not_found")),
        ("/evals", {"limit": "many"}, 400, ("limit", "invalid_value")),
        ("/evals", {"limit": 0}, 400, ("limit", "invalid_value")),
        ("/evals", {"limit": 101}, 400, ("limit", "invalid_value")),
        ("/evals", {"limit": "²"}, 400, ("limit", "invalid_value")),
        ("/evals", {"order": "newest"}, 400, ("order", "invalid_value")),
        ("/evals", {"order_by": "name"}, 400, ("order_by", "invalid_value")),
        ("/evals", {"after": "eval_0000"}, 400, ("after", "invalid_value")),
        ("/batches", {"limit": 101}, 400, ("limit", "invalid_value")),
        ("/nothing", {}, 404, (None, None)),
    ],
)
def test_errors_have_the_envelope(
    openai: Caller,
    path: str,
    query: dict[str, Any],
    status: int,
    told: tuple[str | None, str | None],
) -> None:
    answer = openai.ask(path, **query)
    assert answer.status == status
    error = answer.json["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert (error["param"], error["code"]) == told
    assert error["type"] == "invalid_request_error"


def test_runs_and_items_of_others_are_not_found(openai: Caller) -> None:
    one, other = run_named(openai, "canary"), run_named(openai, "agent 0.9")
    assert openai.ask(f"/evals/{other['eval_id']}/runs/{one['id']}").status == 404
    item = items_of(openai, other)[0]["id"]
    path = f"/evals/{one['eval_id']}/runs/{one['id']}/output_items"
    assert openai.ask(f"{path}/{item}").json["error"]["code"] == "output_item_not_found"
    assert openai.ask(f"{path}/nonsense").status == 404
    own = items_of(openai, one)[0]
    assert openai.get(f"{path}/{own['id']}") == own


def test_a_wrong_or_missing_key_is_refused_without_showing_it(openai: Caller) -> None:
    wrong = openai.ask("/evals", headers={"authorization": "Bearer sk-wrong-key-000000"})
    assert (wrong.status, wrong.json["error"]["code"]) == (401, "invalid_api_key")
    assert wrong.headers["www-authenticate"] == "Bearer"
    assert b"sk-wrong-key-000000" not in wrong.body
    for headers in ({}, {"authorization": "Basic abc"}, {"authorization": "Bearer "}):
        assert openai.ask("/evals", headers=headers).status == 401


def test_writing_is_over(openai: Caller) -> None:
    assert openai.ask("/evals", method="POST").status == 405
    assert openai.ask("/evals/eval_0000", method="DELETE").status == 405


def test_every_answer_names_its_request(openai: Caller) -> None:
    ids = {openai.ask("/evals").headers["x-request-id"] for _ in range(3)}
    ids.add(openai.ask("/evals/eval_0000").headers["x-request-id"])
    assert len(ids) == 4
    assert all(re.fullmatch(r"req_[0-9a-f]{32}", one) for one in ids)


def test_ids_come_percent_encoded_too(world: World, openai: Caller) -> None:
    run_id = openai.get("/evals")["data"][0]["id"]
    path = "/v1/evals/" + run_id.replace("_", "%5F")
    key = {"authorization": f"Bearer {KEYS['openai']}"}
    assert read(apis(world)["openai"].handle(Request("GET", path, [], key))).status == 200
