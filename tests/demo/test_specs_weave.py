"""Weave's answers against the document given with `--specs`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.clock import FakeClock
from tests.demo.callers import Answer, read
from tests.demo.schemas import Deviation, Sample, Spec, check
from tests.demo.weave_client import EVALUATE, PROJECT, ROOT, WeaveCaller
from tui.demo.wire import Request
from tui.demo.world import World

DEVIATIONS: tuple[Deviation, ...] = ()
"""None: the document was cut from the service's own, and the service's known traps fit into it."""
_V2 = "/v2/{entity}/{project}"
_STEPS = (0, 25, 60)


class Sampler:
    """Asks, and keeps every answer beside what the document promises for it."""

    def __init__(self, world: World, spec: Spec) -> None:
        self.weave = WeaveCaller(world)
        self.spec = spec
        self.samples: list[Sample] = []

    def post(self, path: str, body: Any, *, template: str | None = None) -> Any:
        return self._kept("POST", template or path, self.weave.send(path, body))

    def v1(self, path: str, **body: Any) -> Any:
        return self.post(path, {"project_id": PROJECT, **body})

    def get(self, template: str, *pairs: tuple[str, str], **parts: str) -> Any:
        names = {"entity": "marigold", "project": "support-bot", **parts}
        path = template.format(**names)
        request = Request("GET", path, [*pairs], self.weave.auth)
        return self._kept("GET", template, read(self.weave.api.handle(request)))

    def refused(self, template: str, method: str, answer: Answer, status: int) -> None:
        assert answer.status == status
        self._kept(method, template, answer)

    def _kept(self, method: str, template: str, answer: Answer) -> Any:
        schema = self.spec.answer_schema(method, template, answer.status)
        kind = answer.headers["content-type"]
        body = answer.json if kind == "application/json" else answer.lines
        self.samples.append(Sample(f"{method} {template} {answer.status}", schema, body))
        return body


def sample_moment(sampler: Sampler) -> None:
    """Ask everything once, at one moment."""
    newest = [{"field": "started_at", "direction": "desc"}]
    roots = sampler.v1("/calls/stream_query", filter={"op_names": [EVALUATE]}, sort_by=newest)
    sampler.v1("/calls/stream_query", columns=["id", "summary"], include_costs=True)
    sampler.v1("/calls/query_stats", filter={"op_names": [EVALUATE]}, limit=1)
    sampler.v1("/feedback/query", limit=1)
    for one in sampler.get(f"{_V2}/evaluations"):
        at = {"object_id": one["object_id"], "digest": one["digest"]}
        sampler.get(f"{_V2}/evaluations/{{object_id}}/versions/{{digest}}", **at)
    sampler.get(f"{_V2}/evaluation_runs")
    for root in roots:
        sample_run(sampler, root)
    refs = [root["inputs"][name] for root in roots for name in ("self", "model")]
    for value in sampler.post("/refs/read_batch", {"refs": refs})["vals"]:
        if value["_type"] == "Evaluation":
            [dataset] = sampler.post("/refs/read_batch", {"refs": [value["dataset"]]})["vals"]
            digest = dataset["rows"].rpartition("/")[2]
            sampler.v1("/table/query", digest=digest, limit=5)
            sampler.v1("/table/query_stats", digest=digest)
            sampler.v1("/table/query_stats_batch", digests=[digest, "nope"])
    for ref in {ref.removeprefix(f"{ROOT}/object/") for ref in refs}:
        name, _, digest = ref.partition(":")
        for version in (digest, "latest", "v0"):
            sampler.v1("/obj/read", object_id=name, digest=version)


def sample_run(sampler: Sampler, root: Any) -> None:
    call_id = root["id"]
    results = f"{_V2}/eval_results/query"
    path = results.format(entity="marigold", project="support-bot")
    sampler.v1("/call/read", id=call_id, include_costs=True)
    sampler.v1("/evaluations/status", call_id=call_id)
    sampler.get(f"{_V2}/evaluation_runs/{{evaluation_run_id}}", evaluation_run_id=call_id)
    asked: dict[str, Any] = {"evaluation_call_ids": [call_id], "include_raw_data_rows": True}
    for body in (
        {"limit": 60},
        {"limit": 60, "offset": 40, "resolve_row_refs": True, "include_costs": True},
        {"limit": 20, "include_predict_and_score_children": False},
        {"include_rows": False, "include_summary": True},
        {"include_rows": False, "include_summary": True, "include_costs": True},
    ):
        sampler.post(path, asked | body, template=results)
    below = sampler.v1("/calls/stream_query", filter={"parent_ids": [call_id]})
    for trial in below[:3] + below[-2:]:
        sampler.v1("/calls/stream_query", filter={"parent_ids": [trial["id"]]}, include_costs=True)
        sampler.v1("/call/read", id=trial["id"])


def refusals(weave: WeaveCaller) -> Iterator[tuple[str, str, Answer, int]]:
    """Yield operations with an answer that is no success."""
    body = {"project_id": PROJECT}
    stream = "/calls/stream_query"
    yield stream, "POST", weave.send(stream, body, headers={}), 401
    yield stream, "POST", weave.send(stream, body, {"authorization": "Basic bm86bm8="}), 401
    yield stream, "POST", weave.send(stream, {"project_id": "a/b"}), 403
    yield stream, "POST", weave.send(stream, {}), 422
    yield stream, "POST", weave.send(stream, {**body, "query": {"$expr": {"$x": 1}}}), 400
    read_obj = {**body, "object_id": "nope", "digest": "latest"}
    yield "/obj/read", "POST", weave.send("/obj/read", read_obj), 404
    refs = "/refs/read_batch"
    yield refs, "POST", weave.send(refs, {"refs": [f"{ROOT}/object/a:b"]}), 404
    yield refs, "POST", weave.send(refs, {"refs": ["nonsense"]}), 500
    results = f"{_V2}/eval_results/query"
    path = results.format(entity="marigold", project="support-bot")
    yield results, "POST", weave.send(path, {}), 422
    bad = {"evaluation_call_ids": ["x"], "sort_by": [{"field": "row_digest"}]}
    yield results, "POST", weave.send(path, bad), 400
    one = f"{_V2}/evaluation_runs/{{evaluation_run_id}}"
    yield one, "GET", weave.ask(f"/v2/{PROJECT}/evaluation_runs/nope"), 404


def test_weave(
    specs: Path,
    world: World,
    clock: FakeClock,
    record_property: Callable[[str, object], None],
) -> None:
    file = specs / "weave-evals.openapi.json"
    sampler = Sampler(world, Spec(file, (), closed=True))
    sampler.get("/health")
    sampler.get("/server_info")
    sampler.v1("/call/read", id="nope")
    sampler.v1("/evaluations/status", call_id="nope")
    for seconds in _STEPS:
        clock.advance(seconds)
        sample_moment(sampler)
    for template, method, answer, status in refusals(sampler.weave):
        sampler.refused(template, method, answer, status)
    record_property("validated", check(file, DEVIATIONS, sampler.samples, closed=True))
