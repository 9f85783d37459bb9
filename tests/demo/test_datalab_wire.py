"""Datalab's batch runs as its documents and schema describe them. Required fields are theirs."""

from datetime import datetime
from typing import Any

import pytest

from tests.clock import START, FakeClock
from tests.demo.callers import Caller, read
from tui.demo.exhibits import EXHIBITS, HOSTILE_NAME
from tui.demo.facts import SimRun
from tui.demo.wire import Request
from tui.demo.world import World

RUN = {
    "id", "collection_id", "eval_rubric_id", "pipeline_id", "pipeline_type", "status",
    "started_at", "completed_at", "total_files", "completed_files", "avg_score", "created",
}  # fmt: skip
FILE = {"request_id", "filename", "status"}
OPTIONAL = {"eval_score", "eval_results", "created", "lookup_key"}
COLLECTION = {"id", "name", "description", "archived", "created", "updated"}
RUBRIC = {
    "id", "name", "description", "eval_definition", "source", "source_processor_id", "archived",
    "version", "created", "updated",
}  # fmt: skip
RULE = {"name", "type", "rule_score", "items_evaluated", "individual_results"}
RUNS = "/eval_batch_runs"


@pytest.fixture
def datalab(world: World) -> Caller:
    return Caller(world, "datalab")


def run_named(world: World, name: str) -> SimRun:
    return next(run for run in world.runs("datalab") if run.name == name)


def narrowed(datalab: Caller, field: str, value: object) -> Any:
    query = [(field, str(value))]
    path = datalab.root + RUNS
    return read(datalab.api.handle(Request("GET", path, query, datalab.auth))).json


def results(datalab: Caller, run: SimRun) -> Any:
    return datalab.get(f"{RUNS}/{run.id}/results")


def files_of(datalab: Caller, run: SimRun) -> list[Any]:
    files: list[Any] = results(datalab, run)["file_results"]
    return files


# Doors


def test_the_key_comes_in_its_own_header(datalab: Caller) -> None:
    text = "Invalid API key provided. Set the X-API-Key header to your API key."
    for headers in ({}, {"x-api-key": "nope"}, {"authorization": "Bearer demo-datalab-key"}):
        for path in (RUNS, "/user_health", "/nope"):
            answer = datalab.ask(path, headers=headers)
            assert (answer.status, answer.json) == (401, {"detail": text})
    assert datalab.ask("/health", headers={}).json == {"status": "ok"}
    assert datalab.get("/user_health") == {"status": "ok"}


def test_routes_and_methods_nobody_has(datalab: Caller) -> None:
    for path in ("/nope", f"{RUNS}/4701/nope", ""):
        assert (datalab.ask(path).status, list(datalab.ask(path).json)) == (404, ["detail"])
    answer = datalab.ask(RUNS, method="POST")
    assert (answer.status, answer.json) == (405, {"detail": "Method Not Allowed"})


@pytest.mark.parametrize(
    ("path", "query", "kind", "loc"),
    [
        (RUNS, {"limit": "0"}, "greater_than_equal", ["query", "limit"]),
        (RUNS, {"limit": "201"}, "less_than_equal", ["query", "limit"]),
        (RUNS, {"limit": "ten"}, "int_parsing", ["query", "limit"]),
        (RUNS, {"limit": ""}, "int_parsing", ["query", "limit"]),
        (RUNS, {"limit": "²"}, "int_parsing", ["query", "limit"]),
        (RUNS, {"offset": "-1"}, "greater_than_equal", ["query", "offset"]),
        (RUNS, {"collection_id": "x"}, "int_parsing", ["query", "collection_id"]),
        ("/collections", {"limit": "201"}, "less_than_equal", ["query", "limit"]),
        ("/pipelines", {"saved_only": "maybe"}, "bool_parsing", ["query", "saved_only"]),
        (f"{RUNS}/abc", {}, "int_parsing", ["path", "run_id"]),
        (f"{RUNS}/abc/results", {}, "int_parsing", ["path", "run_id"]),
        ("/collections/abc", {}, "int_parsing", ["path", "collection_id"]),
        ("/eval_rubrics/abc", {}, "int_parsing", ["path", "rubric_id"]),
    ],
)
def test_bad_parameters_are_422_and_name_the_place(
    datalab: Caller, path: str, query: dict[str, str], kind: str, loc: list[str]
) -> None:
    answer = datalab.ask(path, "GET", None, **query)
    assert answer.status == 422
    [detail] = answer.json["detail"]
    assert (detail["type"], detail["loc"]) == (kind, loc)
    assert detail.keys() == {"type", "loc", "msg", "input"}


