"""Guessing the parts of a dataset item, whose fields the user named."""

import json

from tui.models import JsonValue

LABEL_CHARS = 200

_LABELS = ("question", "input", "query", "prompt", "title", "name", "text", "id")
_EXPECTED = (
    "expected",
    "expected_output",
    "expected_answer",
    "reference",
    "reference_answer",
    "ideal",
    "ground_truth",
    "correct_label",
    "answer",
    "label",
    "target",
)
_OUTPUTS = ("sample.output_text", "output_text", "response", "output", "completion", "prediction")
_ANSWERS = frozenset((*_EXPECTED, *_OUTPUTS))
"""What says nothing about the question."""


def label_of(item: JsonValue) -> str:
    """Return a short text for a row: a well-known field, else any text, else compact JSON."""
    if isinstance(item, dict):
        for field in _LABELS:
            if field in item and (text := _label_text(item[field])):
                return text
        for field, value in item.items():
            if field not in _ANSWERS and (text := _label_text(value)):
                return text
    elif text := _label_text(item):
        return text
    return "" if item in (None, {}, []) else _compact(item)


def expected_of(item: JsonValue) -> JsonValue:
    """Return what the answer should have been; None when no field has one of the usual names."""
    return _first(item, _EXPECTED)


def output_of(item: JsonValue) -> JsonValue:
    """Return an answer that came with the dataset (data sources that sample no model)."""
    return _first(item, _OUTPUTS)


def _first(item: JsonValue, fields: tuple[str, ...]) -> JsonValue:
    if isinstance(item, dict):
        for field in fields:
            if (value := item.get(field)) is not None:
                return value
    return None


def _label_text(value: JsonValue) -> str:
    if isinstance(value, str):
        # Cut first: a label needs the start of a text that may be megabytes long.
        return " ".join(value[: LABEL_CHARS * 4].split())[:LABEL_CHARS]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def _compact(item: JsonValue) -> str:
    return json.dumps(item, ensure_ascii=False, separators=(",", ":"))[:LABEL_CHARS]
