"""Which call below a trial is the model's, and which scorer's the others are."""

from collections.abc import Sequence
from datetime import UTC, datetime

from tui.providers.weave.refs import op_of
from tui.providers.weave.wire import CallWire
from tui.providers.wire import instant

_LAST = datetime.max.replace(tzinfo=UTC)


def model_call(
    children: Sequence[CallWire], predict_call_id: str | None, model_ref: str | None
) -> CallWire | None:
    """Return the model's call, None without children.

    The one Weave names; else the one whose op is the model itself (a plain op); else the first
    that began, for no scorer starts before the model has answered.
    """
    for child in children:
        if child.id == predict_call_id:
            return child
    for child in children:
        if model_ref is not None and child.op_name == model_ref:
            return child
    return min(children, key=_began, default=None)


def scorer_name(child: CallWire) -> str:
    """Return what a scorer's call is called in the scores: its op, without `.score`."""
    return op_of(child.op_name).removesuffix(".score") or "scorer"


def latency(call: CallWire) -> float | None:
    """Return how many seconds a call took, None while it runs."""
    began, ended = instant(call.started_at), instant(call.ended_at)
    return max(0.0, (ended - began).total_seconds()) if began and ended else None


def _began(call: CallWire) -> tuple[datetime, str]:
    return instant(call.started_at) or _LAST, call.id
