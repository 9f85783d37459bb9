"""One result line's reply, in every shape a gateway may put into `response`."""

import json
from dataclasses import replace

from tui.models import JsonObject, JsonValue, Usage
from tui.providers.making import make_usage
from tui.providers.openai_family.bodies import Body, plain, read_body
from tui.providers.strict_json import NotJsonError, loads


def read_reply(response: JsonValue) -> Body:
    """Return what a reply says: OpenAI bodies, raw Anthropic messages, texts holding either.

    Args:
        response: an object; a text when the upstream body was no JSON object; anything else.
    """
    body = _unpacked(response)
    if not isinstance(body, dict):
        return Body(body)
    if body.get("type") == "message" and isinstance(body.get("content"), list):
        read = _anthropic(body)
    else:
        read = read_body(body)
    usage = _with_raw_cache(read.usage, body.get("usage"))
    return read if usage is read.usage else replace(read, usage=usage)


def _unpacked(response: JsonValue) -> JsonValue:
    """Return the object inside a text; the text itself when there is none."""
    if not isinstance(response, str) or not response.lstrip().startswith("{"):
        return response
    try:
        return loads(response.encode())
    except NotJsonError:
        return response


def _anthropic(message: JsonObject) -> Body:
    """Read a message of Anthropic's own protocol: content blocks, stop reason, cache counters."""
    blocks = message["content"]
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[JsonValue] = []
    other: list[JsonValue] = []
    for block in blocks if isinstance(blocks, list) else ():
        match block:
            case {"type": "text", "text": str(text)}:
                texts.append(text)
            case {"type": "thinking", "thinking": str(text)}:
                thoughts.append(text)
            case dict() if block.get("type") == "tool_use":
                calls.append(_tool_call(block))
            case _:
                other.append(block)
    said: JsonObject = {"role": message.get("role") or "assistant", "content": "".join(texts)}
    if thoughts:
        said["reasoning_content"] = "\n".join(thoughts)
    if calls:
        said["tool_calls"] = calls
    if other:
        said["other_content"] = other
    model, stop_reason = message.get("model"), message.get("stop_reason")
    return Body(
        output=plain([said]),
        usage=_anthropic_usage(message.get("usage")),
        model=model if isinstance(model, str) and model else None,
        finish_reason=stop_reason if isinstance(stop_reason, str) else None,
    )


def _tool_call(block: JsonObject) -> JsonObject:
    return {
        "id": block.get("id"),
        "type": "function",
        "function": {
            "name": block.get("name"),
            "arguments": json.dumps(block.get("input"), ensure_ascii=False),
        },
    }


def _anthropic_usage(usage: JsonValue) -> Usage | None:
    """Return the tokens; Anthropic's `input_tokens` leaves the cached ones out."""
    if not isinstance(usage, dict):
        return None
    uncached, output = _number(usage, "input_tokens"), _number(usage, "output_tokens")
    cached, written = (
        _number(usage, "cache_read_input_tokens"),
        _number(usage, "cache_creation_input_tokens"),
    )
    if uncached is None and output is None:
        return None
    read = None if uncached is None else uncached + (cached or 0) + (written or 0)
    return make_usage(
        input_tokens=read,
        output_tokens=output,
        cached_tokens=cached,
        total_tokens=None if read is None or output is None else read + output,
    )


def _with_raw_cache(usage: Usage | None, wire: JsonValue) -> Usage | None:
    """Add the cached tokens that the gateway keeps in `raw_usage` of a converted message."""
    raw = wire.get("raw_usage") if isinstance(wire, dict) else None
    if usage is None or usage.cached_tokens is not None or not isinstance(raw, dict):
        return usage
    return replace(usage, cached_tokens=_number(raw, "cache_read_input_tokens"))


def _number(usage: JsonObject, field: str) -> int | None:
    value = usage.get(field)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
