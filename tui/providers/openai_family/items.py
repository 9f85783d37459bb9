"""Output items: what the model was asked, what it said, and what the graders said."""

from collections.abc import Iterable
from dataclasses import replace

from pydantic import ValidationError

from tui.frozen import frozen
from tui.models import ErrorInfo, JsonObject, JsonValue, Outcome, Row, Score, Status, Trial
from tui.outcomes import status_of, trial_outcome
from tui.providers.base import Skipped
from tui.providers.openai_family.bodies import plain
from tui.providers.openai_family.dataset_items import expected_of, label_of, output_of
from tui.providers.openai_family.evals import EvalDefinition
from tui.providers.openai_family.faults import error_info
from tui.providers.openai_family.scores import read_scores
from tui.providers.openai_family.tokens import usage_of
from tui.providers.openai_family.wire import OutputItemWire, SampleWire
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
        wire = OutputItemWire.model_validate(item)
    except ValidationError as error:
        name = item.get("id")
        what = f"output item {name}" if isinstance(name, str) else "an output item"
        return Skipped(what=what, why=why_unreadable(error))
    key = wire.datasource_item_id or wire.id
    index = key if wire.datasource_item_id and key.isdecimal() else ""
    return Row(
        key=key,
        label=label_of(wire.datasource_item) or key,
        trials=(_trial(wire, item, definition, foundry=foundry),),
        index=int(index) if 0 < len(index) <= _INDEX_DIGITS else None,
        extra={"content_hash": wire.content_hash} if wire.content_hash else {},
    )


def _trial(
    wire: OutputItemWire, item: JsonObject, definition: EvalDefinition, *, foundry: bool
) -> Trial:
    sample = wire.sample or SampleWire()
    results = wire.results or ()
    scores = read_scores(results, definition)
    sample_error = error_info(sample.error)
    foundry = foundry or any(result.status or result.metric for result in results)
    outcome = _outcome(wire.status or "", scores, broken=sample_error is not None, foundry=foundry)
    return Trial(
        id=wire.id,
        outcome=outcome,
        input=sample.input or wire.datasource_item,
        output=_output(sample, wire.datasource_item),
        expected=expected_of(wire.datasource_item),
        scores=scores,
        usage=usage_of(sample.usage),
        model=sample.model or None,
        error=sample_error or _cause(outcome, scores, wire.status or ""),
        created_at=instant(wire.created_at),
        extra=_extra(wire, sample),
        raw=item,
    )


def _outcome(status: str, scores: tuple[Score, ...], *, broken: bool, foundry: bool) -> Outcome:
    word = status.lower()
    ended = status_of(word) not in (Status.QUEUED, Status.RUNNING)
    errored = broken or (ended and word not in _ENDED_WELL)
    if foundry:
        # Microsoft classifies by the results alone: one pass and no fail passed, whatever broke.
        graded = trial_outcome(scores, errored=False, ended=ended)
        if graded in (Outcome.PASSED, Outcome.FAILED):
            return graded
        errored = errored or (ended and not scores and word not in _VERDICTS)
    outcome = trial_outcome(scores, errored=errored, ended=ended)
    return _VERDICTS.get(word, outcome) if outcome is Outcome.UNGRADED else outcome


def _output(sample: SampleWire, datasource_item: JsonValue) -> JsonValue:
    if sample.output:
        return plain(sample.output)
    return sample.output_text or output_of(datasource_item)


def _cause(outcome: Outcome, scores: tuple[Score, ...], status: str) -> ErrorInfo | None:
    """Return why an item without an error of its own counts as errored."""
    if outcome is not Outcome.ERRORED:
        return None
    grader = next((score.error for score in scores if score.error is not None), None)
    return grader or ErrorInfo(status or None, "The item has no result and no reason for it.")


def _extra(wire: OutputItemWire, sample: SampleWire) -> JsonObject:
    extra: JsonObject = {}
    if wire.status is not None:
        extra["item_status"] = wire.status
    if sample.finish_reason is not None:
        extra["finish_reason"] = sample.finish_reason
    if sample.temperature is not None:
        extra["temperature"] = sample.temperature
    if sample.top_p is not None:
        extra["top_p"] = sample.top_p
    if sample.seed is not None:
        extra["seed"] = sample.seed
    return extra
