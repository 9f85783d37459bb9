"""The numbers of one attempt, without its texts: cheap enough to count thousands of rows.

Everything is a function of the run's key, the item and the trial; nothing is stored.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from tui.demo.dice import UNIT, Dice, key, scramble
from tui.demo.exhibits import EXHIBITS
from tui.demo.facts import Outcome, SimError, SimRun
from tui.demo.scoring import score

CALL_ERRORS = (
    SimError("rate_limit_exceeded", "Rate limit reached for the sampled model. Try again in 20s."),
    SimError("content_filter", "The response was filtered by the content management policy."),
    SimError("context_length_exceeded", "This model's maximum context length is 128000 tokens."),
    SimError("timeout", "The request timed out after 600 seconds."),
    SimError("server_error", "The server had an error while processing your request."),
)
_EXHIBIT_SHARE = 0.01
_SLOW_SHARE = 0.03
_CACHED_SHARE = 0.3


@dataclass(slots=True)
class GradeRoll:
    """One grader's result in numbers; score and verdict are None unless the state is `ok`."""

    state: Literal["ok", "broken", "skipped"]
    score: float | None = None
    passed: bool | None = None
    """Also None for a grader without a threshold."""
    lean: float = 0.0


@dataclass(slots=True)
class Roll:
    """The numbers of one attempt."""

    dice_key: int
    """Where the chance of its texts begins."""
    good: bool
    """Whether the answer would satisfy the first grader."""
    exhibit: int | None
    """Index into `EXHIBITS` when the answer is an odd one."""
    error: SimError | None
    grades: list[GradeRoll]
    """In the order of the run's graders; empty when the model call errored."""
    outcome: Outcome
    latency_s: float
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    judge_input: int = 0
    """Tokens each model grader read."""
    judge_output: int = 0


@cache
def _suite_key(name: str) -> int:
    return key("suite", name)


@cache
def _strain_key(suite: str, strain: str) -> int:
    return key("strain", suite, strain)


def _grade_all(run: SimRun, margin: float, dice: Dice) -> list[GradeRoll]:
    last = len(run.graders) - 1
    if run.skip_rate and dice.unit() < run.skip_rate / 3:
        return [GradeRoll("skipped") for _ in run.graders]
    grades = []
    for place, grader in enumerate(run.graders):
        lean = margin + grader.ease + dice.spread(0.05)
        if place == last and run.skip_rate and dice.unit() < run.skip_rate:
            grades.append(GradeRoll("skipped"))
        elif place == last and run.broken_rate and dice.unit() < run.broken_rate:
            grades.append(GradeRoll("broken"))
        else:
            passed = None if grader.threshold is None else lean > 0
            grades.append(GradeRoll("ok", score(grader, lean), passed, lean))
    return grades


def _outcome(grades: list[GradeRoll]) -> Outcome:
    outcome: Outcome = "ungraded"
    skipped = 0
    for grade in grades:
        if grade.passed is False:
            return "failed"
        if grade.passed:
            outcome = "passed"
        elif grade.state == "broken" and outcome == "ungraded":
            outcome = "errored"
        elif grade.state == "skipped":
            skipped += 1
    return "skipped" if grades and skipped == len(grades) else outcome


def roll(run: SimRun, index: int, trial: int = 0) -> Roll:
    """Return the numbers of trial `trial` of item `index`."""
    suite = run.suite
    dice_key = scramble(run.key ^ (index * 0xD1B54A32D192ED03) ^ (trial * 0x8CB92BA72F3D8DD7))
    dice = Dice(dice_key)
    unit = dice.unit
    # Some items are hard for everybody, some for one version of the thing under test.
    hardness = (scramble(index ^ _suite_key(suite.name)) >> 11) * UNIT
    liking = ((scramble(index ^ _strain_key(suite.name, run.strain)) >> 11) * UNIT - 0.5) * 0.28
    margin = run.skill - hardness + liking + dice.spread(0.06)

    oddness = unit()
    exhibit: int | None = None
    if run.exhibits:
        exhibit = index % len(EXHIBITS)
    elif oddness < _EXHIBIT_SHARE:
        exhibit = int(oddness / _EXHIBIT_SHARE * len(EXHIBITS))

    latency = run.model.latency_s * (0.5 + unit())
    if oddness > 1 - _SLOW_SHARE:
        latency *= 5
    if run.error_rate and unit() < run.error_rate:
        error = dice.pick(CALL_ERRORS)
        return Roll(dice.bits(), False, None, error, [], "errored", round(latency, 3))
    tokens_in, tokens_out = suite.tokens
    input_tokens = int(tokens_in * (0.8 + 0.4 * unit()))
    output_tokens = max(1, int(tokens_out * (0.5 + unit())))
    grades = _grade_all(run, margin, dice)
    good = grades[0].lean > 0 if grades else margin > 0
    return Roll(
        dice_key=dice.bits(),
        good=good,
        exhibit=exhibit,
        error=None,
        grades=grades,
        outcome=_outcome(grades),
        latency_s=round(latency, 3),
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cached_tokens=input_tokens // 2 if oddness > 1 - _CACHED_SHARE else 0,
        judge_input=input_tokens + output_tokens + 90,
        judge_output=40 + output_tokens // 2,
    )
