"""Eval runs."""

from pydantic import ValidationError

from tui.models import (
    Counts,
    CriterionStats,
    Group,
    JsonObject,
    ModelUsage,
    ProviderKind,
    Run,
    RunKind,
    RunRef,
    Status,
)
from tui.outcomes import FLAGGED_STATUS_WORDS, status_of
from tui.providers.base import Skipped
from tui.providers.openai_family.evals import EvalDefinition, distinct
from tui.providers.openai_family.faults import error_info
from tui.providers.openai_family.run_config import (
    inline_rows,
    run_config,
    source_model,
    without_rows,
)
from tui.providers.openai_family.wire import RunWire, unread
from tui.providers.wire import instant, why_unreadable

_NO_RESULTS = "The run is completed but has no results; its model or data mapping may be wrong."


def read_run(
    item: JsonObject,
    *,
    connection: str,
    provider: ProviderKind,
    definition: EvalDefinition,
    file_rows: int | None = None,
) -> Run | Skipped:
    """Map a run; Skipped when it has no usable id.

    Args:
        item: the run as sent, with or without its inline rows.
        connection: name of the connection it was read from.
        provider: which host's dialect it is.
        definition: the eval it belongs to; names the criteria.
        file_rows: rows counted in the file its data source names, None when not counted.
    """
    try:
        wire = RunWire.model_validate(item)
    except ValidationError as error:
        return Skipped(what=f"a run of {definition.id}", why=why_unreadable(error))
    status = status_of(wire.status)
    data_source = wire.data_source or wire.run_data_source or {}
    model = wire.model or source_model(data_source)
    rows = inline_rows(data_source)
    counts = _counts(wire, status, file_rows if rows is None else rows)
    criteria = _criteria(wire, definition)
    modified_at = instant(wire.modified_at)
    ended = status in (Status.COMPLETED, Status.FAILED, Status.CANCELED, Status.EXPIRED)
    return Run(
        ref=RunRef(connection, f"{definition.id}/{wire.id}"),
        provider=provider,
        kind=RunKind.EVAL,
        id=wire.id,
        status=status,
        raw_status=wire.status or "",
        name=wire.name or None,
        group=Group(definition.id, definition.name),
        models=(model,) if model else (),
        created_at=instant(wire.created_at),
        ended_at=modified_at if ended else None,
        last_activity_at=modified_at,
        counts=counts,
        criteria=criteria,
        usage=_usage(wire, model),
        error=error_info(wire.error),
        url=wire.report_url or None,
        metadata=wire.metadata or {},
        config=_config(wire, data_source, definition),
        warnings=_warnings(wire, item, status, bool(criteria)),
        raw=without_rows(item),
    )


def _counts(wire: RunWire, status: Status, total: int | None) -> Counts:
    counts = wire.result_counts
    if counts is None:
        return Counts(total=total)
    told = (counts.passed, counts.failed, counts.errored, counts.skipped)
    done = sum(number or 0 for number in told)
    if done == 0 and status in (Status.RUNNING, Status.UNKNOWN):
        # Zeros while running were seen with rows already done: they mean "not counted yet".
        return Counts(total=total)
    return Counts(
        total=total,
        done=None if told == (None, None, None, None) else done,
        passed=counts.passed,
        failed=counts.failed,
        errored=counts.errored,
        skipped=counts.skipped,
    )


def _criteria(wire: RunWire, definition: EvalDefinition) -> tuple[CriterionStats, ...]:
    results = [entry for entry in wire.per_testing_criteria_results or () if entry is not None]
    names = distinct(definition.criterion_name(entry.testing_criteria) for entry in results)
    stats: list[CriterionStats] = []
    for entry, name in zip(results, names, strict=True):
        graded = (entry.passed, entry.failed)
        stats.append(
            CriterionStats(
                name=name,
                type=definition.criterion_type(entry.testing_criteria),
                n=None if graded == (None, None) else sum(number or 0 for number in graded),
                passed=entry.passed,
                failed=entry.failed,
                errored=entry.errored,
                mean=None,
            )
        )
    return tuple(stats)


def _usage(wire: RunWire, model: str | None) -> tuple[ModelUsage, ...]:
    return tuple(
        ModelUsage(
            model=entry.model_name or entry.model_id or model or "",
            requests=entry.invocation_count,
            input_tokens=entry.prompt_tokens,
            output_tokens=entry.completion_tokens,
            cached_tokens=entry.cached_tokens,
            total_tokens=entry.total_tokens,
        )
        for entry in wire.per_model_usage or ()
        if entry is not None
    )


def _config(wire: RunWire, data_source: JsonObject, definition: EvalDefinition) -> JsonObject:
    told: JsonObject = {
        "evaluation_level": wire.evaluation_level,
        "created_by": wire.created_by,
        "properties": wire.properties,
    }
    filled = {field: value for field, value in told.items() if value}
    return run_config(data_source, definition) | filled


def _warnings(
    wire: RunWire, item: JsonObject, status: Status, has_criteria: bool
) -> tuple[str, ...]:
    warnings: list[str] = []
    if (wire.status or "").lower() in FLAGGED_STATUS_WORDS:
        warnings.append(f"The provider calls this run {wire.status}.")
    counts = wire.result_counts
    moved = counts is not None and any(
        (counts.passed, counts.failed, counts.errored, counts.skipped)
    )
    if status is Status.COMPLETED and not moved and not has_criteria:
        warnings.append(_NO_RESULTS)
    warnings.extend(f"`{field}` of this run could not be read." for field in unread(item, wire))
    return tuple(warnings)
