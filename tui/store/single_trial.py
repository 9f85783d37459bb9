"""A row of one trial derived in one go: what nearly all rows are, and what loading them costs.

The answer is that of `heads.summary`; only the steps between are left out.
"""

from collections.abc import Mapping
from typing import Any

from tui.models import CriterionType, Outcome, Score, Trial
from tui.store.causes import causes_of
from tui.store.codec import column_integer, column_real, column_text, dumps
from tui.store.heads import (
    ERROR_LIMIT,
    RANKS,
    REASON_LIMIT,
    SUMMABLE,
    CellTally,
    Folded,
    RowSummary,
    head_of,
    start_of,
    summary,
    tokens,
    usage_list,
)

# Held apart: to look up a member of an enumeration, or its value, takes longer than what is done.
_ERRORED = Outcome.ERRORED
_NUMERIC = CriterionType.NUMERIC
_TYPES = {each: each.value for each in CriterionType}
_STRIPS = {each: str(rank) for each, rank in RANKS.items()}


def single_summary(trial: Trial, extra: Mapping[str, Any]) -> Folded:
    """Return what `summary` makes of a row that has this trial alone."""
    cells = [_cell(score) for score in trial.scores]
    if len(cells) > 1 and len({cell[0] for cell in cells}) < len(cells):
        return summary([head_of(trial)], extra)  # one criterion gave several scores
    outcome = trial.outcome
    usage = None if trial.usage is None else usage_list(trial.usage)
    error = trial.error
    if error is None and outcome is _ERRORED:
        error = next((score.error for score in trial.scores if score.error is not None), None)
    code = None if error is None or error.code is None else error.code[:ERROR_LIMIT]
    columns = (
        RANKS[outcome],
        False,
        _headline(trial, cells),
        column_real(trial.latency_s),
        None if usage is None else column_integer(tokens(usage)),
        column_text(start_of(trial.output) or start_of(trial.input)),
        None if error is None else column_text(error.message[:ERROR_LIMIT]),
        _STRIPS[outcome],
        dumps([code, usage, extra]),
        dumps(cells),
    )
    return Folded(
        RowSummary._make(columns),
        [CellTally._make(cell) for cell in cells],
        causes_of(trial),
        None if usage is None else usage[4],
    )


def _headline(trial: Trial, cells: list[tuple[Any, ...]]) -> float | None:
    """Return the first number of a numeric criterion that counts."""
    for score, cell in zip(trial.scores, cells, strict=True):
        if cell[-2] and score.type is _NUMERIC:
            found: float = cell[-1]
            return found
    return None


def _cell(score: Score) -> tuple[Any, ...]:
    """Return the values of a `CellTally`."""
    passed, label, reason, error = score.passed, score.label, score.reason, score.error
    known = (
        error is None
        and not score.skipped
        and (passed is not None or score.value is not None or label is not None)
    )
    value = column_real(score.value)
    summed = known and value is not None and abs(value) <= SUMMABLE
    return (
        score.name,
        _TYPES[score.type],
        passed if known else None,
        value,
        None if label is None else label[:REASON_LIMIT],
        reason[:REASON_LIMIT] if reason else None,
        None if error is None else error.message[:REASON_LIMIT],
        int(known),
        int(known and passed is True),
        int(known and passed is False),
        int(error is not None),
        int(summed),
        value if summed else 0.0,
    )
