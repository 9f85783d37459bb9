"""Scorer results over a whole run: from the run's own summary, and from the scorer statistics."""

from typing import Any

from pydantic import ValidationError

from tui.models import CriterionStats, CriterionType
from tui.providers.weave.numbers import count, mapping, real
from tui.providers.weave.wire import EvaluationSummaryWire, ScorerStatWire

_NO_SCORERS = frozenset({"model_latency", "output", "model_output"})
"""Top-level keys of a run's summary that no scorer made."""
_DEPTH = 8
_TYPES = {
    "binary": CriterionType.BINARY,
    "continuous": CriterionType.NUMERIC,
    "text": CriterionType.LABEL,
}


def joined_name(scorer: str, path: str | None) -> str:
    """Return a criterion's name: the scorer's, or `scorer.path` for a nested value."""
    return f"{scorer}.{path}" if path else scorer


def summary_criteria(output: Any, *, clean: bool) -> tuple[CriterionStats, ...]:
    """Return the criteria of a run's own summary (the output of its root call).

    Weave counts a trial that broke as not true here. So only a run without any failed call
    (`clean`) tells how many trials failed; for others only the passed ones and the fraction are
    known. Custom summaries may hold anything: what is no number is passed over.
    """
    found: list[CriterionStats] = []
    for scorer, value in mapping(output).items():
        if scorer not in _NO_SCORERS:
            _collect(scorer, value, found, clean=clean, depth=0)
    return tuple(found)


def measured_criteria(told: EvaluationSummaryWire) -> tuple[CriterionStats, ...]:
    """Return the criteria of the scorer statistics; a leaf that cannot be read is left out.

    `n` counts trials with a value, `trial_count` all trials of the run, so a criterion that is
    missing where trials broke shows it.
    """
    criteria: list[CriterionStats] = []
    for entry in told.scorer_stats or ():
        try:
            criteria.append(_measured(ScorerStatWire.model_validate(entry), told.trial_count))
        except ValidationError:
            continue
    return tuple(criteria)


def _measured(stat: ScorerStatWire, trial_count: int | None) -> CriterionStats:
    kind = _TYPES.get(stat.value_type or "", CriterionType.LABEL)
    known = stat.pass_known_count or 0
    name = joined_name(stat.scorer_key, stat.path)
    if kind is CriterionType.BINARY:
        passed = stat.pass_true_count or 0
        return CriterionStats(
            name, kind, known, passed, max(0, known - passed), None, stat.numeric_mean, trial_count
        )
    n = stat.numeric_count if kind is CriterionType.NUMERIC else stat.trial_count
    return CriterionStats(name, kind, n, None, None, None, stat.numeric_mean, trial_count)


def _collect(
    name: str, value: Any, found: list[CriterionStats], *, clean: bool, depth: int
) -> None:
    mean = real(value)
    if mean is not None:
        found.append(_numeric(name, mean))
        return
    told = mapping(value)
    if "true_count" in told and "true_fraction" in told:
        found.append(_binary(name, told, clean=clean))
        return
    mean = real(told.get("mean"))
    if mean is not None:
        found.append(_numeric(name, mean))
        return
    if depth < _DEPTH:
        for key, inner in told.items():
            _collect(f"{name}.{key}", inner, found, clean=clean, depth=depth + 1)


def _numeric(name: str, mean: float) -> CriterionStats:
    return CriterionStats(name, CriterionType.NUMERIC, None, None, None, None, mean)


def _binary(name: str, told: dict[str, Any], *, clean: bool) -> CriterionStats:
    passed, fraction = count(told["true_count"]), real(told["true_fraction"])
    n = failed = None
    if clean and passed and fraction:
        n = max(passed, round(passed / fraction))
        failed = n - passed
    return CriterionStats(name, CriterionType.BINARY, n, passed, failed, None, fraction)