def test_unknown_things_are_404_in_words(datalab: Caller) -> None:
    for path in (f"{RUNS}/9999", f"{RUNS}/9999/results"):
        answer = datalab.ask(path)
        assert (answer.status, answer.json) == (404, {"detail": "Batch run not found"})
    for path in ("/collections/9", "/eval_rubrics/9", "/pipelines/pl_nope", "/convert/nope"):
        assert (datalab.ask(path).status, list(datalab.ask(path).json)) == (404, ["detail"])


# The list


def test_every_run_has_all_twelve_keys_in_every_state(
    datalab: Caller, world: World, clock: FakeClock
) -> None:
    statuses = set()
    for seconds in (0, 82, 25):
        clock.advance(seconds)
        page = datalab.get(RUNS)
        assert page.keys() == {"batch_runs", "total"}
        assert page["total"] == len(page["batch_runs"]) == len(world.runs("datalab"))
        for run in page["batch_runs"]:
            statuses.add(run["status"])
            assert run.keys() == RUN
            assert isinstance(run["id"], int)
            assert run == datalab.get(f"{RUNS}/{run['id']}")
            assert (run["completed_at"] is not None) == (run["status"] in {"completed", "failed"})
            assert (run["started_at"] is None) == (run["status"] == "pending")
            assert run["completed_files"] <= run["total_files"]
            if run["status"] == "pending":
                assert (run["total_files"], run["avg_score"]) == (0, None)
    assert statuses == {"pending", "running", "completed", "failed"}


def test_times_have_no_zone_and_mean_utc(datalab: Caller, world: World) -> None:
    fractions = set()
    for told in datalab.get(RUNS)["batch_runs"]:
        run = world.run("datalab", str(told["id"]))
        assert run is not None
        state = world.state(run)
        for field, offset in (
            ("created", state.created),
            ("started_at", state.started),
            ("completed_at", state.ended),
        ):
            if told[field] is None:
                assert offset is None
                continue
            naive = datetime.fromisoformat(told[field])
            assert naive.tzinfo is None
            assert offset is not None
            assert naive.replace(tzinfo=START.tzinfo) == world.moment(offset)
            fractions.add("." in told[field])
    assert fractions == {True, False}


def test_pages_are_cut_by_offset_and_the_total_stays(datalab: Caller) -> None:
    ids = [run["id"] for run in datalab.get(RUNS, limit=200)["batch_runs"]]
    paged = []
    for offset in range(0, len(ids) + 3, 3):
        page = datalab.get(RUNS, limit=3, offset=offset)
        assert page["total"] == len(ids)
        paged += [run["id"] for run in page["batch_runs"]]
    assert paged == ids
    assert len(set(ids)) == len(ids)


def test_the_list_can_be_narrowed_and_says_how_many_match(datalab: Caller) -> None:
    runs = datalab.get(RUNS)["batch_runs"]
    for field in ("collection_id", "eval_rubric_id", "pipeline_id"):
        values = {run[field] for run in runs} - {None}
        assert values
        for value in values:
            page = narrowed(datalab, field, value)
            assert page["batch_runs"] == [run for run in runs if run[field] == value]
            assert page["total"] == len(page["batch_runs"]) > 0
    assert datalab.get(RUNS, collection_id=9) == {"batch_runs": [], "total": 0}


