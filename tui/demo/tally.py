"""Sums over the finished attempts of a run, kept up as it moves."""

from collections import Counter
from dataclasses import dataclass, field, replace

from tui.demo.facts import Outcome, SimRun
from tui.demo.rolls import roll


@dataclass(slots=True)
class GraderTally:
    """One grader's results so far."""

    passed: int = 0
    failed: int = 0
    errored: int = 0
    skipped: int = 0
    scored: int = 0
    """Results with a number, with or without a verdict."""


@dataclass(slots=True)
class Tally:
    """The finished attempts of a run, summed. Attempts, not rows, where a row has trials."""

    attempts: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    passed_beside_broken: int = 0
    """Attempts counted as passed although one of their graders broke."""
    call_errors: int = 0
    """Attempts whose model call errored; the other errored ones have a broken grader."""
    graders: list[GraderTally] = field(default_factory=list)
    """In the order of the run's graders."""
    calls: int = 0
    """Model calls that answered."""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    judge_calls: int = 0
    """Calls of any one model grader."""
    judge_input: int = 0
    judge_output: int = 0

    def copy(self) -> "Tally":
        """Return an independent copy."""
        graders = [replace(one) for one in self.graders]
        return replace(self, outcomes=Counter(self.outcomes), graders=graders)

    def extend(self, run: SimRun, attempts: int) -> None:
        """Count on until `attempts` are counted."""
        if not self.graders:
            self.graders = [GraderTally() for _ in run.graders]
        for attempt in range(self.attempts, attempts):
            rolled = roll(run, *divmod(attempt, run.trials))
            self.outcomes[rolled.outcome] += 1
            if rolled.error is not None:
                self.call_errors += 1
                continue
            self.calls += 1
            self.input_tokens += rolled.input_tokens
            self.output_tokens += rolled.output_tokens
            self.cached_tokens += rolled.cached_tokens
            self.judge_calls += 1
            self.judge_input += rolled.judge_input
            self.judge_output += rolled.judge_output
            if rolled.outcome == "passed":
                self.passed_beside_broken += any(g.state == "broken" for g in rolled.grades)
            for mine, grade in zip(self.graders, rolled.grades, strict=True):
                mine.passed += grade.passed is True
                mine.failed += grade.passed is False
                mine.errored += grade.state == "broken"
                mine.skipped += grade.state == "skipped"
                if grade.score is not None:
                    mine.scored += 1
        self.attempts = attempts
