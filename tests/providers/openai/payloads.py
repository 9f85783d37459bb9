"""Bodies in the documented shapes, with invented values; where live replies break the schema
(nulls, missing and extra keys, ids in place of names), so do these."""

from tui.models import JsonObject, JsonValue

EVAL_ID = "eval_68f100aa"
RUN_ID = "evalrun_68f100bb"
TONE_ID = "tone-7c1f0a52-93f4-4a0e-8c1b-2f6d1f0b7a11"
EXACT_ID = "exact-d2b94e06-5a3e-4f8f-a3b0-90c1f6f0e2c4"
HELPFUL_ID = "helpful-1f4c7c2e-6f0e-4a86-b0cf-3f50b7a0c9d1"
RUNS = f"/evals/{EVAL_ID}/runs"
"""The path of the eval's runs."""
CREATED = 1_790_000_000


def an_eval(eval_id: str = EVAL_ID, **changes: JsonValue) -> JsonObject:
    body: JsonObject = {
        "object": "eval",
        "id": eval_id,
        "name": "ticket triage",
        "created_at": CREATED,
        "data_source_config": {"type": "custom", "schema": {"type": "object"}, "max_items": None},
        "testing_criteria": [
            {
                "type": "label_model",
                "id": TONE_ID,
                "name": "tone",
                "model": "o4-mini",
                "input": [{"type": "message", "role": "user", "content": "{{sample.output_text}}"}],
                "labels": ["ok", "bad"],
                "passing_labels": ["ok"],
                "sampling_params": None,
                "grdr_id": None,
            },
            {
                "type": "string_check",
                "id": EXACT_ID,
                "name": "exact",
                "input": "{{sample.output_text}}",
                "reference": "{{item.expected}}",
                "operation": "ilike",
            },
            {
                "type": "score_model",
                "id": HELPFUL_ID,
                "name": "helpful",
                "model": "o4-mini",
                "input": [{"role": "user", "content": {"type": "input_text", "text": "Grade"}}],
                "range": [0, 10],
                "pass_threshold": 7.5,
            },
        ],
        "metadata": {"team": "support"},
    }
    return {**body, **changes}


def a_run(run_id: str = RUN_ID, **changes: JsonValue) -> JsonObject:
    """A completed run over inline rows."""
    body: JsonObject = {
        "object": "eval.run",
        "id": run_id,
        "eval_id": EVAL_ID,
        "created_at": CREATED + 600,
        "status": "completed",
        "name": "prompt v3",
        "model": "gpt-4o-mini",
        "data_source": inline_source(3),
        "error": None,
        "per_model_usage": [
            {
                "model_name": "gpt-4o-mini-2024-07-18",
                "invocation_count": 3,
                "prompt_tokens": 180,
                "completion_tokens": 6,
                "total_tokens": 186,
                "cached_tokens": 0,
            },
            {
                "model_name": "o4-mini-2025-04-16",
                "invocation_count": 2,
                "prompt_tokens": 270,
                "completion_tokens": 190,
                "total_tokens": 460,
                "cached_tokens": 128,
            },
        ],
        "per_testing_criteria_results": [
            {"testing_criteria": TONE_ID, "passed": 2, "failed": 0},
            {"testing_criteria": EXACT_ID, "passed": 1, "failed": 1},
            {"testing_criteria": HELPFUL_ID, "passed": 2, "failed": 0},
        ],
        "report_url": "https://platform.openai.com/evaluations/eval_68f100aa&run_id=evalrun_x",
        "result_counts": {"errored": 1, "failed": 1, "passed": 1, "total": 3},
        "shared_with_openai": False,
        "metadata": {"git_sha": "4f1c2aa"},
    }
    return {**body, **changes}


def a_young_run(run_id: str = RUN_ID, **changes: JsonValue) -> JsonObject:
    """A run in progress, as live replies show it: nulls and zeros."""
    young: JsonObject = {
        "status": "in_progress",
        "per_model_usage": None,
        "per_testing_criteria_results": None,
        "result_counts": {"errored": 0, "failed": 0, "passed": 0, "total": 0},
    }
    return {**a_run(run_id), **young, **changes}


def inline_source(rows: int) -> JsonObject:
    return {
        "type": "completions",
        "source": {
            "type": "file_content",
            "content": [{"item": {"ticket": f"ticket {row}"}} for row in range(rows)],
        },
        "input_messages": {
            "type": "template",
            "template": [
                {"type": "message", "role": "developer", "content": "Answer with one word."},
                {"role": "user", "content": [{"type": "input_text", "text": "{{item.ticket}}"}]},
            ],
        },
        "model": "gpt-4o-mini",
        "provider_credentials": None,
        "modalities": None,
        "sampling_params": {"temperature": 0.2, "seed": 42, "max_completions_tokens": 64},
    }


def file_source(file_id: str = "file-Rows01") -> JsonObject:
    return {"type": "jsonl", "source": {"type": "file_id", "id": file_id}}


def a_page(items: list[JsonObject], *, more: bool = False) -> JsonObject:
    return {
        "object": "list",
        "data": list(items),
        "first_id": items[0].get("id") if items else None,
        "last_id": items[-1].get("id") if items else None,
        "has_more": more,
    }


