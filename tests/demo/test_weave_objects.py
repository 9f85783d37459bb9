"""Weave's list of its own runs, stored objects and tables."""

import re
from typing import Any

import pytest

from tests.demo.weave_client import (
    ROOT,
    V2,
    WeaveCaller,
    run_named,
)
from tui.demo.world import World

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


@pytest.fixture
def weave(world: World) -> WeaveCaller:
    return WeaveCaller(world)


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
