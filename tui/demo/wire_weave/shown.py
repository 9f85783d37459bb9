"""How the server shows a stored call: derived fields, costs, and only what was asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tui.demo.facts import SimModel
from tui.demo.wire_weave.calls import Call
from tui.demo.wire_weave.usage import costs_of

_ALWAYS = ("id", "project_id", "trace_id", "op_name", "started_at")
_FOR_SUMMARY = ("ended_at", "exception", "display_name")
"""Fetched along with `summary`, and when costs are asked for."""
_EMPTY_OBJECTS = ("attributes", "inputs")


def whole(call: Call) -> Call:
    """Return a call with its derived summary: what queries and sorts look at."""
    return call | {"summary": _derived(call)}


def shown(
    call: Call,
    columns: Sequence[str] | None = None,
    models: Mapping[str, SimModel] | None = None,
) -> Call:
    """Return a call as it is answered.

    Fields not asked for come back empty, and the status is derived from what was fetched: without
    `ended_at` a finished call reads "running". That is the real server's own trap.

    Args:
        call: as it was stored.
        columns: what was asked for; None = all.
        models: whose prices are put into the summary; None = no costs asked for.
    """
    fetched = call
    if columns is not None:
        kept = {column.partition(".")[0] for column in columns}
        kept.update(_ALWAYS)
        if "summary" in kept or models is not None:
            kept.update(_FOR_SUMMARY)
        fetched = {
            name: value if name in kept else ({} if name in _EMPTY_OBJECTS else None)
            for name, value in call.items()
        }
    summary = _derived(fetched)
    if models is not None:
        costs = costs_of((call["summary"] or {}).get("usage", {}), models)
        if costs:
            summary["weave"]["costs"] = costs
    return fetched | {"summary": summary}


def _derived(call: Call) -> dict[str, Any]:
    stored = call["summary"] or {}
    about: dict[str, Any] = {"status": "success"}
    if call["exception"]:
        about["status"] = "error"
    elif call["ended_at"] is None:
        about["status"] = "running"
    elif stored.get("status_counts", {}).get("error", 0) > 0:
        about["status"] = "descendant_error"
    if call["ended_at"] is not None:
        took = datetime.fromisoformat(call["ended_at"]) - datetime.fromisoformat(call["started_at"])
        about["latency_ms"] = round(took.total_seconds() * 1000)
    if call["display_name"]:
        about["display_name"] = call["display_name"]
    else:
        about["trace_name"] = call["op_name"].rpartition("/op/")[2].partition(":")[0]
    return {**stored, "weave": about}
