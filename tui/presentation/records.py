"""Runs and rows as the JSON objects promised to scripts (design section 4.3).

Keys are always present and null when unknown; times are RFC 3339 UTC; seconds, tokens and USD
are numbers. Texts are exactly as the provider sent them.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from tui.models import (
    CriterionStats,
    ErrorInfo,
    Group,
    JsonObject,
    JsonValue,
    ModelUsage,
    RunRef,
    Score,
    Trial,
    Usage,
)
from tui.presentation.completeness import rows_notes
from tui.store import ERROR_LIMIT, REASON_LIMIT, Hit, RowHead, StoredRun

RUN_FIELDS = (
    "ref",
    "connection",
    "provider",
    "kind",
    "id",
    "group",
    "name",
    "status",
    "raw_status",
    "models",
    "created_at",
    "started_at",
    "ended_at",
    "counts",
    "score",
    "pass_rate",
    "criteria",
    "usage",
    "error",
    "url",
    "metadata",
    "config",
    "warnings",
    "fetched_at",
    "stale",
)
ROW_FIELDS = (
    "run",
    "key",
    "label",
    "index",
    "outcome",
    "score",
    "criteria",
    "trials_n",
    "latency_s",
    "usage",
    "error",
    "extra",
)
TRIAL_FIELDS = (
    "id",
    "outcome",
    "input",
    "output",
    "expected",
    "scores",
    "latency_s",
    "usage",
    "model",
    "error",
)


HIT_FIELDS = (
    "run",
    "run_name",
    "key",
    "label",
    "trial",
    "field",
    "position",
    "match",
    "excerpt",
)
EXCERPT_BEFORE = 24
"""Characters before the match in an excerpt: so few that a table shows the match."""


def timestamp(at: datetime | None) -> str | None:
    """Return RFC 3339 in UTC with a `Z`, microseconds only where there are some."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def pass_rate(passed: int | None, failed: int | None) -> float | None:
    """Return passed over passed plus failed; None without either (design section 1)."""
    if passed is None or failed is None or passed + failed == 0:
        return None
    return passed / (passed + failed)


def run_record(stored: StoredRun, *, stale: bool) -> JsonObject:
    """Return a run's object. `stale` tells that the provider has not confirmed it just now."""
    run = stored.run
    counts = run.counts
    score: JsonObject | None = None
    if run.score is not None:
        score = {"mean": run.score.mean, "min": run.score.min, "max": run.score.max}
    return {
        "ref": str(run.ref),
        "connection": run.ref.connection,
        "provider": run.provider.value,
        "kind": run.kind.value,
        "id": run.id,
        "group": _group(run.group),
        "name": run.name,
        "status": run.status.value,
        "raw_status": run.raw_status,
        "models": list(run.models),
        "created_at": timestamp(run.created_at),
        "started_at": timestamp(run.started_at),
        "ended_at": timestamp(run.ended_at),
        "counts": {
            "total": counts.total,
            "done": counts.done,
            "passed": counts.passed,
            "failed": counts.failed,
            "errored": counts.errored,
            "skipped": counts.skipped,
            "ungraded": counts.ungraded,
        },
        "score": score,
        "pass_rate": pass_rate(counts.passed, counts.failed),
        "criteria": [_criterion(criterion) for criterion in run.criteria],
        "usage": [_model_usage(usage) for usage in run.usage],
        "error": _error(run.error),
        "url": run.url,
        "metadata": run.metadata,
        "config": run.config,
        "warnings": [
            *(concern.sentence for concern in stored.concerns),
            *run.warnings,
            *rows_notes(stored),
        ],
        "fetched_at": timestamp(stored.fetched_at),
        "stale": stale,
    }


def row_record(ref: RunRef, head: RowHead, trials: Iterable[Trial] | None = None) -> JsonObject:
    """Return a row's object, with its trials in full when they are given."""
    record: JsonObject = {
        "run": str(ref),
        "key": head.key,
        "label": head.label,
        "index": head.index,
        "outcome": head.outcome.value,
        "score": head.score,
        "criteria": {
            name: {
                "passed": cell.passed,
                "score": cell.value,
                "label": cell.label,
                "reason": cell.reason,
            }
            for name, cell in head.criteria.items()
        },
        "trials_n": head.trials_n,
        "latency_s": head.latency_s,
        "usage": _usage(head.usage),
        "error": _error(head.error),
        "extra": head.extra,
    }
    if trials is not None:
        record["trials"] = [trial_record(trial) for trial in trials]
    return record


