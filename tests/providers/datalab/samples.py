"""Datalab's objects with invented values."""

from typing import Any

from tui.config import DatalabConnection

CONFIG = DatalabConnection(
    name="docs",
    base_url="https://www.datalab.to",
    poll=DatalabConnection.default_poll,
)


def run(**changes: Any) -> dict[str, Any]:
    return {
        "id": 4698,
        "collection_id": 88,
        "eval_rubric_id": None,
        "pipeline_id": "pl_k8Hx9mP2nQ4v",
        "pipeline_type": "extract",
        "status": "completed",
        "started_at": "2026-03-01T17:02:11.482913",
        "completed_at": "2026-03-01T17:20:45.001200",
        "total_files": 6,
        "completed_files": 6,
        "avg_score": 3.9125,
        "created": "2026-03-01T17:02:05.120044",
        **changes,
    }


def live_run(**changes: Any) -> dict[str, Any]:
    return run(
        **{
            "id": 4712,
            "eval_rubric_id": 31,
            "pipeline_id": None,
            "pipeline_type": "convert",
            "status": "running",
            "started_at": "2026-03-02T09:14:07",
            "completed_at": None,
            "total_files": 40,
            "completed_files": 13,
            "avg_score": 4.1,
            "created": "2026-03-02T09:14:02",
            **changes,
        }
    )


def scored_file(**changes: Any) -> dict[str, Any]:
    return {
        "request_id": 990101,
        "filename": "invoice-0001.pdf",
        "status": "complete",
        "eval_score": 4.75,
        "created": "2026-03-01T17:02:12",
        "lookup_key": "Qm3xY7rT0aB9cD",
        "eval_results": {
            "eval_definition_name": "Invoice fidelity v3",
            "total_items_evaluated": 9,
            "evaluations": [
                {
                    "name": "tables keep their columns",
                    "type": "block",
                    "rule_score": 4.5,
                    "items_evaluated": 6,
                    "individual_results": [
                        {
                            "score": 3,
                            "feedback": "header row merged",
                            "block_id": "/page/1/Table/4",
                            "page_id": 1,
                            "block_type": "Table",
                        },
                        {"score": 3.5, "feedback": "units lost"},
                    ],
                },
                {
                    "name": "reading order",
                    "type": "page",
                    "rule_score": 5,
                    "items_evaluated": 2,
                    "individual_results": [],
                },
            ],
        },
        **changes,
    }


def document(**changes: Any) -> dict[str, Any]:
    return {
        "status": "complete",
        "success": True,
        "error": None,
        "output_format": "markdown",
        "markdown": "# Invoice 0001\n",
        "html": None,
        "json": None,
        "chunks": None,
        "extraction_schema_json": '{"invoice_number": "0001"}',
        "segmentation_results": None,
        "images": {},
        "metadata": {"page_stats": []},
        "parse_quality_score": 4.2,
        "page_count": 2,
        "total_cost": 1,
        "cost_breakdown": {"final_cost_cents": 1.5},
        "runtime": 6.83,
        "checkpoint_id": None,
        "versions": {},
        "evaluation": None,
        **changes,
    }