def a_sample(answer: str = "billing", **changes: JsonValue) -> JsonObject:
    body: JsonObject = {
        "input": [
            {"role": "developer", "content": "Answer with one word."},
            {"role": "user", "content": "I was charged twice"},
        ],
        "output": [{"role": "assistant", "content": answer}],
        "finish_reason": "stop",
        "model": "gpt-4o-mini-2024-07-18",
        "usage": {
            "total_tokens": 64,
            "completion_tokens": 2,
            "prompt_tokens": 62,
            "cached_tokens": 16,
        },
        "error": None,
        "temperature": 0.2,
        "top_p": 1.0,
        "seed": 42,
    }
    return {**body, **changes}


GRADER_SAMPLE: JsonObject = {
    "input": [{"role": "developer", "content": "Judge."}],
    "output": [
        {
            "role": "assistant",
            "content": '{"steps": [{"description": "One neutral word.", "conclusion": "polite"},'
            ' {"description": "No insult.", "conclusion": "fine"}], "result": "ok"}',
        }
    ],
    "finish_reason": "stop",
    "model": "o4-mini-2025-04-16",
    "usage": {"total_tokens": 232, "completion_tokens": 94, "prompt_tokens": 138},
    "error": None,
}


def an_item(number: int = 0, item_id: str | None = None, **changes: JsonValue) -> JsonObject:
    """A passed output item of dataset row `number`."""
    body: JsonObject = {
        "object": "eval.run.output_item",
        "id": item_id or f"outputitem_{number:04}",
        "run_id": RUN_ID,
        "eval_id": EVAL_ID,
        "created_at": CREATED + 606,
        "status": "pass",
        "datasource_item_id": number,
        "datasource_item": {"ticket": "I was charged twice", "expected": "billing"},
        "_datasource_item_content_hash": "2d711642b7",
        "available_includes": [],
        "results": [
            {"name": TONE_ID, "score": 1.0, "passed": True, "sample": GRADER_SAMPLE},
            {"name": EXACT_ID, "score": 1.0, "passed": True, "sample": None},
        ],
        "sample": a_sample(),
    }
    return {**body, **changes}


def an_errored_item(number: int = 57) -> JsonObject:
    return an_item(
        number,
        status="error",
        results=[],
        sample=a_sample(
            output=[],
            finish_reason=None,
            usage=None,
            error={"code": "rate_limit_exceeded", "message": "Rate limit reached."},
        ),
    )


def a_batch(batch_id: str = "batch_68f1", **changes: JsonValue) -> JsonObject:
    """A completed batch with three failed requests."""
    body: JsonObject = {
        "id": batch_id,
        "object": "batch",
        "endpoint": "/v1/chat/completions",
        "model": "gpt-4o-mini-2024-07-18",
        "errors": None,
        "input_file_id": "file-In01",
        "completion_window": "24h",
        "status": "completed",
        "output_file_id": "file-Out01",
        "error_file_id": "file-Err01",
        "created_at": CREATED,
        "in_progress_at": CREATED + 66,
        "expires_at": CREATED + 86_400,
        "finalizing_at": CREATED + 1880,
        "completed_at": CREATED + 1957,
        "failed_at": None,
        "expired_at": None,
        "cancelling_at": None,
        "cancelled_at": None,
        "request_counts": {"total": 4, "completed": 2, "failed": 2},
        "usage": {
            "input_tokens": 124,
            "input_tokens_details": {"cached_tokens": 8},
            "output_tokens": 4,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 128,
        },
        "metadata": {"job": "nightly"},
    }
    return {**body, **changes}


def a_chat_body(answer: str = "billing") -> JsonObject:
    return {
        "id": "chatcmpl-Inv001",
        "object": "chat.completion",
        "created": CREATED,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": answer, "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 62,
            "completion_tokens": 2,
            "total_tokens": 64,
            "prompt_tokens_details": {"cached_tokens": 12},
        },
    }


def a_line(custom_id: str, **changes: JsonValue) -> JsonObject:
    """A line of an output file."""
    body: JsonObject = {
        "id": f"batch_req_{custom_id}",
        "custom_id": custom_id,
        "response": {"status_code": 200, "request_id": "0a1b", "body": a_chat_body()},
        "error": None,
    }
    return {**body, **changes}


def a_refused_line(custom_id: str) -> JsonObject:
    """A line of an error file: the request ran and was refused."""
    error: JsonObject = {
        "message": "Invalid value for 'temperature'.",
        "type": "invalid_request_error",
        "param": "temperature",
        "code": "invalid_value",
    }
    return a_line(
        custom_id,
        response={"status_code": 400, "request_id": "9f8e", "body": {"error": error}},
    )


def an_expired_line(custom_id: str) -> JsonObject:
    """A line of an error file: the request never ran."""
    return a_line(
        custom_id,
        response=None,
        error={"code": "batch_expired", "message": "This request was not run."},
    )


def an_error(message: str, code: str | None, param: str | None = None) -> JsonObject:
    return {
        "error": {
            "message": message,
            "type": "invalid_request_error",
            "param": param,
            "code": code,
        }
    }
