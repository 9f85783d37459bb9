"""A batch run as a `Run`."""

from tui.config import DatalabConnection
from tui.models import (
    Counts,
    Group,
    JsonObject,
    ProviderKind,
    Run,
    RunKind,
    RunRef,
    ScoreStats,
    Status,
)
from tui.outcomes import FLAGGED_STATUS_WORDS, status_of
from tui.providers.datalab.names import Names
from tui.providers.datalab.wire import RunWire
from tui.providers.wire import instant


def run_of(item: JsonObject, config: DatalabConnection, names: Names) -> Run:
    """Return the run; names that are not known yet are left out, ids always stand.

    Raises:
        pydantic.ValidationError: the item has no id.
    """
    wire = RunWire.model_validate(item)
    raw_status = wire.status or ""
    ended_at = instant(wire.completed_at)
    status, warnings = _status(raw_status, ended=ended_at is not None)
    pipeline = names.pipelines.get(wire.pipeline_id)
    rubric = names.rubrics.get(wire.eval_rubric_id)
    collection = names.collections.get(wire.collection_id)
    model = wire.pipeline_id or wire.pipeline_type
    return Run(
        ref=RunRef(config.name, wire.id),
        provider=ProviderKind.DATALAB,
        kind=RunKind.EVAL,
        id=wire.id,
        status=status,
        raw_status=raw_status,
        name=pipeline or rubric,
        group=None if wire.collection_id is None else Group(wire.collection_id, collection),
        models=() if model is None else (model,),
        created_at=instant(wire.created),
        started_at=instant(wire.started_at),
        ended_at=ended_at,
        counts=Counts(total=wire.total_files or None, done=wire.completed_files),
        score=None
        if wire.avg_score is None
        else ScoreStats(mean=wire.avg_score, scale_max=config.score_max),
        config={
            "pipeline_type": wire.pipeline_type,
            "pipeline_id": wire.pipeline_id,
            "pipeline_name": pipeline,
            "rubric_id": wire.eval_rubric_id,
            "rubric_name": rubric,
            "collection_id": wire.collection_id,
            "collection_name": collection,
        },
        warnings=warnings,
        raw=item,
    )


def _status(word: str, *, ended: bool) -> tuple[Status, tuple[str, ...]]:
    """Return the status and what is odd about it.

    `completed_at` is the surest sign of the end, status words being open: a run that has it and is
    still called running is not polled on, and nobody claims how it ended.
    """
    status = status_of(word)
    if word.strip().lower().replace("-", "_") in FLAGGED_STATUS_WORDS:
        return status, ("Some files of this run had errors.",)
    if ended and status in (Status.QUEUED, Status.RUNNING):
        return Status.UNKNOWN, ("Datalab gave this run an end time but not its final status.",)
    return status, ()
