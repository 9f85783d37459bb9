"""What is true of the demo's runs, worded as evaltop should show it.

Computed from `tui.demo.facts` alone. Each provider's own rule is written out here once more, by
hand, so that a wrong mapping cannot prove itself.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tui.demo.facts import Account, Grade, Grader, Phase, SimRow, SimRun
from tui.demo.wire_weave.refs import object_name, result_digest
from tui.demo.wire_weave.writers import is_inline
from tui.demo.world import World
from tui.models import Outcome, Status

STATUS = {
    Phase.QUEUED: Status.QUEUED,
    Phase.RUNNING: Status.RUNNING,
    Phase.FINALIZING: Status.RUNNING,
    Phase.CANCELING: Status.RUNNING,
    Phase.COMPLETED: Status.COMPLETED,
    Phase.FAILED: Status.FAILED,
    Phase.CANCELED: Status.CANCELED,
    Phase.EXPIRED: Status.EXPIRED,
}
_EXPIRED = "This request was not run before the batch expired."


@dataclass(frozen=True, slots=True)
class TrueTrial:
    """One attempt."""

    outcome: Outcome
    error: str | None
    """The message of what broke the attempt, as far as the provider passes it on."""
    output: str | None
    """The answer's text, exactly; None where the provider does not show it with the row."""


@dataclass(frozen=True, slots=True)
class TrueRow:
    """One dataset item."""

    key: str
    trials: tuple[TrueTrial, ...]

    @property
    def outcome(self) -> Outcome:
        """A row is as bad as its graded trials; what errored counts when nothing was graded."""
        words = {trial.outcome for trial in self.trials}
        order = (
            Outcome.FAILED,
            Outcome.PASSED,
            Outcome.UNGRADED,
            Outcome.PENDING,
            Outcome.ERRORED,
            Outcome.SKIPPED,
        )
        return next(word for word in order if word in words)


def status(run: SimRun, phase: Phase) -> Status:
    """Return the status a person should see."""
    if run.account == "weave" and phase is Phase.QUEUED:
        return Status.RUNNING  # the root call is there from the start, without an end
    if run.account == "gomodel" and phase is Phase.QUEUED and run.model.vendor == "anthropic":
        return Status.RUNNING  # Anthropic has no word for waiting
    return STATUS[phase]


def done(world: World, run: SimRun) -> int | None:
    """Return how many rows a provider says have ended; None where it says nothing."""
    state = world.state(run)
    if run.account == "gomodel" and run.model.vendor == "anthropic":
        return state.done if state.phase.ended else 0  # counts jump at the end
    if run.kind == "batch" and state.started is None:
        return None  # 0/0/0 is what nobody has counted
    return state.done


def total(world: World, run: SimRun) -> int | None:
    """Return the real denominator; None where nobody tells one."""
    state = world.state(run)
    match run.account:
        case "weave":
            return None if is_inline(run) or not run.rows else run.rows
        case "datalab":
            return None if state.phase is Phase.QUEUED or not run.rows else run.rows
        case "foundry":
            return None
    if run.kind == "batch":
        return None if done(world, run) is None else run.rows
    if run.account == "azure" and run.dataset == "file":
        return None  # only OpenAI's files are counted
    return None if run.dataset == "logs" else run.rows


def rows(world: World, run: SimRun) -> list[TrueRow]:
    """Return the rows the provider tells by now, in dataset order."""
    state = world.state(run)
    if run.kind == "batch" and not state.phase.ended:
        return []  # results come with the end
    by_index: dict[int, list[TrueTrial]] = {}
    for row in world.rows(run):
        by_index.setdefault(row.index, []).append(_trial(run, row))
    if run.account in {"openai", "azure"} and state.phase is Phase.EXPIRED:
        for index in range(state.done, run.rows):
            by_index[index] = [TrueTrial(Outcome.ERRORED, _EXPIRED, None)]
    if run.account == "weave" and run.name == "brisk-heron":
        for row in _begun(world, run, state.done):
            pending = TrueTrial(Outcome.PENDING, None, None)
            by_index.setdefault(row.index, []).append(pending)
    if run.account == "datalab" and state.phase is Phase.RUNNING and state.done < run.rows:
        by_index[state.done] = [TrueTrial(Outcome.PENDING, None, None)]
    if run.account == "gomodel":
        by_index = {index: by_index[index] for index in _with_result(world, run)}
    return [TrueRow(_key(run, index), tuple(trials)) for index, trials in by_index.items()]


def counts(world: World, run: SimRun) -> Counter[Outcome]:
    """Return the rows by outcome, also those without a result of their own."""
    if run.account == "gomodel":
        tally = world.tally(run)
        told = {Outcome.UNGRADED: tally.calls, Outcome.ERRORED: tally.call_errors}
        return Counter(told)
    return Counter(row.outcome for row in rows(world, run))


