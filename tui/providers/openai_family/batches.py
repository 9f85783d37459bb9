"""Batch jobs."""

from datetime import datetime

from pydantic import ValidationError

from tui.models import (
    Counts,
    ErrorInfo,
    JsonObject,
    ModelUsage,
    ProviderKind,
    Run,
    RunKind,
    RunRef,
    Status,
)
from tui.outcomes import status_of
from tui.providers.base import Skipped
from tui.providers.openai_family.tokens import usage_of
from tui.providers.openai_family.wire import BatchErrorWire, BatchWire, unread
from tui.providers.wire import instant, why_unreadable

_NO_REASON = "The provider gave no reason."

_CONFIG_FIELDS = (
    "endpoint",
    "completion_window",
    "model",
    "input_file_id",
    "output_file_id",
    "error_file_id",
)


def read_batch(item: JsonObject, *, connection: str, provider: ProviderKind) -> Run | Skipped:
    """Map a batch; Skipped when it has no usable id. Empty file ids mean none."""
    try:
        wire = BatchWire.model_validate(item)
    except ValidationError as error:
        return Skipped(what="a batch", why=why_unreadable(error))
    status = status_of(wire.status)
    told = (getattr(wire, field) for field in _CONFIG_FIELDS)
    mistakes = [entry for entry in (wire.errors and wire.errors.data) or () if entry is not None]
    return Run(
        ref=RunRef(connection, wire.id),
        provider=provider,
        kind=RunKind.BATCH,
        id=wire.id,
        status=status,
        raw_status=wire.status or "",
        models=(wire.model,) if wire.model else (),
        created_at=instant(wire.created_at),
        started_at=instant(wire.in_progress_at),
        ended_at=_ended_at(wire, status),
        deadline_at=instant(wire.expires_at),
        counts=_counts(wire),
        usage=_usage(wire),
        error=_mistake(mistakes[0]) if mistakes else None,
        metadata=wire.metadata or {},
        config={field: value for field, value in zip(_CONFIG_FIELDS, told, strict=True) if value},
        warnings=(
            *(_sentence(entry) for entry in mistakes[1:]),
            *(f"`{field}` of this batch could not be read." for field in unread(item, wire)),
        ),
        raw=item,
    )


def result_files(batch: Run) -> tuple[tuple[str, str], ...]:
    """Return what is readable of a batch's results as (`output` or `error`, file id)."""
    files = ((name, batch.config.get(f"{name}_file_id")) for name in ("output", "error"))
    return tuple((name, file_id) for name, file_id in files if isinstance(file_id, str))


def _ended_at(wire: BatchWire, status: Status) -> datetime | None:
    by_status = {
        Status.COMPLETED: wire.completed_at,
        Status.FAILED: wire.failed_at,
        Status.EXPIRED: wire.expired_at,
        Status.CANCELED: wire.cancelled_at,
    }
    if status in by_status:
        return instant(by_status[status])
    if status is Status.UNKNOWN:
        # A word nobody documented: any time of an end says that it will not change any more.
        return next((at for value in by_status.values() if (at := instant(value))), None)
    return None


def _counts(wire: BatchWire) -> Counts:
    """Map `request_counts`; a total of 0 means that validation has not counted yet."""
    counts = wire.request_counts
    if counts is None or not counts.total:
        return Counts()
    return Counts(
        total=counts.total,
        done=(counts.completed or 0) + (counts.failed or 0),
        errored=counts.failed,
        ungraded=counts.completed,
    )


def _usage(wire: BatchWire) -> tuple[ModelUsage, ...]:
    """Map `usage`; zeros stand in batches that are not done, or older than the field."""
    usage = usage_of(wire.usage)
    if usage is None or not usage.total_tokens:
        return ()
    return (
        ModelUsage(
            model=wire.model or "",
            requests=None if wire.request_counts is None else wire.request_counts.completed,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_tokens=usage.cached_tokens,
            total_tokens=usage.total_tokens,
        ),
    )


def _mistake(entry: BatchErrorWire) -> ErrorInfo:
    message = entry.message or entry.code or _NO_REASON
    place = "" if entry.line is None else f" (input line {entry.line})"
    return ErrorInfo(entry.code, message + place)


def _sentence(entry: BatchErrorWire) -> str:
    mistake = _mistake(entry)
    return mistake.message if mistake.code is None else f"{mistake.code}: {mistake.message}"
