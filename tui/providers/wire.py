"""What private wire models are built from: tolerant of what really comes.

Identity is strict: an item without it is skipped and named. Everything else is `Soft`: a value
that cannot be read is None, so that one drifted field never costs a whole item.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
from pydantic_core import core_schema

from tui.models import JsonValue

T = TypeVar("T")

_INT64 = 2**63 - 1
"""SQLite's largest integer; a count above it is nonsense."""


class _NoneIfUnreadable:
    """Makes the validator itself answer None: no Python is called per value."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


Soft = Annotated[T | None, _NoneIfUnreadable()]
"""A value that becomes None when it has the wrong type."""

Count = Soft[Annotated[int, Field(ge=0, le=_INT64)]]
"""A number of things; negative or absurd ones are unknown."""

Id = Annotated[str, Field(min_length=1)]


class Wire(BaseModel):
    """What wire models share; ids and names that come as numbers become text."""

    model_config = ConfigDict(
        extra="ignore",
        defer_build=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
        coerce_numbers_to_str=True,
    )


def why_unreadable(error: ValidationError) -> str:
    """Return one sentence on what is wrong with an item, without its content."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "item"
    return f"`{place}`: {first['msg']}."


def instant(value: JsonValue) -> datetime | None:
    """Return the moment in UTC, None for null, zero, or what cannot be read.

    Unix seconds as a number, or an ISO 8601 text with or without fractions; a text without a zone
    is UTC.
    """
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
