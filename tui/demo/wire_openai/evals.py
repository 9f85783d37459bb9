"""Evals and their graders as OpenAI sends them."""

from typing import Any

from tui.demo.dice import uuid4_id
from tui.demo.facts import Grader, Group
from tui.demo.world import World

_ROLES = {"system": "developer"}


def wire_role(role: str) -> str:
    """Return the role word of new models: system messages are the developer's."""
    return _ROLES.get(role, role)


def criterion_id(group: Group, grader: Grader) -> str:
    """Return the id results refer to: `<name>-<uuid4>`."""
    return f"{grader.name}-{uuid4_id(group.id, grader.name)}"


def _schema(group: Group) -> dict[str, Any]:
    fields = list(group.suite.fields(0))
    return {
        "type": "object",
        "properties": {
            "item": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in fields},
                "required": fields,
            },
            "sample": {
                "type": "object",
                "properties": {
                    "model": {"type": "string"},
                    "choices": {"type": "array", "items": {"type": "object"}},
                },
                "required": ["model", "choices"],
            },
        },
        "required": ["item", "sample"],
    }


def _judge_input(task: str) -> list[dict[str, Any]]:
    return [
        {"type": "message", "role": "developer", "content": task},
        {"type": "message", "role": "user", "content": "{{sample.output_text}}"},
    ]


def _kind_fields(group: Group, grader: Grader) -> dict[str, Any]:
    judge = None if grader.model is None else grader.model.name
    reference = "{{item." + (group.suite.expected or "reference") + "}}"
    match grader.kind:
        case "label_model":
            labels = list(grader.labels or ("pass", "fail"))
            task = f"Judge the {grader.topic}. Labels: {', '.join(labels)}."
            return {
                "model": judge,
                "input": _judge_input(task),
                "labels": labels,
                "passing_labels": labels[:1],
                "sampling_params": None,
            }
        case "score_model":
            task = f"Grade the {grader.topic} from {grader.low:g} to {grader.high:g}."
            return {
                "model": judge,
                "input": _judge_input(task),
                "range": [grader.low, grader.high],
                "pass_threshold": grader.threshold,
                "sampling_params": {"reasoning_effort": "low"},
            }
        case "string_check":
            text = "{{sample.output_text}}"
            return {"input": text, "reference": reference, "operation": "ilike"}
        case "text_similarity":
            return {
                "input": "{{sample.output_text}}",
                "reference": reference,
                "evaluation_metric": "fuzzy_match",
                "pass_threshold": grader.threshold,
            }
        case _:
            source = f"def grade(sample, item):\n    return check_{grader.topic}(sample, item)\n"
            return {"source": source, "pass_threshold": grader.threshold}


def criterion(group: Group, grader: Grader) -> dict[str, Any]:
    """Return one testing criterion, with the keys live replies add to the schema's."""
    return {
        "type": grader.kind,
        "id": criterion_id(group, grader),
        "name": grader.name,
        **_kind_fields(group, grader),
        "grdr_id": None,
        "inactive_at": None,
    }


def eval_object(world: World, group: Group) -> dict[str, Any]:
    """Return an Eval."""
    config: dict[str, Any]
    if group.source == "logs":
        config = {"type": "logs", "metadata": dict(group.metadata), "schema": _schema(group)}
    else:
        config = {"type": "custom", "schema": _schema(group), "max_items": None}
    return {
        "object": "eval",
        "id": group.id,
        "name": group.name,
        "created_at": world.unix(group.created),
        "data_source_config": config,
        "testing_criteria": [criterion(group, grader) for grader in group.graders],
        "metadata": {} if group.source == "logs" else dict(group.metadata),
    }
