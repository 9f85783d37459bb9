"""The results of one output item: a score per criterion, and per metric on Foundry."""

from collections.abc import Sequence

from tui.models import CriterionType, ErrorInfo, JsonObject, JsonValue, Score
from tui.providers.making import make_score
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
    criteria: list[Criterion | None] = []
    names: list[str] = []
    counting: list[bool] = []
    for position, result in enumerate(results):
        key = result.get("name")
        criterion = definition.criterion(key or "")
        if criterion is not None and key:
            name = criterion.name
        else:
            name = definition.criterion_name(key or result.get("metric") or "criterion")
        counts = primary.get(key, position) == position
        criteria.append(criterion)
        names.append(name if counts else f"{name}.{result.get('metric')}")
        counting.append(counts)
    return tuple(map(_score, results, distinct(names), criteria, counting))


def _primary_metrics(
    results: Sequence[ResultWire], definition: EvalDefinition
) -> dict[str | None, int]:
    """Return, by criterion that has several metrics, the position of the one that decides."""
    positions: dict[str | None, list[int]] = {}
    for position, result in enumerate(results):
        if result.get("metric"):
            positions.setdefault(result.get("name"), []).append(position)
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
            (position for position in found if results[position].get("metric") in wanted), found[0]
        )
    return primary


def _score(result: ResultWire, name: str, criterion: Criterion | None, counts: bool) -> Score:
    verdict = read_transcript(result.get("sample"))
    error = _error(result)
    skipped = result.get("status") == "skipped"
    passed, label = result.get("passed"), result.get("label")
    if passed is None and label is not None:
        passed = _LABEL_VERDICTS.get(label.lower())
    decided = error is None and not skipped
    label = label or verdict.label
    return make_score(
        name,
        _type(result, label) if criterion is None else criterion.type,
        passed if decided else None,
        result.get("score") if decided else None,
        label,
        result.get("reason") or verdict.reason,
        error,
        skipped,
        counts,
        _detail(result, criterion),
    )


def _type(result: ResultWire, label: str | None) -> CriterionType:
    """Return what a value is whose grader the eval does not name."""
    told = result.get("type")
    if told is not None or result.get("passed") is not None:
        return grader_type(told)
    if result.get("score") is not None:
        return CriterionType.NUMERIC
    return CriterionType.LABEL if label else CriterionType.BINARY


def _error(result: ResultWire) -> ErrorInfo | None:
    """Return why the grader broke; a verdict of "passed" is believed whatever stands beside it."""
    sample = result.get("sample")
    told = error_info(sample.get("error")) if isinstance(sample, dict) else None
    if result.get("status") in _BROKEN:
        return told or ErrorInfo(None, result.get("reason") or "The grader gave no result.")
    return None if result.get("passed") else told


def _detail(result: ResultWire, criterion: Criterion | None) -> JsonValue:
    threshold = result.get("threshold")
    if threshold is None and criterion is not None:
        threshold = criterion.threshold
    detail: JsonObject = {}
    if (told := result.get("type")) is not None:
        detail["type"] = told
    if (metric := result.get("metric")) is not None:
        detail["metric"] = metric
    if threshold is not None:
        detail["threshold"] = threshold
    if properties := result.get("properties"):
        dimensions = _dimension_scores(properties)
        if _says_something(dimensions):
            detail["dimension_scores"] = dimensions
        detail["properties"] = properties
    if _says_something(sample := result.get("sample")):
        detail["sample"] = sample
    return detail or None


def _says_something(value: JsonValue) -> bool:
    return bool(value) or not (value is None or isinstance(value, dict | list))


def _dimension_scores(properties: JsonObject) -> JsonValue:
    """Return the rubric's dimensions; typed as a text by the schema, sent as a list."""
    scores = properties.get("dimension_scores") or properties.get("rubric_scores")
    if isinstance(scores, str):
        try:
            return loads(scores.encode())
        except NotJsonError:
            return scores
    return scores