def verdicts(world: World, run: SimRun) -> dict[str, tuple[int, int]]:
    """Return criterion name to (passed, failed) of the criteria that give verdicts."""
    told: dict[str, tuple[int, int]] = {}
    for place, grader in enumerate(run.graders):
        name = _criterion(run, grader)
        if name is not None:
            tally = world.tally(run).graders[place]
            told[name] = (tally.passed, tally.failed)
    return told


def broken(world: World, run: SimRun) -> int:
    """Return how many graders broke."""
    return sum(tally.errored for tally in world.tally(run).graders)


def score(world: World, run: SimRun) -> float | None:
    """Return the mean score of a Datalab run's files; every 29th file comes without one."""
    means = [
        sum(known) / len(known)
        for row in world.rows(run)
        if row.index % 29 != 28
        and (known := [grade.score for grade in row.grades if grade.score is not None])
    ]
    return sum(means) / len(means) if means else None


def document(world: World, run: SimRun, index: int) -> str | None:
    """Return the text of a Datalab file's document, None once it is deleted or for a failed one."""
    row = world.row(run, index)
    if row.error is not None or world.now() - row.finished >= 3600:
        return None
    return mended(row.output_text)


# The providers' own rules.


def _trial(run: SimRun, row: SimRow) -> TrueTrial:
    if row.error is not None:
        return TrueTrial(Outcome.ERRORED, _told_error(run, row.error.message), None)
    text = mended(row.output_text)
    match run.account:
        case "weave":
            return _weave(row, text)
        case "openai" | "azure" if any(grade.error for grade in row.grades):
            # OpenAI's own item status and counts: an item passes when every criterion did, so one
            # whose grader broke is an error, unless another criterion failed it.
            failed = any(grade.passed is False for grade in row.grades)
            return TrueTrial(Outcome.FAILED if failed else Outcome.ERRORED, None, text)
        case "datalab":
            return TrueTrial(Outcome.UNGRADED, None, None)  # scores without a pass line
        case "gomodel" if (text or "").startswith('{"a":'):
            # A body that came as a text is read as the object it holds.
            return TrueTrial(Outcome.UNGRADED, None, None)
        case _:
            return TrueTrial(Outcome(row.outcome), None, text)


def mended(text: str | None) -> str | None:
    """Return a text as it can be stored: JSON may spell lone surrogates, UTF-8 has none."""
    return (
        None
        if text is None
        else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    )


def _weave(row: SimRow, text: str | None) -> TrueTrial:
    """A scorer that raises breaks its trial; bare numbers give no verdict, whatever they say."""
    raised = next((grade.error for grade in row.grades if grade.error), None)
    if raised is not None:
        return TrueTrial(Outcome.ERRORED, raised.message, text)
    told = [grade for grade in row.grades if _has_verdict(grade.grader)]
    return TrueTrial(_by_verdicts(told), None, text)


def _by_verdicts(grades: list[Grade]) -> Outcome:
    verdicts = {grade.passed for grade in grades}
    if False in verdicts:
        return Outcome.FAILED
    return Outcome.PASSED if True in verdicts else Outcome.UNGRADED


def _has_verdict(grader: Grader) -> bool:
    return grader.kind in {"label_model", "score_model", "string_check"} or grader.binary


def _criterion(run: SimRun, grader: Grader) -> str | None:
    """Return a criterion's name, None for one that gives no verdict."""
    if run.account == "weave":
        judged = grader.kind in {"label_model", "score_model"}
        name = object_name(grader.name)
        return (f"{name}.passed" if judged else name) if _has_verdict(grader) else None
    return None if grader.threshold is None else grader.name


def _begun(world: World, run: SimRun, done: int) -> Iterator[SimRow]:
    """Yield the attempts that have begun and not ended: an older SDK shows them already."""
    for attempt in range(done, min(run.attempts, done + 20)):
        row = world.row(run, *divmod(attempt, run.trials))
        scoring = 0.2 if row.grades else 0.0
        began = max(run.created + run.queue_s, row.finished - scoring - row.latency_s)
        if began <= world.now():
            yield row


def _told_error(run: SimRun, message: str) -> str | None:
    """Return what a provider passes on of an error."""
    if run.account == "datalab":
        return None
    if run.account == "gomodel" and run.model.vendor == "anthropic":
        return "batch item failed"
    return message


def _with_result(world: World, run: SimRun) -> Iterator[int]:
    """Yield the requests of a batch that have a line: of OpenAI-style failures, every other."""
    if run.model.vendor != "anthropic" and world.tally(run).calls == 0:
        return  # no output file at all
    errors = 0
    for row in world.rows(run):
        if row.error is None or run.model.vendor == "anthropic":
            yield row.index
            continue
        if errors % 2 == 0:
            yield row.index
        errors += 1


def _key(run: SimRun, index: int) -> str:
    account: Account = run.account
    if account == "weave":
        return result_digest(run, index)
    if account == "datalab":
        return str(int(run.id) * 10_000 + index)
    if account == "gomodel":
        return f"{run.suite.name}-{index:05d}"
    return f"{run.suite.name}-{index:05d}" if run.kind == "batch" else str(index)
