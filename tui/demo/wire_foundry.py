"""Evals, runs and output items in the words of a Foundry project."""

from typing import Any

from tui.demo.facts import Grade, Grader, Group, Phase, SimRow, SimRun
from tui.demo.tally import Tally
from tui.demo.wire_openai.items import message_object
from tui.demo.wire_openai.runs import STATUS
from tui.demo.world import World

_PROJECT = "contoso-ai,marigold"
_DATA = "azureai://accounts/contoso-ai/projects/marigold/data/{name}/versions/{version}"
_RESULT_STATUS_ERROR = "error"
"""Microsoft's own code writes this, its schema says `errored`."""


def _criterion(grader: Grader) -> dict[str, Any]:
    parameters: dict[str, Any] = {"threshold": grader.threshold}
    if grader.model is not None:
        parameters["deployment_name"] = grader.model.name
    return {
        "type": "azure_ai_evaluator",
        "name": grader.name,
        "evaluator_name": f"builtin.{grader.name}",
        "evaluator_version": "1",
        "initialization_parameters": parameters,
        "data_mapping": {"query": "{{item.query}}", "response": "{{item.response}}"},
    }


def foundry_eval(world: World, group: Group) -> dict[str, Any]:
    """Return an Eval."""
    fields = ["query", "response"]
    return {
        "object": "eval",
        "id": group.id,
        "name": group.name,
        "created_at": world.unix(group.created),
        "modified_at": world.unix(group.created + 12),
        "created_by": "Ada Example",
        "properties": {},
        "data_source_config": {
            "type": "custom",
            "schema": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in fields},
                "required": fields,
            },
        },
        "testing_criteria": [_criterion(grader) for grader in group.graders],
        "metadata": dict(group.metadata),
    }


def _counts(tally: Tally) -> dict[str, int]:
    outcomes = tally.outcomes
    counts = {
        "total": tally.attempts,
        "passed": outcomes["passed"],
        "failed": outcomes["failed"],
        "errored": outcomes["errored"],
    }
    return counts | ({"skipped": outcomes["skipped"]} if tally.attempts else {})


def _criteria(run: SimRun, tally: Tally) -> list[dict[str, Any]]:
    return [
        {
            "testing_criteria": grader.name,
            "passed": count.passed,
            "failed": count.failed,
            "errored": count.errored + tally.call_errors,
            "skipped": count.skipped,
        }
        for grader, count in zip(run.graders, tally.graders, strict=True)
    ]


def _usage(run: SimRun, tally: Tally) -> list[dict[str, Any]]:
    judges = [grader.model for grader in run.graders if grader.model is not None]
    if not judges:
        return []
    return [
        {
            "model_id": judges[0].snapshot,
            "invocation_count": tally.judge_calls * len(judges),
            "total_tokens": (tally.judge_input + tally.judge_output) * len(judges),
            "prompt_tokens": tally.judge_input * len(judges),
            "completion_tokens": tally.judge_output * len(judges),
        }
    ]


def foundry_run(world: World, run: SimRun, group: Group) -> dict[str, Any]:
    """Return an EvalRun; rows sit in a registered data set that this API does not serve."""
    state, tally = world.state(run), world.tally(run)
    told = state.phase is Phase.COMPLETED
    error = None
    if state.phase is Phase.FAILED and run.error is not None:
        error = {"code": run.error.code, "message": run.error.message}
    data = _DATA.format(name=run.suite.name, version=3)
    moved = state.ended if state.ended is not None else min(world.now(), run.created + 4)
    return {
        "object": "eval.run",
        "id": run.id,
        "eval_id": group.id,
        "created_at": world.unix(run.created),
        "status": STATUS[state.phase],
        "name": run.name,
        "model": run.model.name,
        "data_source": {"type": "jsonl", "source": {"type": "file_id", "id": data}},
        "error": error,
        "per_model_usage": _usage(run, tally) if told else None,
        "per_testing_criteria_results": _criteria(run, tally) if told else None,
        "report_url": f"https://ai.azure.com/nextgen/r/AAAAAAAAAAAAAAAAAAAAAA,rg-evals,,{_PROJECT}"
        f"/build/evaluations/{group.id}/run/{run.id}",
        "result_counts": _counts(tally),
        "metadata": dict(run.metadata),
        "properties": {},
        "created_by": run.author,
        "modified_at": world.unix(moved),
        "evaluation_level": "turn",
    }


def _result(grade: Grade) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "azure_ai_evaluator",
        "name": grade.grader.name,
        "metric": grade.grader.name,
        "score": grade.score,
        "label": None,
        "reason": grade.reason or None,
        "threshold": grade.grader.threshold,
        "passed": grade.passed,
        "status": "completed",
        "sample": None,
    }
    if grade.passed is not None:
        made["label"] = "pass" if grade.passed else "fail"
    if grade.skipped:
        made["status"] = "skipped"
    if grade.error is not None:
        fault = {"code": "FAILED_EXECUTION", "message": grade.error.message}
        made |= {"status": _RESULT_STATUS_ERROR, "sample": {"error": fault}}
    return made


def _results(run: SimRun, row: SimRow) -> list[dict[str, Any]]:
    if row.error is None:
        return [_result(grade) for grade in row.grades]
    broken = [Grade(grader, None, None, None, "", error=row.error) for grader in run.graders]
    return [_result(grade) for grade in broken]


def _sample(run: SimRun, row: SimRow) -> dict[str, Any]:
    """Rows that a target answered in the run carry a sample; imported ones an empty object."""
    if not any(message.tool_calls for message in row.output):
        return {}

    def chat(messages: Any) -> list[dict[str, Any]]:
        return [{"tool_calls": []} | message_object(message) for message in messages]

    return {
        "input": [{"content": ""} | message for message in chat(row.input)],
        "output": chat(row.output),
        "finish_reason": row.finish_reason,
        "model": run.model.snapshot,
        "usage": {
            "total_tokens": row.input_tokens + row.output_tokens,
            "completion_tokens": row.output_tokens,
            "prompt_tokens": row.input_tokens,
            "cached_tokens": row.cached_tokens,
        },
        "error": None,
        "temperature": 1.0,
        "top_p": 1.0,
        "max_completion_tokens": 2048,
        "seed": 42,
    }


def foundry_item(world: World, run: SimRun, group: Group, row: SimRow) -> dict[str, Any]:
    """Return an OutputItem; its id is a short number text."""
    return {
        "object": "eval.run.output_item",
        "id": str(row.attempt + 1),
        "run_id": run.id,
        "eval_id": group.id,
        "created_at": world.unix(row.finished),
        "status": "error" if row.outcome == "errored" else "completed",
        "datasource_item_id": row.index,
        "datasource_item": {
            "query": row.input[-1].content or "",
            "response": row.output_text or "",
            "ground_truth": row.expected or "",
        },
        "results": _results(run, row),
        "sample": _sample(run, row),
    }
