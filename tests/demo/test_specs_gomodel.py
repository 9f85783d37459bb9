"""The gateway's answers against the document given with `--specs`."""

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.clock import FakeClock
from tests.demo.callers import Answer, Caller
from tests.demo.schemas import Deviation, Sample, Spec, check
from tui.demo.world import World

DEVIATIONS: tuple[Deviation, ...] = ()
"""None. The document marks nothing as required; the wire tests hold what the Go structs write."""
_ENVELOPE = "core.OpenAIErrorEnvelope"


def samples_of(caller: Caller, spec: Spec) -> Iterator[Sample]:
    """Yield everything there is at one moment; fetched results ride along from then on."""

    def sample(template: str, answer: Answer, status: int | None = None) -> Sample:
        schema = spec.answer_schema("GET", template, status or answer.status)
        return Sample(f"{template} {answer.status}", schema, answer.json)

    yield sample("/v1/models", caller.ask("/models"), 200)
    for limit in (2, 100):
        listed = spec.answer_schema("GET", "/v1/batches", 200)
        for page in caller.pages("/batches", limit=limit):
            yield Sample(f"batches {limit}", listed, page)
    for batch in caller.walk("/batches"):
        path = f"/batches/{batch['id']}"
        yield sample("/v1/batches/{id}", caller.ask(path), 200)
        yield sample("/v1/batches/{id}/results", caller.ask(f"{path}/results"))
        yield sample("/v1/batches/{id}", caller.ask(path), 200)


def test_gomodel(
    specs: Path,
    world: World,
    clock: FakeClock,
    record_property: Callable[[str, object], None],
) -> None:
    file = specs / "gomodel.openapi.json"
    spec, caller = Spec(file, (), closed=True), Caller(world, "gomodel")
    health = spec.answer_schema("GET", "/health", 200)
    caller.root = ""
    samples = [Sample("health", health, caller.get("/health"))]
    caller.root = "/v1"
    for seconds in (0, 60, 900):
        clock.advance(seconds)
        samples += samples_of(caller, spec)
    words = {sample.where.rpartition(" ")[2] for sample in samples}
    assert words >= {"200", "409", "502"}
    live = next(b for b in caller.walk("/batches") if b["status"] in {"in_progress", "validating"})
    canceled = caller.ask(f"/batches/{live['id']}/cancel", "POST")
    cancel = spec.answer_schema("POST", "/v1/batches/{id}/cancel", 200)
    samples.append(Sample("cancel", cancel, canceled.json))
    refused = [
        caller.ask("/batches", headers={}),
        caller.ask("/batches", headers={"authorization": "Bearer nope"}),
        caller.ask("/batches", limit="ten"),
        caller.ask("/batches", after="nope"),
        caller.ask("/batches/nope"),
        caller.ask("/batches/nope/results"),
        caller.ask("/batches/nope/cancel", "POST"),
    ]
    error = spec.component(_ENVELOPE)
    samples += [Sample(f"error {answer.status}", error, answer.json) for answer in refused]
    record_property("validated", check(file, DEVIATIONS, samples, closed=True))
