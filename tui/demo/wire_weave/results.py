"""`eval_results/query`: rows with their trials, and the summary over them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tui.demo.facts import SimRow, SimRun
from tui.demo.wire_weave.bodies import Body
from tui.demo.wire_weave.calls import Calls, answer_of, instant
from tui.demo.wire_weave.expressions import holds, look_up, sortable
from tui.demo.wire_weave.refs import is_function, result_digest, scorer_name
from tui.demo.wire_weave.refusals import invalid, refused
from tui.demo.wire_weave.scores import broken, scorer_stats, scores_of
from tui.demo.wire_weave.usage import answer_usage, trial_usage
from tui.demo.wire_weave.writers import is_inline, is_logged

_SORTS = ("scores.", "inputs.", "output.")

Found = dict[str, list[SimRow]]
"""Run id to the trials of one row, in the order asked for; only runs that have the row."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request asks for."""

    runs: list[SimRun]
    intersection: bool
    rows: bool
    raw: bool
    resolved: bool
    summary: bool
    children: bool
    costs: bool


def eval_results(calls: Calls, body: Body) -> dict[str, Any]:
    """Answer a query. Ids nobody knows bring no rows and no error.

    Raises:
        Refused: no id at all, or a field that cannot be sorted or filtered by.
    """
    ids = [*(body.texts("evaluation_call_ids") or []), *(body.texts("evaluation_run_ids") or [])]
    if not ids:
        raise invalid("value_error", ["body"], "Value error, no evaluation ids given", body.values)
    asked = _Asked(
        runs=[run for one in dict.fromkeys(ids) if (run := calls.world.run("weave", one))],
        intersection=body.flag("require_intersection") and len(set(ids)) > 1,
        rows=body.flag("include_rows", default=True),
        raw=body.flag("include_raw_data_rows"),
        resolved=body.flag("resolve_row_refs"),
        summary=body.flag("include_summary"),
        children=body.flag("include_predict_and_score_children", default=True),
        costs=body.flag("include_costs"),
    )
    sorts = body.parts("sort_by") or []
    for sort in sorts:
        _check(sort)
    grouped = _grouped(calls, asked)
    if asked.intersection:
        grouped = {key: one for key, one in grouped.items() if len(one) == len(set(ids))}
    filters = _filters(body)
    if filters:
        grouped = {key: one for key, one in grouped.items() if _passes(calls, asked, filters, one)}
    digests = sorted(grouped)
    if not asked.summary:  # which sorts by digest once more, and the order is lost
        for sort in reversed(sorts):
            digests = _sorted(calls, asked, sort, digests, grouped)
    offset, limit = body.number("offset") or 0, body.number("limit")
    page = digests[offset:] if limit is None else digests[offset : offset + limit]
    total = len(digests)
    if asked.rows and not page and not asked.summary:
        total = 0  # the count rides on the page's rows
    return {
        "rows": [_row(calls, asked, key, grouped[key]) for key in page] if asked.rows else [],
        "total_rows": total,
        "summary": _summary(calls, asked, grouped) if asked.summary else None,
        "warnings": [],
    }


def _grouped(calls: Calls, asked: _Asked) -> dict[str, Found]:
    grouped: dict[str, Found] = {}
    for run in asked.runs:
        for row in calls.visible(run):
            key = result_digest(run, row.index)
            grouped.setdefault(key, {}).setdefault(run.id, []).append(row)
    return grouped


# Sorts and filters.


def _check(sort: Body) -> None:
    field = sort.text("field")
    if not field.startswith(_SORTS):
        known = "scores.*, inputs.*, output.*"
        raise refused(400, f"Unsupported sort field: '{field}'. Supported: {known}.")
    if sort.optional_text("mode") == "difference" and not field.startswith("scores."):
        text = f"mode='difference' only supports numeric fields (scores.*), got '{field}'."
        raise refused(400, text)


def _looked_at(calls: Calls, run: SimRun, row: SimRow) -> dict[str, Any]:
    """Return a trial as sorts and filters address it."""
    call = calls.trial(run, row)
    output = call["output"] or {}
    return {
        "scores": output.get("scores", {}),
        "inputs": row.item,
        "output": output,
        "row_digest": result_digest(run, row.index),
    }


def _trials(
    calls: Calls, asked: _Asked, found: Found, run_id: str | None
) -> dict[str, list[dict[str, Any]]]:
    return {
        run.id: [_looked_at(calls, run, row) for row in found[run.id]]
        for run in asked.runs
        if run.id in found and run_id in (None, run.id)
    }


def _filters(body: Body) -> list[list[tuple[str | None, dict[str, Any]]]]:
    """Return alternatives, each a list of (evaluation, query) that must all hold."""
    groups: dict[str | None, list[tuple[str | None, dict[str, Any]]]] = {}
    for wanted in body.parts("filters") or []:
        query, run_id = wanted.part("query"), wanted.optional_text("evaluation_call_id")
        if query is None:
            raise invalid("missing", ["body", "filters", "query"], "Field required", wanted.values)
        groups.setdefault(run_id, []).append((run_id, query.values))
    if body.optional_text("filter_logic_operator") == "and":
        return [[one for group in groups.values() for one in group]] if groups else []
    return list(groups.values())


