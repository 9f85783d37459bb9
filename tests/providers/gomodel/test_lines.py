import json
from typing import Any

import pytest

from tests.providers.gomodel.samples import (
    CONVERTED,
    HTTP_ERROR,
    RAW_MESSAGE,
    ROW_ERROR,
    TEXT_BODY,
    chat,
    line,
)
from tui.models import ErrorInfo, Outcome, Row, Trial, Usage
from tui.providers.gomodel.lines import LineReader, joined


def read(item: dict[str, Any], position: int = 0) -> Row:
    return LineReader().row(item, position)


def trial(item: dict[str, Any]) -> Trial:
    (found,) = read(item).trials
    return found


def test_an_answer_is_ungraded_with_its_text_tokens_and_facts() -> None:
    row = read(line())
    (found,) = row.trials
    assert (row.key, row.label, row.index) == ("q-7", "q-7", None)
    assert (found.outcome, found.output, found.error) == (Outcome.UNGRADED, "Paris.", None)
    assert found.model == "gpt-4o-mini-2024-07-18"
    assert found.usage == Usage(input_tokens=18, output_tokens=3, cached_tokens=4, total_tokens=21)
    assert row.extra == {
        "status_code": 200,
        "url": "/v1/chat/completions",
        "provider": "openai",
        "index": 0,
        "finish_reason": "stop",
    }


@pytest.mark.parametrize(
    ("item", "error"),
    [
        (ROW_ERROR, ErrorInfo("invalid_request_error", "bad request")),
        (HTTP_ERROR, ErrorInfo("rate_limit_exceeded", "Rate limit reached")),
        (TEXT_BODY, ErrorInfo("500", '["not an object"]')),
        (line(error="flat text"), ErrorInfo(None, "flat text")),
        (line(error={"type": "expired"}, response=None), ErrorInfo("expired", "expired")),
        (
            {"status_code": 503},
            ErrorInfo("503", "The request was answered with HTTP 503."),
        ),
        (
            line(status_code=302),
            ErrorInfo("302", "The request was answered with HTTP 302."),
        ),
        (
            line(response={"error": {"message": "inside a 200"}}),
            ErrorInfo(None, "inside a 200"),
        ),
    ],
)
def test_the_forms_of_failure(item: dict[str, Any], error: ErrorInfo) -> None:
    found = trial(item)
    assert found.outcome is Outcome.ERRORED
    assert found.error == error
    assert found.extra.get("status_code") == item.get("status_code")


def test_a_missing_status_code_does_not_fail_an_answer() -> None:
    item = line()
    del item["status_code"]
    assert trial(item).outcome is Outcome.UNGRADED


def test_a_converted_anthropic_message_keeps_its_reasoning_and_cached_tokens() -> None:
    found = trial(line(response=CONVERTED, provider="anthropic", model=None))
    assert found.output == [
        {
            "role": "assistant",
            "content": "Paris.",
            "reasoning_content": "The capital of France is Paris.",
        }
    ]
    assert found.usage == Usage(input_tokens=21, output_tokens=9, cached_tokens=12, total_tokens=30)
    assert found.model == "claude-sonnet-4-5-20250929"


@pytest.mark.parametrize("response", [RAW_MESSAGE, json.dumps(RAW_MESSAGE)])
def test_a_raw_anthropic_message_as_object_or_text(response: object) -> None:
    found = trial(line(response=response, model=None))
    assert found.output == [
        {
            "role": "assistant",
            "content": "Paris.",
            "reasoning_content": "The capital of France is Paris.",
            "tool_calls": [
                {
                    "id": "tu_1",
                    "type": "function",
                    "function": {"name": "lookup", "arguments": '{"q": "Paris"}'},
                }
            ],
        }
    ]
    assert found.usage == Usage(input_tokens=21, output_tokens=9, cached_tokens=12, total_tokens=30)
    assert found.extra["finish_reason"] == "end_turn"


@pytest.mark.parametrize(
    ("content", "output"),
    [
        ([{"type": "text", "text": "Paris."}], "Paris."),
        (
            [{"type": "image", "source": {}}, "loose"],
            [
                {
                    "role": "assistant",
                    "content": "",
                    "other_content": [{"type": "image", "source": {}}, "loose"],
                }
            ],
        ),
    ],
)
def test_content_blocks_of_a_raw_message(content: object, output: object) -> None:
    message = {"type": "message", "content": content, "usage": None, "stop_reason": 3, "model": 7}
    found = trial(line(response=message, model=None))
    assert (found.output, found.usage, found.model) == (output, None, None)


@pytest.mark.parametrize("response", ["plain words", "{broken", '{"a": NaN}', [1, 2], 7, None])
def test_any_other_reply_is_shown_as_it_came(response: object) -> None:
    found = trial(line(response=response))
    assert (found.outcome, found.output) == (Outcome.UNGRADED, response)


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"input_tokens": 5}, Usage(input_tokens=5)),
        ({"output_tokens": 5}, Usage(output_tokens=5)),
        (
            {"input_tokens": 5, "output_tokens": 2, "cache_creation_input_tokens": 10},
            Usage(input_tokens=15, output_tokens=2, total_tokens=17),
        ),
        ({"input_tokens": True}, None),
        ({}, None),
    ],
)
def test_tokens_of_a_raw_message(usage: object, read: Usage | None) -> None:
    message = {"type": "message", "content": [], "model": "claude", "usage": usage}
    found = trial(line(response=message, model=None))
    assert (found.usage, found.model) == (read, "claude")


def test_tool_arguments_keep_their_letters() -> None:
    block = {"type": "tool_use", "name": "lookup", "input": {"q": "Çay"}}
    found = trial(line(response={"type": "message", "content": [block]}))
    assert "Çay" in repr(found.output)


def test_vectors_are_summed_up() -> None:
    data = [{"object": "embedding", "embedding": [0.1] * 1536}]
    found = trial(line(response={"object": "list", "data": data, "usage": {"prompt_tokens": 5}}))
    assert found.output == {"embeddings": 1, "dimensions": 1536}
    assert "0.1, 0.1" not in repr(found.raw)


def test_repeated_custom_ids_are_trials_whatever_the_order_of_lines() -> None:
    reader = LineReader()
    rows = [
        reader.row(line(index=5, custom_id="a"), 0),
        reader.row(line(index=2, custom_id="b"), 1),
        reader.row(line(index=9, custom_id="a", response=chat("Rome.")), 2),
    ]
    both = joined(rows)
    assert [(row.key, [found.id for found in row.trials]) for row in both] == [
        ("a", ["1", "2"]),
        ("b", ["1"]),
    ]
    assert [found.output for found in both[0].trials] == ["Paris.", "Rome."]
    later = reader.row(line(index=1, custom_id="a"), 3)
    assert later.trials[0].id == "3"
    assert reader.lines == 4


@pytest.mark.parametrize(("index", "key"), [(3, "#3"), (None, "#8"), ("odd", "#8"), (-1, "#8")])
def test_without_a_custom_id_the_output_line_is_the_key(index: object, key: str) -> None:
    assert read({**TEXT_BODY, "index": index}, position=8).key == key