def hit_record(hit: Hit) -> JsonObject:
    """Return what a search found as an object; `position` counts characters of the text."""
    return {
        "run": str(hit.ref),
        "run_name": hit.run_name,
        "key": hit.row_key,
        "label": hit.row_label,
        "trial": hit.trial_id,
        "field": hit.field,
        "position": hit.position,
        "match": hit.match,
        "excerpt": f"{hit.before[-EXCERPT_BEFORE:]}{hit.match}{hit.after}",
    }


def is_cut(head: RowHead) -> bool:
    """Return whether some text of a head may be only its beginning; records show whole texts."""
    return (head.error is not None and len(head.error.message) >= ERROR_LIMIT) or any(
        len(text) >= REASON_LIMIT
        for cell in head.criteria.values()
        for text in (cell.reason, cell.label)
        if text is not None
    )


def uncut(head: RowHead, trials: Iterable[Trial]) -> RowHead:
    """Return the head with the whole texts its beginnings stand for."""
    trials = tuple(trials)
    scores = [score for trial in trials for score in trial.scores]

    def whole(start: str | None, texts: Iterable[str | None]) -> str | None:
        if start is None:
            return None
        return next((text for text in texts if text is not None and text.startswith(start)), start)

    criteria = {
        name: replace(
            cell,
            reason=whole(cell.reason, (one.reason for one in scores if one.name == name)),
            label=whole(cell.label, (one.label for one in scores if one.name == name)),
        )
        for name, cell in head.criteria.items()
    }
    error = head.error
    if error is not None:
        found = [trial.error for trial in trials] + [score.error for score in scores]
        told = whole(error.message, (one.message for one in found if one is not None))
        error = replace(error, message=told or error.message)
    return replace(head, criteria=criteria, error=error)


def trial_record(trial: Trial) -> JsonObject:
    """Return a trial's object with its bodies."""
    return {
        "id": trial.id,
        "outcome": trial.outcome.value,
        "input": trial.input,
        "output": trial.output,
        "expected": trial.expected,
        "scores": {score.name: _score(score) for score in trial.scores},
        "latency_s": trial.latency_s,
        "usage": _usage(trial.usage),
        "model": trial.model,
        "error": _error(trial.error),
    }


def pick(record: JsonObject, fields: Iterable[str]) -> JsonObject:
    """Return only these fields, in this order; dotted ones are looked up inside."""
    return {
        name: record[name] if name in record else _look_up(record, name.split("."))
        for name in fields
    }


def _look_up(value: JsonValue, path: list[str]) -> JsonValue:
    """Names of criteria and metadata may hold dots themselves, so the longest key goes first."""
    if not path:
        return value
    if not isinstance(value, dict):
        return None
    for length in range(len(path), 0, -1):
        key = ".".join(path[:length])
        if key in value:
            return _look_up(value[key], path[length:])
    return None


def _group(group: Group | None) -> JsonValue:
    return None if group is None else {"id": group.id, "name": group.name}


def _error(error: ErrorInfo | None) -> JsonValue:
    return None if error is None else {"code": error.code, "message": error.message}


def _criterion(criterion: CriterionStats) -> JsonObject:
    return {
        "name": criterion.name,
        "type": criterion.type.value,
        "n": criterion.n,
        "trial_count": criterion.trial_count,
        "passed": criterion.passed,
        "failed": criterion.failed,
        "errored": criterion.errored,
        "mean": criterion.mean,
        "pass_rate": criterion.pass_rate,
    }


def _model_usage(usage: ModelUsage) -> JsonObject:
    return {
        "model": usage.model or None,
        "requests": usage.requests,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cached_tokens": usage.cached_tokens,
        "total_tokens": usage.total_tokens,
        "cost_usd": usage.cost_usd,
    }


def _usage(usage: Usage | None) -> JsonValue:
    if usage is None:
        return None
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
        "cost_usd": usage.cost_usd,
    }


def _score(score: Score) -> JsonObject:
    return {
        "passed": score.passed,
        "score": score.value,
        "label": score.label,
        "reason": score.reason,
        "error": _error(score.error),
    }
