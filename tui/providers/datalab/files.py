"""A file result as a `Row` with its single trial."""

from tui.config import DatalabConnection
from tui.models import ErrorInfo, JsonObject, Outcome, Row, Run, Score, Status
from tui.outcomes import status_of, trial_outcome
from tui.providers.datalab.rules import overall_score, read_evaluation
from tui.providers.datalab.wire import FILE, FileWire
from tui.providers.making import make_row, make_trial
from tui.providers.wire import instant

_LOST = {
    Status.FAILED: Outcome.ERRORED,
    Status.EXPIRED: Outcome.ERRORED,
    Status.CANCELED: Outcome.SKIPPED,
}
"""What becomes of a file that has no result."""


def row_of(item: JsonObject, run: Run, config: DatalabConnection) -> Row:
    """Return the row: key `request_id`, label the file name, which need not be unique.

    Raises:
        pydantic.ValidationError: the item has no request id.
    """
    wire = FILE.read(item)
    key, status, eval_score = wire["request_id"], wire.get("status"), wire.get("eval_score")
    scores, unread = read_evaluation(wire.get("eval_results"))
    if eval_score is not None:
        scores = (overall_score(eval_score, pass_score=config.pass_score), *scores)
    extra: JsonObject = {"status": status, "lookup_key": wire.get("lookup_key")}
    outcome = _outcome(wire, run, scores)
    return make_row(
        key=key,
        label=wire.get("filename") or key,
        trials=(
            make_trial(
                # Not the lookup key, which may be missing at first and come later.
                id=key,
                outcome=outcome,
                scores=scores,
                error=ErrorInfo(status, "Datalab gives no reason in the results of a run.")
                if outcome is Outcome.ERRORED
                else None,
                created_at=instant(wire.get("created")),
                extra=extra if unread is None else {**extra, "eval_results": unread},
                raw=item,
            ),
        ),
        extra=extra,
    )


def _outcome(wire: FileWire, run: Run, scores: tuple[Score, ...]) -> Outcome:
    """Return the file's outcome; status words are open, and a score says that it was processed."""
    word = (wire.get("status") or "").strip().lower()
    if word == "skipped":
        return Outcome.SKIPPED
    status = status_of(word)
    if status in _LOST:
        return _LOST[status]
    if status is Status.UNKNOWN:
        ended = wire.get("eval_score") is not None or not run.live
    else:
        ended = status is Status.COMPLETED
    return trial_outcome(scores, errored=False, ended=ended)