def test_names_can_be_joined(datalab: Caller) -> None:
    collections = datalab.get("/collections")
    assert collections.keys() == {"collections", "total"}
    rubrics = datalab.get("/eval_rubrics")["eval_rubrics"]
    pipelines = datalab.get("/pipelines")["pipelines"]
    for one in collections["collections"]:
        assert one.keys() >= COLLECTION
        assert one["files"] == []
        assert one == datalab.get(f"/collections/{one['id']}")
    for one in rubrics:
        assert one.keys() >= RUBRIC
        assert one == datalab.get(f"/eval_rubrics/{one['id']}")
    names = {one["id"]: one["name"] for one in collections["collections"]}
    assert HOSTILE_NAME in names.values()
    saved = {one["pipeline_id"] for one in pipelines}
    listed = {
        one["pipeline_id"] for one in datalab.get("/pipelines", saved_only="false")["pipelines"]
    }
    assert saved < listed
    for run in datalab.get(RUNS)["batch_runs"]:
        assert run["collection_id"] in names
        if run["pipeline_id"] is None:
            assert run["eval_rubric_id"] in {one["id"] for one in rubrics}
        else:
            assert run["eval_rubric_id"] is None
            assert run["pipeline_id"] in listed
            told = datalab.get(f"/pipelines/{run['pipeline_id']}")
            assert told["pipeline_id"] == run["pipeline_id"]
            assert isinstance(told["id"], int)


# Results


def test_every_file_has_the_three_keys_and_some_only_these(datalab: Caller, world: World) -> None:
    bare = odd = keyless = 0
    for run in world.runs("datalab"):
        answer = results(datalab, run)
        assert answer.keys() == {"batch_run", "file_results"}
        assert answer["batch_run"] == datalab.get(f"{RUNS}/{run.id}")
        files = answer["file_results"]
        assert len({one["request_id"] for one in files}) == len(files)
        for one in files:
            assert one.keys() >= FILE
            assert one.keys() <= FILE | OPTIONAL
            assert isinstance(one["request_id"], int)
            if one["status"] == "complete":
                bare += one.keys() == FILE
                keyless += one.get("lookup_key", "") is None
                odd += "evaluations" not in (one.get("eval_results") or {"evaluations": ()})
            if one["status"] == "failed":
                assert (one["eval_score"], one["eval_results"]) == (None, None)
    assert min(bare, odd, keyless) >= 3


def test_scores_are_the_mean_of_the_rules_and_the_run_s_of_the_files(
    datalab: Caller, world: World
) -> None:
    for run in world.runs("datalab"):
        files = files_of(datalab, run)
        for one in files:
            told = one.get("eval_results") or {}
            if "evaluations" in told:
                assert told.keys() == {
                    "eval_definition_name", "evaluations", "total_items_evaluated",
                }  # fmt: skip
                assert all(rule.keys() == RULE for rule in told["evaluations"])
                scores = [rule["rule_score"] for rule in told["evaluations"]]
                assert all(0 <= score <= 5 for score in scores)
                assert one["eval_score"] == pytest.approx(sum(scores) / 3, abs=1e-4)
                items = sum(rule["items_evaluated"] for rule in told["evaluations"])
                assert told["total_items_evaluated"] == items
        known = [one["eval_score"] for one in files if one.get("eval_score") is not None]
        average = datalab.get(f"{RUNS}/{run.id}")["avg_score"]
        assert average == (pytest.approx(sum(known) / len(known), abs=1e-4) if known else None)


def test_a_live_run_fills_up_and_then_ends(datalab: Caller, world: World, clock: FakeClock) -> None:
    run = run_named(world, "quick look")
    done = []
    for _ in range(9):
        answer = results(datalab, run)
        told = answer["batch_run"]
        done.append(told["completed_files"])
        assert told["status"] == "running"
        words = [one["status"] for one in answer["file_results"]]
        assert words.count("processing") == (0 if done[-1] == 12 else 1)
        assert len(words) == min(12, done[-1] + 1)
        assert told["total_files"] == 12
        clock.advance(8)
    assert done == sorted(done)
    assert done[0] < 4 < done[-1] < 12
    clock.advance(60)
    answer = results(datalab, run)
    assert answer["batch_run"]["status"] == "completed"
    assert answer["batch_run"]["completed_files"] == 12
    assert {one["status"] for one in answer["file_results"]} <= {"complete", "failed"}


def test_a_failed_run_has_an_end_and_no_reason(datalab: Caller, world: World) -> None:
    told = datalab.get(f"{RUNS}/{run_named(world, 'broken schema').id}")
    assert told["status"] == "failed"
    assert told["completed_at"] is not None
    assert 0 < told["completed_files"] < told["total_files"]


