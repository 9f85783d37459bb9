"""The gateway's objects as they come; private to this package.

Its OpenAPI file marks nothing as required; what is insisted on here is what its Go structs always
write.
"""

from typing import Any

from typing_extensions import TypedDict

from tui.providers.wire import Count, Id, Loose, LooseCount, Shape, Soft, Wire, tolerant


class CountsWire(Wire):
    """`request_counts`: zeros at first, and 0/0/0 while OpenAI validates."""

    total: Count = None
    completed: Count = None
    failed: Count = None


class UsageWire(Wire):
    """`usage`: tokens where 0 means unknown, and costs in USD once results were counted."""

    input_tokens: Count = None
    output_tokens: Count = None
    total_tokens: Count = None
    total_cost: Soft[float] = None


class BatchWire(Wire):
    """A batch without its `results`."""

    id: Id
    status: Soft[str] = None
    """May be empty."""
    provider: Soft[str] = None
    provider_batch_id: Soft[str] = None
    endpoint: Soft[str] = None
    input_file_id: Soft[str] = None
    completion_window: Soft[str] = None
    created_at: Any = None
    in_progress_at: Any = None
    completed_at: Any = None
    failed_at: Any = None
    cancelled_at: Any = None
    request_counts: Soft[CountsWire] = None
    usage: Soft[UsageWire] = None
    metadata: Soft[dict[str, Any]] = None


@tolerant
class ResultWire(TypedDict, total=False):
    """One line of a batch's results; all fields are loose, so any object is a line."""

    index: LooseCount
    """0-based line of the provider's output file, not the input order."""
    custom_id: Loose[str]
    url: Loose[str]
    status_code: Loose[int]
    model: Loose[str]
    provider: Loose[str]
    response: Any
    """An object, or a text when the body was none."""
    error: Any
    """`{type, message}`; a text is tolerated."""


RESULT = Shape(ResultWire)
