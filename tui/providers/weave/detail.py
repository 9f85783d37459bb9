"""A trial with what only its own calls tell: cause, usage, times, and each scorer's call."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tui.models import JsonObject, Run, Score, Trial
from tui.outcomes import trial_outcome
from tui.providers.weave.children import latency, model_call, scorer_name
from tui.providers.weave.faults import cause_of, traceback_of
from tui.providers.weave.numbers import model_usage, summed
from tui.providers.weave.scores import ScoreRules, broken, flattened
from tui.providers.weave.wire import CallWire
from tui.providers.wire import instant


def detailed(
    trial: Trial,
    own: CallWire,
    children: Sequence[CallWire],
    *,
    run: Run,
    rules: ScoreRules,
    url: str,
) -> Trial:
    """Return the trial with its calls' news; `own` is its predict-and-score call."""
    predict_id, model_ref = trial.extra.get("predict_call_id"), run.config.get("model")
    model = model_call(
        children,
        predict_id if isinstance(predict_id, str) else None,
        model_ref if isinstance(model_ref, str) else None,
    )
    scorers = [child for child in children if model is None or child.id != model.id]
    model_error = cause_of(model.exception) if model is not None else None
    error = cause_of(own.exception) or model_error or trial.error
    scores = _scores(trial, scorers, rules)
    usage = model_usage(model.summary) if model is not None else ()
    ended = instant(own.ended_at) is not None or not run.live
    output = trial.output
    if output is None and model is not None:
        output = model.output
    # Calls inside the model may fail and be made good; only a trial without an answer broke.
    errored = error is not None and (cause_of(own.exception) is not None or not trial.scores)
    return replace(
        trial,
        outcome=trial_outcome(scores, errored=errored, ended=ended),
        output=output,
        scores=scores,
        latency_s=(latency(model) if model is not None else None) or trial.latency_s,
        usage=summed(usage) or trial.usage,
        model=usage[0].model if len(usage) == 1 else trial.model,
        error=error if errored else trial.error,
        created_at=instant(own.started_at),
        extra=trial.extra | _extra(own, model, url),
        raw={
            "trial": trial.raw,
            "call": own.model_dump(mode="json"),
            "children": [child.model_dump(mode="json") for child in children],
        },
    )


def _scores(trial: Trial, scorers: list[CallWire], rules: ScoreRules) -> tuple[Score, ...]:
    """Return the trial's scores with their calls, and those that only the calls know."""
    calls = {scorer_name(call): call for call in scorers}
    scores = [_with_call(score, _call_for(score.name, calls)) for score in trial.scores]
    known = {score.name for score in scores}
    for name, call in calls.items():
        if any(score == name or score.startswith(f"{name}.") for score in known):
            continue
        raised = cause_of(call.exception)
        told = (broken(name, raised),) if raised else flattened({name: call.output}, rules)
        if raised or instant(call.ended_at) is not None:
            scores.extend(_with_call(score, call) for score in told)
    return tuple(scores)


def _call_for(score: str, calls: dict[str, CallWire]) -> CallWire | None:
    """Return the call of a score; names may hold dots, so the longest that fits is meant."""
    fitting = [name for name in calls if score == name or score.startswith(f"{name}.")]
    return calls[max(fitting, key=len)] if fitting else None


def _with_call(score: Score, call: CallWire | None) -> Score:
    if call is None:
        return score
    told: dict[str, Any] = {
        "call_id": call.id,
        "op": call.op_name,
        "latency_s": latency(call),
        "usage": (call.summary or {}).get("usage"),
        "traceback": traceback_of(call.exception),
        "value": score.detail,
    }
    detail = {key: value for key, value in told.items() if value}
    return replace(score, error=score.error or cause_of(call.exception), detail=detail)


def _extra(own: CallWire, model: CallWire | None, url: str) -> JsonObject:
    told: JsonObject = {
        "url": url,
        "ended_at": own.ended_at,
        "predict_call_id": model.id if model is not None else None,
        "traceback": traceback_of(own.exception)
        or (traceback_of(model.exception) if model is not None else None),
    }
    return {key: value for key, value in told.items() if value is not None}
