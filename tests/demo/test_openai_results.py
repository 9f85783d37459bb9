"""What OpenAI's runs, items and batch files say, finished and while they are live."""

import json
from collections import Counter
from typing import Any

from tests.clock import FakeClock
from tests.demo.callers import Caller
from tests.demo.openai_client import batch_named, items_of, run_named

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
