"""From criteria to outcomes and from provider words to statuses: the rules of design section 1."""

from collections.abc import Iterable

from tui.models import Outcome, Score, Status

_STATUS_WORDS = {
    **dict.fromkeys(
        ("validating", "queued", "pending", "dispatched", "created", "scheduled", "waiting"),
        Status.QUEUED,
    ),
    **dict.fromkeys(
        (
            "in_progress",
            "running",
            "processing",
            "finalizing",
            "cancelling",
            "canceling",
            "started",
        ),
        Status.RUNNING,
    ),
    **dict.fromkeys(
        (
            "complete",
            "completed",
            "success",
            "succeeded",
            "completed_with_errors",
            "descendant_error",
            "partial",
        ),
        Status.COMPLETED,
    ),
    **dict.fromkeys(("failed", "error"), Status.FAILED),
    **dict.fromkeys(("canceled", "cancelled"), Status.CANCELED),
    "expired": Status.EXPIRED,
}

FLAGGED_STATUS_WORDS = frozenset({"completed_with_errors", "descendant_error", "partial"})
"""Words that mean completed, but not cleanly; the run carries a warning."""


def status_of(word: str | None) -> Status:
    """Return the status of a provider's word; an empty or unknown one is `unknown`.

    Case and hyphens do not matter (Datalab's workflows shout, some gateways hyphenate).
    """
    if word in _STATUS_WORDS:  # nearly always
        return _STATUS_WORDS[word]
    return _STATUS_WORDS.get((word or "").strip().lower().replace("-", "_"), Status.UNKNOWN)


def trial_outcome(scores: Iterable[Score], *, errored: bool, ended: bool) -> Outcome:
    """Return a trial's outcome.

    Args:
        scores: its criteria; a verdict with `counts` false does not decide.
        errored: whether the trial or its model call broke.
        ended: whether the attempt is over.
    """
    if errored:
        return Outcome.ERRORED
    if not ended:
        return Outcome.PENDING
    passed = broke = skipped = aside = False
    for score in scores:
        if score.error is not None:
            broke = True
        elif score.skipped:
            skipped = True
        elif not score.counts or score.passed is None:
            aside = True
        elif score.passed:
            passed = True
        else:
            return Outcome.FAILED
    if passed:
        return Outcome.PASSED
    if broke:
        return Outcome.ERRORED
    return Outcome.SKIPPED if skipped and not aside else Outcome.UNGRADED


def row_outcome(trials: Iterable[Outcome]) -> tuple[Outcome, bool]:
    """Return a row's outcome and whether it is unstable.

    The shared outcome of its trials; passed and failed mixed is `failed` and unstable; errored
    and skipped trials are left out while others were graded; pending only when all that is left
    is pending. No trials at all is `pending`.
    """
    seen = set(trials)
    if Outcome.FAILED in seen:
        return Outcome.FAILED, Outcome.PASSED in seen
    for outcome in (
        Outcome.PASSED,
        Outcome.UNGRADED,
        Outcome.PENDING,
        Outcome.ERRORED,
        Outcome.SKIPPED,
    ):
        if outcome in seen:
            return outcome, False
    return Outcome.PENDING, False


def instability(passed: int, n: int) -> float | None:
    """Return the chance that two of a row's graded trials differ; None with fewer than two.

    With few trials a row can reach 1: one passed and one failed.
    """
    return None if n < 2 else 2 * passed * (n - passed) / (n * (n - 1))  # noqa: PLR2004 - a pair
