"""The OpenAI family's answers against the documents given with `--specs`."""

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.clock import FakeClock
from tests.demo.callers import Caller
from tests.demo.schemas import Deviation, Kind, Sample, Spec, check
from tui.demo.world import World

_LIVE_RUN: tuple[tuple[str, Kind, str], ...] = (
    ("properties.error", "null", "every run without an error"),
    ("properties.per_model_usage", "null", "until the run has completed"),
    ("properties.per_testing_criteria_results", "null", "until the run has completed"),
)
_LIVE_SAMPLE: tuple[tuple[str, Kind, str], ...] = (
    ("usage", "null", "errored items"),
    ("finish_reason", "null", "errored items"),
    ("error", "null", "items without an error"),
    ("max_completion_tokens", "absent", "left out when unset"),
    ("seed", "absent", "left out when unset"),
    # Items whose answer came with the dataset have an empty sample.
    ("input", "absent", "empty samples"),
    ("output", "absent", "empty samples"),
    ("finish_reason", "absent", "empty samples"),
    ("model", "absent", "empty samples"),
    ("usage", "absent", "empty samples"),
    ("error", "absent", "empty samples"),
    ("temperature", "absent", "empty samples"),
    ("top_p", "absent", "empty samples"),
)
OPENAI = (
    *(Deviation("EvalRun", path, kind, why) for path, kind, why in _LIVE_RUN),
    Deviation("EvalRun", "properties.model", "null", "runs that sample no model"),
    Deviation(
        "CreateEvalCompletionsRunDataSource",
        "properties.sampling_params",
        "null",
        "inline runs leave sampling to the service",
    ),
    Deviation("EvalRunList", "properties.first_id", "null", "empty pages"),
    Deviation("EvalRunList", "properties.last_id", "null", "empty pages"),
    Deviation("EvalRunOutputItemList", "properties.first_id", "null", "empty pages"),
    Deviation("EvalRunOutputItemList", "properties.last_id", "null", "empty pages"),
    *(
        Deviation("EvalRunOutputItem", f"properties.sample.properties.{name}", kind, why)
        for name, kind, why in _LIVE_SAMPLE
    ),
    *(
        Deviation("Batch", f"properties.{name}", "null", "keys are present and null when unset")
        for name in (
            "model", "errors", "output_file_id", "error_file_id", "in_progress_at",
            "finalizing_at", "completed_at", "failed_at", "expired_at", "cancelling_at",
            "cancelled_at", "usage",
        )
    ),
)  # fmt: skip
AZURE = (
    *(Deviation("OpenAI.EvalRun", path, kind, why) for path, kind, why in _LIVE_RUN),
    Deviation("OpenAI.EvalRunOutputItemList", "properties.first_id", "null", "empty pages"),
    Deviation("OpenAI.EvalRunOutputItemList", "properties.last_id", "null", "empty pages"),
    *(
        Deviation("OpenAI.EvalRunOutputItem", f"properties.sample.properties.{name}", kind, why)
        for name, kind, why in _LIVE_SAMPLE[:5]
    ),
    Deviation("AzureErrorResponse", "properties.error.properties.param", "null", "nothing to name"),
)
FOUNDRY = (
    *(Deviation("EvalRun", path, kind, why) for path, kind, why in _LIVE_RUN),
    Deviation(
        "EvalRunPerModelUsage", "properties.model_name", "absent", "the service says model_id"
    ),
    Deviation("EvalRunPerModelUsage", "properties.cached_tokens", "absent", "not in the example"),
    *(
        Deviation("EvalRunOutputItemResult", f"properties.{name}", "null", "broken and skipped")
        for name in ("score", "passed", "label", "reason")
    ),
    Deviation("EvalRunOutputItemSample", "properties.error", "null", "items without an error"),
    *(
        Deviation("EvalRunOutputItemSample", f"properties.{name}", "absent", "imported answers")
        for name in (
            "input", "output", "finish_reason", "model", "usage", "error", "temperature",
            "max_completion_tokens", "top_p", "seed",
        )
    ),
)  # fmt: skip