def test_a_run_without_files_is_complete_and_empty(datalab: Caller, world: World) -> None:
    answer = results(datalab, run_named(world, "no files"))
    assert answer["file_results"] == []
    assert answer["batch_run"]["status"] == "completed"
    assert (answer["batch_run"]["total_files"], answer["batch_run"]["avg_score"]) == (0, None)


# Documents


def then(world: World, run: SimRun, seconds: float) -> Caller:
    """Return a client in the same world some time after a run's creation: documents are kept."""
    return Caller(
        World(world.seed, START, FakeClock(world.moment(run.created + seconds))), "datalab"
    )


def documents(datalab: Caller, run: SimRun, route: str) -> list[Any]:
    """Return the answers for the documents of a run's files."""
    keys = [one["lookup_key"] for one in files_of(datalab, run) if one.get("lookup_key")]
    return [datalab.ask(f"/{route}/{key}") for key in keys]


def test_a_lookup_key_opens_the_document_by_the_pipeline_s_type(
    datalab: Caller, world: World, clock: FakeClock
) -> None:
    fresh = run_named(world, "half an hour ago")
    answers = documents(datalab, fresh, "convert")
    assert {answer.status for answer in answers} == {200}
    texts = {row.output_text for row in world.rows(fresh)}
    for answer in answers:
        told = answer.json
        assert (told["status"], told["success"], told["error"]) == ("complete", True, None)
        assert told["markdown"] in texts
        assert told["evaluation"].keys() == {
            "eval_definition_name", "evaluations", "total_items_evaluated",
        }  # fmt: skip
    for route in ("extract", "segment", "agent", "custom-processor"):
        assert {answer.status for answer in documents(datalab, fresh, route)} == {404}
    clock.advance(120)
    look = run_named(world, "quick look")
    for answer in documents(datalab, look, "agent"):
        told = answer.json
        assert told["output_shape"] == "json"
        assert told["extraction_schema_json"].startswith(("{", "`"))
    assert {answer.status for answer in documents(datalab, look, "extract")} == {404}


def test_documents_are_gone_after_an_hour(datalab: Caller, world: World, clock: FakeClock) -> None:
    fresh = run_named(world, "half an hour ago")
    assert {answer.status for answer in documents(datalab, fresh, "convert")} == {200}
    clock.advance(1800)
    half = [answer.status for answer in documents(datalab, fresh, "convert")]
    assert set(half) == {200, 404}
    assert half == sorted(half, reverse=True), "the oldest go first"
    clock.advance(1800)
    gone = documents(datalab, fresh, "convert")
    assert {answer.status for answer in gone} == {404}
    assert gone[0].json == {"detail": "Request not found or expired"}


def test_a_file_being_processed_says_so(datalab: Caller, world: World, clock: FakeClock) -> None:
    run = run_named(world, "this morning")
    [waiting] = [one for one in files_of(datalab, run) if one["status"] == "processing"]
    path = f"/convert/{waiting['lookup_key']}"
    assert datalab.get(path) == {"status": "processing"}
    clock.advance(40)
    assert datalab.get(path)["status"] == "complete"


def test_a_failed_document_is_complete_without_success(world: World) -> None:
    run = run_named(world, "sections")
    datalab = then(world, run, 230)
    failed = [one for one in files_of(datalab, run) if one["status"] == "failed"]
    assert failed
    for one in failed:
        told = datalab.get(f"/segment/{one['lookup_key']}")
        assert (told["status"], told["success"]) == ("complete", False)
        assert told["error"]
        assert told["markdown"] is None
    good = next(one for one in files_of(datalab, run) if one.get("eval_score"))
    [segment] = datalab.get(f"/segment/{good['lookup_key']}")["segmentation_results"]["segments"]
    assert segment.keys() == {"name", "pages", "confidence"}


# Hostile answers


def test_hostile_documents_travel_unchanged(world: World) -> None:
    run = run_named(world, "exhibits")
    datalab = then(world, run, 120)
    assert datalab.get(f"{RUNS}/{run.id}")["completed_files"] == len(EXHIBITS)
    texts = {answer.json["markdown"] for answer in documents(datalab, run, "convert")}
    without = {
        index for index, one in enumerate(files_of(datalab, run)) if not one.get("lookup_key")
    }
    shown = {exhibit.text() for index, exhibit in enumerate(EXHIBITS) if index not in without}
    assert texts == shown
    assert len(without) < 3
