"""A root call as a run."""

from datetime import datetime

from tui.config import WeaveConnection
from tui.models import (
    Counts,
    ErrorInfo,
    Group,
    JsonObject,
    ProviderKind,
    Run,
    RunKind,
    RunRef,
    Status,
)
from tui.outcomes import status_of
from tui.providers.weave.criteria import summary_criteria
from tui.providers.weave.definitions import Definition
from tui.providers.weave.faults import cause_of
from tui.providers.weave.numbers import count, mapping, model_usage
from tui.providers.weave.refs import call_url, name_of, ref_of
from tui.providers.weave.wire import CallWire, RunWire
from tui.providers.wire import instant

_OWN_WORDS = frozenset({"success", "error", "running", "descendant_error"})
_META = "_weave_eval_meta"


def call_of(told: RunWire) -> CallWire:
    """Return a run of the v2 list as the root call it stands for."""
    summary = dict(told.summary or {})
    weave = mapping(summary.get("weave"))
    summary["weave"] = {**weave, "status": weave.get("status") or told.status}
    display_name = weave.get("display_name")
    return CallWire(
        id=told.evaluation_run_id,
        display_name=display_name if isinstance(display_name, str) else None,
        started_at=told.started_at,
        ended_at=told.finished_at,
        attributes={"weave": {"evaluation_run": "true"}},
        inputs={"self": told.evaluation, "model": told.model},
        summary=summary,
    )


def evaluation_ref(call: CallWire) -> str | None:
    """Return the reference of the evaluation object; TypeScript calls it `this`."""
    inputs = call.inputs or {}
    value = inputs.get("self") or inputs.get("this")
    return value if isinstance(value, str) and value else None


def is_imperative(call: CallWire) -> bool:
    """Return whether an `EvaluationLogger` wrote the run."""
    return mapping((call.attributes or {}).get(_META)).get("imperative") is True


def _bounded(call: CallWire) -> bool:
    """Return whether the dataset says how many rows there will be.

    Imperative loggers and the v2 API bring their own inputs, whatever dataset they name.
    """
    weave = mapping((call.attributes or {}).get("weave"))
    return not is_imperative(call) and weave.get("evaluation_run") != "true"


def run_of(
    call: CallWire,
    config: WeaveConnection,
    definition: Definition | None,
    raw: JsonObject | None = None,
) -> Run:
    """Return the run a root call is; `definition` is None while its evaluation was not read."""
    status, word = _status(call)
    model = (call.inputs or {}).get("model")
    model_name = name_of(model)
    started = instant(call.started_at)
    failing = _failing_calls(call)
    total = definition.rows if definition is not None and _bounded(call) else None
    return Run(
        ref=RunRef(config.name, call.id),
        provider=ProviderKind.WEAVE,
        kind=RunKind.EVAL,
        id=call.id,
        status=status,
        raw_status=word,
        name=call.display_name or None,
        group=_group(call),
        models=(model_name,) if model_name else (),
        created_at=started,
        started_at=started,
        ended_at=instant(call.ended_at),
        counts=Counts(total=total),
        criteria=summary_criteria(call.output, clean=word == "success" and not failing),
        usage=model_usage(call.summary),
        error=_error(call, status),
        url=call_url(config.base_url, config.entity, config.project, call.id),
        metadata=_metadata(call),
        config=_config(call, definition),
        warnings=_warnings(call, status, word, failing),
        raw=raw,
    )


def _status(call: CallWire) -> tuple[Status, str]:
    """Return the status and Weave's word for it.

    The facts decide, by the server's own rule: its word is computed from whichever columns were
    asked for. A word of which the rule knows nothing is taken at its own meaning.
    """
    told = mapping((call.summary or {}).get("weave")).get("status")
    word = told if isinstance(told, str) else ""
    if word and word not in _OWN_WORDS:
        return status_of(word), word
    if word == "error" or cause_of(call.exception) is not None:
        return Status.FAILED, word or "error"
    if instant(call.ended_at) is None:
        return Status.RUNNING, word or "running"
    return Status.COMPLETED, word or ("descendant_error" if _failing_calls(call) else "success")


def _group(call: CallWire) -> Group | None:
    ref = ref_of(evaluation_ref(call))
    return None if ref is None else Group(f"{ref.name}:{ref.digest}", ref.name)


def _error(call: CallWire, status: Status) -> ErrorInfo | None:
    cause = cause_of(call.exception)
    if cause is None and status is Status.FAILED:
        return ErrorInfo(None, "The run failed; open it for the cause.")
    return cause


def _failing_calls(call: CallWire) -> int:
    return count(mapping((call.summary or {}).get("status_counts")).get("error")) or 0


def _warnings(call: CallWire, status: Status, word: str, failing: int) -> tuple[str, ...]:
    if status is not Status.COMPLETED or not (failing or word == "descendant_error"):
        return ()
    counts = mapping((call.summary or {}).get("status_counts"))
    fine = count(counts.get("success"))
    if not failing or fine is None:
        return ("Some calls of this run ended with an error.",)
    return (f"{failing} of {failing + fine} calls of this run ended with an error.",)


def _metadata(call: CallWire) -> JsonObject:
    """Return what the user attached; `weave` and names with an underscore are Weave's own."""
    return {
        key: value
        for key, value in (call.attributes or {}).items()
        if key != "weave" and not key.startswith("_")
    }


def _config(call: CallWire, definition: Definition | None) -> JsonObject:
    refs = {"evaluation": evaluation_ref(call), "model": (call.inputs or {}).get("model")}
    config: JsonObject = {key: value for key, value in refs.items() if value}
    told = {} if definition is None else definition.config()
    if is_imperative(call):
        # Its dataset is a placeholder of one row.
        told = {"scorers": told.get("scorers"), "imperative": True}
    return config | {key: value for key, value in told.items() if value not in (None, [])}


def newest(*moments: datetime | None) -> datetime | None:
    """Return the latest known moment."""
    return max((moment for moment in moments if moment is not None), default=None)
