"""Whatever a model was asked and said, as blocks of a transcript.

Providers and datasets bring chats in many shapes: a text, a list of messages, a chat completion, a
response with output items, a body of a batch line. All that can be read as messages are; the rest
is shown as JSON.
"""

import json
from collections.abc import Iterator
from typing import Literal

from tui.frozen import frozen
from tui.models import JsonObject, JsonValue

BlockKind = Literal["message", "tool_call", "tool_result", "reasoning", "note", "json"]

FOLD_LINES = 40
"""A system prompt or reasoning longer than this starts folded; what is said never does."""


@frozen
class Block:
    """One message, call, result or note of a transcript."""

    role: str
    """`user`, `assistant`, `system`, `tool`, or a heading of ours (`expected`, `error`)."""
    text: str
    kind: BlockKind = "message"
    title: str = ""
    """Beside the role: a tool's name, a call id."""
    folded: bool = False


def blocks_of(value: JsonValue, role: str) -> list[Block]:
    """Return a value as blocks; `role` names a speaker the value itself does not name."""
    if value is None:
        return []
    if isinstance(value, str):
        return [_text_block(role, value)]
    if isinstance(value, list):
        return _list_blocks(value, role)
    if isinstance(value, dict):
        return _object_blocks(value, role)
    return [Block(role, json.dumps(value))]


def _text_block(role: str, text: str) -> Block:
    """Return a text; JSON that came as a string is laid out."""
    stripped = text.strip()
    if stripped[:1] in ("{", "[") and stripped[-1:] in ("}", "]"):
        laid_out = _laid_out(stripped)
        if laid_out is not None:
            return Block(role, laid_out, kind="json")
    return Block(role, text)


def _laid_out(text: str) -> str | None:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return None


def _json_block(role: str, value: JsonValue, title: str = "") -> Block:
    return Block(role, json.dumps(value, indent=2, ensure_ascii=False), kind="json", title=title)


def _list_blocks(items: list[JsonValue], role: str) -> list[Block]:
    if not items:
        return [Block(role, "[]", kind="json")]
    if not all(isinstance(item, dict) and _speaks(item) for item in items):
        if all(isinstance(item, str) for item in items):
            return [Block(role, "\n".join(str(item) for item in items))]
        return [_json_block(role, items)]
    blocks: list[Block] = []
    for item in items:
        if isinstance(item, dict):
            blocks.extend(_message_blocks(item, role))
    return blocks


def _speaks(item: JsonObject) -> bool:
    """Return whether an object is a message or an item of a conversation."""
    return "role" in item or item.get("type") in _ITEMS or "tool_calls" in item


_ITEMS = frozenset(
    {"message", "function_call", "function_call_output", "reasoning", "tool_call", "tool_result"}
)


def _object_blocks(value: JsonObject, role: str) -> list[Block]:
    if _speaks(value):
        return list(_message_blocks(value, role))
    for key in ("messages", "input", "output", "prompt"):
        inner = value.get(key)
        if isinstance(inner, list) and inner and _all_speak(inner):
            return [*_list_blocks(inner, role), *_rest(value, key, role)]
    choices = value.get("choices")
    if isinstance(choices, list) and choices:
        blocks: list[Block] = []
        for choice in choices:
            message = choice.get("message") if isinstance(choice, dict) else None
            if isinstance(message, dict):
                blocks.extend(_message_blocks(message, role))
        if blocks:
            return [*blocks, *_rest(value, "choices", role)]
    return [_json_block(role, value)]


def _all_speak(items: list[JsonValue]) -> bool:
    return all(isinstance(item, dict) and _speaks(item) for item in items)


def _rest(value: JsonObject, shown: str, role: str) -> list[Block]:
    """Return what stood beside the messages, folded: model, parameters, tools."""
    rest = {key: item for key, item in value.items() if key != shown and item not in (None, [], {})}
    if not rest:
        return []
    return [
        Block(
            f"beside the {role}",
            json.dumps(rest, indent=2, ensure_ascii=False),
            kind="json",
            title=", ".join(list(rest)[:4]),
            folded=True,
        )
    ]


def _message_blocks(message: JsonObject, role: str) -> Iterator[Block]:
    """Yield a message, its tool calls, or one item of a response."""
    kind = message.get("type")
    speaker = message.get("role")
    name = speaker if isinstance(speaker, str) and speaker else role
    if kind in ("function_call", "tool_call"):
        yield _call_block(message, message, "assistant")
        return
    if kind in ("function_call_output", "tool_result") or name in ("tool", "function"):
        yield _result_block(message)
        return
    if kind == "reasoning":
        text = _content_text(message.get("summary")) or _content_text(message.get("content"))
        if text:
            yield Block("assistant", text, kind="reasoning", folded=_long(text))
        return
    for key in ("reasoning_content", "reasoning", "thinking"):
        thought = message.get(key)
        if isinstance(thought, str) and thought:
            yield Block(name, thought, kind="reasoning", folded=_long(thought))
    yield from _said(message, name)


def _said(message: JsonObject, name: str) -> Iterator[Block]:
    text = _content_text(message.get("content"))
    refusal = message.get("refusal")
    calls = message.get("tool_calls")
    legacy = message.get("function_call")
    if text:
        block = _text_block(name, text)
        quiet = name in ("system", "developer") and _long(text)
        yield Block(name, block.text, kind=block.kind, folded=quiet) if quiet else block
    if isinstance(refusal, str) and refusal:
        yield Block(name, refusal, title="refused")
    any_call = False
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, dict):
            inner = call.get("function")
            any_call = True
            yield _call_block(inner if isinstance(inner, dict) else call, call, name)
    if isinstance(legacy, dict):
        any_call = True
        yield _call_block(legacy, legacy, name)
    if not (text or refusal or any_call):
        yield Block(name, "(nothing)", kind="note")


def _call_block(function: JsonObject, call: JsonObject, speaker: str) -> Block:
    arguments = function.get("arguments", function.get("input"))
    if isinstance(arguments, str):
        text = _laid_out(arguments) or arguments
    else:
        text = json.dumps(arguments, indent=2, ensure_ascii=False)
    title = " · ".join(_named(function, "name") + _named(call, "call_id", "id"))
    return Block(speaker, text, kind="tool_call", title=title)


def _result_block(message: JsonObject) -> Block:
    value = message.get("output", message.get("content"))
    text = _content_text(value)
    title = " · ".join(_named(message, "name") + _named(message, "tool_call_id", "call_id"))
    return Block("tool", _laid_out(text) or text, kind="tool_result", title=title)


def _named(value: JsonObject, *keys: str) -> list[str]:
    for key in keys:
        found = value.get(key)
        if isinstance(found, str) and found:
            return [found]
    return []


def _content_text(content: JsonValue) -> str:
    """Return a message's content as text: a string, or parts; what is no text is named."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(part for part in map(_part_text, content) if part)
    if isinstance(content, dict):
        return _part_text(content)
    return json.dumps(content)


def _part_text(part: JsonValue) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        return json.dumps(part)
    for key in ("text", "refusal", "output_text", "input_text"):
        text = part.get(key)
        if isinstance(text, str):
            return text
    kind = part.get("type")
    if isinstance(kind, str) and "image" in kind:
        return "[image]"
    if isinstance(kind, str) and ("audio" in kind or "file" in kind):
        return f"[{kind}]"
    return json.dumps(part, indent=2, ensure_ascii=False)


def _long(text: str) -> bool:
    return text.count("\n") >= FOLD_LINES or len(text) > FOLD_LINES * 80
