"""What a row shows without its bodies: derived from each trial, then folded over the trials."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tui.models import CriterionType, JsonValue, Outcome, Score, Trial, Usage
from tui.outcomes import row_outcome
from tui.store.causes import Cause, causes_of, joined
from tui.store.codec import column_integer, column_real, column_text, dumps, loads
from tui.store.types import CriterionCell

OUTCOMES = (
    Outcome.FAILED,
    Outcome.ERRORED,
    Outcome.PENDING,
    Outcome.UNGRADED,
    Outcome.SKIPPED,
    Outcome.PASSED,
)
"""Worst first; the position is the rank that is stored and sorted by."""
RANKS = {outcome: rank for rank, outcome in enumerate(OUTCOMES)}
PREVIEW = 200
REASON_LIMIT = 120
"""Characters of a reason or label a head keeps; the trial has the whole."""
ERROR_LIMIT = 2000
"""Characters of an error a head keeps."""
SUMMABLE = 1e100
"""Larger scores are shown but not averaged: a sum must stay finite."""

_spaced_json = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


class Mark(NamedTuple):
    """One criterion on one trial."""

    name: str
    type: str
    passed: bool | None
    value: float | None
    label: str | None
    reason: str | None
    error: str | None
    known: bool
    """Whether it gave a verdict, value or label."""


class TrialHead(NamedTuple):
    """What a row needs to know of one trial."""

    rank: int
    score: float | None
    latency: float | None
    usage: list[Any] | None
    preview: str
    error: list[str | None] | None
    """Code and message."""
    marks: Sequence[Sequence[Any]]
    """`Mark` tuples, or what JSON made of them."""
    causes: Sequence[Sequence[Any]] | None = None
    """`Cause` tuples, likewise; None in heads stored before there were any."""


class CellTally(NamedTuple):
    """One criterion on one row as it is stored: the cell and its part in the run's sums."""

    name: str
    type: str
    passed: bool | None
    value: float | None
    label: str | None
    reason: str | None
    error: str | None
    n: int
    passed_n: int
    failed_n: int
    errored_n: int
    value_n: int
    value_sum: float

    def cell(self) -> CriterionCell:
        """Return what is shown."""
        return CriterionCell(
            CriterionType(self.type), self.passed, self.value, self.label, self.reason, self.error
        )


class RowSummary(NamedTuple):
    """A row's derived columns, in the order of the table."""

    outcome: int
    unstable: bool
    score: float | None
    latency: float | None
    tokens: int | None
    preview: str
    error: str | None
    strip: str
    rest: bytes
    cells: bytes


class Folded(NamedTuple):
    """A row derived from its trials."""

    columns: RowSummary
    cells: list[CellTally]
    causes: list[Cause]
    cost: float | None
    """The sum over the trials."""


def head_of(trial: Trial) -> TrialHead:
    """Return a trial's head."""
    usage = trial.usage
    error = trial.error
    if error is None and trial.outcome is Outcome.ERRORED:
        error = next((score.error for score in trial.scores if score.error is not None), None)
    return TrialHead(
        RANKS[trial.outcome],
        next((value for value in map(_headline, trial.scores) if value is not None), None),
        column_real(trial.latency_s),
        None if usage is None else usage_list(usage),
        start_of(trial.output) or start_of(trial.input),
        None if error is None else [_cut(error.code, ERROR_LIMIT), error.message[:ERROR_LIMIT]],
        [_mark(score) for score in trial.scores],
        causes_of(trial),
    )


def dump_head(head: TrialHead) -> bytes:
    """Return a head as it is stored."""
    return dumps(head)


def load_head(data: bytes) -> TrialHead:
    """Return what `dump_head` wrote."""
    return TrialHead(*loads(data))


def load_cells(data: bytes) -> list[CellTally]:
    """Return a row's stored criteria."""
    return [CellTally(*cell) for cell in loads(data)]


def summary(heads: Sequence[TrialHead], extra: Mapping[str, Any]) -> Folded:
    """Fold the heads of a row's trials, oldest first."""
    outcome, unstable = row_outcome(OUTCOMES[head.rank] for head in heads)
    usage = _usage_sum([head.usage for head in heads if head.usage is not None])
    deciding = (head for head in heads if head.rank == RANKS[outcome])
    error = next((head.error for head in deciding if head.error is not None), None)
    cells = _cells([mark for head in heads for mark in head.marks])
    columns = RowSummary(
        RANKS[outcome],
        unstable,
        _mean([head.score for head in heads]),
        _mean([head.latency for head in heads]),
        None if usage is None else column_integer(tokens(usage)),
        column_text(next((head.preview for head in heads if head.preview), "")),
        None if error is None else column_text(error[1] or ""),  # the code is in the rest
        "".join(str(head.rank) for head in heads),
        dumps([None if error is None else error[0], usage, extra]),
        dumps(cells),
    )
    return Folded(
        columns,
        cells,
        joined(head.causes or () for head in heads),
        None if usage is None else column_real(usage[4]),
    )


def load_rest(data: bytes) -> tuple[str | None, Usage | None, dict[str, Any]]:
    """Return error code, usage and extra of a stored row."""
    code, usage, extra = loads(data)
    return code, None if usage is None else Usage(*usage), extra


