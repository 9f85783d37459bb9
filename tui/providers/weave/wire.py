"""Weave's objects as they come; private to this package."""

from typing import Any, Required

from typing_extensions import TypedDict

from tui.providers.wire import Count, Id, Loose, LooseCount, Shape, Soft, Wire, tolerant


class CallWire(Wire):
    """`CallSchema`: a trace span. Fields that were not asked for come as null or `{}`."""

    id: Id
    op_name: Soft[str] = None
    """A ref (`weave:///E/P/op/NAME:DIGEST`), or a plain name from some writers."""
    parent_id: Soft[str] = None
    display_name: Soft[str] = None
    started_at: Any = None
    ended_at: Any = None
    attributes: Soft[dict[str, Any]] = None
    inputs: Soft[dict[str, Any]] = None
    output: Any = None
    summary: Soft[dict[str, Any]] = None
    exception: Any = None
    """JSON inside a text from current SDKs, plain text from others."""


class RunWire(Wire):
    """`EvaluationRunReadRes`: a run as the v2 list tells it."""

    evaluation_run_id: Id
    evaluation: Soft[str] = None
    """A ref; empty when unknown, as `model`."""
    model: Soft[str] = None
    status: Soft[str] = None
    started_at: Any = None
    finished_at: Any = None
    summary: Soft[dict[str, Any]] = None
    """Of the root call: usage and status counts, no scores."""


@tolerant
class TrialWire(TypedDict, total=False):
    """One trial of a row, as `eval_results` groups it."""

    predict_and_score_call_id: Required[Id]
    predict_call_id: Loose[str]
    model_output: Any
    scores: Any
    model_latency_seconds: Loose[float]
    total_tokens: LooseCount
    total_cost: Loose[float]
    scorer_call_ids: Loose[dict[str, Any]]


class RowEvaluationWire(TypedDict, total=False):
    """A row's trials within one evaluation."""

    evaluation_call_id: Loose[str]
    trials: Loose[list[Any]]


@tolerant
class RowWire(TypedDict, total=False):
    """One dataset row with its trials."""

    row_digest: Required[Id]
    raw_data_row: Any
    """The row; a ref text when it could not be resolved."""
    evaluations: Loose[list[Soft[RowEvaluationWire]]]
    """None for one that is no object."""


TRIAL = Shape(TrialWire)
ROW = Shape(RowWire)


class ScorerStatWire(Wire):
    """One leaf of one scorer over all trials."""

    scorer_key: str
    path: Soft[str] = None
    value_type: Soft[str] = None
    numeric_count: Count = None
    numeric_mean: Soft[float] = None
    trial_count: Count = None
    """Trials with a value at this leaf."""
    pass_true_count: Count = None
    pass_known_count: Count = None


class EvaluationSummaryWire(Wire):
    """The statistics of one evaluation; absent until it has a trial."""

    evaluation_call_id: Id
    trial_count: Count = None
    """All trials, also failed and running ones."""
    scorer_stats: Soft[list[Any]] = None


class EvaluationWire(Wire):
    """The stored Evaluation object."""

    dataset: Any = None
    """A ref text; an object with inline rows from some writers."""
    scorers: Soft[list[Any]] = None
    trials: Count = None
    description: Soft[str] = None
