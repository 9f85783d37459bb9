"""A batch as a `Run`."""

import re
from datetime import datetime, timedelta

from tui.models import (
    Counts,
    JsonObject,
    ModelUsage,
    ProviderKind,
    Run,
    RunKind,
    RunRef,
    Status,
)
from tui.outcomes import status_of
from tui.providers.gomodel.wire import BatchWire, CountsWire, UsageWire
from tui.providers.wire import instant

_WINDOW = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_NO_REASON = "GoModel passes on no reason why a batch failed; the upstream's own console has it."


def run_of(item: JsonObject, connection: str) -> Run:
    """Return the run; `results` riding along are not looked at and not kept.

    Raises:
        pydantic.ValidationError: the item has no id.
    """
    wire = BatchWire.model_validate(item)
    raw_status = wire.status or ""
    status = status_of(raw_status)
    created_at = instant(wire.created_at)
    metadata: JsonObject = wire.metadata or {}
    model = metadata.get("model")
    models = (model,) if isinstance(model, str) and model else ()
    live = status in (Status.QUEUED, Status.RUNNING)
    return Run(
        ref=RunRef(connection, wire.id),
        provider=ProviderKind.GOMODEL,
        kind=RunKind.BATCH,
        id=wire.id,
        status=status,
        raw_status=raw_status,
        models=models,
        created_at=created_at,
        started_at=instant(wire.in_progress_at),
        # Upstream's `expired_at` is dropped by the gateway: an expired batch has no end time.
        ended_at=None
        if live
        else instant(wire.completed_at) or instant(wire.failed_at) or instant(wire.cancelled_at),
        deadline_at=_deadline(created_at, wire.completion_window) if live else None,
        counts=_counts(wire.request_counts),
        usage=_usage(wire.usage, wire.request_counts, models),
        metadata=metadata,
        config={
            "provider": wire.provider,
            "provider_batch_id": wire.provider_batch_id,
            "endpoint": wire.endpoint or None,
            "completion_window": wire.completion_window,
            "input_file_id": wire.input_file_id,
        },
        warnings=(_NO_REASON,) if status is Status.FAILED else (),
        raw={key: value for key, value in item.items() if key != "results"},
    )


def _counts(wire: CountsWire | None) -> Counts:
    """Return the counts; 0/0/0 is what an upstream says before it has counted anything.

    A request that got an answer is ungraded, one that got an error errored.
    """
    if wire is None or not (wire.total or wire.completed or wire.failed):
        return Counts()
    return Counts(
        total=wire.total or None,
        done=(wire.completed or 0) + (wire.failed or 0),
        errored=wire.failed,
        ungraded=wire.completed,
    )


def _usage(
    wire: UsageWire | None, counts: CountsWire | None, models: tuple[str, ...]
) -> tuple[ModelUsage, ...]:
    """Return the batch's sums under its model, where the metadata names one; zeros are unknown."""
    if wire is None:
        return ()
    numbers = (wire.input_tokens, wire.output_tokens, wire.total_tokens, wire.total_cost)
    if not any(numbers):
        return ()
    return (
        ModelUsage(
            model=models[0] if models else "",
            requests=None if counts is None else counts.completed or None,
            input_tokens=wire.input_tokens or None,
            output_tokens=wire.output_tokens or None,
            total_tokens=wire.total_tokens or None,
            cost_usd=wire.total_cost,
        ),
    )


def _deadline(created_at: datetime | None, window: str | None) -> datetime | None:
    """Return the end of a window like `24h`; None when either is unknown or reads differently."""
    match = _WINDOW.fullmatch(window or "")
    if match is None or created_at is None:
        return None
    try:
        return created_at + timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        return None
