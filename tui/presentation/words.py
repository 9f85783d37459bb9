"""Glyphs, tones and words of statuses and outcomes: form says what colour says."""

from tui.models import Outcome, Run, Status
from tui.outcomes import FLAGGED_STATUS_WORDS

STATUS_GLYPHS = {
    Status.QUEUED: "○",
    Status.RUNNING: "●",
    Status.COMPLETED: "✓",
    Status.FAILED: "✗",
    Status.CANCELED: "⊘",
    Status.EXPIRED: "⊗",
    Status.UNKNOWN: "?",
}
STATUS_TONES = {
    Status.QUEUED: "muted",
    Status.RUNNING: "live",
    Status.COMPLETED: "good",
    Status.FAILED: "bad",
    Status.CANCELED: "muted",
    Status.EXPIRED: "warn",
    Status.UNKNOWN: "warn",
}
CANCELING_WORDS = frozenset({"cancelling", "canceling"})
OUTCOME_GLYPHS = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.ERRORED: "!",
    Outcome.SKIPPED: "-",
    Outcome.UNGRADED: "·",
    Outcome.PENDING: "○",
}
OUTCOME_TONES = {
    Outcome.PASSED: "good",
    Outcome.FAILED: "bad",
    Outcome.ERRORED: "warn",
    Outcome.SKIPPED: "muted",
    Outcome.UNGRADED: "",
    Outcome.PENDING: "muted",
}


def flagged(run: Run) -> bool:
    """Return whether the run completed, but by its provider's own word not cleanly."""
    return run.raw_status.strip().lower().replace("-", "_") in FLAGGED_STATUS_WORDS


def status_text(run: Run) -> str:
    """Return glyph and word; the provider's own word when nobody documented it.

    A run that is being canceled runs on for a while, and says so.
    """
    if run.status is Status.UNKNOWN:
        return f"? {run.raw_status or 'unknown'}"
    if run.status is Status.RUNNING and run.raw_status.lower() in CANCELING_WORDS:
        return f"{STATUS_GLYPHS[run.status]} canceling"
    glyph = "⚠" if flagged(run) else STATUS_GLYPHS[run.status]
    return f"{glyph} {run.status.value}"


def status_tone(run: Run) -> str:
    """Return the tone of `status_text`."""
    return "warn" if flagged(run) else STATUS_TONES[run.status]


def outcome_text(outcome: Outcome, *, unstable: bool = False) -> str:
    """Return glyph and word; `~` marks a row whose trials disagree."""
    return f"{OUTCOME_GLYPHS[outcome]} {outcome.value}{' ~' if unstable else ''}"


def strip_text(outcomes: tuple[Outcome, ...], limit: int = 8) -> str:
    """Return one glyph per trial, `✓✗✓`, with `…` when there are more than `limit`."""
    glyphs = "".join(OUTCOME_GLYPHS[outcome] for outcome in outcomes[:limit])
    return f"{glyphs}…" if len(outcomes) > limit else glyphs