def holds_extra(data: bytes, extra: Mapping[str, Any]) -> bool:
    """Return whether a stored row has this extra, mostly without reading the row.

    No object within the last one of a list ends where the list does.
    """
    if data.endswith(b",%b]" % dumps(extra)):
        return True
    # A number that only the other encoder takes lets it write all of the row, in its own way.
    code, usage, _extra = loads(data)
    return dumps([code, usage, extra]) == data


def tokens(usage: Sequence[Any]) -> int | None:
    """Return all tokens: the provider's sum, else input plus output."""
    given, received, _cached, total, _cost = usage
    if total is not None:
        return int(total)
    return None if given is None and received is None else (given or 0) + (received or 0)


def start_of(value: JsonValue) -> str:
    """Return the first characters of a body, raw: a text, the last message's text, or JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:PREVIEW]
    if isinstance(value, list):
        for message in reversed(value):
            text = _content(message) if isinstance(message, dict) else None
            if text:
                return text[:PREVIEW]
    return _spaced_json(_beginning(value, PREVIEW)[0])[:PREVIEW]


def _beginning(value: JsonValue, left: int) -> tuple[JsonValue, int]:
    """Return as much of a value as decides the next characters of its JSON, whatever its size.

    Args:
        value: the value.
        left: how many characters.

    Returns that, and how many characters are left at most.
    """
    if isinstance(value, str):
        return value[:left], left - len(value) - 2  # the quotes
    left -= 1  # a bracket or a digit, and a comma before each that follows
    if isinstance(value, list):
        members: list[JsonValue] = []
        for each in value:
            if left <= 0:
                break
            member, left = _beginning(each, left)
            members.append(member)
        return members, left
    if isinstance(value, dict):
        fields: dict[str, JsonValue] = {}
        for key, each in value.items():
            left -= len(key)
            if left <= 0:
                fields[key] = None
                break
            fields[key], left = _beginning(each, left)
        return fields, left
    return value, left


def _content(message: Mapping[str, Any]) -> str | None:
    content = message.get("content")
    if isinstance(content, list):
        texts = (part.get("text") for part in content if isinstance(part, dict))
        content = next((text for text in texts if isinstance(text, str) and text), None)
    return content if isinstance(content, str) else None


def _headline(score: Score) -> float | None:
    if score.type is not CriterionType.NUMERIC or score.error is not None or score.skipped:
        return None
    return _summable(score.value)


def _summable(value: float | None) -> float | None:
    number = column_real(value)
    return None if number is None or abs(number) > SUMMABLE else number


def _mark(score: Score) -> Mark:
    broken = score.error is not None
    given = score.passed is not None or score.value is not None or score.label is not None
    return Mark(
        score.name,
        score.type.value,
        score.passed,
        column_real(score.value),
        _cut(score.label, REASON_LIMIT),
        _cut(score.reason, REASON_LIMIT),
        None if score.error is None else score.error.message[:REASON_LIMIT],
        given and not broken and not score.skipped,
    )


def _cells(marks: Iterable[Sequence[Any]]) -> list[CellTally]:
    by_name: dict[str, list[Mark]] = {}
    for mark in marks:
        found = mark if isinstance(mark, Mark) else Mark(*mark)
        by_name.setdefault(found.name, []).append(found)
    return [_cell(name, found) for name, found in by_name.items()]


def _cell(name: str, marks: list[Mark]) -> CellTally:
    if len(marks) == 1:
        return _single(marks[0])
    known = [mark for mark in marks if mark.known]
    passed_n = sum(mark.passed is True for mark in known)
    failed_n = sum(mark.passed is False for mark in known)
    passed = False if failed_n else True if passed_n else None
    deciding = [mark for mark in known if mark.passed is passed]
    values = [value for mark in known if (value := _summable(mark.value)) is not None]
    labels = {mark.label for mark in known}
    return CellTally(
        name,
        marks[0].type,
        passed,
        _mean(values),
        labels.pop() if len(labels) == 1 else None,
        next((mark.reason for mark in (*deciding, *marks) if mark.reason), None),
        next((mark.error for mark in marks if mark.error is not None), None),
        len(known),
        passed_n,
        failed_n,
        sum(mark.error is not None for mark in marks),
        len(values),
        sum(values),
    )


def _single(mark: Mark) -> CellTally:
    known = mark.known
    passed = mark.passed if known else None
    value = _summable(mark.value) if known else None
    return CellTally(
        mark.name,
        mark.type,
        passed,
        mark.value,
        mark.label,
        mark.reason or None,
        mark.error,
        int(known),
        int(passed is True),
        int(passed is False),
        int(mark.error is not None),
        int(value is not None),
        value or 0.0,
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _cut(text: str | None, length: int) -> str | None:
    return None if text is None else text[:length]


def usage_list(usage: Usage) -> list[Any]:
    """Return the fields of a usage, in their order."""
    return [
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_tokens,
        usage.total_tokens,
        column_real(usage.cost_usd),
    ]


def _usage_sum(usages: Sequence[Sequence[Any]]) -> list[Any] | None:
    if len(usages) <= 1:
        return list(usages[0]) if usages else None
    columns = zip(*usages, strict=True)
    return [
        None if all(n is None for n in column) else sum(n for n in column if n is not None)
        for column in columns
    ]
