"""What scorers return, and the two summaries Weave makes of it."""

from collections.abc import Iterable, Iterator
from typing import Any

from tui.demo.facts import Grade, SimRow
from tui.demo.wire_weave.refs import scorer_name


def scores_of(row: SimRow) -> dict[str, Any]:
    """Return a trial's scores; empty when the model or a scorer raised."""
    if row.error is not None or broken(row) is not None:
        return {}
    return {scorer_name(grade.grader): value_of(grade) for grade in row.grades}


def broken(row: SimRow) -> Grade | None:
    """Return the grade whose scorer raised, or None."""
    return next((grade for grade in row.grades if grade.error is not None), None)


def value_of(grade: Grade) -> Any:
    """Return a scorer's result: a bare boolean or number, a judge's object, null from a skip."""
    if grade.skipped:
        return None
    match grade.grader.kind:
        case "string_check":
            return grade.passed
        case "label_model":
            return {"passed": grade.passed, "label": grade.label, "rationale": grade.reason}
        case "score_model":
            return {
                "passed": grade.passed,
                "score": grade.score,
                "detail": {"grounded": grade.passed, "tone": "polite"},
                "rationale": grade.reason,
            }
        case _:
            return bool(grade.passed) if grade.grader.binary else grade.score


def leaves(scores: dict[str, Any]) -> Iterator[tuple[str, str | None, Any]]:
    """Yield (scorer, dotted path or None, value) of every leaf that counts: no nulls, no lists."""
    for scorer, value in scores.items():
        yield from _leaves(scorer, (), value)


def _leaves(
    scorer: str, path: tuple[str, ...], value: Any
) -> Iterator[tuple[str, str | None, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(scorer, (*path, key), inner)
    elif value is not None and not isinstance(value, list):
        yield scorer, ".".join(path) or None, value


def scorer_stats(trials: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one entry per leaf, in the order first met; the first value decides its type."""
    found: dict[tuple[str, str | None], list[Any]] = {}
    for scores in trials:
        for scorer, path, value in leaves(scores):
            found.setdefault((scorer, path), []).append(value)
    return [_stat(scorer, path, values) for (scorer, path), values in found.items()]


def _stat(scorer: str, path: str | None, values: list[Any]) -> dict[str, Any]:
    known = [value for value in values if isinstance(value, bool)]
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    first = values[0]
    kind = "text"
    if isinstance(first, bool):
        kind = "binary"
    elif isinstance(first, int | float):
        kind = "continuous"
    return {
        "scorer_key": scorer,
        "path": path,
        "value_type": kind,
        "trial_count": len(values),
        "numeric_count": len(numbers),
        "numeric_mean": sum(numbers) / len(numbers) if numbers else None,
        "pass_true_count": sum(known),
        "pass_known_count": len(known),
        "pass_rate": sum(known) / len(known) if known else None,
        "pass_signal_coverage": len(known) / len(values),
    }


def root_output(trials: list[dict[str, Any]], latencies: list[float]) -> dict[str, Any]:
    """Return the run's own summary: nested as the scores are; failed trials do count here."""
    summary: dict[str, Any] = {}
    for stat in scorer_stats(trials):
        if stat["value_type"] == "text":
            continue
        place = summary.setdefault(stat["scorer_key"], {})
        for part in (stat["path"] or "").split(".") if stat["path"] else ():
            place = place.setdefault(part, {})
        if stat["value_type"] == "binary":
            place["true_count"] = stat["pass_true_count"]
            place["true_fraction"] = stat["pass_true_count"] / len(trials)
        else:
            place["mean"] = stat["numeric_mean"]
    if latencies:
        summary["model_latency"] = {"mean": sum(latencies) / len(latencies)}
    return summary
