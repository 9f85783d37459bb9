"""Weave's trees of calls, finished and live."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.clock import START, FakeClock
from tests.demo.weave_client import (
    CALL,
    NOT_RUNNING,
    NULLABLE,
    ROOT,
    TRIAL,
    UUID7,
    WeaveCaller,
    moment,
    run_named,
    status_of,
)
from tui.demo.exhibits import HOSTILE_NAME
from tui.demo.facts import Fate
from tui.demo.world import World


@pytest.fixture
def weave(world: World) -> WeaveCaller:
    return WeaveCaller(world)


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
