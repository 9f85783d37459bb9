"""Datalab's objects as they come; private to this package."""

from typing import Any

from pydantic import Field

from tui.providers.wire import Count, Id, Soft, Wire


class RunWire(Wire):
    """`EvalBatchRunResponse`. All keys are promised; only `id` is insisted on."""

    id: Id
    collection_id: Soft[str] = None
    eval_rubric_id: Soft[str] = None
    pipeline_id: Soft[str] = None
    pipeline_type: Soft[str] = None
    status: Soft[str] = None
    """Open text, no enumeration anywhere."""
    started_at: Any = None
    completed_at: Any = None
    created: Any = None
    total_files: Count = None
    """0 while the run is being set up."""
    completed_files: Count = None
    avg_score: Soft[float] = None


class FileWire(Wire):
    """`BatchRunFileResult`. Everything but the first three may be absent or null."""

    request_id: Id
    filename: Soft[str] = None
    status: Soft[str] = None
    eval_score: Soft[float] = None
    eval_results: Any = None
    """Declared as any object; mostly an `EvaluationWire`."""
    created: Any = None
    lookup_key: Soft[str] = None


class ItemWire(Wire):
    """One of a rule's lowest-scoring items."""

    score: Soft[float] = None
    feedback: Soft[str] = None
    page_id: Soft[str] = None
    block_type: Soft[str] = None


class RuleWire(Wire):
    """`EvaluationRuleSummary`: one rule's score on one file."""

    name: Id
    type: Soft[str] = None
    rule_score: Soft[float] = None
    items_evaluated: Count = None
    individual_results: Soft[list[Soft[ItemWire]]] = None
    """The lowest-scoring ones; None for one that cannot be read."""


class EvaluationWire(Wire):
    """A file's rules; None for one that cannot be read."""

    evaluations: list[Soft[RuleWire]]


class NamedWire(Wire):
    """A collection, rubric or pipeline, of which only the name is used."""

    id: Soft[str] = None
    pipeline_id: Soft[str] = None
    """What runs call a pipeline by; its `id` is another number."""
    name: Soft[str] = None


class DocumentWire(Wire):
    """`FinalResponse` and `AgentFinalResponse`, without what is only passed on."""

    status: Soft[str] = None
    success: Soft[bool] = None
    error: Soft[str] = None
    error_in: Soft[str] = None
    markdown: Soft[str] = None
    html: Soft[str] = None
    json_tree: Any = Field(None, alias="json")
    chunks: Any = None
    extraction_schema_json: Any = None
    """A text holding JSON."""
    segmentation_results: Any = None
    segments: Any = None
    images: Soft[dict[str, Any]] = None
    total_cost: Soft[float] = None
    """US cents."""
    cost_breakdown: Soft[dict[str, Any]] = None
    runtime: Soft[float] = None
    """Seconds."""
    result_url: Soft[str] = None
    evaluation: Any = None
