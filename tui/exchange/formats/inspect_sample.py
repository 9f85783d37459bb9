"""One sample of an Inspect AI log: the conversation, its scores, its cost."""

from collections.abc import Mapping

from tui.exchange.formats.fields import count, known, number, part, text, word
from tui.exchange.formats.inspect_scores import read_scores
from tui.models import ErrorInfo, JsonObject, JsonValue, Row, Trial, Usage
from tui.outcomes import trial_outcome
from tui.providers.openai_family.bodies import content_text, plain
from tui.providers.openai_family.dataset_items import label_of
from tui.providers.wire import instant

_ATTACHED = "attachment://"
_BULK = ("events", "events_data", "attachments", "messages")
_MESSAGE = ("role", "content", "tool_calls", "tool_call_id", "function", "error", "reasoning")


def read_sample(sample: JsonObject, places: Mapping[str, int]) -> Row | None:
    """Return a sample as a row with one trial; None when it has no id.

    Args:
        sample: as logged.
        places: dataset position by sample id.
    """
    name = word(sample, "id")
    if name is None:
        return None
    attached = part(sample, "attachments")
    asked, said = _conversation(sample, attached)
    scores = read_scores(sample)
    error = _error(sample)
    output = part(sample, "output")
    trial = Trial(
        id=f"epoch {count(sample, 'epoch') or 1}",
        outcome=trial_outcome(scores, errored=error is not None, ended=True),
        input=asked,
        output=said,
        expected=sample.get("target"),
        scores=scores,
        latency_s=number(sample.get("total_time")),
        usage=_usage(part(sample, "model_usage")),
        model=text(output, "model"),
        error=error,
        created_at=instant(sample.get("started_at")),
        extra=known(
            {
                "working_time": sample.get("working_time"),
                "limit": part(sample, "limit").get("type"),
                "stop_reason": _stop_reason(output),
                "uuid": sample.get("uuid"),
            }
        ),
        raw={field: value for field, value in sample.items() if field not in _BULK},
    )
    extra = known({"metadata": sample.get("metadata"), "choices": sample.get("choices")})
    label = label_of(_first_text(sample.get("input"))) or name
    return Row(key=name, label=label, trials=(trial,), index=places.get(name), extra=extra)


def _conversation(sample: JsonObject, attached: JsonObject) -> tuple[JsonValue, JsonValue]:
    """Return what the model was asked and what came then; the first answer parts the two."""
    messages = sample.get("messages")
    shown = [
        _message(message, attached)
        for message in (messages if isinstance(messages, list) else [])
        if isinstance(message, dict)
    ]
    first = next(
        (place for place, message in enumerate(shown) if message.get("role") == "assistant"),
        len(shown),
    )
    asked: JsonValue = [*shown[:first]] or _attached(sample.get("input"), attached)
    said = plain([*shown[first:]])
    return plain(asked), said or text(part(sample, "output"), "completion")


def _message(message: JsonObject, attached: JsonObject) -> JsonObject:
    kept = known({field: message.get(field) for field in _MESSAGE})
    shown = _attached(kept, attached)
    told = shown if isinstance(shown, dict) else kept
    whole = content_text(told.get("content"))
    return told if whole is None else {**told, "content": whole}


def _attached(value: JsonValue, attached: JsonObject) -> JsonValue:
    """Return the value with what is kept apart put back into its place."""
    if isinstance(value, str) and value.startswith(_ATTACHED):
        return attached.get(value.removeprefix(_ATTACHED), value)
    if isinstance(value, list):
        return [_attached(item, attached) for item in value]
    if isinstance(value, dict):
        return {name: _attached(item, attached) for name, item in value.items()}
    return value


def _first_text(asked: JsonValue) -> JsonValue:
    """Return the last thing the person says in an input, which tells samples apart best."""
    if not isinstance(asked, list):
        return asked
    said = [
        content_text(message.get("content"))
        for message in asked
        if isinstance(message, dict) and message.get("role") == "user"
    ]
    return next((each for each in reversed(said) if each), None)


def _usage(told: JsonObject) -> Usage | None:
    """Return the sum over the sample's models; None when none was used."""
    models = [usage for usage in told.values() if isinstance(usage, dict)]
    if not models:
        return None

    def total(name: str) -> int | None:
        counts = [found for usage in models if (found := count(usage, name)) is not None]
        return sum(counts) if counts else None

    costs = [cost for usage in models if (cost := number(usage.get("total_cost"))) is not None]
    return Usage(
        input_tokens=total("input_tokens"),
        output_tokens=total("output_tokens"),
        cached_tokens=total("input_tokens_cache_read"),
        total_tokens=total("total_tokens"),
        cost_usd=sum(costs) if costs else None,
    )


def _error(sample: JsonObject) -> ErrorInfo | None:
    told = sample.get("error")
    if isinstance(told, str) and told:
        return ErrorInfo(None, told)
    message = text(told, "message") if isinstance(told, dict) else None
    return None if message is None else ErrorInfo(None, message)


def _stop_reason(output: JsonObject) -> JsonValue:
    choices = output.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first.get("stop_reason") if isinstance(first, dict) else None
