"""The results of one output item: a score per criterion, and per metric on Foundry."""

from collections.abc import Sequence

from tui.models import CriterionType, ErrorInfo, JsonObject, JsonValue, Score
from tui.providers.openai_family.evals import Criterion, EvalDefinition, distinct, grader_type
from tui.providers.openai_family.faults import error_info
from tui.providers.openai_family.transcripts import read_transcript
from tui.providers.openai_family.wire import ResultWire
from tui.providers.strict_json import NotJsonError, loads

_BROKEN = frozenset({"error", "errored"})
"""Foundry's schema says the second, Microsoft's own writer the first."""

_LABEL_VERDICTS = {"pass": True, "fail": False}


def read_scores(results: Sequence[ResultWire], definition: EvalDefinition) -> tuple[Score, ...]:
    """Return one score per result, named as the eval names its criteria.

    Foundry may send several metrics per criterion: the primary one bears the criterion's name and
    counts, the others are `criterion.metric` and do not.
    """
    primary = _primary_metrics(results, definition)
    names: list[str] = []
    counting: list[bool] = []
    for position, result in enumerate(results):
        name = definition.criterion_name(result.name or result.metric or "criterion")
        counts = primary.get(result.name, position) == position
        names.append(name if counts else f"{name}.{result.metric}")
        counting.append(counts)
    return tuple(
        _score(result, name, definition.criterion(result.name or ""), counts=counts)
        for result, name, counts in zip(results, distinct(names), counting, strict=True)
    )


def _primary_metrics(
    results: Sequence[ResultWire], definition: EvalDefinition
) -> dict[str | None, int]:
    """Return, by criterion that has several metrics, the position of the one that decides."""
    positions: dict[str | None, list[int]] = {}
    for position, result in enumerate(results):
        if result.metric:
            positions.setdefault(result.name, []).append(position)
    primary: dict[str | None, int] = {}
    for key, found in positions.items():
        if len(found) == 1:
            continue
        criterion = definition.criterion(key or "")
        wanted = (
            definition.criterion_name(key or ""),
            None if criterion is None else criterion.metric,
        )
        primary[key] = next(
            (position for position in found if results[position].metric in wanted), found[0]
        )
    return primary


def _score(result: ResultWire, name: str, criterion: Criterion | None, *, counts: bool) -> Score:
    verdict = read_transcript(result.sample)
    error = _error(result)
    skipped = result.status == "skipped"
    passed = result.passed
    if passed is None and result.label is not None:
        passed = _LABEL_VERDICTS.get(result.label.lower())
    decided = error is None and not skipped
    label = result.label or verdict.label
    return Score(
        name=name,
        type=_type(result, criterion, label),
        passed=passed if decided else None,
        value=result.score if decided else None,
        label=label,
        reason=result.reason or verdict.reason,
        error=error,
        skipped=skipped,
        counts=counts,
        detail=_detail(result, criterion),
    )


def _type(result: ResultWire, criterion: Criterion | None, label: str | None) -> CriterionType:
    if criterion is not None:
        return criterion.type
    if result.type is not None or result.passed is not None:
        return grader_type(result.type)
    if result.score is not None:
        return CriterionType.NUMERIC
    return CriterionType.LABEL if label else CriterionType.BINARY


def _error(result: ResultWire) -> ErrorInfo | None:
    """Return why the grader broke; a verdict of "passed" is believed whatever stands beside it."""
    sample = result.sample
    told = error_info(sample.get("error")) if isinstance(sample, dict) else None
    if result.status in _BROKEN:
        return told or ErrorInfo(None, result.reason or "The grader gave no result.")
    return None if result.passed else told


def _detail(result: ResultWire, criterion: Criterion | None) -> JsonValue:
    threshold = result.threshold
    if threshold is None and criterion is not None:
        threshold = criterion.threshold
    detail: JsonObject = {
        "type": result.type,
        "metric": result.metric,
        "threshold": threshold,
        "dimension_scores": _dimension_scores(result.properties),
        "properties": result.properties,
        "sample": result.sample,
    }
    return {
        field: value
        for field, value in detail.items()
        if value or not (value is None or isinstance(value, (dict, list)))
    } or None


def _dimension_scores(properties: JsonObject | None) -> JsonValue:
    """Return the rubric's dimensions; typed as a text by the schema, sent as a list."""
    if not properties:
        return None
    scores = properties.get("dimension_scores") or properties.get("rubric_scores")
    if isinstance(scores, str):
        try:
            return loads(scores.encode())
        except NotJsonError:
            return scores
    return scores
