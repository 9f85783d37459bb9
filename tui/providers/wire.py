"""What private wire models are built from: tolerant of what really comes.

Identity is strict: an item without it is skipped and named. Everything else is `Soft`: a value
that cannot be read is None, so that one drifted field never costs a whole item.

What comes by the million is read as a `Shape`, in half the time: a typed dictionary of what is
there. Its fields are `Loose`: a value that cannot be read is left out.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    TypeAdapter,
    ValidationError,
    with_config,
)
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


class _OutIfUnreadable:
    """Makes the validator itself leave a field of a typed dictionary out."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_default_schema(handler(source), on_error="omit")


Loose = Annotated[T | None, _OutIfUnreadable()]
"""A field of a typed dictionary that is left out when it has the wrong type."""

_Count = Annotated[int, Field(ge=0, le=_INT64)]
Count = Soft[_Count]
"""A number of things; negative or absurd ones are unknown."""

LooseCount = Loose[_Count]
"""A number of things, left out when it is negative or absurd."""

Id = Annotated[str, Field(min_length=1)]


_TOLERANT = ConfigDict(
    extra="ignore",
    defer_build=True,
    hide_input_in_errors=True,
    allow_inf_nan=False,
    coerce_numbers_to_str=True,
)
"""Ids and names that come as numbers become text."""

tolerant = with_config(_TOLERANT)
"""Decorates a typed dictionary that a `Shape` reads; those within it follow."""


class Wire(BaseModel):
    """What wire models share."""

    model_config = _TOLERANT


class Shape(Generic[T]):
    """Reads objects as a typed dictionary; built when the first one is read, or ahead of it."""

    known: ClassVar[list["Shape[Any]"]] = []
    """All there are."""

    def __init__(self, fields: type[T]) -> None:
        self._adapter = TypeAdapter(fields)
        self.known.append(self)

    def build(self) -> None:
        """Build the validator, unless it is built."""
        self._adapter.rebuild()

    def read(self, value: object) -> T:
        """Return what is there of the fields. Raises ValidationError."""
        # The adapter's own method looks at eight options before it does this.
        return self._adapter.validator.validate_python(value)  # type: ignore[no-any-return]


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
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
            return datetime.combine(moment, moment.time(), UTC)  # a fifth of what `replace` costs
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
