"""The scores of one file: the overall one and one per rule."""

from collections.abc import Iterable

from pydantic import ValidationError

from tui.models import CriterionType, JsonObject, JsonValue, Score
from tui.providers.datalab.wire import ItemWire, RuleWire

OVERALL = "score"
"""The criterion that a file's `eval_score` becomes."""


def overall_score(value: float, *, pass_score: float | None) -> Score:
    """Return the file's overall score; its verdict is the connection's `pass_score`, or none."""
    return Score(
        name=OVERALL,
        type=CriterionType.NUMERIC,
        value=value,
        passed=None if pass_score is None else value >= pass_score,
    )


def read_evaluation(evaluation: JsonValue) -> tuple[tuple[Score, ...], JsonValue]:
    """Return one score per readable rule of an `evaluation` object, and what was not taken.

    The object is declared as free-form: whatever has another shape comes back whole, for the JSON
    view; None when nothing is left over.
    """
    if not isinstance(evaluation, dict):
        return (), evaluation
    rules = evaluation.get("evaluations")
    rest: JsonObject = {
        key: value
        for key, value in evaluation.items()
        if key != "evaluations" and value not in (None, {}, [])
    }
    if not isinstance(rules, list):
        return (), {**rest, "evaluations": rules} if rules is not None else rest or None
    scores: list[Score] = []
    strange: list[JsonValue] = []
    names = {OVERALL}
    for rule in rules:
        try:
            wire = RuleWire.model_validate(rule)
        except ValidationError:
            strange.append(rule)
            continue
        name = _free(wire.name, names)
        names.add(name)
        scores.append(
            Score(
                name=name,
                type=CriterionType.NUMERIC,
                value=wire.rule_score,
                reason=_reason(wire.individual_results or ()),
                detail={
                    "type": wire.type,
                    "items_evaluated": wire.items_evaluated,
                    "individual_results": wire.individual_results,
                },
            )
        )
    if strange:
        rest["evaluations"] = strange
    return tuple(scores), rest or None


def _reason(items: Iterable[JsonValue]) -> str | None:
    """Return the feedback on the worst items, one line each: `3 (Table, page 1): header lost`."""
    lines: list[str] = []
    for item in items:
        try:
            wire = ItemWire.model_validate(item)
        except ValidationError:
            continue
        if not wire.feedback:
            continue
        place = ", ".join(
            part
            for part in (wire.block_type, None if wire.page_id is None else f"page {wire.page_id}")
            if part
        )
        head = " ".join(
            part
            for part in (
                None if wire.score is None else f"{wire.score:g}",
                f"({place})" if place else None,
            )
            if part
        )
        lines.append(f"{head}: {wire.feedback}" if head else wire.feedback)
    return "\n".join(lines) or None


def _free(name: str, taken: set[str]) -> str:
    """Return the name, numbered when another rule of the file has it."""
    if name not in taken:
        return name
    number = 2
    while (numbered := f"{name} ({number})") in taken:
        number += 1
    return numbered
