"""Cursor paging as the OpenAI family does it: `after`, `limit`, `order`, `has_more`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tui.demo.wire import Request

_T = TypeVar("_T")
DEFAULT_LIMIT = 20
MAX_LIMIT = 100


class BadParameterError(Exception):
    """A query parameter the API refuses."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


@dataclass(frozen=True, slots=True)
class Page(Generic[_T]):
    """One page of a list, in the order asked for."""

    objects: list[_T]
    has_more: bool


def choice(request: Request, name: str, allowed: Sequence[str]) -> str | None:
    """Return a query value that must be one of `allowed`; None when it was not given."""
    value = request.one(name)
    if value is not None and value not in allowed:
        raise BadParameterError(
            name, f"Invalid value: '{value}'. Supported values are: {', '.join(allowed)}."
        )
    return value


def limit_of(request: Request) -> int:
    """Return the page size asked for."""
    text = request.one("limit")
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= MAX_LIMIT:
        raise BadParameterError(
            "limit", f"Invalid 'limit': expected an integer from 1 to {MAX_LIMIT}."
        )
    return int(text)


def cut(request: Request, objects: Sequence[_T], find: Callable[[str], _T | None]) -> Page[_T]:
    """Return the page of `objects` (already in order) that `after` and `limit` ask for.

    `find` turns the id in `after` into an object, or None when there is no such id. A cursor that
    the list does not hold (its object fell out of a filter) is refused as well.
    """
    limit = limit_of(request)
    start = 0
    after = request.one("after")
    if after is not None:
        cursor = find(after)
        if cursor is None or cursor not in objects:
            raise BadParameterError("after", f"No object with id '{after}' was found in this list.")
        start = objects.index(cursor) + 1
    rest = objects[start : start + limit]
    return Page(list(rest), start + limit < len(objects))


def list_body(data: list[dict[str, Any]], *, has_more: bool) -> dict[str, Any]:
    """Return the list wrapper; ids are null on an empty page."""
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": has_more,
    }
