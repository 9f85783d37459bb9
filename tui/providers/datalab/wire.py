"""Datalab's objects as they come; private to this package."""

from typing import Any, Required

from pydantic import Field
from typing_extensions import TypedDict

from tui.providers.wire import Count, Id, Loose, LooseCount, Shape, Soft, Wire, tolerant


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


@tolerant
class FileWire(TypedDict, total=False):
    """`BatchRunFileResult`. Everything but the first three may be absent or null."""

    request_id: Required[Id]
    filename: Loose[str]
    status: Loose[str]
    eval_score: Loose[float]
    eval_results: Any
    """Declared as any object; mostly an `EvaluationWire`."""
    created: Any
    lookup_key: Loose[str]


class ItemWire(TypedDict, total=False):
    """One of a rule's lowest-scoring items."""

    score: Loose[float]
    feedback: Loose[str]
    page_id: Loose[str]
    block_type: Loose[str]


class RuleWire(TypedDict, total=False):
    """`EvaluationRuleSummary`: one rule's score on one file."""

    name: Required[Id]
    type: Loose[str]
    rule_score: Loose[float]
    items_evaluated: LooseCount
    individual_results: Loose[list[Soft[ItemWire]]]
    """The lowest-scoring ones; None for one that cannot be read."""


@tolerant
class EvaluationWire(TypedDict):
    """A file's rules; None for one that cannot be read."""

    evaluations: list[Soft[RuleWire]]


FILE = Shape(FileWire)
EVALUATION = Shape(EvaluationWire)


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
