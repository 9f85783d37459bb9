"""Datalab's answers against the document given with `--specs`."""

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.clock import START, FakeClock
from tests.demo.callers import Caller
from tests.demo.schemas import Deviation, Sample, Spec, check
from tui.demo.facts import SimRun
from tui.demo.world import World

DEVIATIONS = (
    Deviation("ValidationError", "properties.input", "extra", "422 answers show what was refused"),
)
"""What else is odd about Datalab is odd in its document too (open words, missing keys)."""
_API = "/api/v1"
_RUN = "/eval_batch_runs/{run_id}"


def samples_of(caller: Caller, spec: Spec) -> Iterator[Sample]:
    """Yield everything there is at one moment, but documents."""

    def sample(template: str, path: str, **query: str | int) -> Sample:
        schema = spec.answer_schema("GET", _API + template, 200)
        return Sample(f"{path} {query}", schema, caller.get(path, **query))

    yield sample("/health", "/health")
    yield sample("/user_health", "/user_health")
    listed = sample("/eval_batch_runs", "/eval_batch_runs", limit=200)
    yield listed
    yield sample("/eval_batch_runs", "/eval_batch_runs", limit=2, offset=3)
    for run in listed.body["batch_runs"]:
        path = f"/eval_batch_runs/{run['id']}"
        yield sample(_RUN, path)
        yield sample(f"{_RUN}/results", f"{path}/results")
        if run["pipeline_id"] is not None:
            yield sample("/pipelines/{pipeline_id}", f"/pipelines/{run['pipeline_id']}")
    yield sample("/pipelines", "/pipelines", saved_only="false", include_archived="true")
    collections = sample("/collections", "/collections")
    yield collections
    for one in collections.body["collections"]:
        yield sample("/collections/{collection_id}", f"/collections/{one['id']}")
    rubrics = sample("/eval_rubrics", "/eval_rubrics")
    yield rubrics
    for one in rubrics.body["eval_rubrics"]:
        yield sample("/eval_rubrics/{rubric_id}", f"/eval_rubrics/{one['id']}")


def documents_of(world: World, run: SimRun, spec: Spec) -> Iterator[Sample]:
    """Yield a run's documents as they were within the hour after its creation."""
    if not run.rows:
        return
    moment = world.moment(run.created + 900)
    caller = Caller(World(world.seed, START, FakeClock(moment)), "datalab")
    route = run.metadata["pipeline_type"]
    if run.metadata.get("pipeline_id", "").startswith("cp_"):
        route = "agent"
    schema = spec.answer_schema("GET", f"{_API}/{route}/{{request_id}}", 200)
    for one in caller.get(f"/eval_batch_runs/{run.id}/results")["file_results"]:
        if one.get("lookup_key"):
            path = f"/{route}/{one['lookup_key']}"
            yield Sample(path, schema, caller.get(path))


def test_datalab(
    specs: Path,
    world: World,
    clock: FakeClock,
    record_property: Callable[[str, object], None],
) -> None:
    file = specs / "datalab-evals.openapi.json"
    spec, caller = Spec(file, (), closed=True), Caller(world, "datalab")
    samples: list[Sample] = []
    for seconds in (0, 30, 60):
        clock.advance(seconds)
        samples += samples_of(caller, spec)
    for run in world.runs("datalab"):
        samples += documents_of(world, run, spec)
    for template, path, query in (
        ("/eval_batch_runs", "/eval_batch_runs", {"limit": 201}),
        ("/eval_batch_runs", "/eval_batch_runs", {"offset": -1}),
        (_RUN, "/eval_batch_runs/abc", {}),
    ):
        answer = caller.ask(path, "GET", None, **query)
        schema = spec.answer_schema("GET", _API + template, 422)
        samples.append(Sample(f"422 {path}", schema, answer.json))
    record_property("validated", check(file, DEVIATIONS, samples, closed=True))
