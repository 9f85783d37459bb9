"""A model grader's own words, which come as JSON inside a string."""

import json

from tui.frozen import frozen, maker
from tui.models import JsonValue
from tui.providers.openai_family.bodies import content_text
from tui.providers.strict_json import NotJsonError, quick_loads


@frozen
class Verdict:
    """What a grader model wrote."""

    reason: str | None = None
    """Its reasoning, one line per step; its whole text when it is not the documented JSON."""
    label: str | None = None
    """The label it chose; None for score graders, whose result is a number."""


_SILENT = Verdict()
_make_verdict = maker(Verdict)


def read_transcript(sample: JsonValue) -> Verdict:
    """Return reasoning and label from a grader's sample; empty when it wrote nothing.

    Documented only by recorded traffic: the last output message is a string holding
    `{"steps": [{"description", "conclusion"}], "result": label or number}`.
    """
    text = _last_text(sample)
    if not text:
        return _SILENT
    try:
        said = _read(text)
    except (ValueError, RecursionError):
        return Verdict(reason=text)
    if not isinstance(said, dict):
        return Verdict(reason=text)
    result = said.get("result")
    return _make_verdict(
        _reasoning(said) or text, result if isinstance(result, str) and result else None
    )


def _read(text: str) -> JsonValue:
    """Return what a text holds as JSON, for the quick reader leaves some to the usual one."""
    try:
        return quick_loads(text.encode())
    except NotJsonError:
        value: JsonValue = json.loads(text)
        return value


def _last_text(sample: JsonValue) -> str | None:
    output = sample.get("output") if isinstance(sample, dict) else None
    if not isinstance(output, list):
        return None
    for message in reversed(output):
        if isinstance(message, dict) and (text := content_text(message.get("content"))):
            return text
    return None


def _reasoning(said: dict[str, JsonValue]) -> str | None:
    steps = said.get("steps")
    if isinstance(steps, list):
        return "\n".join(filter(None, map(_step, steps))) or None
    for field in ("reasoning", "reason", "explanation"):
        text = said.get(field)
        if isinstance(text, str) and text:
            return text
    return None


def _step(step: JsonValue) -> str:
    if isinstance(step, str):
        return step
    if not isinstance(step, dict):
        return ""
    description, conclusion = step.get("description"), step.get("conclusion")
    if not isinstance(description, str) or not description:
        return conclusion if isinstance(conclusion, str) else ""
    if not isinstance(conclusion, str) or not conclusion:
        return description
    return f"{description} → {conclusion}"
