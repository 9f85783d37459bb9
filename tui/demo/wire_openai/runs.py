"""Eval runs as OpenAI sends them."""

from functools import lru_cache
from typing import Any

from tui.demo.facts import Group, Phase, SimRun, Suite
from tui.demo.rows import row
from tui.demo.tally import Tally
from tui.demo.wire_openai.evals import criterion_id, wire_role
from tui.demo.wire_openai.file_ids import dataset_file_id
from tui.demo.world import World

STATUS = {
    Phase.QUEUED: "queued",
    Phase.RUNNING: "in_progress",
    Phase.FINALIZING: "in_progress",
    Phase.CANCELING: "canceled",
    Phase.COMPLETED: "completed",
    Phase.FAILED: "failed",
    Phase.CANCELED: "canceled",
    Phase.EXPIRED: "failed",
}
"""Runs are cancelled at once: there is no word between."""
SAMPLING = {"temperature": 0.2, "top_p": 1.0, "seed": 42, "max_completion_tokens": 2048}
"""Of runs on files; inline ones leave the parameters to the service."""


@lru_cache(maxsize=16)
def _inline_items(suite: Suite, rows: int) -> list[dict[str, Any]]:
    return [{"item": suite.fields(index)} for index in range(rows)]


def finished_item(run: SimRun, index: int) -> dict[str, str]:
    """Return the dataset item of a run whose dataset already holds the answers."""
    made = row(run, index)
    return {**made.item, "output": made.output_text or ""}


def _template(suite: Suite) -> dict[str, Any]:
    messages = [
        {"type": "message", "role": wire_role(message.role), "content": message.content}
        for message in suite.template
    ]
    return {"type": "template", "template": messages}


def data_source(world: World, run: SimRun) -> dict[str, Any]:
    """Return what the run reads: inline rows, a file, logs, or rows with finished answers."""
    match run.dataset:
        case "answered":
            content = [{"item": finished_item(run, index)} for index in range(run.rows)]
            return {"type": "jsonl", "source": {"type": "file_content", "content": content}}
        case "inline":
            content = _inline_items(run.suite, run.rows)
            return {
                "type": "completions",
                "source": {"type": "file_content", "content": content},
                "input_messages": _template(run.suite),
                "model": run.model.name,
                "provider_credentials": None,
                "modalities": None,
                "sampling_params": None,
            }
        case "logs":
            return {
                "type": "completions",
                "source": {
                    "type": "stored_completions",
                    "metadata": dict(run.group.metadata) if run.group else {},
                    "model": run.model.name,
                    "created_after": world.unix(run.created - 7 * 86_400),
                    "created_before": world.unix(run.created),
                    "limit": run.rows,
                },
                "input_messages": {"type": "item_reference", "item_reference": "item.input"},
                "model": run.model.name,
                "sampling_params": None,
            }
        case _:
            return {
                "type": "completions",
                "source": {"type": "file_id", "id": dataset_file_id(run)},
                "input_messages": _template(run.suite),
                "model": run.model.name,
                "sampling_params": dict(SAMPLING),
            }


def result_counts(tally: Tally) -> dict[str, int]:
    """Return the executed items by outcome. The total is what has run, not the dataset."""
    errored = tally.outcomes["errored"] + tally.passed_beside_broken
    passed = tally.outcomes["passed"] - tally.passed_beside_broken
    failed = tally.outcomes["failed"]
    return {
        "total": errored + failed + passed,
        "errored": errored,
        "failed": failed,
        "passed": passed,
    }


def model_usage(run: SimRun, tally: Tally) -> list[dict[str, Any]]:
    """Return one entry per model: the sampled one and each judge."""
    judges: dict[str, int] = {}
    for grader in run.graders:
        if grader.model is not None:
            judges[grader.model.snapshot] = judges.get(grader.model.snapshot, 0) + 1
    entries = [
        (run.model.snapshot, tally.calls, tally.input_tokens, tally.output_tokens,
         tally.cached_tokens),
        *(
            (name, tally.judge_calls * n, tally.judge_input * n, tally.judge_output * n, 0)
            for name, n in judges.items()
        ),
    ]  # fmt: skip
    return [
        {
            "model_name": name,
            "invocation_count": calls,
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "cached_tokens": cached,
        }
        for name, calls, prompt, completion, cached in entries
    ]


def criteria_results(run: SimRun, group: Group, tally: Tally) -> list[dict[str, Any]]:
    """Return what each criterion counted; broken graders are in neither number."""
    return [
        {
            "testing_criteria": criterion_id(group, grader),
            "passed": count.passed,
            "failed": count.failed,
        }
        for grader, count in zip(run.graders, tally.graders, strict=True)
    ]


def run_object(world: World, run: SimRun, group: Group) -> dict[str, Any]:
    """Return an EvalRun as it stands now; usage and criteria are null until it has completed."""
    state = world.state(run)
    tally = world.tally(run)
    told = state.phase is Phase.COMPLETED and tally.attempts > 0
    error = None
    if state.phase is Phase.FAILED and run.error is not None:
        error = {"code": run.error.code, "message": run.error.message}
    return {
        "object": "eval.run",
        "id": run.id,
        "eval_id": group.id,
        "created_at": world.unix(run.created),
        "status": STATUS[state.phase],
        "name": run.name,
        "model": None if run.dataset == "answered" else run.model.name,
        "data_source": data_source(world, run),
        "error": error,
        "per_model_usage": model_usage(run, tally) if told else None,
        "per_testing_criteria_results": criteria_results(run, group, tally) if told else None,
        "report_url": f"https://platform.openai.com/evaluations/{group.id}"
        f"?project_id=proj_MarigoldDemo01&run_id={run.id}",
        "result_counts": result_counts(tally),
        "shared_with_openai": False,
        "metadata": dict(run.metadata),
    }
