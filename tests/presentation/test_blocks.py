import json

from tui.models import JsonValue
from tui.presentation.blocks import Block, blocks_of


def kinds(value: JsonValue, role: str = "output") -> list[tuple[str, str, str]]:
    return [(block.role, block.kind, block.title) for block in blocks_of(value, role)]


def test_a_text_is_one_block() -> None:
    assert blocks_of("Paris", "output") == [Block("output", "Paris")]
    assert blocks_of(None, "output") == []
    assert blocks_of(42, "output") == [Block("output", "42")]


def test_json_in_a_string_is_laid_out_and_broken_json_is_left_alone() -> None:
    (block,) = blocks_of('{"a":1}', "output")
    assert (block.kind, block.text) == ("json", '{\n  "a": 1\n}')
    (broken,) = blocks_of('{"a":1', "output")
    assert (broken.kind, broken.text) == ("message", '{"a":1')


def test_a_chat_keeps_roles_calls_and_results() -> None:
    chat: JsonValue = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Weather?"}, {"type": "image_url"}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "call_1", "function": {"name": "weather", "arguments": '{"city":"Rome"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": '{"sun":true}'},
        {"role": "assistant", "content": "Sunny."},
    ]
    blocks = blocks_of(chat, "input")
    assert kinds(chat, "input") == [
        ("system", "message", ""),
        ("user", "message", ""),
        ("assistant", "tool_call", "weather · call_1"),
        ("tool", "tool_result", "call_1"),
        ("assistant", "message", ""),
    ]
    assert blocks[1].text == "Weather?\n[image]"
    assert json.loads(blocks[2].text) == {"city": "Rome"}
    assert blocks[3].text == '{\n  "sun": true\n}'


def test_a_batch_body_shows_its_messages_and_folds_the_rest() -> None:
    body: JsonValue = {
        "model": "gpt-5-mini",
        "messages": [{"role": "user", "content": "Hi"}],
        "temperature": 0,
    }
    blocks = blocks_of(body, "input")
    assert [block.role for block in blocks] == ["user", "beside the input"]
    assert blocks[1].folded
    assert "gpt-5-mini" in blocks[1].text


def test_a_chat_completion_shows_its_choices() -> None:
    completion: JsonValue = {
        "id": "x",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}}],
    }
    blocks = blocks_of(completion, "output")
    assert blocks[0] == Block("assistant", "Hello")


def test_a_response_shows_reasoning_calls_and_text() -> None:
    response: JsonValue = {
        "output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
            {"type": "function_call", "name": "look", "call_id": "c1", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "nothing"},
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "Done."}],
            },
        ]
    }
    assert kinds(response) == [
        ("assistant", "reasoning", ""),
        ("assistant", "tool_call", "look · c1"),
        ("tool", "tool_result", "c1"),
        ("assistant", "message", ""),
    ]


def test_a_refusal_is_named() -> None:
    (block,) = blocks_of([{"role": "assistant", "refusal": "No."}], "output")
    assert (block.text, block.title) == ("No.", "refused")


def test_silence_is_said() -> None:
    (block,) = blocks_of([{"role": "assistant", "content": ""}], "output")
    assert block.kind == "note"


def test_a_long_system_prompt_is_folded_and_a_long_answer_is_not() -> None:
    long = "line\n" * 100
    chat: JsonValue = [
        {"role": "system", "content": long},
        {"role": "assistant", "content": long},
    ]
    assert [block.folded for block in blocks_of(chat, "input")] == [True, False]


def test_what_is_no_chat_is_shown_as_json() -> None:
    assert kinds({"question": "?"}, "input") == [("input", "json", "")]
    assert kinds([1, 2], "input") == [("input", "json", "")]
    assert kinds([], "input") == [("input", "json", "")]
    assert blocks_of(["a", "b"], "input")[0].text == "a\nb"


def test_odd_shapes_do_not_break_it() -> None:
    odd: list[JsonValue] = [
        [{"role": None, "content": 5}],
        [{"role": "user", "content": {"deep": [1]}}],
        [{"role": "assistant", "tool_calls": "nonsense"}],
        [{"role": "assistant", "tool_calls": [None, 5, {}]}],
        {"choices": [None, {"message": None}]},
        {"choices": []},
        [{"type": "reasoning"}],
        [{"type": "function_call"}],
        "[" * 5000 + "]" * 5000,
    ]
    for value in odd:
        for block in blocks_of(value, "output"):
            assert isinstance(block.text, str)
