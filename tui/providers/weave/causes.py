"""Why a trial shows neither output nor scores: still running, broken, or never scored.

Weave's rows leave these alike; the trial's own calls tell them apart. They are asked for in one
request per page, and once more for the children where a scorer raised.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from tui.frozen import frozen
from tui.models import ErrorInfo, JsonObject, JsonValue, Score
from tui.providers.weave.api import FILTER_ENTRIES, WeaveApi
from tui.providers.weave.children import model_call, scorer_name
from tui.providers.weave.faults import cause_of
from tui.providers.weave.numbers import mapping
from tui.providers.weave.scores import ScoreRules, broken, flattened
from tui.providers.weave.wire import CallWire, TrialWire
from tui.providers.wire import instant

_COLUMNS = ["id", "parent_id", "started_at", "ended_at", "exception", "output", "summary"]
_LOST = ErrorInfo(None, "Weave has no call that says what became of this trial.")
_CUT_OFF = ErrorInfo(None, "The run ended before this trial did.")


@frozen
class Finding:
    """What the calls of a trial say."""

    ended: bool
    error: ErrorInfo | None = None
    output: JsonValue = None
    """What the model answered, where the trial lost it."""
    scores: tuple[Score, ...] = ()
    """What single scorers still said, and which of them raised."""


def is_unclear(trial: TrialWire) -> bool:
    """Return whether a trial needs its calls to be understood."""
    return trial.get("model_output") is None and not mapping(trial.get("scores"))


class Causes:
    """Looks up the unclear trials of one run."""

    def __init__(
        self, api: WeaveApi, rules: ScoreRules, *, model_ref: str | None, live: bool
    ) -> None:
        self._api = api
        self._rules = rules
        self._model_ref = model_ref
        self._live = live

    async def find(self, trials: Sequence[TrialWire]) -> dict[str, Finding]:
        """Return what became of each trial, by its id."""
        ids = dict.fromkeys(
            call_id
            for trial in trials
            for call_id in (trial["predict_and_score_call_id"], trial.get("predict_call_id"))
            if call_id
        )
        calls = {call.id: call for call in await self._read("call_ids", list(ids))}
        parents = [
            trial["predict_and_score_call_id"] for trial in trials if self._needs(trial, calls)
        ]
        children = await self._read("parent_ids", parents)
        return {
            trial["predict_and_score_call_id"]: self._finding(
                trial,
                calls,
                [call for call in children if call.parent_id == trial["predict_and_score_call_id"]],
            )
            for trial in trials
        }

    async def _read(self, key: str, ids: Sequence[str]) -> list[CallWire]:
        found: list[CallWire] = []
        for start in range(0, len(ids), FILTER_ENTRIES):
            wanted: list[JsonValue] = list(ids[start : start + FILTER_ENTRIES])
            query: JsonObject = {"filter": {key: wanted}, "columns": list(_COLUMNS)}
            for item in (await self._api.calls(query)).items:
                try:
                    found.append(CallWire.model_validate(item))
                except ValidationError:
                    continue  # the trial it belongs to is told as lost
        return found

    def _needs(self, trial: TrialWire, calls: dict[str, CallWire]) -> bool:
        own = calls.get(trial["predict_and_score_call_id"])
        if own is None:
            return False
        if cause_of(own.exception) is not None or not (self._live or _ended(own)):
            return True
        return _word(own) == "descendant_error" and trial.get("predict_call_id") not in calls

    def _finding(
        self, trial: TrialWire, calls: dict[str, CallWire], children: list[CallWire]
    ) -> Finding:
        own = calls.get(trial["predict_and_score_call_id"])
        if own is None:
            return Finding(ended=not self._live, error=None if self._live else _LOST)
        model = calls.get(trial.get("predict_call_id") or "") or model_call(
            children, trial.get("predict_call_id"), self._model_ref
        )
        scorers = [child for child in children if model is None or child.id != model.id]
        output = model.output if model is not None else None
        raised = cause_of(own.exception)
        if raised is not None:
            return Finding(True, raised, output, self._told(scorers))
        model_raised = cause_of(model.exception) if model is not None else None
        if model_raised is not None:
            return Finding(True, model_raised)
        if _ended(own):
            return Finding(True, output=output)
        if self._live:
            return Finding(ended=False, output=output)
        answered = model is not None and _ended(model)
        return Finding(True, None if answered else _CUT_OFF, output, self._told(scorers))

    def _told(self, scorers: list[CallWire]) -> tuple[Score, ...]:
        scores: list[Score] = []
        for call in scorers:
            name, raised = scorer_name(call), cause_of(call.exception)
            if raised is not None:
                scores.append(broken(name, raised))
            elif _ended(call):
                scores.extend(flattened({name: call.output}, self._rules))
        return tuple(scores)


def _ended(call: CallWire) -> bool:
    return instant(call.ended_at) is not None


def _word(call: CallWire) -> Any:
    return mapping((call.summary or {}).get("weave")).get("status")
