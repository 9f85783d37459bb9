"""Asking for smaller pages."""

from collections.abc import Mapping

from tui.models import JsonObject, JsonValue
from tui.providers.targets import Params


def halved_page(
    name: str | None, params: Params | None, body: JsonValue
) -> tuple[Params | None, JsonValue] | None:
    """Return query and body with half the page size; None where it cannot get smaller.

    Args:
        name: of the page size in the query, else in the body; None = there is none.
        params: the query.
        body: the body.
    """
    if name is None:
        return None
    for place in (params, body):
        limit = place.get(name) if isinstance(place, Mapping) else None
        if isinstance(limit, int) and not isinstance(limit, bool) and limit > 1:
            smaller: JsonObject = {name: limit // 2}
            if place is params:
                return {**(params or {}), name: limit // 2}, body
            return params, {**(body if isinstance(body, dict) else {}), **smaller}
    return None
