"""What is wrong with a run, judged from what was seen of it: pure functions of the store's answers.

Nothing is said of a time in which nobody looked: a run of a connection that does not answer, or
that was not watched overnight, has not stalled.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from tui.analysis.intervals import wilson
from tui.frozen import frozen
from tui.models import ProviderKind, RunKind, Status
from tui.store import Concern, Sample, StoredRun

STALL_LEAST = timedelta(minutes=10)
"""No run has stalled sooner, however fast it was before."""
STALL_UNKNOWN = timedelta(minutes=30)
"""From when on a run has stalled of which too little was seen to know its usual pauses."""
STALL_TIMES = 5.0
"""How many of its longest usual pauses are too many."""
LEAST_PAUSES = 3
FINALIZING = timedelta(minutes=20)
EXPIRING = timedelta(hours=1)
GRADER_SHARE = 0.2
"""Share of broken gradings from which a grader is in trouble."""
GRADER_LEAST = 10
RISE_LEAST = 5
RISE_TIMES = 3.0
"""How many times as often rows err lately as before."""
RATE_LEAST = 10
"""Graded rows below which a low rate says nothing."""
_FINAL_WORDS = frozenset({"finalizing", "processing"})


@frozen
class Watching:
    """What the person and the past say of a run."""

    min_pass_rate: float | None = None
    """0 to 1; None = the person named none."""
    before: StoredRun | None = None
    """The last completed run of its group."""


def concerns(
    stored: StoredRun, course: Sequence[Sample], now: datetime, watching: Watching
) -> tuple[Concern, ...]:
    """Return what a person should know of a run, the most urgent first.

    Args:
        stored: the run as it is shown.
        course: its samples, oldest first.
        now: wall time.
        watching: what else is known.
    """
    found: tuple[Concern | None, ...]
    if stored.run.live:
        found = (
            _expiring(stored, course, now),
            _finalizing(stored),
            _stalled(stored, course),
            _graders(stored),
            _errors(course),
            _low_rate(stored, watching.min_pass_rate),
        )
    else:
        found = (
            _no_output(stored),
            _graders(stored),
            _low_rate(stored, watching.min_pass_rate),
            _worse(stored, watching.before),
        )
    return tuple(each for each in found if each is not None)


def _stalled(stored: StoredRun, course: Sequence[Sample]) -> Concern | None:
    run = stored.run
    if run.status is not Status.RUNNING or _all_done(stored) or not course:
        return None
    last = course[-1].at
    if run.last_activity_at is not None:
        last = max(last, run.last_activity_at)
    quiet = stored.fetched_at - last
    pauses = sorted(later.at - earlier.at for earlier, later in pairwise(course))
    if len(pauses) < LEAST_PAUSES:
        limit = STALL_UNKNOWN
    else:
        usual = pauses[min(len(pauses) - 1, len(pauses) * 95 // 100)]
        limit = max(STALL_LEAST, usual * STALL_TIMES)
    if quiet < limit:
        return None
    return Concern("stalled", f"No row has ended for {_span(quiet)}; usually one does much sooner.")


def _finalizing(stored: StoredRun) -> Concern | None:
    run = stored.run
    waits = run.raw_status in _FINAL_WORDS or (run.status is Status.RUNNING and _all_done(stored))
    quiet = stored.fetched_at - stored.changed_at
    if not waits or quiet < FINALIZING:
        return None
    return Concern("finalizing", f"All rows are done, but it has not ended for {_span(quiet)}.")


def _expiring(stored: StoredRun, course: Sequence[Sample], now: datetime) -> Concern | None:
    run = stored.run
    if run.deadline_at is None or _all_done(stored):
        return None
    left = run.deadline_at - now
    if left <= timedelta(0):
        return Concern("expiring", f"Its window ended {_span(-left)} ago; it has not ended yet.")
    needs = _needs(stored, course)
    if left > EXPIRING and (needs is None or needs <= left or left > 6 * EXPIRING):
        return None
    done, total = run.counts.done, run.counts.total
    rows = "" if done is None or total is None else f" with {total - done:,} of {total:,} rows left"
    late = "" if needs is None or needs <= left else f"; at its pace it needs {_span(needs)}"
    return Concern("expiring", f"Its window ends in {_span(left)}{rows}{late}.")


def _needs(stored: StoredRun, course: Sequence[Sample]) -> timedelta | None:
    """Return how long the rest takes at the pace of the whole course; None = nobody can say."""
    done, total = stored.run.counts.done, stored.run.counts.total
    if done is None or total is None or len(course) < 2 or course[-1].done <= course[0].done:  # noqa: PLR2004 - two make a pace
        return None
    pace = (stored.fetched_at - course[0].at) / (course[-1].done - course[0].done)
    return pace * max(0, total - done)


def _graders(stored: StoredRun) -> Concern | None:
    for criterion in stored.run.criteria:
        broken, n = criterion.errored or 0, criterion.n or 0
        if broken >= GRADER_LEAST and broken >= GRADER_SHARE * (broken + n):
            share = broken / (broken + n)
            return Concern(
                "graders", f"The grader {criterion.name} broke on {broken:,} rows ({share:.0%})."
            )
    return None


def _errors(course: Sequence[Sample]) -> Concern | None:
    """Notice that rows err much more often in the newer half of the course than in the older."""
    known = [sample for sample in course if sample.errored is not None]
    if len(known) < 2 * LEAST_PAUSES:
        return None
    first, middle, last = known[0], known[len(known) // 2], known[-1]
    before, after = _error_share(first, middle), _error_share(middle, last)
    if before is None or after is None:
        return None
    grown = (last.errored or 0) - (middle.errored or 0)
    if grown < RISE_LEAST or after < GRADER_SHARE or after < RISE_TIMES * before:
        return None
    return Concern(
        "graders", f"Errors are rising: {after:.0%} of the last rows, {before:.0%} before."
    )


def _error_share(older: Sample, newer: Sample) -> float | None:
    rows = newer.done - older.done
    return ((newer.errored or 0) - (older.errored or 0)) / rows if rows > 0 else None


def _low_rate(stored: StoredRun, least: float | None) -> Concern | None:
    passed, failed = stored.run.counts.passed, stored.run.counts.failed
    if least is None or passed is None or failed is None or passed + failed < RATE_LEAST:
        return None
    interval = wilson(passed, passed + failed)
    if interval is None or interval.high >= least:
        return None
    rate = passed / (passed + failed)
    return Concern("low-rate", f"Its pass rate is {rate:.1%}, surely below {least:.0%}.")


def _no_output(stored: StoredRun) -> Concern | None:
    run, sync = stored.run, stored.sync
    ended_well = run.kind is RunKind.BATCH and run.status in (Status.COMPLETED, Status.EXPIRED)
    answered = (run.counts.done or 0) - (run.counts.errored or 0)
    if not ended_well or sync.rows_stored or answered <= 0:
        return None
    # OpenAI names the files; whoever else has none says so only when the rows are asked for.
    named = {"input_file_id", "output_file_id"}.intersection(run.config)
    without = run.provider is ProviderKind.OPENAI and named == {"input_file_id"}
    if sync.completed_at is None and not without:
        return None
    return Concern("no-output", f"It has ended, but the output of {answered:,} rows is not there.")


def _worse(stored: StoredRun, before: StoredRun | None) -> Concern | None:
    """Compare the pass rates of two runs by whether their intervals lie apart."""
    if before is None or stored.run.status is not Status.COMPLETED:
        return None
    now, then = _interval(stored), _interval(before)
    if now is None or then is None or now[1] >= then[0]:
        return None
    name = before.run.name or before.run.id
    return Concern("worse", f"It passed {now[2]:.1%}; {name} before it passed {then[2]:.1%}.")


def _interval(stored: StoredRun) -> tuple[float, float, float] | None:
    """Return low end, high end and pass rate; None where nobody knows or nothing was graded."""
    passed, failed = stored.run.counts.passed, stored.run.counts.failed
    if passed is None or failed is None:
        return None
    interval = wilson(passed, passed + failed)
    return None if interval is None else (interval.low, interval.high, passed / (passed + failed))


def _all_done(stored: StoredRun) -> bool:
    done, total = stored.run.counts.done, stored.run.counts.total
    return done is not None and total is not None and done >= total > 0


def _span(span: timedelta) -> str:
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes < 120:  # noqa: PLR2004 - two hours read better in minutes
        return f"{minutes} minutes" if minutes > 1 else "a minute"
    hours = round(minutes / 60)
    return f"{hours} hours" if hours < 48 else f"{round(hours / 24)} days"  # noqa: PLR2004 - two days
