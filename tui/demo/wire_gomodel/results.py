"""The gateway's result items: what each vendor's answers look like behind it."""

from collections.abc import Iterator
from typing import Any

from tui.demo.dice import hex_id
from tui.demo.facts import Message, SimRow, SimRun
from tui.demo.wire_gomodel.objects import ENDPOINT, is_anthropic
from tui.demo.world import World

_FORMS = ("response", "missing", "error", "missing")
"""What becomes of OpenAI-style failures, in turn."""
_HTTP = {"rate_limit_exceeded": 429, "timeout": 408, "server_error": 500}


def result_items(world: World, run: SimRun) -> Iterator[dict[str, Any]]:
    """Yield the result items in the vendor's order, which is not the input's.

    OpenAI-style vendors write most failures to an error file the gateway does not read, so those
    are missing here. Anthropic lists every request, also those that were canceled.
    """
    rows: list[tuple[int, SimRow | None]] = [(row.index, row) for row in world.rows(run)]
    if is_anthropic(run):
        rows += [(index, None) for index in range(len(rows), run.rows)]
        forms = {}
    else:
        errored = [index for index, row in rows if row is not None and row.error is not None]
        forms = {index: _FORMS[n % len(_FORMS)] for n, index in enumerate(errored)}
    rows.sort(key=lambda entry: hex_id(8, run.id, entry[0], "order"))
    place = 0
    for index, row in rows:
        form = forms.get(index, "error")
        if form == "missing":
            continue
        item: dict[str, Any] = {"index": place}
        if is_anthropic(run) or index % 97 != 96:  # noqa: PLR2004 - some callers give no custom_id
            item["custom_id"] = f"{run.suite.name}-{index:05d}"
        item |= {"url": ENDPOINT, **_result(world, run, row, form)}
        item["provider"] = run.model.vendor
        yield item
        place += 1


def _result(world: World, run: SimRun, row: SimRow | None, form: str) -> dict[str, Any]:
    if row is None:
        return _failed("canceled", "batch item failed")
    if row.error is not None:
        if is_anthropic(run):
            return _failed("errored", "batch item failed")
        if form == "error":
            return _failed(row.error.code, row.error.message)
        fault = {
            "message": row.error.message,
            "type": "requests",
            "param": None,
            "code": row.error.code,
        }
        return {"status_code": _HTTP.get(row.error.code, 400), "response": {"error": fault}}
    if run.exhibits and row.index % 4 == 3:  # noqa: PLR2004 - bodies that are no object
        return {"status_code": 200, "response": row.output_text or ""}
    return {
        "status_code": 200,
        "model": run.model.snapshot,
        "response": _completion(world, run, row),
    }


def _failed(kind: str, message: str) -> dict[str, Any]:
    return {"status_code": 400, "error": {"type": kind, "message": message}}


def _message(message: Message) -> dict[str, Any]:
    body: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        body["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    return body


def _completion(world: World, run: SimRun, row: SimRow) -> dict[str, Any]:
    message = _message(row.output[-1])
    usage: dict[str, Any] = {
        "prompt_tokens": row.input_tokens,
        "completion_tokens": row.output_tokens,
        "total_tokens": row.input_tokens + row.output_tokens,
    }
    if not is_anthropic(run):
        choice = {
            "index": 0,
            "message": message | {"refusal": None},
            "logprobs": None,
            "finish_reason": row.finish_reason,
        }
        return {
            "id": f"chatcmpl-{hex_id(12, run.id, row.index)}",
            "object": "chat.completion",
            "created": world.unix(row.finished),
            "model": run.model.snapshot,
            "choices": [choice],
            "usage": usage | {"prompt_tokens_details": {"cached_tokens": row.cached_tokens}},
        }
    if row.index % 3 == 0:
        message["reasoning_content"] = f"The question is about {run.suite.name}; I know this one."
    return {
        "id": f"msg_{hex_id(24, run.id, row.index)}",
        "object": "chat.completion",
        "model": run.model.snapshot,
        "provider": "",
        "choices": [{"message": message, "finish_reason": row.finish_reason, "index": 0}],
        "usage": usage | {"raw_usage": {"cache_read_input_tokens": row.cached_tokens}},
        "created": world.unix(world.now()),
    }
