"""Foundry's shapes, with invented values."""

from tests.providers.openai.payloads import CREATED
from tui.models import JsonObject, JsonValue

EVAL_ID = "eval_68f2aa"
RUN_ID = "evalrun_68f2bb"


def a_foundry_eval() -> JsonObject:
    return {
        "object": "eval",
        "id": EVAL_ID,
        "name": "triage agent",
        "created_at": CREATED,
        "modified_at": CREATED + 5,
        "created_by": "Ada Example",
        "testing_criteria": [
            {
                "type": "azure_ai_evaluator",
                "name": "coherence",
                "evaluator_name": "builtin.coherence",
            },
            {
                "type": "azure_ai_evaluator",
                "name": "answers_it",
                "evaluator_name": "builtin.relevance",
                "data_mapping": {"query": "{{item.query}}"},
            },
        ],
        "data_source_config": {"type": "azure_ai_source", "scenario": "responses"},
        "metadata": {},
    }


def a_foundry_run(**changes: JsonValue) -> JsonObject:
    body: JsonObject = {
        "object": "eval.run",
        "id": RUN_ID,
        "eval_id": EVAL_ID,
        "created_at": "2026-09-21T14:13:20Z",
        "status": "completed",
        "name": "agent v6",
        "data_source": {
            "type": "jsonl",
            "source": {
                "type": "file_id",
                "id": "azureai://accounts/contoso/projects/triage/data/tickets/versions/4",
            },
        },
        "error": None,
        "per_model_usage": [
            {
                "model_id": "gpt-4.1-mini-2025-04-14",
                "invocation_count": 80,
                "total_tokens": 61_230,
                "prompt_tokens": 58_010,
                "completion_tokens": 3_220,
            }
        ],
        "per_testing_criteria_results": [
            {
                "testing_criteria": "coherence",
                "passed": 36,
                "failed": 3,
                "errored": 1,
                "skipped": 0,
            },
            {"testing_criteria": "answers_it", "passed": 30, "failed": 8, "errored": 2},
        ],
        "report_url": "https://ai.azure.com/nextgen/r/AAAA,rg,,contoso,triage/build/x",
        "result_counts": {"total": 40, "passed": 28, "failed": 10, "errored": 1, "skipped": 1},
        "metadata": {},
        "properties": {},
        "created_by": "Ada Example",
        "modified_at": CREATED + 580,
        "evaluation_level": "turn",
    }
    return {**body, **changes}


def a_result(name: str, **changes: JsonValue) -> JsonObject:
    body: JsonObject = {
        "type": "azure_ai_evaluator",
        "name": name,
        "metric": name,
        "score": 5.0,
        "label": "pass",
        "reason": "It follows.",
        "threshold": 3,
        "passed": True,
        "status": "completed",
        "sample": None,
    }
    return {**body, **changes}


def a_broken_result(name: str, word: str = "error") -> JsonObject:
    error: JsonObject = {"code": "FAILED_EXECUTION", "message": "Model call failed."}
    return a_result(
        name,
        score=None,
        label=None,
        reason=None,
        passed=None,
        status=word,
        sample={"error": error},
    )


def a_foundry_item(*results: JsonObject, **changes: JsonValue) -> JsonObject:
    body: JsonObject = {
        "object": "eval.run.output_item",
        "id": "1",
        "run_id": RUN_ID,
        "eval_id": EVAL_ID,
        "created_at": CREATED + 500,
        "status": "completed",
        "datasource_item_id": 0,
        "datasource_item": {"query": "I was charged twice", "response": "A refund is on its way."},
        "results": list(results),
        "sample": {},
    }
    return {**body, **changes}
