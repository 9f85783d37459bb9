"""Weave's calls, runs and objects as its fact sheet and schema describe them."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.clock import START, FakeClock
from tests.demo.callers import read
from tests.demo.weave_client import EVALUATE, PROJECT, ROOT, TRIAL, V2, WeaveCaller, run_named
from tui.demo.exhibits import HOSTILE_NAME
from tui.demo.facts import Fate
from tui.demo.wire import Request
from tui.demo.world import World

CALL = {"id", "project_id", "op_name", "trace_id", "started_at", "attributes", "inputs"}
NULLABLE = {
    "display_name", "parent_id", "thread_id", "turn_id", "exception", "wb_user_id", "wb_run_id",
    "ended_at", "deleted_at", "expire_at", "output", "summary", "wb_run_step", "wb_run_step_end",
    "storage_size_bytes", "total_storage_size_bytes",
}  # fmt: skip
EVALUATION_RUN = {
    "evaluation_run_id", "evaluation", "model", "status", "started_at", "finished_at", "summary",
    "source_evaluation_run_id",
}  # fmt: skip
EVALUATION = {
    "object_id", "digest", "version_index", "created_at", "name", "description", "dataset",
    "scorers", "trials", "evaluation_name", "evaluate_op", "predict_and_score_op", "summarize_op",
}  # fmt: skip
OBJECT = {
    "project_id", "object_id", "created_at", "deleted_at", "digest", "version_index", "is_latest",
    "kind", "base_object_class", "val",
}  # fmt: skip
WORDS = {"success", "error", "running", "descendant_error"}
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
NOT_RUNNING = {
    "$expr": {"$not": [{"$eq": [{"$getField": "summary.weave.status"}, {"$literal": "running"}]}]}
}


@pytest.fixture
def weave(world: World) -> WeaveCaller:
    return WeaveCaller(world)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def status_of(call: Any) -> str:
    word: str = call["summary"]["weave"]["status"]
    return word


# Doors


def test_every_route_but_health_wants_basic_auth_of_the_user_api(weave: WeaveCaller) -> None:
    body = {"project_id": PROJECT}
    missing = weave.send("/calls/stream_query", body, headers={})
    assert (missing.status, missing.json) == (401, {"detail": "Not authenticated"})
    wrong = ("Basic bm86bm8=", "Bearer demo-weave-key", "demo-weave-key")
    for header in wrong:
        answer = weave.send("/calls/stream_query", body, headers={"authorization": header})
        assert (answer.status, list(answer.json)) == (401, ["detail"])
    assert weave.ask("/server_info", headers={}).status == 401
    assert weave.ask("/health", headers={}).status == 200


def test_a_project_of_somebody_else_is_forbidden(weave: WeaveCaller) -> None:
    answer = weave.send("/calls/stream_query", {"project_id": "acme/other"})
    assert (answer.status, answer.json) == (403, {"reason": "Forbidden"})
    answer = weave.ask("/v2/acme/other/evaluation_runs")
    assert (answer.status, answer.json) == (403, {"reason": "Forbidden"})


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("/calls/stream_query", b"{", ["body"]),
        ("/calls/stream_query", b"[]", ["body"]),
        ("/calls/stream_query", {}, ["body", "project_id"]),
        ("/call/read", {"project_id": PROJECT}, ["body", "id"]),
        ("/call/read", {"project_id": PROJECT, "id": 7}, ["body", "id"]),
        ("/obj/read", {"project_id": PROJECT, "object_id": "x"}, ["body", "digest"]),
        ("/refs/read_batch", {}, ["body", "refs"]),
        ("/refs/read_batch", {"refs": [1]}, ["body", "refs", "0"]),
        ("/calls/stream_query", {"project_id": PROJECT, "filter": 3}, ["body", "filter"]),
        ("/calls/stream_query", {"project_id": PROJECT, "limit": "x"}, ["body", "limit"]),
        (
            "/calls/stream_query",
            {"project_id": PROJECT, "filter": {"call_ids": "x"}},
            ["body", "filter", "call_ids"],
        ),
        (
            "/calls/stream_query",
            {"project_id": PROJECT, "sort_by": [{"direction": "asc"}]},
            ["body", "sort_by", "0", "field"],
        ),
        (f"{V2}/eval_results/query", {}, ["body"]),
        (f"{V2}/eval_results/query", {"evaluation_call_ids": []}, ["body"]),
    ],
)
def test_what_does_not_fit_the_schema_is_422_and_names_the_place(
    weave: WeaveCaller, path: str, body: Any, place: list[str]
) -> None:
    answer = weave.send(path, body)
    assert answer.status == 422
    [detail] = answer.json["detail"]
    assert detail["loc"] == place
    assert detail.keys() >= {"type", "loc", "msg"}


def test_unknown_keys_are_passed_over(weave: WeaveCaller) -> None:
    assert weave.run_calls(nonsense=True, limit=1)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/calls/stream_query"), ("POST", "/nope"), ("GET", "/v2/a")]
)
def test_routes_nobody_has_are_404(weave: WeaveCaller, method: str, path: str) -> None:
    answer = read(weave.api.handle(Request(method, path, [], weave.auth, b"{}")))
    assert (answer.status, answer.json) == (404, {"detail": "Not Found"})


# Runs as calls


def test_every_run_is_a_call_with_the_documented_fields(
    weave: WeaveCaller, world: World, clock: FakeClock
) -> None:
    clock.advance(60)
    found = weave.run_calls()
    assert {call["id"] for call in found} == {run.id for run in world.runs("weave")}
    assert {status_of(call) for call in found} == WORDS
    for call in found:
        assert call.keys() >= CALL | NULLABLE
        assert UUID7.fullmatch(call["id"])
        assert call["op_name"].startswith(f"{ROOT}/op/Evaluation.evaluate:")
        assert call["inputs"]["self"].startswith(f"{ROOT}/object/")
        assert call["inputs"]["model"].startswith(f"{ROOT}/object/")
        assert call["parent_id"] is None
        assert (call["ended_at"] is None) == (status_of(call) == "running")
        assert (call["exception"] is None) == (status_of(call) != "error")
        assert ("latency_ms" in call["summary"]["weave"]) == (call["ended_at"] is not None)
        assert call == weave.call(call["id"])


def test_usage_and_counts_come_with_the_end(weave: WeaveCaller, clock: FakeClock) -> None:
    clock.advance(60)
    ended = set()
    for call in weave.run_calls():
        if call["ended_at"] is None:
            assert call["summary"].keys() == {"weave"}
            assert call["output"] is None
        else:
            ended.add(call["display_name"])
            assert call["summary"].keys() == {"weave", "usage", "status_counts"}
            failed = call["summary"]["status_counts"]["error"] > 0
            word = status_of(call)
            assert word == "error" or (word == "descendant_error") == failed
    assert {"quiet-pine", "crashed", "no rows"} <= ended


def test_the_list_is_oldest_first_unless_asked_and_pages_are_cut_from_it(
    weave: WeaveCaller,
) -> None:
    oldest_first = [call["id"] for call in weave.run_calls()]
    starts = [moment(call["started_at"]) for call in weave.run_calls()]
    assert starts == sorted(starts)
    newest = [{"field": "started_at", "direction": "desc"}]
    assert [call["id"] for call in weave.run_calls(sort_by=newest)] == oldest_first[::-1]
    pages = [weave.run_calls(sort_by=newest, limit=4, offset=at) for at in range(0, 16, 4)]
    assert [call["id"] for page in pages for call in page] == oldest_first[::-1]
    assert weave.run_calls(offset=500) == []


def test_runs_can_be_asked_by_evaluation_object_and_by_status(
    weave: WeaveCaller, world: World
) -> None:
    pine = weave.call(run_named(world, "quiet-pine").id)
    wanted = {"op_names": [EVALUATE], "input_refs": [pine["inputs"]["self"]]}
    names = {call["display_name"] for call in weave.calls(filter=wanted)}
    assert names == {"quiet-pine", "amber-river", "brisk-heron"}
    running = {"$expr": {"$eq": [{"$getField": "summary.weave.status"}, {"$literal": "running"}]}}
    found = weave.run_calls(query=running)
    assert found
    assert {status_of(call) for call in found} == {"running"}


def test_a_version_of_an_evaluation_fits_the_runs_that_name_it(weave: WeaveCaller) -> None:
    """An object never changes, so runs over fewer rows or trials name another version."""
    by_ref: dict[str, set[str]] = {}
    for call in weave.run_calls():
        by_ref.setdefault(call["inputs"]["self"], set()).add(call["display_name"])
    assert {"quiet-pine", "amber-river", "brisk-heron"} in by_ref.values()
    assert {"smoke"} in by_ref.values()
    assert {HOSTILE_NAME} in by_ref.values()


def test_columns_empty_what_was_not_asked_for_and_bend_the_status(
    weave: WeaveCaller, world: World
) -> None:
    """The projection trap."""
    wanted = {"call_ids": [run_named(world, "amber-river").id]}
    [bare] = weave.calls(filter=wanted, columns=["id", "output"])
    assert bare["output"]
    assert (bare["ended_at"], bare["display_name"], bare["exception"]) == (None, None, None)
    assert (bare["inputs"], bare["attributes"]) == ({}, {})
    assert bare["summary"] == {"weave": {"status": "running", "trace_name": "Evaluation.evaluate"}}
    [told] = weave.calls(filter=wanted, columns=["summary"])
    assert status_of(told) == "descendant_error"
    assert told["ended_at"] is not None
    assert told["display_name"] == "amber-river"
    [nested] = weave.calls(filter=wanted, columns=["inputs.self"])
    assert nested["inputs"].keys() == {"self", "model"}
    assert bare.keys() == told.keys() == weave.call(wanted["call_ids"][0]).keys()


def test_costs_come_only_when_asked_for(weave: WeaveCaller, world: World) -> None:
    run = run_named(world, "quiet-pine")
    assert "costs" not in weave.call(run.id)["summary"]["weave"]
    told = weave.call(run.id, include_costs=True)["summary"]["weave"]["costs"]
    assert told.keys() == {"claude-sonnet-4-5-20250929", "o4-mini-2025-04-16"}
    spent = told["claude-sonnet-4-5-20250929"]
    total = spent["prompt_tokens_total_cost"] + spent["completion_tokens_total_cost"]
    assert total == pytest.approx(sum(row.usd for row in world.rows(run)))
    [streamed] = weave.calls(filter={"call_ids": [run.id]}, columns=["id"], include_costs=True)
    assert streamed["summary"]["weave"]["costs"] == told
    live = run_named(world, "brisk-heron")
    assert "costs" not in weave.call(live.id, include_costs=True)["summary"]["weave"]


def test_vendors_word_usage_differently(weave: WeaveCaller, world: World) -> None:
    by_model: dict[str, Any] = {}
    for call in weave.run_calls():
        by_model |= call["summary"].get("usage", {})
    assert by_model["claude-sonnet-4-5-20250929"].keys() >= {"input_tokens", "output_tokens"}
    assert "total_tokens" not in by_model["claude-sonnet-4-5-20250929"]
    assert by_model["o4-mini-2025-04-16"].keys() >= {"prompt_tokens", "total_tokens", "requests"}


def test_an_unknown_call_is_null_with_200(weave: WeaveCaller) -> None:
    for unknown in ("0199f3b7-0e84-722b-900f-5e1f2b91d001", "nope", ""):
        assert weave.v1("/call/read", id=unknown) == {"call": None}
    assert weave.calls(filter={"call_ids": ["nope"]}) == []


def test_filter_lists_end_at_a_thousand(weave: WeaveCaller) -> None:
    assert weave.calls(filter={"call_ids": ["x"] * 1000}) == []
    answer = weave.refuse("/calls/stream_query", filter={"call_ids": ["x"] * 1001})
    assert (answer.status, list(answer.json)) == (400, ["reason"])


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"$expr": {"$sum": []}},
        {"$expr": {"$eq": [{"$literal": 1}]}},
        {"$expr": {"$gt": [{"$getField": "inputs.model"}, {"$literal": 3}]}},
        {"$expr": {"$convert": {"input": {"$literal": 1}, "to": "date"}}},
    ],
)
def test_queries_that_cannot_run_are_400(weave: WeaveCaller, query: Any) -> None:
    answer = weave.refuse("/calls/query_stats", query=query, filter={"op_names": [EVALUATE]})
    assert (answer.status, list(answer.json)) == (400, ["reason"])


# Trees


def test_a_finished_tree_is_whole(weave: WeaveCaller, world: World) -> None:
    run = run_named(world, "amber-river")
    below = weave.calls(filter={"parent_ids": [run.id]})
    assert len(below) == 80 * 3 + 1
    assert below[-1]["op_name"].startswith(f"{ROOT}/op/Evaluation.summarize:")
    assert below[-1]["output"] == weave.call(run.id)["output"]
    root = weave.call(run.id)
    everything = [root, *below]
    for trial in below[:-1]:
        everything += weave.calls(filter={"parent_ids": [trial["id"]]})
    for call in everything:
        assert call.keys() >= CALL | NULLABLE
        assert UUID7.fullmatch(call["id"])
        assert call["trace_id"] == root["trace_id"]
        assert moment(root["started_at"]) <= moment(call["started_at"])
        assert moment(call["started_at"]) <= moment(call["ended_at"])
        assert moment(call["ended_at"]) <= moment(root["ended_at"])
        if "trace_name" in call["summary"]["weave"]:
            assert f"/op/{call['summary']['weave']['trace_name']}:" in call["op_name"]
    assert len({call["id"] for call in everything}) == len(everything)
    counts = root["summary"]["status_counts"]
    raised = sum(call["exception"] is not None for call in everything)
    assert counts == {"success": len(everything) - raised, "error": raised}
    usages = [call["summary"].get("usage", {}) for call in below[:-1]]
    for model, told in root["summary"]["usage"].items():
        for field, number in told.items():
            if isinstance(number, int):
                assert number == sum(usage[model][field] for usage in usages if model in usage)
    for call in (below[0], below[-1], everything[-1]):
        assert weave.call(call["id"]) == call


def test_who_wrote_a_call_is_marked_below_the_root_or_on_all(
    weave: WeaveCaller, world: World
) -> None:
    def metas(name: str) -> list[Any]:
        run = run_named(world, name)
        trial = weave.calls(filter={"parent_ids": [run.id]}, limit=1)[0]
        scorers = weave.calls(filter={"parent_ids": [trial["id"]]})
        calls = (weave.call(run.id), trial, scorers[0], scorers[-1])
        return [call["attributes"].get("_weave_eval_meta") for call in calls]

    assert metas("quiet-pine") == [None, *[{"declarative": True}] * 3]
    logged = {"imperative": True}
    assert metas("soft-meadow") == [logged, logged, logged, logged | {"score": True}]


def test_dataset_rows_are_refs_and_logged_ones_are_there(weave: WeaveCaller, world: World) -> None:
    for name, inline in (("quiet-pine", False), ("soft-meadow", True), ("laptop closed", True)):
        run = run_named(world, name)
        trial = weave.calls(filter={"parent_ids": [run.id]}, limit=1)[0]
        predict = weave.calls(filter={"parent_ids": [trial["id"]]})[0]
        example = trial["inputs"]["example"]
        if inline:
            assert example == world.row(run, 0).item
            assert predict["inputs"].items() >= example.items()
        else:
            assert example.startswith(f"{ROOT}/object/support-faq:")
            assert predict["inputs"]["question"] == f"{example}/key/question"


def test_functions_score_as_ops_of_their_name_and_judges_as_methods(
    weave: WeaveCaller, world: World
) -> None:
    run = run_named(world, "quiet-pine")
    trial = weave.calls(filter={"parent_ids": [run.id]}, limit=1)[0]
    ops = [call["op_name"] for call in weave.calls(filter={"parent_ids": [trial["id"]]})]
    names = [op.rpartition("/")[2].partition(":")[0] for op in ops]
    assert names == ["claude-sonnet.predict", "correct.score", "close", "mentions-policy"]
    row = next(row for row in weave.rows(run.id) if row["evaluations"][0]["trials"][0]["scores"])
    assert row["evaluations"][0]["trials"][0]["scorer_call_ids"].keys() == {"correct"}
    assert row["evaluations"][0]["trials"][0]["scores"].keys() == {
        "correct", "close", "mentions-policy",
    }  # fmt: skip


# Live


def test_a_live_run_fills_up_and_then_ends(
    weave: WeaveCaller, world: World, clock: FakeClock
) -> None:
    run = run_named(world, "smoke")
    wanted = {"parent_ids": [run.id], "op_names": [TRIAL]}
    done = []
    for _ in range(12):
        done.append(weave.count(filter=wanted, query=NOT_RUNNING))
        call = weave.call(run.id)
        assert call["ended_at"] is None
        assert status_of(call) == "running"
        assert call["output"] is None
        clock.advance(5)
    assert done == sorted(done)
    assert done[0] < 3 < done[-1] < 16
    clock.advance(60)
    call = weave.call(run.id)
    assert weave.count(filter=wanted) == 16
    assert status_of(call) in {"success", "descendant_error"}
    assert call["output"].keys() == {"correct", "close", "mentions-policy", "model_latency"}
    assert START < moment(call["ended_at"]) < clock.now()


def test_some_writers_show_trials_before_they_end(
    weave: WeaveCaller, world: World, clock: FakeClock
) -> None:
    run = run_named(world, "brisk-heron")
    waiting: list[Any] = []
    while not waiting:
        clock.advance(1)
        calls = weave.calls(filter={"parent_ids": [run.id]})
        waiting = [call for call in calls if call["ended_at"] is None]
    done = world.state(run).done
    assert len(calls) == done + len(waiting)
    assert weave.count(filter={"parent_ids": [run.id]}, query=NOT_RUNNING) == done
    call = waiting[0]
    assert (status_of(call), call["output"], call["exception"]) == ("running", None, None)
    assert moment(call["started_at"]) <= clock.now()
    trials = {
        trial["predict_and_score_call_id"]: trial
        for row in weave.rows(run.id)
        for trial in row["evaluations"][0]["trials"]
    }
    assert len(trials) == len(calls)
    shown = trials[call["id"]]
    assert (shown["model_output"], shown["scores"], shown["model_latency_seconds"]) == (
        None, {}, None,
    )  # fmt: skip
    [told] = weave.statistics(run.id)["evaluations"]
    assert told["trial_count"] == len(calls)
    clock.advance(30)
    later = weave.call(call["id"])
    assert later["ended_at"] is not None
    assert later["started_at"] == call["started_at"]


def test_other_writers_show_ended_trials_only(weave: WeaveCaller, clock: FakeClock) -> None:
    for _ in range(10):
        clock.advance(3)
        for call in weave.run_calls():
            if call["ended_at"] is None and call["display_name"] != "brisk-heron":
                below = weave.calls(filter={"parent_ids": [call["id"]]})
                assert all(child["ended_at"] is not None for child in below)


def test_a_killed_process_leaves_its_run_running(weave: WeaveCaller, world: World) -> None:
    run = run_named(world, "laptop closed")
    assert run.fate is Fate.STALLS
    call = weave.call(run.id)
    assert (status_of(call), call["ended_at"]) == ("running", None)
    assert weave.count(filter={"parent_ids": [run.id]}) == 74


def test_a_crashed_run_says_why_and_has_no_summary(weave: WeaveCaller, world: World) -> None:
    call = weave.call(run_named(world, "crashed").id)
    told = json.loads(call["exception"])
    assert told["type"] == "ConnectionError"
    assert told["message"] == "Cannot reach the vector database at qdrant:6333."
    assert told["traceback"][0].keys() == {"filename", "line_number", "function_name", "text"}
    assert call["output"] is None
    assert call["ended_at"] is not None
    below = weave.calls(filter={"parent_ids": [call["id"]]})
    assert {c["op_name"].partition("/op/")[2].partition(":")[0] for c in below} == {
        "Evaluation.predict_and_score"
    }


def test_counting_can_stop_early(weave: WeaveCaller, world: World) -> None:
    run = run_named(world, "quiet-pine")
    assert weave.count(filter={"parent_ids": [run.id]}) == 241
    assert weave.count(filter={"parent_ids": [run.id]}, limit=1) == 1
    assert weave.count(limit=1) == 1
    answer = weave.v1("/calls/query_stats", limit=1)
    assert answer.keys() == {"count", "has_more", "total_storage_size_bytes"}


def test_trees_can_be_asked_whole_by_their_trace(weave: WeaveCaller, world: World) -> None:
    root = weave.call(run_named(world, HOSTILE_NAME).id)
    found = weave.calls(filter={"trace_ids": [root["trace_id"]]})
    assert len(found) == 1 + 29 * (1 + 1 + 3) + 1
    only = weave.calls(filter={"trace_ids": [root["trace_id"]], "trace_roots_only": True})
    assert only == [root]


def test_the_status_route_counts_as_the_server_does(
    weave: WeaveCaller, world: World, clock: FakeClock
) -> None:
    clock.advance(20)

    def status(name: str) -> Any:
        call_id = run_named(world, name).id
        return weave.v1("/evaluations/status", call_id=call_id)["status"]

    assert weave.v1("/evaluations/status", call_id="nope") == {"status": {"code": "not_found"}}
    assert status("crashed") == {"code": "failed", "error": None}
    pine = run_named(world, "quiet-pine")
    assert status("quiet-pine") == {"code": "complete", "output": weave.call(pine.id)["output"]}
    smoke = status("smoke")
    done = world.state(run_named(world, "smoke")).done
    assert smoke == {"code": "running", "completed_rows": done, "total_rows": 8}
    river = status("brisk-heron")
    assert river["total_rows"] == max(80, river["completed_rows"])
    # Nobody knows how long a logged run will be: the total is what has come.
    clock.advance(40)
    comet = status("late-comet")
    assert comet["total_rows"] == comet["completed_rows"] > 1
    trial = weave.calls(filter={"parent_ids": [pine.id]}, limit=1)[0]
    answer = weave.refuse("/evaluations/status", call_id=trial["id"])
    assert (answer.status, answer.json) == (400, {"reason": "Call is not an evaluation"})


# The list of runs made through the v2 API


def test_the_v2_list_shows_runs_of_its_own_making_only_oldest_first(
    weave: WeaveCaller, world: World
) -> None:
    answer = weave.ask(f"{V2}/evaluation_runs")
    assert answer.headers["content-type"] == "application/jsonl"
    told = answer.lines
    names = [weave.call(run["evaluation_run_id"])["display_name"] for run in told]
    assert names == ["no rows", "laptop closed"]
    marked = [
        call["display_name"]
        for call in weave.run_calls()
        if call["attributes"].get("weave", {}).get("evaluation_run") == "true"
    ]
    assert marked == names
    for run in told:
        assert run.keys() == EVALUATION_RUN
        assert run == weave.get(f"{V2}/evaluation_runs/{run['evaluation_run_id']}")
    assert [run["status"] for run in told] == ["completed", "running"]
    assert told[1]["finished_at"] is None
    assert told[1]["summary"]["weave"]["status"] == "running"


def test_the_v2_list_pages_and_filters(weave: WeaveCaller) -> None:
    path = "/evaluation_runs"
    told = weave.lines(path)
    assert weave.lines(path, ("limit", "1")) == told[:1]
    assert weave.lines(path, ("limit", "1"), ("offset", "1")) == told[1:]
    assert weave.ask(f"{V2}{path}", offset=2).body == b""
    for name, field in (
        ("evaluations", "evaluation"),
        ("models", "model"),
        ("evaluation_run_ids", "evaluation_run_id"),
    ):
        assert told[1] in weave.lines(path, (name, told[1][field]))
        assert weave.lines(path, (name, "nope"), (name, told[0][field]))[0] == told[0]
        assert weave.lines(path, (name, "nope")) == []
    assert weave.ask(f"{V2}{path}", limit="x").status == 422


def test_the_single_read_knows_every_call(weave: WeaveCaller, world: World) -> None:
    for name, status in (
        ("quiet-pine", "completed"),
        ("crashed", "failed"),
        ("brisk-heron", "running"),
    ):
        run = weave.get(f"{V2}/evaluation_runs/{run_named(world, name).id}")
        assert run.keys() == EVALUATION_RUN
        assert run["status"] == status
    pine = run_named(world, "quiet-pine")
    trial = weave.calls(filter={"parent_ids": [pine.id]}, limit=1)[0]
    told = weave.get(f"{V2}/evaluation_runs/{trial['id']}")
    assert (told["evaluation_run_id"], told["status"]) == (trial["id"], "completed")
    answer = weave.ask(f"{V2}/evaluation_runs/nope")
    assert (answer.status, answer.json) == (404, {"reason": "Evaluation run nope not found"})


# Objects and tables


def test_evaluations_are_listed_by_version_with_their_datasets(
    weave: WeaveCaller, world: World
) -> None:
    answer = weave.ask(f"{V2}/evaluations")
    assert answer.headers["content-type"] == "application/x-ndjson"
    told = answer.lines
    assert {one["name"] for one in told} == {"faq-eval", "rag-qa-eval", "claims-agent-eval"}
    refs = {call["inputs"]["self"] for call in weave.run_calls()}
    for one in told:
        assert one.keys() == EVALUATION
        assert f"{ROOT}/object/{one['object_id']}:{one['digest']}" in refs
        path = f"{V2}/evaluations/{one['object_id']}/versions/{one['digest']}"
        assert weave.get(path) == one
    assert len(told) == len(refs)
    assert weave.lines("/evaluations", ("limit", "2"), ("offset", "1")) == told[1:3]
    assert weave.ask(f"{V2}/evaluations/faq-eval/versions/nope").status == 404


def test_a_run_s_total_can_be_learnt_from_its_objects(weave: WeaveCaller, world: World) -> None:
    def learnt(name: str) -> tuple[int, int]:
        ref = weave.call(run_named(world, name).id)["inputs"]["self"]
        object_id, _, digest = ref.removeprefix(f"{ROOT}/object/").partition(":")
        obj = weave.v1("/obj/read", object_id=object_id, digest=digest)["obj"]
        assert obj.keys() >= OBJECT
        assert (obj["kind"], obj["base_object_class"]) == ("object", "Evaluation")
        [dataset] = weave.post("/refs/read_batch", {"refs": [obj["val"]["dataset"]]})["vals"]
        table = dataset["rows"].removeprefix(f"{ROOT}/table/")
        assert re.fullmatch(r"[0-9a-f]{64}", table)
        return weave.v1("/table/query_stats", digest=table)["count"], obj["val"]["trials"]

    assert learnt("quiet-pine") == (80, 3)
    assert learnt("smoke") == (8, 2)
    assert learnt("judge-v4") == (500, 1)
    assert learnt("soft-meadow") == (1, 1), "a logger's dataset is a placeholder"


def test_objects_can_be_read_by_digest_latest_or_number(weave: WeaveCaller) -> None:
    versions = [one for one in weave.ask(f"{V2}/evaluations").lines if one["name"] == "faq-eval"]
    assert [one["version_index"] for one in versions] == list(range(len(versions)))
    assert len(versions) >= 3

    def read_one(digest: str) -> Any:
        return weave.v1("/obj/read", object_id="faq-eval", digest=digest)["obj"]

    for one in versions:
        assert read_one(one["digest"]) == read_one(f"v{one['version_index']}")
    assert read_one("latest") == read_one(versions[-1]["digest"])
    assert [read_one(one["digest"])["is_latest"] for one in versions] == [0] * (
        len(versions) - 1
    ) + [1]
    for missing in ("v99", "nope"):
        answer = weave.refuse("/obj/read", object_id="faq-eval", digest=missing)
        assert (answer.status, list(answer.json)) == (404, ["reason"])
    assert weave.refuse("/obj/read", object_id="nope", digest="latest").status == 404


def test_everything_a_run_refers_to_can_be_read(weave: WeaveCaller, world: World) -> None:
    kinds = set()
    for name in ("quiet-pine", "judge-v3", "soft-meadow"):
        call = weave.call(run_named(world, name).id)
        trial = weave.calls(filter={"parent_ids": [call["id"]]}, limit=1)[0]
        below = weave.calls(filter={"parent_ids": [trial["id"]]})
        [evaluation] = weave.post("/refs/read_batch", {"refs": [call["inputs"]["self"]]})["vals"]
        refs = [call["inputs"]["model"], call["op_name"], *evaluation["scorers"]]
        refs += [one["op_name"] for one in below] + [evaluation["dataset"]]
        refs += [one["inputs"]["self"] for one in below if "self" in one["inputs"]]
        values = weave.post("/refs/read_batch", {"refs": refs})["vals"]
        kinds |= {value["_type"] for value in values}
    assert kinds == {"Model", "Scorer", "Dataset", "CustomWeaveType"}


def test_rows_and_cells_can_be_read_by_ref(weave: WeaveCaller, world: World) -> None:
    run = run_named(world, "quiet-pine")
    trial = weave.calls(filter={"parent_ids": [run.id]}, limit=1)[0]
    ref = trial["inputs"]["example"]
    values = weave.post(
        "/refs/read_batch", {"refs": [ref, f"{ref}/key/question", f"{ref}/key/nope"]}
    )["vals"]
    item = world.row(run, 0).item
    assert values == [item, item["question"], None]


def test_a_batch_of_refs_fails_as_one(weave: WeaveCaller, world: World) -> None:
    good = weave.call(run_named(world, "quiet-pine").id)["inputs"]["self"]

    def refusal(*refs: str) -> tuple[int, Any]:
        answer = weave.send("/refs/read_batch", {"refs": [*refs]})
        return answer.status, answer.json

    status, body = refusal(good, f"{ROOT}/object/faq-eval:gone", f"{ROOT}/object/nope:away")
    assert status == 404
    assert body.keys() == {"reason", "missing_object_digests"}
    assert body["missing_object_digests"] == ["gone", "away"]
    for unreadable in (f"{ROOT}/table/abc", f"{ROOT}/call/0199"):
        status, body = refusal(good, unreadable)
        assert (status, list(body)) == (400, ["reason"])
    assert refusal(good, "not a ref") == (500, {"reason": "Internal server error"})
    assert refusal("weave:///acme/other/object/x:y")[0] == 403
    assert refusal(*[good] * 1001)[0] == 400
    assert len(weave.post("/refs/read_batch", {"refs": [good] * 3})["vals"]) == 3


def test_tables_are_in_dataset_order(weave: WeaveCaller, world: World) -> None:
    run = run_named(world, "quiet-pine")
    ref = weave.call(run.id)["inputs"]["self"]
    [evaluation] = weave.post("/refs/read_batch", {"refs": [ref]})["vals"]
    [dataset] = weave.post("/refs/read_batch", {"refs": [evaluation["dataset"]]})["vals"]
    digest = dataset["rows"].rpartition("/")[2]
    rows = weave.v1("/table/query", digest=digest)["rows"]
    assert [row["original_index"] for row in rows] == list(range(80))
    assert [row["val"] for row in rows] == [world.row(run, index).item for index in range(80)]
    assert {row["digest"] for row in rows} == {row["row_digest"] for row in weave.rows(run.id)}
    assert weave.v1("/table/query", digest=digest, offset=78, limit=5)["rows"] == rows[78:]
    picked = weave.v1("/table/query", digest=digest, filter={"row_digests": [rows[4]["digest"]]})
    assert picked["rows"] == [rows[4]]
    by_text = weave.v1(
        "/table/query", digest=digest, sort_by=[{"field": "question", "direction": "asc"}]
    )["rows"]
    questions = [row["val"]["question"] for row in by_text]
    assert questions == sorted(questions)


def test_tables_are_counted_one_by_one_or_together(weave: WeaveCaller, world: World) -> None:
    assert weave.v1("/table/query_stats", digest="nope") == {"count": 0}
    assert weave.v1("/table/query", digest="nope") == {"rows": []}
    told = weave.v1("/table/query_stats_batch", digests=["nope"])["tables"]
    assert told == [{"digest": "nope", "count": 0, "storage_size_bytes": None}]


def test_a_world_that_moved_back_forgets_what_has_not_happened(
    weave: WeaveCaller, world: World, clock: FakeClock
) -> None:
    run = run_named(world, "brisk-heron")
    clock.jump(60)
    later = weave.count(filter={"parent_ids": [run.id]}, query=NOT_RUNNING)
    clock.jump(-60)
    now = weave.count(filter={"parent_ids": [run.id]}, query=NOT_RUNNING)
    assert now == world.state(run).done < later
    assert timedelta(0) < clock.now() - moment(weave.call(run.id)["started_at"])
