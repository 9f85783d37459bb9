"""How a run moves: pure functions of a run and a moment, the same at any poll rate."""

from dataclasses import dataclass, replace
from math import pi, sin

from tui.demo.facts import Fate, Phase, RunState, SimRun

DAY = 86_400.0
EXPIRY_WORK_S = 607.0
"""Seconds a batch is finalizing after its 24 hours (recorded median)."""
_WAVES = 5
_SWING = 0.35


def finish_s(run: SimRun, attempt: int) -> float:
    """Return how many seconds after its start the run finishes `attempt`.

    Work comes in gentle waves around the nominal rate; strictly increasing in `attempt`.
    """
    place = attempt + 1
    wave = run.attempts / _WAVES
    return (place + _SWING * wave / (2 * pi) * sin(2 * pi * place / wave)) / run.rate


def finished_attempts(run: SimRun, seconds: float) -> int:
    """Return how many attempts are finished `seconds` after the start, fate not considered."""
    low, high = 0, run.attempts
    while low < high:
        middle = (low + high) // 2
        if finish_s(run, middle) <= seconds:
            low = middle + 1
        else:
            high = middle
    return low


@dataclass(frozen=True, slots=True)
class _Plan:
    """When a run's turns are due, as far as they can be known beforehand."""

    natural: float
    """The last attempt that fate allows is finished."""
    stop: float
    """No attempt finishes after this."""
    finalizing: float | None
    canceling: float | None
    end: float | None
    last: Phase


def _fated(run: SimRun, start: float, allowed: int) -> _Plan:
    natural = start + finish_s(run, allowed - 1) if allowed else start
    match run.fate:
        case Fate.COMPLETES:
            finalizing = natural if run.finalize_s else None
            end = natural + run.finalize_s
            return _Plan(natural, natural, finalizing, None, end, Phase.COMPLETED)
        case Fate.FAILS:
            return _Plan(natural, natural, None, None, natural, Phase.FAILED)
        case Fate.EXPIRES:
            limit = run.created + DAY
            return _Plan(natural, limit, limit, None, limit + EXPIRY_WORK_S, Phase.EXPIRED)
        case Fate.IS_CANCELED:
            end = natural + run.settle_s
            return _Plan(natural, natural, None, natural, end, Phase.CANCELED)
        case Fate.STALLS:
            return _Plan(natural, natural, None, None, None, Phase.RUNNING)


def _canceled_at(plan: _Plan, run: SimRun, moment: float) -> _Plan:
    if plan.end is not None and plan.end <= moment:
        return plan
    finalizing = plan.finalizing
    return replace(
        plan,
        stop=min(plan.stop, moment),
        finalizing=finalizing if finalizing is not None and finalizing <= moment else None,
        canceling=moment,
        end=moment + run.settle_s,
        last=Phase.CANCELED,
    )


def _phase(plan: _Plan, now: float, *, started: bool) -> Phase:
    if plan.end is not None and now >= plan.end:
        return plan.last
    if plan.canceling is not None and now >= plan.canceling:
        return Phase.CANCELING
    if plan.finalizing is not None and now >= plan.finalizing:
        return Phase.FINALIZING
    return Phase.RUNNING if started else Phase.QUEUED


def state_at(run: SimRun, now: float, canceled: float | None = None) -> RunState:
    """Return the state of `run` at `now`; `canceled` is when a person cancelled it, if one did."""
    start = run.created + run.queue_s
    allowed = round(run.attempts * run.fate_at)
    plan = _fated(run, start, allowed)
    if canceled is not None:
        plan = _canceled_at(plan, run, canceled)

    starts = run.fate is not Fate.FAILS or run.fate_at > 0
    begun = plan.canceling is None or start <= plan.canceling
    started = start if starts and begun and now >= start else None
    worked_until = min(now, plan.stop)
    if started is None:
        done = 0
    elif worked_until >= plan.natural:
        done = allowed
    else:
        done = min(allowed, finished_attempts(run, worked_until - start))

    def past(moment: float | None) -> float | None:
        return moment if moment is not None and moment <= now else None

    return RunState(
        phase=_phase(plan, now, started=started is not None),
        done=done,
        created=run.created,
        started=started,
        finalizing=past(plan.finalizing),
        canceling=past(plan.canceling),
        ended=past(plan.end),
    )
