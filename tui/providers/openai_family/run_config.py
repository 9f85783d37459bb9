"""What an eval run was made of, without its rows (design 4.3)."""

from tui.models import JsonObject, JsonValue
from tui.providers.openai_family.evals import EvalDefinition

INLINE_ROWS = "data_source.source.content"
"""Where a run object carries its whole inline dataset; dropped while lists are parsed."""

DROPPED = "$dropped"
"""The field a dropped array is replaced with: `{"$dropped": number of items}`."""

_PROMPT_CHARS = 200


def without_rows(item: JsonObject) -> JsonObject:
    """Return a run object with its inline dataset replaced by `{"$dropped": n}`."""
    for field in ("data_source", "run_data_source"):
        source = item.get(field)
        if not isinstance(source, dict):
            continue
        inner = source.get("source")
        if isinstance(inner, dict) and isinstance(content := inner.get("content"), list):
            inner = {**inner, "content": {DROPPED: len(content)}}
            return {**item, field: {**source, "source": inner}}
    return item


def inline_rows(data_source: JsonObject) -> int | None:
    """Return how many rows stand in the run itself; None when they come from elsewhere."""
    source = data_source.get("source")
    content = source.get("content") if isinstance(source, dict) else None
    if isinstance(content, list):
        return len(content)
    count = content.get(DROPPED) if isinstance(content, dict) else None
    return count if isinstance(count, int) else None


def source_file(data_source: JsonObject) -> str | None:
    """Return the id of the file the rows come from; None when they come from elsewhere."""
    source = data_source.get("source")
    if not isinstance(source, dict) or source.get("type") != "file_id":
        return None
    file_id = source.get("id")
    return file_id if isinstance(file_id, str) and file_id else None


def source_model(data_source: JsonObject) -> str | None:
    """Return the sampled model a data source names: its own, or Foundry's target."""
    target = data_source.get("target")
    for place in (data_source, target):
        if isinstance(place, dict) and isinstance(model := place.get("model"), str) and model:
            return model
    return None


def run_config(data_source: JsonObject, definition: EvalDefinition) -> JsonObject:
    """Return data source, sampling, prompt summary and graders; keys without a value are left out.

    `prompt` holds each template message as role and the start of its text.
    """
    source = data_source.get("source")
    source = source if isinstance(source, dict) else {}
    config: JsonObject = {
        "data_source": data_source.get("type"),
        "source": source.get("type"),
        "rows": inline_rows(data_source),
        "file_id": source_file(data_source),
        "filter": {
            field: value
            for field, value in source.items()
            if field not in ("type", "content", "id") and value is not None
        },
        "model": source_model(data_source),
        "sampling": data_source.get("sampling_params"),
        "prompt": _prompt(data_source.get("input_messages")),
        "scenario": data_source.get("scenario"),
        "criteria": [criterion.summary for criterion in definition.criteria],
    }
    return {field: value for field, value in config.items() if value not in (None, {}, [])}


def _prompt(messages: JsonValue) -> JsonValue:
    if not isinstance(messages, dict):
        return None
    template = messages.get("template")
    if not isinstance(template, list):
        return messages.get("item_reference")
    return [
        {"role": message.get("role"), "content": _start(message.get("content"))}
        for message in template
        if isinstance(message, dict)
    ]


def _start(content: JsonValue) -> JsonValue:
    """Shorten a template message: its text, or the kinds of its parts."""
    if isinstance(content, str):
        return content if len(content) <= _PROMPT_CHARS else content[:_PROMPT_CHARS] + "…"
    if isinstance(content, dict):
        text = content.get("text")
        return _start(text) if isinstance(text, str) else content.get("type")
    if isinstance(content, list):
        return [_start(part) for part in content]
    return None
