"""Output items as OpenAI sends them."""

import json
from hashlib import sha256
from typing import Any

from tui.demo.dice import hex_id
from tui.demo.facts import Grade, Group, Message, Outcome, SimRow, SimRun
from tui.demo.wire_openai.evals import criterion_id, wire_role
from tui.demo.wire_openai.runs import SAMPLING, finished_item
from tui.demo.world import World

_HEX_DIGITS = 8


def item_id(run: SimRun, attempt: int) -> str:
    """Return the id of an attempt's item; opaque to clients, but `item_attempt` can read it."""
    place = attempt ^ (run.key & 0xFFFFFFFF)
    return f"outputitem_{hex_id(24, run.id, 'item')}{place:0{_HEX_DIGITS}x}"


def item_attempt(run: SimRun, text: str) -> int | None:
    """Return the attempt an item id stands for, None when it is no id of this run."""
    stem, digits = text[:-_HEX_DIGITS], text[-_HEX_DIGITS:]
    if stem != item_id(run, 0)[:-_HEX_DIGITS]:
        return None
    try:
        attempt = int(digits, 16) ^ (run.key & 0xFFFFFFFF)
    except ValueError:
        return None
    return attempt if attempt < run.attempts and text == item_id(run, attempt) else None


def item_status(outcome: Outcome, *, broken: bool) -> str:
    """Return the item's status word; an item only passes when every criterion did."""
    if outcome == "failed":
        return "fail"
    return "pass" if outcome == "passed" and not broken else "error"


def message_object(message: Message) -> dict[str, Any]:
    """Return a chat message; without text there is no `content`."""
    made: dict[str, Any] = {"role": wire_role(message.role)}
    if message.content is not None:
        made["content"] = message.content
    if message.tool_calls:
        made["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        made["tool_call_id"] = message.tool_call_id
    return made


def _judge_sample(row: SimRow, grade: Grade) -> dict[str, Any] | None:
    judge = grade.grader.model
    if judge is None:
        return None
    topic = grade.grader.topic
    sample: dict[str, Any] = {
        "input": [
            {"role": "developer", "content": f"Judge the {topic}."},
            {"role": "user", "content": (row.output_text or "")[:2000]},
        ],
        "output": [],
        "finish_reason": None,
        "model": judge.snapshot,
        "usage": None,
        "error": None,
        "temperature": 1.0,
        "top_p": 1.0,
    }
    if grade.error is not None:
        return sample | {"error": {"code": grade.error.code, "message": grade.error.message}}
    verdict = grade.label if grade.label is not None else grade.score
    conclusion = "good" if grade.passed else "not good enough"
    thoughts = {
        "steps": [{"description": grade.reason, "conclusion": conclusion}],
        "result": verdict,
    }
    prompt, completion = row.input_tokens + row.output_tokens + 90, 40 + row.output_tokens // 2
    return sample | {
        "output": [{"role": "assistant", "content": json.dumps(thoughts, ensure_ascii=False)}],
        "finish_reason": "stop",
        "usage": usage_object(prompt, completion, 0),
    }


def usage_object(prompt: int, completion: int, cached: int) -> dict[str, int]:
    """Return the token counts of one model call."""
    return {
        "total_tokens": prompt + completion,
        "completion_tokens": completion,
        "prompt_tokens": prompt,
        "cached_tokens": cached,
    }


def _result(group: Group, row: SimRow, grade: Grade) -> dict[str, Any]:
    return {
        "name": criterion_id(group, grade.grader),
        "score": 0.0 if grade.score is None else grade.score,
        "passed": bool(grade.passed),
        "sample": _judge_sample(row, grade),
    }


def sample_object(run: SimRun, row: SimRow) -> dict[str, Any]:
    """Return what the sampled model got and gave; unset parameters are left out, not null."""
    if run.dataset == "answered":
        return {}
    error = row.error
    sample: dict[str, Any] = {
        "input": [message_object(message) for message in row.input],
        "output": [message_object(message) for message in row.output],
        "finish_reason": row.finish_reason,
        "model": run.model.snapshot,
        "usage": None
        if error is not None
        else usage_object(row.input_tokens, row.output_tokens, row.cached_tokens),
        "error": None if error is None else {"code": error.code, "message": error.message},
        "temperature": 1.0,
        "top_p": 1.0,
    }
    return sample | (SAMPLING if run.dataset == "file" else {})


def item_object(world: World, run: SimRun, group: Group, row: SimRow) -> dict[str, Any]:
    """Return an OutputItem."""
    item = finished_item(run, row.index) if run.dataset == "answered" else row.item
    digest = sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()
    return {
        "object": "eval.run.output_item",
        "id": item_id(run, row.attempt),
        "run_id": run.id,
        "eval_id": group.id,
        "created_at": world.unix(row.finished),
        "status": item_status(row.outcome, broken=any(grade.error for grade in row.grades)),
        "datasource_item_id": row.index,
        "datasource_item": item,
        "_datasource_item_content_hash": digest,
        "available_includes": [],
        "results": [_result(group, row, grade) for grade in row.grades],
        "sample": sample_object(run, row),
    }
