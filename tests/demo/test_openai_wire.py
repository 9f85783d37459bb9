"""OpenAI's protocol as its fact sheet and schema describe it. Required fields are theirs."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from tests.clock import FakeClock
from tests.demo.callers import Caller, read
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


@pytest.fixture
def openai(world: World) -> Caller:
    return Caller(world, "openai")


def eval_named(openai: Caller, name: str) -> Any:
    return next(one for one in openai.walk("/evals") if one["name"] == name)


def run_named(openai: Caller, name: str) -> Any:
    return next(run for run in openai.runs() if run["name"] == name)


def items_of(openai: Caller, run: Any, **query: str | int) -> list[Any]:
    path = f"/evals/{run['eval_id']}/runs/{run['id']}/output_items"
    return openai.walk(path, **({"limit": 100} | query))


def batch_named(openai: Caller, name: str) -> Any:
    return next(one for one in openai.walk("/batches") if one["metadata"]["job"] == name)


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


# What the fields say


def test_a_finished_run_agrees_with_its_items(openai: Caller) -> None:
    run = run_named(openai, "nightly, prompt v2")
    items = items_of(openai, run)
    by_status = Counter(item["status"] for item in items)
    assert run["result_counts"] == {
        "total": 400,
        "passed": by_status["pass"],
        "failed": by_status["fail"],
        "errored": by_status["error"],
    }
    for told in run["per_testing_criteria_results"]:
        results = [
            result
            for item in items
            for result in item["results"]
            if result["name"] == told["testing_criteria"]
            and not (result["sample"] or {}).get("error")
        ]
        assert told["passed"] == sum(result["passed"] for result in results)
        assert told["failed"] == sum(not result["passed"] for result in results)


def test_results_use_criterion_ids_and_hold_the_judge_s_reasoning(openai: Caller) -> None:
    run = run_named(openai, "nightly, prompt v2")
    ids = {c["id"] for c in openai.get(f"/evals/{run['eval_id']}")["testing_criteria"]}
    told = broken = 0
    for item in items_of(openai, run):
        for result in item["results"]:
            assert result["name"] in ids
            sample = result["sample"]
            if sample["error"] is not None:
                broken += 1
                assert sample["output"] == []
                continue
            thoughts = json.loads(sample["output"][0]["content"])
            assert thoughts["steps"][0]["description"]
            told += thoughts["result"] is not None
    assert told > 1000
    assert broken > 0


def test_an_errored_item_has_an_error_and_no_results(openai: Caller) -> None:
    run = run_named(openai, "nightly, prompt v1")
    errored = [item for item in items_of(openai, run) if item["status"] == "error"]
    assert errored
    for item in errored:
        assert item["results"] == []
        assert item["sample"]["error"].keys() == {"code", "message"}
        assert (item["sample"]["output"], item["sample"]["usage"]) == ([], None)


def test_inline_datasets_ride_in_the_run(openai: Caller) -> None:
    run = run_named(openai, "nightly, prompt v1")
    content = run["data_source"]["source"]["content"]
    assert len(content) == 400
    items = items_of(openai, run)
    assert [item["datasource_item"] for item in items] == [line["item"] for line in content]
    assert run["data_source"]["sampling_params"] is None


def test_a_dataset_file_has_one_line_per_item(openai: Caller) -> None:
    run = run_named(openai, "nightly, prompt v3")
    answer = openai.ask(f"/files/{run['data_source']['source']['id']}/content")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="')
    assert len(answer.lines) == 1000
    assert answer.lines[5]["item"] == items_of(openai, run)[5]["datasource_item"]


def test_logs_runs_state_no_count_but_a_limit(openai: Caller) -> None:
    run = run_named(openai, "last week's answers")
    assert run["data_source"]["source"]["type"] == "stored_completions"
    assert run["data_source"]["source"]["limit"] == 90


def test_runs_over_finished_answers_have_no_model_and_empty_samples(openai: Caller) -> None:
    run = run_named(openai, "imported")
    assert run["model"] is None
    assert run["data_source"]["type"] == "jsonl"
    items = items_of(openai, run)
    assert all(item["sample"] == {} for item in items)
    assert items[0]["datasource_item"]["output"]


def test_repeated_items_share_their_dataset_item(openai: Caller) -> None:
    run = run_named(openai, "three tries each")
    items = items_of(openai, run)
    assert len(items) == 180
    assert set(Counter(item["datasource_item_id"] for item in items).values()) == {3}
    assert len({item["id"] for item in items}) == 180


def test_one_dataset_is_one_file_and_one_hash_over_runs(openai: Caller) -> None:
    hashes = []
    for name in ("nightly, prompt v1", "nightly, prompt v2"):
        items = items_of(openai, run_named(openai, name))
        hashes.append([item["_datasource_item_content_hash"] for item in items])
    assert hashes[0] == hashes[1]


# Live


def test_items_are_partial_while_a_run_is_live_and_whole_after(
    openai: Caller, clock: FakeClock
) -> None:
    run = run_named(openai, "canary")
    path = f"/evals/{run['eval_id']}/runs/{run['id']}"
    counts: list[tuple[str, int]] = []
    seen: list[str] = []
    for _ in range(6):
        now = openai.get(path)
        items = items_of(openai, now)
        assert len(items) == now["result_counts"]["total"]
        assert all(i["created_at"] <= clock.now().timestamp() for i in items)
        assert [i["id"] for i in items[: len(seen)]] == seen
        seen = [i["id"] for i in items]
        counts.append((now["status"], len(items)))
        clock.advance(10)
    assert counts[0][0] == "in_progress"
    assert 0 < counts[0][1] < 24
    assert counts[-1] == ("completed", 24)
    assert len({n for _, n in counts}) > 3


def test_new_items_can_be_followed_with_after(openai: Caller, clock: FakeClock) -> None:
    run = run_named(openai, "nightly, prompt v3")
    path = f"/evals/{run['eval_id']}/runs/{run['id']}/output_items"
    first = openai.walk(path, limit=100)
    clock.advance(60)
    fresh = openai.walk(path, limit=100, after=first[-1]["id"])
    assert fresh
    assert [i["id"] for i in first + fresh] == [i["id"] for i in openai.walk(path, limit=100)]


def test_cancelling_a_run_really_cancels_it(openai: Caller, clock: FakeClock) -> None:
    run = run_named(openai, "nightly, prompt v3")
    path = f"/evals/{run['eval_id']}/runs/{run['id']}"
    answer = openai.ask(f"{path}/cancel", method="POST")
    assert (answer.status, answer.json["status"]) == (200, "canceled")
    stopped = answer.json["result_counts"]
    clock.advance(100)
    assert openai.get(path)["result_counts"] == stopped
    assert openai.ask(f"{path}/cancel", method="POST").json["status"] == "canceled"
    assert openai.ask(path, method="POST").status == 405


def test_cancelling_a_finished_run_is_refused(openai: Caller) -> None:
    run = run_named(openai, "nightly, prompt v1")
    answer = openai.ask(f"/evals/{run['eval_id']}/runs/{run['id']}/cancel", method="POST")
    assert (answer.status, set(answer.json["error"])) == (400, {"message", "type", "param", "code"})


def test_cancelling_a_batch_takes_a_moment(openai: Caller, clock: FakeClock) -> None:
    batch = batch_named(openai, "toxicity-november")
    path = f"/batches/{batch['id']}"
    answer = openai.ask(f"{path}/cancel", method="POST")
    assert (answer.status, answer.json["status"]) == (200, "cancelling")
    clock.advance(60)
    over = openai.get(path)
    assert (over["status"], over["cancelled_at"] is not None) == ("cancelled", True)
    done = over["request_counts"]
    assert 0 < done["completed"] + done["failed"] < done["total"]
    finished = batch_named(openai, "triage-backfill")
    assert openai.ask(f"/batches/{finished['id']}/cancel", method="POST").status == 400


def test_a_batch_moves_from_validation_to_its_files(openai: Caller, clock: FakeClock) -> None:
    path = f"/batches/{batch_named(openai, 'quick-check')['id']}"
    told: dict[str, Any] = {}
    for _ in range(20):
        batch = openai.get(path)
        told.setdefault(batch["status"], batch)
        clock.advance(5)
    assert list(told) == ["in_progress", "finalizing", "completed"]
    assert told["in_progress"]["output_file_id"] is None
    assert told["in_progress"]["usage"]["total_tokens"] == 0
    done = told["completed"]
    assert done["completed_at"]
    assert done["usage"]["total_tokens"] > 0
    lines = openai.ask(f"/files/{done['output_file_id']}/content").lines
    assert len(lines) == done["request_counts"]["completed"] == 60


# Batch files


def test_output_and_error_files_make_up_the_batch(openai: Caller) -> None:
    batch = batch_named(openai, "triage-backfill")
    output = openai.ask(f"/files/{batch['output_file_id']}/content").lines
    errors = openai.ask(f"/files/{batch['error_file_id']}/content").lines
    requests = openai.ask(f"/files/{batch['input_file_id']}/content").lines
    assert batch["request_counts"] == {
        "total": len(requests),
        "completed": len(output),
        "failed": len(errors),
    }
    asked = [line["custom_id"] for line in requests]
    answered = [line["custom_id"] for line in output]
    assert sorted(answered + [line["custom_id"] for line in errors]) == asked
    assert answered != sorted(answered)  # not the input order
    assert all(line["response"]["status_code"] == 200 for line in output)
    assert all(line["error"] is None for line in output)
    assert all(line["response"]["body"]["error"]["message"] for line in errors)
    assert all(line["response"]["status_code"] >= 400 for line in errors)
    assert requests[0].keys() == {"custom_id", "method", "url", "body"}


def test_an_expired_batch_says_what_never_ran(openai: Caller) -> None:
    batch = batch_named(openai, "starved")
    assert batch["status"] == "expired"
    errors = openai.ask(f"/files/{batch['error_file_id']}/content").lines
    assert {line["error"]["code"] for line in errors} == {"batch_expired"}
    assert all(line["response"] is None for line in errors)
    counts = batch["request_counts"]
    assert counts["completed"] + counts["failed"] < counts["total"]
    assert counts["completed"] + len(errors) == counts["total"]


def test_odd_files_of_finished_batches(openai: Caller) -> None:
    refused = batch_named(openai, "all refused")
    assert refused["output_file_id"] is None
    assert len(openai.ask(f"/files/{refused['error_file_id']}/content").lines) == 30
    finished = [b for b in openai.walk("/batches") if b["status"] == "completed"]
    assert "" in {batch["error_file_id"] for batch in finished}
    typo = batch_named(openai, "typo in line 3")
    assert typo["errors"]["data"][0]["line"] == 3
    assert (typo["usage"], typo["in_progress_at"]) == (None, None)


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
