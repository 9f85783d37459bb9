"""The converted documents behind lookup keys. They are deleted an hour after processing."""

from typing import Any

from tui.demo.facts import SimRow, SimRun
from tui.demo.wire_datalab.objects import evaluation
from tui.demo.world import World

KEPT_S = 3600.0


def is_kept(world: World, row: SimRow) -> bool:
    """Return whether a file's document still exists."""
    return world.now() - row.finished < KEPT_S


def document_object(run: SimRun, row: SimRow) -> dict[str, Any]:
    """Return a finished document (FinalResponse); a failed one says so beside `complete`."""
    text, kind = _text(row), run.metadata["pipeline_type"]
    return {
        "status": "complete",
        "success": row.error is None,
        "error": None if row.error is None else row.error.message,
        "output_format": "json" if kind == "extract" else "markdown",
        "markdown": None if kind == "extract" else text,
        "html": None,
        "json": None,
        "chunks": None,
        "extraction_schema_json": text if kind == "extract" else None,
        "segmentation_results": {"segments": _segments(row)} if kind == "segment" else None,
        "images": {"page_0_picture_1.jpg": "/9j/4AAQSkZJRgABAQ=="},
        "metadata": _metadata(row),
        "parse_quality_score": None if row.error is not None else 4.2,
        "page_count": _pages(row),
        "total_cost": 1,
        "cost_breakdown": {"final_cost_cents": 0.6},
        "runtime": row.latency_s,
        "checkpoint_id": None,
        "versions": {},
        "evaluation": None if row.error is not None else evaluation(run, row),
    }


def agent_object(run: SimRun, row: SimRow) -> dict[str, Any]:
    """Return what an agent made (AgentFinalResponse)."""
    text = _text(row)
    extracting = run.metadata["pipeline_type"] == "extract"
    return {
        "status": "complete",
        "result_url": None,
        "expires_in": None,
        "success": row.error is None,
        "error": None if row.error is None else row.error.message,
        "output_shape": "json" if extracting else "parse",
        "finished": row.error is None,
        "turns": 3 + row.index % 4,
        "markdown": None if extracting else text,
        "html": None,
        "json": None,
        "chunks": None,
        "extraction_schema_json": text if extracting else None,
        "segments": None,
        "metadata": _metadata(row),
    }


def _text(row: SimRow) -> str | None:
    return None if row.error is not None else row.output_text or ""


def _pages(row: SimRow) -> int:
    return int(row.item.get("pages", "1"))


def _metadata(row: SimRow) -> dict[str, Any]:
    return {"page_stats": [{"page_id": page, "num_blocks": 12} for page in range(_pages(row))]}


def _segments(row: SimRow) -> list[dict[str, Any]]:
    if row.error is not None:
        return []
    return [{"name": "letter", "pages": list(range(_pages(row))), "confidence": "high"}]
