"""An agent that handles claims with tools: chats of many messages."""

import json

from tui.demo.dice import Dice
from tui.demo.facts import Message, Suite, ToolCall
from tui.demo.suites.base import item_dice

_WORDLESS_SHARE = 0.2
"""Answers that end in a tool call, without any text."""
_EVENTS = (
    ("cracked windscreen", "book_repair"),
    ("stolen bicycle", "request_police_report"),
    ("flooded basement", "send_surveyor"),
    ("lost luggage", "open_claim"),
    ("dented door", "book_repair"),
)


def _fields(index: int) -> dict[str, str]:
    dice = item_dice("claims-agent", index)
    event, tool = dice.pick(_EVENTS)
    return {
        "policy": f"MG-{20_000 + index}",
        "request": f"Hello, I have a {event}. My policy is MG-{20_000 + index}. Please help.",
        "expected_tool": tool,
        "event": event,
    }


def _respond(item: dict[str, str], good: bool, dice: Dice) -> tuple[Message, ...]:
    number = f"{dice.below(1 << 32):08x}"
    look_up = ToolCall(f"call_{number}a", "get_policy", json.dumps({"policy": item["policy"]}))
    policy = {"policy": item["policy"], "plan": "Comfort", "excess": 150, "active": True}
    tool = item["expected_tool"] if good else "transfer_to_human"
    act = ToolCall(
        f"call_{number}b", tool, json.dumps({"policy": item["policy"], "event": item["event"]})
    )
    messages = [
        Message("assistant", "Let me look at your policy first.", (look_up,)),
        Message("tool", json.dumps(policy), tool_call_id=look_up.id),
        Message("assistant", None, (act,)),
    ]
    if dice.unit() < _WORDLESS_SHARE:
        return tuple(messages)
    outcome = {"ok": good, "reference": f"C-{number.upper()}"}
    closing = (
        f"Done: {tool.replace('_', ' ')} for your {item['event']}. Reference C-{number.upper()}."
        if good
        else "I could not help you with this. Goodbye."
    )
    messages += [
        Message("tool", json.dumps(outcome), tool_call_id=act.id),
        Message("assistant", closing),
    ]
    return tuple(messages)


CLAIMS = Suite(
    name="claims-agent",
    template=(
        Message("system", "You handle claims. Use the tools; never promise money."),
        Message("user", "{{item.request}}"),
    ),
    fields=_fields,
    expected="expected_tool",
    respond=_respond,
    tokens=(880, 160),
)
