"""A grouped row and its trials."""

import json
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from pydantic import ValidationError

from tui.frozen import frozen
from tui.models import JsonObject, JsonValue, Row, Score, Trial
from tui.outcomes import trial_outcome
from tui.providers.base import Skipped
from tui.providers.making import make_row, make_trial, make_usage
from tui.providers.weave.causes import Finding
from tui.providers.weave.numbers import mapping
from tui.providers.weave.refs import cell_of
from tui.providers.weave.scores import ScoreRules, flattened
from tui.providers.weave.wire import ROW, TRIAL, RowWire, TrialWire
from tui.providers.wire import why_unreadable

_EXPECTED = (
    "expected",
    "expected_output",
    "expected_answer",
    "expected_result",
    "target",
    "ground_truth",
    "reference",
    "ideal",
    "label",
    "answer",
)
_LABELS = ("question", "prompt", "input", "query", "text", "name", "title", "id")
_LABEL_CHARS = 200
_SHOWN_ID = 24

UNRESOLVED = "Some dataset rows could not be resolved; their reference is shown."
TOO_LARGE = "Some examples were too large for Weave and were not stored."


_CLEAR = Finding(ended=True)


@frozen
class Draft:
    """A row as read, before its unclear trials were looked up."""

    key: str
    example: Any
    trials: tuple[tuple[TrialWire, JsonObject], ...]
    """Each trial with its raw object, in the order of their ids."""
    skipped: tuple[Skipped, ...]


def draft_of(item: JsonObject, run_id: str) -> Draft:
    """Read a row; a trial that cannot be read is skipped. Raises ValidationError for the row."""
    row = ROW.read(item)
    trials: list[tuple[TrialWire, JsonObject]] = []
    skipped: list[Skipped] = []
    for position, entry in enumerate(_trials(row, run_id)):
        try:
            trials.append((TRIAL.read(entry), entry))
        except ValidationError as error:
            what = f"trial {position} of row {row['row_digest'][:_SHOWN_ID]}"
            skipped.append(Skipped(what, why_unreadable(error)))
    # Call ids of current SDKs sort by time; the answer's own order means nothing.
    trials.sort(key=lambda pair: pair[0]["predict_and_score_call_id"])
    return Draft(row["row_digest"], row.get("raw_data_row"), tuple(trials), tuple(skipped))


def rows_of(
    drafts: Iterable[Draft], rules: ScoreRules, findings: Mapping[str, Finding]
) -> tuple[Row, ...]:
    """Return the rows; `findings` has what the calls of unclear trials said."""
    return tuple(_row(draft, rules, findings) for draft in drafts)


def _row(draft: Draft, rules: ScoreRules, findings: Mapping[str, Finding]) -> Row:
    return make_row(
        key=draft.key,
        label=_label(draft.example) or draft.key,
        trials=tuple(
            _trial(
                trial,
                draft,
                flattened(trial.get("scores"), rules),
                findings.get(trial["predict_and_score_call_id"], _CLEAR),
                raw,
            )
            for trial, raw in draft.trials
        ),
    )


def notes_of(drafts: list[Draft]) -> tuple[str, ...]:
    """Return what a person should know about the examples of a page."""
    notes: list[str] = []
    if any(
        isinstance(draft.example, str) and draft.example.startswith("weave:///") for draft in drafts
    ):
        notes.append(UNRESOLVED)
    if any(mapping(mapping(draft.example).get("_weave")).get("error") for draft in drafts):
        notes.append(TOO_LARGE)
    return tuple(notes)


def _trial(
    trial: TrialWire, draft: Draft, scores: tuple[Score, ...], finding: Finding, raw: JsonObject
) -> Trial:
    scores = scores or finding.scores
    output, tokens, cost = (
        trial.get("model_output"),
        trial.get("total_tokens"),
        trial.get("total_cost"),
    )
    extra: JsonObject = {}
    if (predict_call_id := trial.get("predict_call_id")) is not None:
        extra["predict_call_id"] = predict_call_id
    if scorer_call_ids := trial.get("scorer_call_ids"):
        extra["scorer_call_ids"] = scorer_call_ids
    return make_trial(
        id=trial["predict_and_score_call_id"],
        outcome=trial_outcome(scores, errored=finding.error is not None, ended=finding.ended),
        input=draft.example,
        output=finding.output if output is None else _spoken(output, draft),
        expected=_expected(draft.example),
        scores=scores,
        latency_s=trial.get("model_latency_seconds"),
        usage=None
        if tokens is None and cost is None
        else make_usage(total_tokens=tokens, cost_usd=cost),
        error=finding.error,
        extra=extra,
        raw=raw,
    )


def _trials(row: RowWire, run_id: str) -> list[Any]:
    found: list[Any] = []
    for evaluation in row.get("evaluations") or ():
        if evaluation and evaluation.get("evaluation_call_id") in (run_id, None):
            found.extend(evaluation.get("trials") or ())
    return found


def _spoken(output: Any, draft: Draft) -> JsonValue:
    """Return what the model said; a model that hands a cell of its row on leaves a reference."""
    cell = cell_of(output)
    columns = mapping(draft.example)
    if cell is not None and cell[0] == draft.key and cell[1] in columns:
        output = columns[cell[1]]
    return _json(output)


def _expected(example: Any) -> JsonValue:
    columns = mapping(example)
    for name in _EXPECTED:
        if name in columns:
            return _json(columns[name])
    return next(
        (_json(value) for key, value in columns.items() if key.startswith("expected")), None
    )


def _label(example: Any) -> str:
    columns = mapping(example)
    for text in chain(map(columns.get, _LABELS), columns.values()):
        if isinstance(text, str) and text.strip():
            return text[:_LABEL_CHARS]
    if example is None:
        return ""
    text = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)
    return text[:_LABEL_CHARS]


def _json(value: Any) -> JsonValue:
    """Say that what came out of a JSON answer is JSON."""
    answer: JsonValue = value
    return answer
