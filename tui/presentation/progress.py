"""How fast a run goes and when it will be done, from what was seen of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from tui.frozen import frozen
from tui.models import Run
from tui.presentation import format as fmt

RECENT = timedelta(minutes=10)
"""A rate older than this says little about the minutes to come."""

STEADY = 0.1
"""A range narrower than this share of the time is one figure."""
PARTS = 6
"""Into how many pieces the recent past is cut to see how steady the pace is."""

MIN_SPAN = timedelta(seconds=10)
"""Two looks closer together than this measure the provider's batching, not its speed."""

Samples = Sequence[tuple[datetime, int]]
"""`(seen at, rows done)`, oldest first."""


@frozen
class Pace:
    """What is known of a live run's speed."""

    rows_per_s: float | None
    eta_s: float | None
    """Seconds until the last row at this speed; None when speed or total is unknown."""
    recent: bool
    """True when measured over the recent past, False when it is the average since the start."""
    eta_most_s: float | None = None
    """The late end of what `eta_s` may become at a pace as unsteady as lately; `eta_least_s` is the
    early one. Both None when too little was seen to say."""
    eta_least_s: float | None = None


NO_PACE = Pace(None, None, recent=False)


def pace(run: Run, samples: Samples, now: datetime) -> Pace:
    """Return the run's speed: linear over the recent past, else the average since it started.

    The time since the last sample counts as time without progress, so a run that stands still
    slows down to nothing instead of keeping its old promise.
    """
    if not run.live:
        return NO_PACE
    recent = _recent_rate(samples, now)
    rate = recent if recent is not None else _average_rate(run, now)
    if rate is None or rate <= 0:
        return Pace(None if rate is None else 0.0, None, recent=recent is not None)
    done, total = run.counts.done, run.counts.total
    left = None if done is None or total is None else max(0, total - done)
    if left is None:
        return Pace(rate, None, recent=recent is not None)
    off = _uncertainty(samples, now, rate) if recent is not None else None
    return Pace(
        rate,
        left / rate,
        recent=recent is not None,
        eta_least_s=None if off is None else left / (rate + off),
        eta_most_s=None if off is None else left / max(rate - off, rate / 4),
    )


def _uncertainty(samples: Samples, now: datetime, rate: float) -> float | None:
    """Return twice the standard error of the recent rate, from the rates of its pieces.

    None when there were too few looks for pieces to differ.
    """
    begin = max(now - RECENT, samples[0][0])
    if sum(at >= begin for at, _done in samples) < PARTS // 2:
        return None
    piece = (now - begin) / PARTS
    marks = [_done_at(samples, begin + piece * n) for n in range(PARTS + 1)]
    rates = [(late - early) / piece.total_seconds() for early, late in pairwise(marks)]
    variance = sum((each - rate) ** 2 for each in rates) / (PARTS - 1)
    return float(2 * (variance / PARTS) ** 0.5)


def _done_at(samples: Samples, at: datetime) -> float:
    """Return how many rows were done at a moment, evenly between two looks."""
    before = [sample for sample in samples if sample[0] <= at]
    after = [sample for sample in samples if sample[0] > at]
    if not before or not after:
        return float((before[-1] if before else after[0])[1])
    (early, low), (late, high) = before[-1], after[0]
    return low + (high - low) * ((at - early) / (late - early))


def eta_text(speed: Pace) -> str:
    """Return how long it may take: `3m`, or `3-5m` (with a dash) where the pace is unsteady."""
    if speed.eta_s is None:
        return fmt.UNKNOWN
    least, most = speed.eta_least_s, speed.eta_most_s
    if least is None or most is None or most - least < STEADY * speed.eta_s:
        return fmt.span(speed.eta_s)
    return fmt.span_range(least, most)


def _recent_rate(samples: Samples, now: datetime) -> float | None:
    """Return rows per second over the window; None when too little of it was seen."""
    seen = [sample for sample in samples if now - sample[0] <= RECENT and sample[0] <= now]
    older = [sample for sample in samples if now - sample[0] > RECENT]
    if older:
        # The last look before the window: what it shows was the state when the window began.
        seen.insert(0, (now - RECENT, older[-1][1]))
    if not seen or now - seen[0][0] < MIN_SPAN or (len(seen) < 2 and not older):  # noqa: PLR2004
        return None
    gained = seen[-1][1] - seen[0][1]
    return max(0.0, gained / (now - seen[0][0]).total_seconds())


def _average_rate(run: Run, now: datetime) -> float | None:
    if run.started_at is None or not run.counts.done:
        return None
    age_s = (now - run.started_at).total_seconds()
    return run.counts.done / age_s if age_s >= MIN_SPAN.total_seconds() else None


def eta(run: Run, samples: Samples, now: datetime, *, width: int | None = None) -> str:
    """Return when a live run will be done: `3m`; `21h*` = its window ends then; else unknown.

    The deadline is shown when nothing better is known, or when it comes first. A range that is
    longer than `width` characters is told as one figure.
    """
    if not run.live:
        return fmt.UNKNOWN
    speed = pace(run, samples, now)
    left_s = speed.eta_s
    if run.deadline_at is not None:
        window_s = (run.deadline_at - now).total_seconds()
        if left_s is None or left_s > window_s:
            return f"{fmt.until(run.deadline_at, now)}*"
    told = eta_text(speed)
    return told if left_s is None or width is None or len(told) <= width else fmt.span(left_s)


@frozen
class ProgressView:
    """How far something is. None means unknown."""

    done: int | None = None
    total: int | None = None
    """None or 0: no bar, only the count."""
    rate_text: str = ""
    """Ready text, e.g. `42/min`."""
    eta_text: str = ""
    """Ready text, e.g. `3m left`."""
    tone: str = ""


def bar(fraction: float, width: int) -> str:
    """Return `████░░░░` of exactly `width` cells; never full below 1, never empty above 0."""
    full = round(max(0.0, min(1.0, fraction)) * width)
    if fraction < 1:
        full = min(full, width - 1)
    if fraction > 0:
        full = max(full, 1)
    return "█" * full + "░" * (width - full)


def progress_view(run: Run, samples: Samples, now: datetime) -> ProgressView:
    """Return the progress line of a run."""
    speed = pace(run, samples, now)
    rate = ""
    if speed.rows_per_s:
        rate = fmt.speed(speed.rows_per_s)
    elif run.live and speed.rows_per_s == 0:
        rate = "no progress lately"
    left = []
    if speed.eta_s is not None:
        left.append(f"about {eta_text(speed)} left")
    if run.live and run.deadline_at is not None:
        ends = fmt.until(run.deadline_at, now)
        left.append("its window is over" if ends == "now" else f"window ends in {ends}")
    tone = "live" if run.live else "muted"
    return ProgressView(run.counts.done, run.counts.total, rate, " · ".join(left), tone)