def _passes(
    calls: Calls,
    asked: _Asked,
    alternatives: list[list[tuple[str | None, dict[str, Any]]]],
    found: Found,
) -> bool:
    """Filters look at one arbitrary trial of each evaluation."""

    def passes(run_id: str | None, query: dict[str, Any]) -> bool:
        trials = _trials(calls, asked, found, run_id)
        return any(holds(query, of_run[0]) for of_run in trials.values())

    return any(all(passes(*one) for one in group) for group in alternatives)


def _sorted(
    calls: Calls, asked: _Asked, sort: Body, digests: list[str], grouped: dict[str, Found]
) -> list[str]:
    """Return the rows by a field: numbers as the mean of their trials, unknown ones last."""
    field, run_id = sort.text("field"), sort.optional_text("evaluation_call_id")
    spread = sort.optional_text("mode") == "difference"
    keys: dict[str, Any] = {}
    for digest in digests:
        told = _trials(calls, asked, grouped[digest], run_id)
        means = [
            mean
            for trials in told.values()
            if (mean := _mean([look_up(trial, field) for trial in trials])) is not None
        ]
        if spread:
            numbers = [mean[1] for mean in means if isinstance(mean[1], float)]
            keys[digest] = (0, max(numbers) - min(numbers)) if numbers else None
        else:
            keys[digest] = means[0] if means else None
    known = [digest for digest in digests if keys[digest] is not None]
    known.sort(key=keys.__getitem__, reverse=sort.optional_text("direction") == "desc")
    return known + [digest for digest in digests if keys[digest] is None]


def _mean(values: list[Any]) -> tuple[int, float | str] | None:
    present = [key for key in map(sortable, values) if key is not None]
    numbers = [key[1] for key in present if isinstance(key[1], float)]
    if numbers:
        return (0, sum(numbers) / len(numbers))
    return present[0] if present else None


# Rows.


def _row(calls: Calls, asked: _Asked, digest: str, found: Found) -> dict[str, Any]:
    raw: Any = None
    first = next(run for run in asked.runs if run.id in found)
    one = found[first.id][0]
    if asked.raw:
        whole = asked.resolved or is_inline(first)
        raw = one.item if whole else calls.names.row(first, one.index)
    return {
        "row_digest": digest,
        "raw_data_row": raw,
        "evaluations": [
            {
                "evaluation_call_id": run.id,
                "trials": [_trial(calls, asked, run, row) for row in found[run.id]],
            }
            for run in asked.runs
            if run.id in found
        ],
    }


def _trial(calls: Calls, asked: _Asked, run: SimRun, row: SimRow) -> dict[str, Any]:
    ended = calls.ended(run, row)
    whole = ended and broken(row) is None
    scores = scores_of(row) if whole else {}
    latency: float | None = None
    if ended and (asked.children or (is_logged(run) and whole)):
        latency = calls.latency(run, row)
    # Function scorers cannot be told from other calls, but for those the logger marked.
    told = [
        (place, scorer_name(grader))
        for place, grader in enumerate(run.graders)
        if is_logged(run) or not is_function(grader)
    ]
    return {
        "predict_and_score_call_id": calls.call_id(run, row.attempt),
        "predict_call_id": calls.call_id(run, row.attempt, 1) if asked.children else None,
        "model_output": answer_of(row) if whole else None,
        "scores": scores,
        "model_latency_seconds": latency,
        "total_tokens": _tokens(run, row, below=not asked.children) if ended else None,
        "total_cost": _cost(row) if ended and asked.children and asked.costs else None,
        "scorer_call_ids": {
            name: calls.call_id(run, row.attempt, 2 + place)
            for place, name in told
            if asked.children and name in scores
        },
        "genai_span_ref": None,
    }


def _cost(row: SimRow) -> float | None:
    return None if row.error is not None else row.usd


def _tokens(run: SimRun, row: SimRow, *, below: bool) -> int | None:
    """Return the tokens of the models that state a total: of the model, or of all below."""
    usage = trial_usage(run, row) if below else answer_usage(run, row)
    totals = [told["total_tokens"] for told in usage.values() if "total_tokens" in told]
    return sum(totals) if totals else None


# The summary.


def _summary(calls: Calls, asked: _Asked, grouped: dict[str, Found]) -> dict[str, Any]:
    """A run without a single trial is absent, as on the real server."""
    found: dict[str, list[SimRow]] = {}
    for digest in sorted(grouped):
        for run_id, rows in grouped[digest].items():
            found.setdefault(run_id, []).extend(rows)
    runs = {run.id: run for run in asked.runs}
    return {
        "row_count": len(grouped),
        "evaluations": [
            _evaluation(calls, asked, runs[run_id], rows) for run_id, rows in found.items()
        ],
    }


def _evaluation(calls: Calls, asked: _Asked, run: SimRun, rows: list[SimRow]) -> dict[str, Any]:
    root = calls.root(run)
    trials = [_trial(calls, asked, run, row) for row in rows]
    return {
        "evaluation_call_id": run.id,
        "trial_count": len(rows),
        "scorer_stats": scorer_stats(trial["scores"] for trial in trials),
        "predict_total_tokens": _sum(trial["total_tokens"] for trial in trials),
        "predict_total_cost": _sum(trial["total_cost"] for trial in trials),
        "evaluation_ref": root["inputs"]["self"],
        "model_ref": root["inputs"]["model"],
        "display_name": root["display_name"],
        "trace_id": root["trace_id"],
        "started_at": (instant(calls.world, run.created) or "").replace("Z", "+00:00"),
    }


def _sum(values: Iterable[Any]) -> Any:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
