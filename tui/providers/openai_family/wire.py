"""Private wire models: only what is mapped, tolerant of what really comes.

Identity and what decides an outcome are strict: an item that fails them is skipped and named.
Everything else is `Soft`: unreadable means None, and `unread` tells which fields that were.
"""

from typing import Annotated, Any, Required

from pydantic import Field
from typing_extensions import TypedDict

from tui.models import JsonObject
from tui.providers.wire import Count, Id, Loose, Shape, Soft, Wire, tolerant


class CriterionWire(Wire):
    """One of an eval's `testing_criteria`."""

    id: Soft[str] = None
    name: Soft[str] = None
    type: Soft[str] = None
    model: Soft[str] = None
    labels: Soft[list[str]] = None
    passing_labels: Soft[list[str]] = None
    pass_threshold: Soft[float] = None
    range: Soft[list[float]] = None
    operation: Soft[str] = None
    evaluation_metric: Soft[str] = None
    evaluator_name: Soft[str] = None
    evaluator_version: Soft[str] = None
    task_name: Soft[str] = None


class EvalWire(Wire):
    """An eval."""

    id: Id
    name: Soft[str] = None
    created_at: Any = None
    testing_criteria: Soft[list[Soft[CriterionWire]]] = None


class ResultCountsWire(Wire):
    """A run's `result_counts`; `total` counts what has run and is not read."""

    passed: Count = None
    failed: Count = None
    errored: Count = None
    skipped: Count = None


class ModelUsageWire(Wire):
    """One model's tokens over a run; Foundry's examples say `model_id`."""

    model_name: Soft[str] = None
    model_id: Soft[str] = None
    invocation_count: Count = None
    prompt_tokens: Count = None
    completion_tokens: Count = None
    total_tokens: Count = None
    cached_tokens: Count = None


class CriterionResultWire(Wire):
    """One criterion's counts over a run; `errored` and `skipped` are Foundry's."""

    testing_criteria: Id
    passed: Count = None
    failed: Count = None
    errored: Count = None
    skipped: Count = None


class RunWire(Wire):
    """An eval run."""

    id: Id
    eval_id: Soft[str] = None
    status: Soft[str] = None
    name: Soft[str] = None
    model: Soft[str] = None
    created_at: Any = None
    modified_at: Any = None
    report_url: Soft[str] = None
    result_counts: Soft[ResultCountsWire] = None
    per_model_usage: Soft[list[Soft[ModelUsageWire]]] = None
    per_testing_criteria_results: Soft[list[Soft[CriterionResultWire]]] = None
    data_source: Soft[dict[str, Any]] = None
    run_data_source: Soft[dict[str, Any]] = None
    """What an old sample calls `data_source`."""
    metadata: Soft[dict[str, Any]] = None
    error: Any = None
    properties: Soft[dict[str, Any]] = None
    evaluation_level: Soft[str] = None
    created_by: Soft[str] = None


class ResultWire(TypedDict, total=False):
    """One criterion's result on one item; Foundry fills the second half."""

    name: Loose[str]
    type: Loose[str]
    score: Loose[float]
    passed: Loose[bool]
    sample: Any
    metric: Loose[str]
    label: Loose[str]
    reason: Loose[str]
    threshold: Loose[float]
    status: Loose[str]
    properties: Loose[dict[str, Any]]


class SampleWire(TypedDict, total=False):
    """What the model was asked and what it answered."""

    input: Loose[list[Any]]
    output: Loose[list[Any]]
    output_text: Loose[str]
    finish_reason: Loose[str]
    model: Loose[str]
    usage: Any
    error: Any
    temperature: Loose[float]
    top_p: Loose[float]
    seed: Loose[int]


@tolerant
class OutputItemWire(TypedDict, total=False):
    """One output item. `results` is strict: a verdict that cannot be read must not look absent."""

    id: Required[Id]
    status: Loose[str]
    created_at: Any
    datasource_item_id: Loose[str]
    datasource_item: Any
    content_hash: Annotated[Loose[str], Field(alias="_datasource_item_content_hash")]
    results: list[ResultWire] | None
    sample: Loose[SampleWire]


OUTPUT_ITEM = Shape(OutputItemWire)


class RequestCountsWire(Wire):
    """A batch's `request_counts`."""

    total: Count = None
    completed: Count = None
    failed: Count = None


class BatchErrorWire(Wire):
    """One mistake found while a batch was validated; `line` is the 1-based input line."""

    code: Soft[str] = None
    message: Soft[str] = None
    line: Soft[int] = None


class BatchErrorsWire(Wire):
    """A batch's `errors`."""

    data: Soft[list[Soft[BatchErrorWire]]] = None


class BatchWire(Wire):
    """A batch."""

    id: Id
    status: Soft[str] = None
    endpoint: Soft[str] = None
    model: Soft[str] = None
    input_file_id: Soft[str] = None
    output_file_id: Soft[str] = None
    error_file_id: Soft[str] = None
    completion_window: Soft[str] = None
    created_at: Any = None
    in_progress_at: Any = None
    expires_at: Any = None
    completed_at: Any = None
    failed_at: Any = None
    expired_at: Any = None
    cancelled_at: Any = None
    request_counts: Soft[RequestCountsWire] = None
    usage: Soft[dict[str, Any]] = None
    errors: Soft[BatchErrorsWire] = None
    metadata: Soft[dict[str, Any]] = None


class ResponseWire(TypedDict, total=False):
    """The reply of one batch line."""

    status_code: Loose[int]
    request_id: Loose[str]
    body: Any


@tolerant
class BatchLineWire(TypedDict, total=False):
    """One line of a batch's output or error file; any object is one."""

    id: Loose[str]
    custom_id: Loose[str]
    response: Loose[ResponseWire]
    error: Any


BATCH_LINE = Shape(BatchLineWire)


def unread(item: JsonObject, wire: Wire) -> tuple[str, ...]:
    """Return the fields the provider filled and the model could not read, in model order."""
    return tuple(
        name
        for name, field in type(wire).model_fields.items()
        if item.get(field.alias or name) is not None
        and ((value := getattr(wire, name)) is None or (isinstance(value, list) and None in value))
    )
