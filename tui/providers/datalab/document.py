"""The converted document behind a lookup key, as more of a trial."""

from dataclasses import replace
from datetime import datetime, timedelta

from tui.models import ErrorInfo, JsonObject, JsonValue, Outcome, Run, Status, Trial, Usage
from tui.outcomes import status_of
from tui.providers.base import TrialDetail
from tui.providers.datalab.rules import read_evaluation
from tui.providers.datalab.wire import DocumentWire
from tui.providers.strict_json import NotJsonError, loads

EXPIRED = "The document has expired: Datalab deletes results an hour after processing."
NOT_THERE = (
    "Datalab has no document under this file's key (404), although it keeps results for an hour."
)
KEPT = timedelta(hours=1)
NO_LOOKUP_KEY = "Datalab gave no lookup key for this file, so its document cannot be opened."
_RUNNING = "The document is still being processed."
_SIGNED = (
    "Datalab put the full document behind a signed link, which evaltop does not follow; "
    "what the API itself sent is shown."
)

TYPED_PATHS = ("convert", "extract", "segment")
UNTYPED_PATHS = ("custom-processor", "agent")
_CUSTOM = "cp_"
"""What the ids of custom processors, and of the agents that follow them, begin with."""

_CENTS = 100
_FACTS = (
    "output_format",
    "output_shape",
    "page_count",
    "parse_quality_score",
    "extraction_score_average",
    "extraction_mode",
    "checkpoint_id",
    "versions",
    "turns",
    "finished",
    "metadata",
)
"""Fields without a common word that stand in the trial's `extra`."""


def gone(run: Run, now: datetime) -> str:
    """Return why a document is not there: too old, or nobody knows."""
    recent = run.live or (run.ended_at is not None and now - run.ended_at < KEPT)
    return NOT_THERE if recent else EXPIRED


def paths_of(run_config: JsonObject) -> tuple[str, ...]:
    """Return the API's path words to try for a run's documents.

    The pipeline's type names the path, but a custom processor (`cp_…`) keeps its documents under
    paths of its own, whatever type of work it does.
    """
    pipeline_type, pipeline_id = run_config.get("pipeline_type"), run_config.get("pipeline_id")
    typed = pipeline_type if pipeline_type in TYPED_PATHS else None
    if not isinstance(typed, str):
        return UNTYPED_PATHS
    if isinstance(pipeline_id, str) and pipeline_id.startswith(_CUSTOM):
        return (*UNTYPED_PATHS, typed)
    return (typed,)


def detail_of(trial: Trial, document: JsonObject, path: str) -> TrialDetail:
    """Return the trial with what the document tells.

    Args:
        trial: the trial from the run's results.
        document: the API's final-result object, its images counted and dropped while parsing.
        path: the path word that answered; it decides which of several outputs is the output.
    """
    wire = DocumentWire.model_validate(document)
    kept: JsonObject = {key: value for key, value in document.items() if key != "images"}
    status = status_of(wire.status)
    if status in (Status.QUEUED, Status.RUNNING):
        return TrialDetail(trial, (_RUNNING,))
    notes: list[str] = []
    if wire.result_url:
        notes.append(_SIGNED)
    images = _members(wire.images)
    if images:
        notes.append(f"{images} image{'' if images == 1 else 's'} of the document left out.")
    failed = wire.success is False or status in (Status.FAILED, Status.EXPIRED)
    extra: JsonObject = {
        **trial.extra,
        **{fact: document[fact] for fact in _FACTS if document.get(fact) not in (None, {}, [])},
    }
    if images:
        extra["images"] = images
    cost = _cost_usd(wire)
    return TrialDetail(
        replace(
            trial,
            outcome=Outcome.ERRORED if failed else trial.outcome,
            error=ErrorInfo(wire.error_in or wire.status, wire.error or "Datalab gives no reason.")
            if failed
            else trial.error,
            output=_output(wire, path),
            scores=trial.scores or read_evaluation(wire.evaluation)[0],
            latency_s=wire.runtime if wire.runtime is not None else trial.latency_s,
            usage=trial.usage if cost is None else Usage(cost_usd=cost),
            extra=extra,
            raw={"file_result": _file_result(trial), "document": kept},
        ),
        tuple(notes),
    )


def _members(images: JsonObject | None) -> int:
    """Return how many images the document had, told by `HttpClient` where it dropped them."""
    told = (images or {}).get("$members")
    return told if isinstance(told, int) else 0


def _file_result(trial: Trial) -> JsonValue:
    """Return the run's own item, also when the trial was opened before."""
    if isinstance(trial.raw, dict) and "document" in trial.raw:
        return trial.raw.get("file_result")
    return trial.raw


def _output(wire: DocumentWire, path: str) -> JsonValue:
    """Return the document itself: the first of its forms that is there, by what was asked for."""
    extracted = _parsed(wire.extraction_schema_json)
    segments = wire.segmentation_results or wire.segments
    texts = (wire.markdown, wire.html, wire.json_tree, wire.chunks)
    if path == "segment":
        forms = (segments, *texts, extracted)
    elif path == "convert":
        forms = (*texts, extracted, segments)
    else:
        forms = (extracted, *texts, segments)
    return next((form for form in forms if form not in (None, "", {}, [])), None)


def _parsed(value: JsonValue) -> JsonValue:
    """Return JSON that came inside a text; the text itself when it holds none."""
    if not isinstance(value, str):
        return value
    try:
        return loads(value.encode())
    except NotJsonError:
        return value


def _cost_usd(wire: DocumentWire) -> float | None:
    cents = (wire.cost_breakdown or {}).get("final_cost_cents")
    if isinstance(cents, bool) or not isinstance(cents, int | float):
        cents = wire.total_cost
    return None if cents is None else cents / _CENTS
