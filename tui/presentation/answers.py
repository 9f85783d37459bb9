"""What a row says as one text, for diffs and pages."""

from tui.models import JsonValue, Outcome, Row, Trial
from tui.presentation.blocks import blocks_of


def said(value: JsonValue) -> str:
    """Return a body as plain text: messages one after the other, JSON laid out, calls in words."""
    return "\n\n".join(block.text for block in blocks_of(value, "assistant"))


def telling_trial(row: Row) -> Trial | None:
    """Return the trial that says most of a row: the first that failed, else errored, else any."""
    for outcome in (Outcome.FAILED, Outcome.ERRORED):
        for trial in row.trials:
            if trial.outcome is outcome:
                return trial
    return row.trials[0] if row.trials else None


def why_failed(trial: Trial) -> str:
    """Return the words of the first criterion that failed, or of the error; empty without."""
    if trial.error is not None:
        return trial.error.message
    return next((s.reason or "" for s in trial.scores if s.passed is False), "")
