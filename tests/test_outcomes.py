"""The rules of design section 1, as tables."""

import pytest

from tui.models import CriterionType, ErrorInfo, Outcome, Score, Status
from tui.outcomes import row_outcome, status_of, trial_outcome

P, F, E, S, U, N = (
    Outcome.PASSED,
    Outcome.FAILED,
    Outcome.ERRORED,
    Outcome.SKIPPED,
    Outcome.UNGRADED,
    Outcome.PENDING,
)
PASSED = Score("a", CriterionType.BINARY, passed=True)
FAILED = Score("b", CriterionType.BINARY, passed=False)
NUMBER = Score("c", CriterionType.NUMERIC, value=0.5)
BROKE = Score("d", CriterionType.BINARY, error=ErrorInfo(None, "grader broke"))
SKIPPED = Score("e", CriterionType.BINARY, skipped=True)
ASIDE = Score("f", CriterionType.BINARY, passed=False, counts=False)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([PASSED, FAILED], F),
        ([PASSED, BROKE], P),
        ([FAILED, BROKE], F),
        ([BROKE], E),
        ([BROKE, NUMBER], E),
        ([PASSED, NUMBER, SKIPPED], P),
        ([SKIPPED], S),
        ([SKIPPED, SKIPPED], S),
        ([SKIPPED, NUMBER], U),
        ([NUMBER], U),
        ([ASIDE], U),
        ([ASIDE, PASSED], P),
        ([], U),
    ],
)
def test_a_trials_criteria_decide_its_outcome(scores: list[Score], expected: Outcome) -> None:
    assert trial_outcome(scores, errored=False, ended=True) is expected
    assert trial_outcome(scores, errored=True, ended=True) is E
    assert trial_outcome(scores, errored=False, ended=False) is N


@pytest.mark.parametrize(
    ("trials", "expected", "unstable"),
    [
        ([P, P], P, False),
        ([P, F], F, True),
        ([F, F, E], F, False),
        ([P, E], P, False),
        ([P, S, N], P, False),
        ([U, E], U, False),
        ([N, E], N, False),
        ([E, S], E, False),
        ([S], S, False),
        ([], N, False),
    ],
)
def test_a_row_takes_the_shared_outcome_of_its_trials(
    trials: list[Outcome], expected: Outcome, unstable: bool
) -> None:
    assert row_outcome(trials) == (expected, unstable)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("validating queued pending dispatched created", Status.QUEUED),
        ("in_progress running processing finalizing cancelling IN_PROGRESS", Status.RUNNING),
        ("complete completed success completed_with_errors descendant_error", Status.COMPLETED),
        ("failed error", Status.FAILED),
        ("canceled cancelled", Status.CANCELED),
        ("expired", Status.EXPIRED),
        ("paused zombie", Status.UNKNOWN),
    ],
)
def test_every_providers_word_has_its_status(words: str, status: Status) -> None:
    assert {status_of(word) for word in words.split()} == {status}


def test_no_word_is_unknown() -> None:
    assert status_of(None) is Status.UNKNOWN
    assert status_of("  ") is Status.UNKNOWN
