"""The scores of one file: the overall one and one per rule."""

from collections.abc import Iterable

from tui.models import CriterionType, JsonObject, JsonValue, Score
from tui.providers.datalab.wire import EVALUATION, ItemWire
from tui.providers.making import make_score

_EMPTY: tuple[JsonValue, ...] = (None, {}, [])

OVERALL = "score"
"""The criterion that a file's `eval_score` becomes."""


def overall_score(value: float, *, pass_score: float | None) -> Score:
    """Return the file's overall score; its verdict is the connection's `pass_score`, or none."""
    return make_score(
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
        if key != "evaluations" and value not in _EMPTY
    }
    if not isinstance(rules, list):
        return (), {**rest, "evaluations": rules} if rules is not None else rest or None
    scores: list[Score] = []
    strange: list[JsonValue] = []
    names = {OVERALL}
    read = EVALUATION.read({"evaluations": rules})["evaluations"]
    for rule, wire in zip(rules, read, strict=True):
        if wire is None:
            strange.append(rule)
            continue
        name = _free(wire["name"], names)
        names.add(name)
        worst = rule.get("individual_results") if isinstance(rule, dict) else None
        detail: JsonObject = {
            "type": wire.get("type"),
            "items_evaluated": wire.get("items_evaluated"),
            "individual_results": worst if isinstance(worst, list) else None,
        }
        scores.append(
            make_score(
                name,
                CriterionType.NUMERIC,
                value=wire.get("rule_score"),
                reason=_reason(wire.get("individual_results") or ()),
                detail=detail,
            )
        )
    if strange:
        rest["evaluations"] = strange
    return tuple(scores), rest or None


def _reason(items: Iterable[ItemWire | None]) -> str | None:
    """Return the feedback on the worst items, one line each: `3 (Table, page 1): header lost`."""
    lines: list[str] = []
    for item in items:
        if not item or not (feedback := item.get("feedback")):
            continue
        place = item.get("block_type") or ""
        if (page_id := item.get("page_id")) is not None:
            page = f"page {page_id}"
            place = f"{place}, {page}" if place else page
        score = item.get("score")
        head = "" if score is None else f"{score:g}"
        if place:
            head = f"{head} ({place})" if head else f"({place})"
        lines.append(f"{head}: {feedback}" if head else feedback)
    return "\n".join(lines) or None


def _free(name: str, taken: set[str]) -> str:
    """Return the name, numbered when another rule of the file has it."""
    if name not in taken:
        return name
    number = 2
    while (numbered := f"{name} ({number})") in taken:
        number += 1
    return numbered
