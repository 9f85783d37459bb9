"""Reading a model's answer: the reply bodies of the endpoints a batch may name."""

from tui.frozen import frozen, maker
from tui.models import ErrorInfo, JsonObject, JsonValue, Usage
from tui.providers.openai_family.faults import error_info
from tui.providers.openai_family.tokens import usage_of

_FAILURE = 400
_TEXT_PARTS = ("text", "input_text", "output_text")
_PLAIN_FIELDS = frozenset({"role", "content", "type", "id", "status"})
_UNSAID: tuple[JsonValue, ...] = (None, [], "")
_EMPTY: tuple[JsonValue, ...] = (None, [], {}, "")


@frozen
class Body:
    """What one reply body says."""

    output: JsonValue
    """The text when the reply is one plain message; else messages, else the body itself."""
    usage: Usage | None = None
    model: str | None = None
    finish_reason: str | None = None
    error: ErrorInfo | None = None
    """Set when the body carries an error or the HTTP status says the request failed."""


_make_body = maker(Body)


def read_body(body: JsonValue, *, status_code: int | None = None) -> Body:
    """Return what a reply body says, for chat, completions, responses, embeddings and others.

    Args:
        body: the endpoint's normal reply, or `{"error": {…}}`; any JSON is tolerated.
        status_code: HTTP status of the reply; 400 and above is an error whatever the body.
    """
    failed = status_code is not None and status_code >= _FAILURE
    if not isinstance(body, dict):
        error = ErrorInfo(str(status_code), _failure_text(status_code, body)) if failed else None
        return Body(body, error=error)
    error = error_info(body.get("error"))
    if error is None and failed:
        error = ErrorInfo(str(status_code), _failure_text(status_code, body.get("message")))
    output, finish_reason = _output(body)
    if error is not None and output is body:
        output = None  # an error envelope is no answer
    model = body.get("model")
    return _make_body(
        output=output,
        usage=usage_of(body.get("usage")),
        model=model if isinstance(model, str) and model else None,
        finish_reason=finish_reason,
        error=error,
    )


def without_bulk(body: JsonValue) -> JsonValue:
    """Return the body with vectors and encoded images replaced by their summary.

    They are what fills a batch file and nobody reads them in a terminal.
    """
    if isinstance(body, dict) and (summary := _bulk_summary(body)) is not None:
        return {**body, "data": summary}
    return body


def plain(messages: JsonValue) -> JsonValue:
    """Return the text of a single message that is nothing but text; else `messages` unchanged.

    None for an empty list.
    """
    if not isinstance(messages, list):
        return messages
    if not messages:
        return None
    message = messages[0]
    if len(messages) > 1 or not isinstance(message, dict):
        return messages
    for field, value in message.items():
        if field not in _PLAIN_FIELDS and value not in _UNSAID:
            return messages
    text = content_text(message.get("content"))
    return messages if text is None else text


def content_text(content: JsonValue) -> str | None:
    """Return a message's content as text; None when it holds anything but text."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list) or not content:
        return None
    texts: list[str] = []
    for part in content:
        if isinstance(part, str):
            texts.append(part)
            continue
        if not isinstance(part, dict) or part.get("type") not in _TEXT_PARTS:
            return None
        text = part.get("text")
        if not isinstance(text, str):
            return None
        texts.append(text)
    return "".join(texts)


def _output(body: JsonObject) -> tuple[JsonValue, str | None]:
    choices = body.get("choices")
    if isinstance(choices, list):
        return _from_choices(choices)
    items = body.get("output")
    if isinstance(items, list):
        return plain(_response_messages(items)), _response_finish(body)
    summary = _bulk_summary(body)
    if summary is not None:
        return summary, None
    return body, None


def _from_choices(choices: list[JsonValue]) -> tuple[JsonValue, str | None]:
    messages: list[JsonValue] = []
    reasons: list[str] = []
    for choice in choices:
        if not isinstance(choice, dict):
            continue
        message = choice.get("message")
        if isinstance(message, dict):
            messages.append(_compact(message))
        elif isinstance(choice.get("text"), str):
            messages.append({"role": "assistant", "content": choice["text"]})
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason not in reasons:
            reasons.append(reason)
    return plain(messages), ", ".join(reasons) or None


def _compact(message: JsonObject) -> JsonObject:
    """Drop the fields of a chat message that say nothing (`refusal: null`, `annotations: []`)."""
    return {
        field: value
        for field, value in message.items()
        if field in ("role", "content") or value not in _EMPTY
    }


def _response_messages(items: list[JsonValue]) -> JsonValue:
    """Turn the output items of the responses API into messages; unknown items stay as they are."""
    messages: list[JsonValue] = []
    for item in items:
        if not isinstance(item, dict):
            messages.append(item)
            continue
        match item.get("type"):
            case "message":
                text = content_text(item.get("content"))
                content = item.get("content") if text is None else text
                messages.append({"role": item.get("role") or "assistant", "content": content})
            case "function_call":
                messages.append(
                    {"role": "assistant", "content": None, "tool_calls": [_tool_call(item)]}
                )
            case "reasoning" if not item.get("summary") and not item.get("content"):
                continue  # only an id, or text the provider keeps encrypted
            case _:
                messages.append(item)
    return messages


def _tool_call(item: JsonObject) -> JsonObject:
    return {
        "id": item.get("call_id") or item.get("id"),
        "type": "function",
        "function": {"name": item.get("name"), "arguments": item.get("arguments")},
    }


def _response_finish(body: JsonObject) -> str | None:
    details = body.get("incomplete_details")
    if isinstance(details, dict) and isinstance(details.get("reason"), str):
        return str(details["reason"])
    status = body.get("status")
    return status if isinstance(status, str) else None


def _bulk_summary(body: JsonObject) -> JsonObject | None:
    """Summarise `data` of embeddings and image replies; None for other bodies."""
    data = body.get("data")
    if not isinstance(data, list) or not data:
        return None
    first = data[0]
    if not isinstance(first, dict):
        return None
    if "embedding" in first:
        vector = first["embedding"]
        return {
            "embeddings": len(data),
            "dimensions": len(vector) if isinstance(vector, list) else None,
        }
    if "b64_json" in first:
        return {"images": len(data)}
    return None


def _failure_text(status_code: int | None, text: JsonValue) -> str:
    if isinstance(text, str) and text:
        return text
    return f"The request was answered with HTTP {status_code}."
