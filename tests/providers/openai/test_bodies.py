"""Reply bodies of the endpoints a batch may name."""

import pytest

from tests.providers.openai.payloads import a_chat_body
from tui.models import ErrorInfo, JsonObject, JsonValue, Usage
from tui.providers.openai_family.bodies import Body, plain, read_body, without_bulk


def chat(message: JsonObject, finish_reason: str = "stop") -> JsonObject:
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish_reason}]}


def test_a_chat_completion() -> None:
    assert read_body(a_chat_body(), status_code=200) == Body(
        output="billing",
        usage=Usage(input_tokens=62, output_tokens=2, cached_tokens=12, total_tokens=64),
        model="gpt-4o-mini-2024-07-18",
        finish_reason="stop",
    )


def test_tool_calls_stay_messages_without_the_fields_that_say_nothing() -> None:
    call: JsonValue = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message: JsonObject = {
        "role": "assistant",
        "content": None,
        "refusal": None,
        "annotations": [],
        "tool_calls": [call],
    }
    body = read_body(chat(message, "tool_calls"))
    assert body.output == [{"role": "assistant", "content": None, "tool_calls": [call]}]
    assert body.finish_reason == "tool_calls"


def test_a_refusal_is_not_lost() -> None:
    body = read_body(chat({"role": "assistant", "content": None, "refusal": "I will not."}))
    assert body.output == [{"role": "assistant", "content": None, "refusal": "I will not."}]


def test_several_choices_are_several_messages() -> None:
    choices: list[JsonValue] = [
        {"message": {"role": "assistant", "content": "a"}, "finish_reason": "stop"},
        {"message": {"role": "assistant", "content": "b"}, "finish_reason": "length"},
    ]
    body = read_body({"choices": choices})
    assert body.output == [
        {"role": "assistant", "content": "a"},
        {"role": "assistant", "content": "b"},
    ]
    assert body.finish_reason == "stop, length"


def test_a_legacy_completion() -> None:
    assert read_body({"choices": [{"text": "done", "finish_reason": "stop"}]}).output == "done"


def test_a_response_of_one_message_is_its_text() -> None:
    content: JsonValue = [
        {"type": "output_text", "text": "bil", "annotations": []},
        {"type": "output_text", "text": "ling"},
    ]
    body = read_body(
        {
            "object": "response",
            "status": "completed",
            "model": "gpt-5-mini",
            "error": None,
            "output": [
                {"type": "reasoning", "id": "rs_1", "summary": []},
                {"type": "message", "role": "assistant", "content": content},
            ],
            "usage": {
                "input_tokens": 9,
                "input_tokens_details": {"cached_tokens": 4},
                "output_tokens": 3,
                "total_tokens": 12,
            },
        }
    )
    assert body.output == "billing"
    assert body.usage == Usage(input_tokens=9, output_tokens=3, cached_tokens=4, total_tokens=12)
    assert (body.model, body.finish_reason, body.error) == ("gpt-5-mini", "completed", None)


def test_a_response_keeps_reasoning_tool_calls_and_what_is_new() -> None:
    reasoning: JsonObject = {"type": "reasoning", "summary": [{"text": "because"}]}
    body = read_body(
        {
            "status": "incomplete",
            "incomplete_details": {"reason": "max_output_tokens"},
            "output": [
                reasoning,
                {"type": "function_call", "call_id": "c1", "name": "find", "arguments": "{}"},
                {"type": "message", "content": [{"type": "refusal", "refusal": "No."}]},
                {"type": "hologram"},
            ],
        }
    )
    assert body.output == [
        reasoning,
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
            ],
        },
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
        {"type": "hologram"},
    ]
    assert body.finish_reason == "max_output_tokens"


def test_embeddings_are_summarised_and_their_vectors_not_kept() -> None:
    sent: JsonObject = {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2, 0.3]}],
        "model": "text-embedding-3-small",
        "usage": {"prompt_tokens": 5, "total_tokens": 5},
    }
    body = read_body(sent)
    assert body.output == {"embeddings": 1, "dimensions": 3}
    assert body.usage == Usage(input_tokens=5, total_tokens=5)
    kept = without_bulk(sent)
    assert isinstance(kept, dict)
    assert kept["data"] == {"embeddings": 1, "dimensions": 3}


def test_images_are_summarised() -> None:
    sent: JsonObject = {"data": [{"b64_json": "AAAA"}, {"b64_json": "BBBB"}]}
    assert read_body(sent).output == {"images": 2}
    assert "AAAA" not in repr(without_bulk(sent))


@pytest.mark.parametrize(
    "body", [{"results": [{"flagged": False}]}, ["x"], "text", 3, {"data": []}, {"data": ["x"]}]
)
def test_other_bodies_are_shown_as_they_are(body: JsonValue) -> None:
    assert read_body(body, status_code=200) == Body(output=body)
    assert without_bulk(body) == body


def test_an_error_body() -> None:
    sent: JsonObject = {"error": {"message": "Too long.", "type": "t", "code": "too_long"}}
    assert read_body(sent, status_code=400) == Body(
        output=None, error=ErrorInfo("too_long", "Too long.")
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "The request was answered with HTTP 500."),
        ({}, "The request was answered with HTTP 500."),
        ("upstream broke", "upstream broke"),
        ("", "The request was answered with HTTP 500."),
        (["x"], "The request was answered with HTTP 500."),
        ({"message": "bare"}, "bare"),
    ],
)
def test_a_failed_status_is_an_error_whatever_the_body(body: JsonValue, message: str) -> None:
    assert read_body(body, status_code=500).error == ErrorInfo("500", message)


@pytest.mark.parametrize(
    ("messages", "shown"),
    [
        ([], None),
        ("text", "text"),
        ([{"role": "assistant", "content": "a"}], "a"),
        ([{"role": "assistant", "content": ["a", {"type": "text", "text": "b"}]}], "ab"),
        ([{"role": "assistant", "content": {"type": "output_text", "text": "b"}}], "b"),
        ([{"role": "assistant"}], [{"role": "assistant"}]),
        (
            [{"content": "a", "reasoning_content": "r"}],
            [{"content": "a", "reasoning_content": "r"}],
        ),
        ([{"content": [{"type": "input_image"}]}], [{"content": [{"type": "input_image"}]}]),
        (
            [{"content": [{"type": "text", "text": 1}]}],
            [{"content": [{"type": "text", "text": 1}]}],
        ),
        ([{"content": ["a", 1]}], [{"content": ["a", 1]}]),
        ([{"content": []}], [{"content": []}]),
        (["a"], ["a"]),
    ],
)
def test_plain_text_of_messages(messages: JsonValue, shown: JsonValue) -> None:
    assert plain(messages) == shown


@pytest.mark.parametrize("model", ["", None, 5, ["m"]])
def test_a_model_without_a_name_is_unknown(model: JsonValue) -> None:
    assert read_body({"choices": [], "model": model}).model is None
