"""Contents of files: eval datasets, batch requests, batch answers and errors, as JSON Lines."""

from collections.abc import Iterable, Iterator
from math import gcd
from typing import Any

from tui.demo.dice import hex_id
from tui.demo.facts import Phase, SimRow, SimRun
from tui.demo.wire import encode_json
from tui.demo.wire_openai.batches import ENDPOINT, error_lines, output_lines
from tui.demo.wire_openai.file_ids import batch_file_id, dataset_file_id
from tui.demo.wire_openai.items import message_object
from tui.demo.world import World

_CHUNK = 64 * 1024
_STATUS_CODES = {"rate_limit_exceeded": 429, "timeout": 408, "server_error": 500}


def custom_id(run: SimRun, index: int) -> str:
    """Return the caller's id of request `index`."""
    return f"{run.suite.name}-{index:05d}"


def _shuffled(count: int) -> Iterator[int]:
    """Yield 0 to `count` - 1 in an order that is not theirs."""
    step = next(s for s in range(max(1, count * 5 // 8), 2 * count + 2) if gcd(s, count) == 1)
    return ((place * step) % count for place in range(count))


def _chat(world: World, run: SimRun, row: SimRow) -> dict[str, Any]:
    message = {"content": None, "refusal": None} | message_object(row.output[-1])
    return {
        "id": f"chatcmpl-{hex_id(24, run.id, row.index, 'chat')}",
        "object": "chat.completion",
        "created": world.unix(row.finished),
        "model": run.model.snapshot,
        "choices": [
            {
                "index": 0,
                "message": message,
                "logprobs": None,
                "finish_reason": row.finish_reason,
            }
        ],
        "usage": {
            "prompt_tokens": row.input_tokens,
            "completion_tokens": row.output_tokens,
            "total_tokens": row.input_tokens + row.output_tokens,
        },
        "system_fingerprint": f"fp_{hex_id(10, run.model.snapshot)}",
    }


def _answer(run: SimRun, row: SimRow, status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"batch_req_{hex_id(24, run.id, row.index, 'request')}",
        "custom_id": custom_id(run, row.index),
        "response": {
            "status_code": status,
            "request_id": hex_id(32, run.id, row.index),
            "body": body,
        },
        "error": None,
    }


def _output(world: World, run: SimRun) -> Iterator[dict[str, Any]]:
    for place in _shuffled(world.state(run).done):
        row = world.row(run, place)
        if row.error is None:
            yield _answer(run, row, 200, _chat(world, run, row))


def _errors(world: World, run: SimRun) -> Iterator[dict[str, Any]]:
    state = world.state(run)
    for place in range(state.done):
        row = world.row(run, place)
        if row.error is not None:
            status = _STATUS_CODES.get(row.error.code, 400)
            kind = "invalid_request_error" if status == 400 else "server_error"  # noqa: PLR2004
            error = {
                "message": row.error.message,
                "type": kind,
                "param": None,
                "code": row.error.code,
            }
            yield _answer(run, row, status, {"error": error})
    if state.phase is Phase.EXPIRED:
        for place in range(state.done, run.rows):
            yield {
                "id": f"batch_req_{hex_id(24, run.id, place, 'request')}",
                "custom_id": custom_id(run, place),
                "response": None,
                "error": {
                    "code": "batch_expired",
                    "message": "This request was not run before the batch expired.",
                },
            }


def _requests(world: World, run: SimRun) -> Iterator[dict[str, Any]]:
    for index in range(run.rows):
        messages = [message_object(message) for message in world.row(run, index).input]
        yield {
            "custom_id": custom_id(run, index),
            "method": "POST",
            "url": ENDPOINT,
            "body": {"model": run.model.name, "messages": messages},
        }


def _dataset(run: SimRun) -> Iterator[dict[str, Any]]:
    for index in range(run.rows):
        yield {"item": run.suite.fields(index)}


def _chunks(lines: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    chunk = bytearray()
    for line in lines:
        chunk += encode_json(line) + b"\n"
        if len(chunk) >= _CHUNK:
            yield bytes(chunk)
            chunk.clear()
    if chunk:
        yield bytes(chunk)


def file_content(world: World, run: SimRun, file_id: str) -> tuple[str, Iterator[bytes]] | None:
    """Return file name and content if `file_id` is one of this run's, else None."""
    if run.kind == "eval":
        if run.dataset == "file" and file_id == dataset_file_id(run):
            return f"{run.suite.name}.jsonl", _chunks(_dataset(run))
        return None
    state, tally = world.state(run), world.tally(run)
    if file_id == batch_file_id(run, "input"):
        return f"{run.suite.name}_input.jsonl", _chunks(_requests(world, run))
    if file_id == batch_file_id(run, "output") and output_lines(state, tally):
        return f"{run.id}_output.jsonl", _chunks(_output(world, run))
    if file_id == batch_file_id(run, "error") and error_lines(run, state, tally):
        return f"{run.id}_error.jsonl", _chunks(_errors(world, run))
    return None
