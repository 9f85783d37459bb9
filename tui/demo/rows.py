"""One attempt in full: the texts around its numbers, made on demand."""

from tui.demo.course import finish_s
from tui.demo.dice import Dice
from tui.demo.exhibits import EXHIBITS
from tui.demo.facts import Grade, Grader, Message, SimError, SimRow, SimRun
from tui.demo.reasons import reason
from tui.demo.rolls import GradeRoll, roll
from tui.demo.suites import fill

GRADER_ERROR = SimError("grader_failed", "The grader's answer could not be parsed as JSON.")


def _grade(grader: Grader, rolled: GradeRoll, dice: Dice) -> Grade:
    if rolled.state == "broken":
        return Grade(grader, None, None, None, "", error=GRADER_ERROR)
    if rolled.state == "skipped":
        return Grade(grader, None, None, None, "", skipped=True)
    good = rolled.lean > 0
    label = None if grader.labels is None else grader.labels[0 if good else 1]
    return Grade(grader, rolled.score, rolled.passed, label, reason(grader, good, dice))


def row(run: SimRun, index: int, trial: int = 0) -> SimRow:
    """Return trial `trial` of item `index`, as if it had finished; the caller knows whether."""
    rolled = roll(run, index, trial)
    dice = Dice(rolled.dice_key)
    item = run.suite.fields(index)
    output: tuple[Message, ...] = ()
    if rolled.error is None:
        if rolled.exhibit is not None:
            output = (Message("assistant", EXHIBITS[rolled.exhibit].text()),)
        else:
            output = run.suite.respond(item, rolled.good, dice)
    attempt = index * run.trials + trial
    finished = run.created + run.queue_s + finish_s(run, attempt)
    tokens = rolled.input_tokens * run.model.usd_in + rolled.output_tokens * run.model.usd_out
    ends_in_call = bool(output and output[-1].tool_calls)
    return SimRow(
        index=index,
        trial=trial,
        attempt=attempt,
        item=item,
        input=fill(run.suite.template, item),
        expected=None if run.suite.expected is None else item[run.suite.expected],
        output=output,
        grades=tuple(
            _grade(grader, one, dice)
            for grader, one in zip(run.graders, rolled.grades, strict=False)
        ),
        outcome=rolled.outcome,
        error=rolled.error,
        latency_s=rolled.latency_s,
        started=max(run.created + run.queue_s, finished - rolled.latency_s),
        finished=finished,
        input_tokens=rolled.input_tokens,
        output_tokens=rolled.output_tokens,
        cached_tokens=rolled.cached_tokens,
        usd=tokens / 1e6,
        finish_reason=None if rolled.error else ("tool_calls" if ends_in_call else "stop"),
    )
