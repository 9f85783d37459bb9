"""The gateway's objects with invented values."""

from typing import Any

from tui.config import GoModelConnection

CONFIG = GoModelConnection(
    name="gateway",
    base_url="http://localhost:8080",
    poll=GoModelConnection.default_poll,
)

LIVE_ID = "batch_3f0c9f0e-2d0b-4a55-9d2b-9a4a0a2f7c11"


def live_batch(**changes: Any) -> dict[str, Any]:
    return {
        "id": LIVE_ID,
        "object": "batch",
        "provider": "openai",
        "provider_batch_id": "batch_68a1f2c0d4e08190b7",
        "endpoint": "/v1/chat/completions",
        "input_file_id": "file-Qm3xY7rT0aB9cD",
        "completion_window": "24h",
        "status": "in_progress",
        "created_at": 1772442842,
        "in_progress_at": 1772442901,
        "request_counts": {"total": 120, "completed": 37, "failed": 1},
        "metadata": {
            "provider": "openai",
            "provider_batch_id": "batch_68a1f2c0d4e08190b7",
            "suite": "nightly",
        },
        "usage": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0},
        **changes,
    }


def ended_batch(**changes: Any) -> dict[str, Any]:
    return live_batch(
        **{
            "status": "completed",
            "completed_at": 1772443500,
            "request_counts": {"total": 4, "completed": 1, "failed": 3},
            "usage": {
                "input_tokens": 21,
                "output_tokens": 9,
                "total_tokens": 30,
                "input_cost": 0.0000315,
                "output_cost": 0.0000675,
                "total_cost": 0.000099,
            },
            **changes,
        }
    )


def chat(content: str | None = "Paris.", **message: Any) -> dict[str, Any]:
    return {
        "id": "chatcmpl-B1",
        "object": "chat.completion",
        "created": 1772443000,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, "refusal": None, **message},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 18,
            "completion_tokens": 3,
            "total_tokens": 21,
            "prompt_tokens_details": {"cached_tokens": 4},
        },
    }


def line(**changes: Any) -> dict[str, Any]:
    return {
        "index": 0,
        "custom_id": "q-7",
        "url": "/v1/chat/completions",
        "status_code": 200,
        "model": "gpt-4o-mini-2024-07-18",
        "provider": "openai",
        "response": chat(),
        **changes,
    }


ROW_ERROR = {
    "index": 1,
    "custom_id": "q-2",
    "url": "/v1/chat/completions",
    "status_code": 400,
    "provider": "openai",
    "error": {"type": "invalid_request_error", "message": "bad request"},
}

HTTP_ERROR = {
    "index": 2,
    "custom_id": "q-9",
    "url": "/v1/chat/completions",
    "status_code": 429,
    "provider": "openai",
    "response": {
        "error": {
            "message": "Rate limit reached",
            "type": "requests",
            "param": None,
            "code": "rate_limit_exceeded",
        }
    },
}

TEXT_BODY = {
    "index": 3,
    "url": "/v1/chat/completions",
    "status_code": 500,
    "provider": "openai",
    "response": '["not an object"]',
}

CONVERTED = {
    "id": "msg_014VwiXbi91y3JMjcpyGBHX5",
    "object": "chat.completion",
    "model": "claude-sonnet-4-5-20250929",
    "provider": "",
    "choices": [
        {
            "message": {
                "role": "assistant",
                "content": "Paris.",
                "reasoning_content": "The capital of France is Paris.",
            },
            "finish_reason": "stop",
            "index": 0,
        }
    ],
    "usage": {
        "prompt_tokens": 21,
        "completion_tokens": 9,
        "total_tokens": 30,
        "raw_usage": {"cache_read_input_tokens": 12},
    },
    "created": 1772440700,
}

RAW_MESSAGE = {
    "id": "msg_014VwiXbi91y3JMjcpyGBHX5",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "content": [
        {"type": "thinking", "thinking": "The capital of France is Paris.", "signature": "EqQB"},
        {"type": "text", "text": "Paris."},
        {"type": "tool_use", "id": "tu_1", "name": "lookup", "input": {"q": "Paris"}},
    ],
    "stop_reason": "end_turn",
    "usage": {
        "input_tokens": 9,
        "output_tokens": 9,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 12,
    },
}


def failure(message: str, kind: str = "invalid_request_error") -> dict[str, Any]:
    return {"error": {"type": kind, "message": message, "param": None, "code": None}}