def family_samples(
    caller: Caller, spec: Spec, prefix: str, clock: FakeClock, step: float = 40
) -> Iterator[Sample]:
    """Yield every eval, every run and pages of items of every run, at three moments."""

    def sample(template: str, path: str, **query: str | int) -> Sample:
        body = caller.get(path, **query)
        schema = spec.answer_schema("GET", prefix + template, 200)
        return Sample(f"{caller.account} {path} {query}", schema, body)

    for _ in range(3):
        first = sample("/evals", "/evals", limit=100)
        yield first
        for group in first.body["data"]:
            path = f"/evals/{group['id']}"
            yield sample("/evals/{eval_id}", path)
            for order in ("asc", "desc"):
                runs = sample("/evals/{eval_id}/runs", f"{path}/runs", limit=100, order=order)
                yield runs
            for run in runs.body["data"]:
                one = f"{path}/runs/{run['id']}"
                yield sample("/evals/{eval_id}/runs/{run_id}", one)
                items = "/evals/{eval_id}/runs/{run_id}/output_items"
                page = sample(items, f"{one}/output_items", limit=100, order="desc")
                yield page
                for item in page.body["data"][:2]:
                    at = f"{one}/output_items/{item['id']}"
                    yield sample(items + "/{output_item_id}", at)
        clock.advance(step)


def live_run(caller: Caller) -> str:
    run = next(run for run in caller.runs() if run["status"] == "in_progress")
    return f"/evals/{run['eval_id']}/runs/{run['id']}"


def test_openai(
    specs: Path,
    world: World,
    clock: FakeClock,
    record_property: Callable[[str, object], None],
) -> None:
    file = specs / "openai-evals.openapi.json"
    spec, caller = Spec(file, ()), Caller(world, "openai")
    samples = list(family_samples(caller, spec, "", clock))
    listed = spec.answer_schema("GET", "/batches", 200)
    samples += [Sample("batches", listed, page) for page in caller.pages("/batches", limit=4)]
    one = spec.answer_schema("GET", "/batches/{batch_id}", 200)
    for batch in caller.walk("/batches"):
        samples.append(Sample("batch", one, caller.get(f"/batches/{batch['id']}")))
    live = next(b for b in caller.walk("/batches") if b["status"] == "in_progress")
    for path, schema in (
        (f"{live_run(caller)}/cancel", "EvalRun"),
        (f"/batches/{live['id']}/cancel", "Batch"),
    ):
        body = caller.ask(path, "POST").json
        samples.append(Sample(path, spec.component(schema), body))
    refused = [
        caller.ask("/evals", headers={}),
        caller.ask("/evals", headers={"authorization": "Bearer wrong"}),
        caller.ask("/evals/none"),
        caller.ask("/evals", limit=0),
        caller.ask("/batches/none"),
        caller.ask("/evals", "POST"),
        caller.ask("/none"),
    ]
    error = spec.component("ErrorResponse")
    samples += [Sample(f"error {answer.status}", error, answer.json) for answer in refused]
    record_property("validated", check(file, OPENAI, samples))


def test_azure_resource(
    specs: Path,
    world: World,
    clock: FakeClock,
    record_property: Callable[[str, object], None],
) -> None:
    file = specs / "azure-openai-evals.openapi.json"
    spec, caller = Spec(file, ()), Caller(world, "azure")
    samples = list(family_samples(caller, spec, "", clock, step=35))
    assert caller.ask("/evals").status == 429
    refused = [caller.ask("/evals", headers={}), caller.ask("/evals")]
    clock.advance(25)
    refused.append(caller.ask("/evals/none"))
    error = spec.answer_schema("GET", "/evals", 404)
    samples += [Sample(f"error {answer.status}", error, answer.json) for answer in refused]
    body = caller.ask(live_run(caller), "POST").json
    cancel = spec.answer_schema("POST", "/evals/{eval_id}/runs/{run_id}", 200)
    samples.append(Sample("cancel", cancel, body))
    record_property("validated", check(file, AZURE, samples))


def test_foundry_project(
    specs: Path,
    world: World,
    clock: FakeClock,
    record_property: Callable[[str, object], None],
) -> None:
    file = specs / "azure-foundry-evals.openapi.json"
    spec, caller = Spec(file, ()), Caller(world, "foundry")
    samples = list(family_samples(caller, spec, "/openai/v1", clock))
    refused = [caller.ask("/evals", headers={}), caller.ask("/evals/none")]
    error = spec.answer_schema("GET", "/openai/v1/evals", 404)
    samples += [Sample(f"error {answer.status}", error, answer.json) for answer in refused]
    body = caller.ask(live_run(caller), "POST").json
    cancel = spec.answer_schema("POST", "/openai/v1/evals/{eval_id}/runs/{run_id}", 200)
    samples.append(Sample("cancel", cancel, body))
    record_property("validated", check(file, FOUNDRY, samples))
