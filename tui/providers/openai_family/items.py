"""Output items: what the model was asked, what it said, and what the graders said."""

from collections.abc import Iterable
from dataclasses import replace

from pydantic import ValidationError

from tui.frozen import frozen
from tui.models import ErrorInfo, JsonObject, JsonValue, Outcome, Row, Score, Status, Trial
from tui.outcomes import status_of, trial_outcome
from tui.providers.base import Skipped
from tui.providers.making import make_row, make_trial
from tui.providers.openai_family.bodies import plain
from tui.providers.openai_family.dataset_items import expected_of, label_of, output_of
from tui.providers.openai_family.evals import EvalDefinition
from tui.providers.openai_family.faults import error_info
from tui.providers.openai_family.scores import read_scores
from tui.providers.openai_family.tokens import usage_of
from tui.providers.openai_family.wire import OUTPUT_ITEM, OutputItemWire, SampleWire
from tui.providers.wire import instant, why_unreadable

_INDEX_DIGITS = 18

_VERDICTS = {
    "pass": Outcome.PASSED,
    "passed": Outcome.PASSED,
    "fail": Outcome.FAILED,
    "failed": Outcome.FAILED,
    "skipped": Outcome.SKIPPED,
}
_ENDED_WELL = frozenset({"", "completed", "complete", *_VERDICTS})
_LIVE = (Status.QUEUED, Status.RUNNING)
_DECIDED = (Outcome.PASSED, Outcome.FAILED)
_NO_SAMPLE = SampleWire()


@frozen
class ItemRows:
    """The rows of some output items."""

    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...]


def read_items(
    items: Iterable[JsonObject], definition: EvalDefinition, *, foundry: bool = False
) -> ItemRows:
    """Map output items to rows in the order they came; items of one dataset row are its trials.

    Args:
        items: output items as sent; one that cannot be read is skipped and named.
        definition: the eval, which names the criteria.
        foundry: whether outcomes follow Microsoft's rule; an item with Foundry's own result fields
            does so anyway.
    """
    rows: dict[str, Row] = {}
    skipped: list[Skipped] = []
    for item in items:
        row = read_item(item, definition, foundry=foundry)
        if isinstance(row, Skipped):
            skipped.append(row)
        elif (known := rows.get(row.key)) is None:
            rows[row.key] = row
        elif row.trials[0].id not in {trial.id for trial in known.trials}:
            rows[row.key] = replace(known, trials=known.trials + row.trials)
    return ItemRows(tuple(rows.values()), tuple(skipped))


def read_item(item: JsonObject, definition: EvalDefinition, *, foundry: bool) -> Row | Skipped:
    """Map one output item to a row with one trial."""
    try:
        wire = OUTPUT_ITEM.read(item)
    except ValidationError as error:
        name = item.get("id")
        what = f"output item {name}" if isinstance(name, str) else "an output item"
        return Skipped(what=what, why=why_unreadable(error))
    told_key = wire.get("datasource_item_id")
    key = told_key or wire["id"]
    index = key if told_key and key.isdecimal() else ""
    content_hash = wire.get("content_hash")
    return make_row(
        key=key,
        label=label_of(wire.get("datasource_item")) or key,
        trials=(_trial(wire, item, definition, foundry=foundry),),
        index=int(index) if 0 < len(index) <= _INDEX_DIGITS else None,
        extra={"content_hash": content_hash} if content_hash else {},
    )


def _trial(
    wire: OutputItemWire, item: JsonObject, definition: EvalDefinition, *, foundry: bool
) -> Trial:
    sample = wire.get("sample") or _NO_SAMPLE
    asked = wire.get("datasource_item")
    scores = read_scores(wire.get("results") or (), definition)
    sample_error = error_info(sample.get("error"))
    outcome = _outcome(wire, scores, broken=sample_error is not None, foundry=foundry)
    return make_trial(
        id=wire["id"],
        outcome=outcome,
        input=sample.get("input") or asked,
        output=_output(sample, asked),
        expected=expected_of(asked),
        scores=scores,
        usage=usage_of(sample.get("usage")),
        model=sample.get("model") or None,
        error=sample_error or _cause(outcome, scores, wire.get("status")),
        created_at=instant(wire.get("created_at")),
        extra=_extra(wire, sample),
        raw=item,
    )


def _outcome(
    wire: OutputItemWire, scores: tuple[Score, ...], *, broken: bool, foundry: bool
) -> Outcome:
    word = (wire.get("status") or "").lower()
    ended_well = word in _ENDED_WELL
    ended = ended_well or status_of(word) not in _LIVE
    errored = broken or (ended and not ended_well)
    graded = trial_outcome(scores, errored=False, ended=ended)
    if graded in _DECIDED and not errored:
        return graded
    results = wire.get("results") or ()
    if foundry or any(result.get("status") or result.get("metric") for result in results):
        # Microsoft classifies by the results alone: one pass and no fail passed, whatever broke.
        if graded in _DECIDED:
            return graded
        errored = errored or (ended and not scores and word not in _VERDICTS)
    outcome = Outcome.ERRORED if errored else graded
    return _VERDICTS.get(word, outcome) if outcome is Outcome.UNGRADED else outcome


def _output(sample: SampleWire, datasource_item: JsonValue) -> JsonValue:
    if output := sample.get("output"):
        return plain(output)
    return sample.get("output_text") or output_of(datasource_item)


def _cause(outcome: Outcome, scores: tuple[Score, ...], status: str | None) -> ErrorInfo | None:
    """Return why an item without an error of its own counts as errored."""
    if outcome is not Outcome.ERRORED:
        return None
    grader = next((score.error for score in scores if score.error is not None), None)
    return grader or ErrorInfo(status or None, "The item has no result and no reason for it.")


def _extra(wire: OutputItemWire, sample: SampleWire) -> JsonObject:
    extra: JsonObject = {}
    if (status := wire.get("status")) is not None:
        extra["item_status"] = status
    if (finish_reason := sample.get("finish_reason")) is not None:
        extra["finish_reason"] = finish_reason
    if (temperature := sample.get("temperature")) is not None:
        extra["temperature"] = temperature
    if (top_p := sample.get("top_p")) is not None:
        extra["top_p"] = top_p
    if (seed := sample.get("seed")) is not None:
        extra["seed"] = seed
    return extra
