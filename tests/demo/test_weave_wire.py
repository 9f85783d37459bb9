"""Weave's doors and runs as its documentation and schema describe them."""

from typing import Any

import pytest

from tests.clock import FakeClock
from tests.demo.callers import read
from tests.demo.weave_client import (
    CALL,
    EVALUATE,
    NULLABLE,
    PROJECT,
    ROOT,
    UUID7,
    V2,
    WeaveCaller,
    moment,
    run_named,
    status_of,
)
from tui.demo.exhibits import HOSTILE_NAME
from tui.demo.wire import Request
from tui.demo.world import World

WORDS = {"success", "error", "running", "descendant_error"}


@pytest.fixture
def weave(world: World) -> WeaveCaller:
    return WeaveCaller(world)


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
