"""A trial's raw scores, flattened to one score per leaf."""

from collections.abc import Mapping
from typing import Any

from tui.models import CriterionType, ErrorInfo, Score
from tui.providers.making import make_score
from tui.providers.weave.criteria import joined_name
from tui.providers.weave.numbers import real

_VERDICTS = frozenset({"passed", "pass"})
_REASONS = ("rationale", "reason", "reasoning", "explanation")
_DEPTH = 16


class ScoreRules:
    """Which booleans decide a trial, and what kind a criterion is when its value is null."""

    def __init__(self, pass_criteria: tuple[str, ...], types: Mapping[str, CriterionType]) -> None:
        self._named = frozenset(pass_criteria)
        self._types = types

    def counts(self, scorer: str, path: str | None) -> bool:
        """Return whether a boolean decides the outcome.

        The named ones where the connection names any (a scorer's name stands for its verdict),
        else those at the top or directly under `passed` or `pass`.
        """
        verdict = path is None or path in _VERDICTS
        if not self._named:
            return verdict
        return joined_name(scorer, path) in self._named or (verdict and scorer in self._named)

    def type_of(self, name: str) -> CriterionType:
        """Return what kind a criterion is in this run, label when nobody has said."""
        return self._types.get(name, CriterionType.LABEL)


def flattened(scores: Any, rules: ScoreRules) -> tuple[Score, ...]:
    """Return one score per leaf of `scores`; nested names are `scorer.path`.

    Booleans are verdicts, numbers values, texts labels; a null is a score without a value, a list
    one with only detail. A text called rationale, reason or explanation is also the reason of the
    verdicts and numbers beside it.
    """
    if not isinstance(scores, dict):
        return ()
    found: list[Score] = []
    for scorer, value in scores.items():
        _flatten(value, (scorer, rules, found))
    return tuple(found)


def broken(scorer: str, error: ErrorInfo) -> Score:
    """Return the score of a scorer that raised."""
    return Score(scorer, CriterionType.LABEL, error=error)


def _flatten(
    value: Any,
    into: tuple[str, ScoreRules, list[Score]],
    path: str | None = None,
    reason: str | None = None,
    depth: int = 0,
) -> None:
    """Add one score per leaf of a value to a scorer's; `reason` is what stands beside it."""
    if not isinstance(value, dict) or not value or depth >= _DEPTH:
        scorer, rules, found = into
        found.append(_leaf(scorer, path, value, reason, rules))
        return
    beside = None
    for key in _REASONS:
        if isinstance(value.get(key), str):
            beside = value[key]
            break
    for key, inner in value.items():
        _flatten(inner, into, key if path is None else f"{path}.{key}", beside, depth + 1)


def _leaf(
    scorer: str, path: str | None, value: Any, reason: str | None, rules: ScoreRules
) -> Score:
    name = joined_name(scorer, path)
    if isinstance(value, bool):
        counts = rules.counts(scorer, path)
        return make_score(name, CriterionType.BINARY, passed=value, reason=reason, counts=counts)
    if isinstance(value, str):
        return make_score(name, CriterionType.LABEL, label=value)
    number = real(value)
    if number is not None:
        return make_score(name, CriterionType.NUMERIC, value=number, reason=reason)
    return make_score(name, rules.type_of(name), detail=value)
