"""Datalab's objects, worded from the world's facts. Timestamps are naive, as the samples show."""

from collections.abc import Sequence
from typing import Any

from tui.demo.dice import hex_id
from tui.demo.facts import Group, Phase, SimRow, SimRun
from tui.demo.rolls import roll
from tui.demo.world import World

STATUS = {
    Phase.QUEUED: "pending",
    Phase.RUNNING: "running",
    Phase.FINALIZING: "running",
    Phase.COMPLETED: "completed",
    Phase.FAILED: "failed",
}
_RUBRICS = 30
_UNDOCUMENTED = {"notes": ["shape unknown to the client"], "raw": {"score": "high"}}


def naive(world: World, offset: float | None) -> str | None:
    """Return an instant as Datalab writes it: UTC without saying so."""
    return None if offset is None else world.moment(offset).replace(tzinfo=None).isoformat()


def collection_id(world: World, group: Group) -> int:
    """Return the integer id of a collection."""
    return 81 + world.groups("datalab").index(group)


def rubric_id(world: World, run: SimRun) -> int | None:
    """Return the rubric's id; custom pipelines bring their own definition."""
    if run.group is None or "pipeline_id" in run.metadata:
        return None
    return _RUBRICS + world.groups("datalab").index(run.group)


def run_object(world: World, run: SimRun) -> dict[str, Any]:
    """Return an EvalBatchRunResponse: all twelve keys, many of them null."""
    state = world.state(run)
    if run.group is None:
        raise ValueError(run.id)
    return {
        "id": int(run.id),
        "collection_id": collection_id(world, run.group),
        "eval_rubric_id": rubric_id(world, run),
        "pipeline_id": run.metadata.get("pipeline_id"),
        "pipeline_type": run.metadata["pipeline_type"],
        "status": STATUS[state.phase],
        "started_at": naive(world, state.started),
        "completed_at": naive(world, state.ended),
        "total_files": 0 if state.phase is Phase.QUEUED else run.rows,
        "completed_files": state.done,
        "avg_score": _average(world, run),
        "created": naive(world, state.created),
    }


def _average(world: World, run: SimRun) -> float | None:
    """Return the mean of the files' scores; files without one do not count."""
    scores = [
        score
        for index in range(world.state(run).done)
        if not _is_unscored(index)
        and (score := _mean([one.score for one in roll(run, index).grades])) is not None
    ]
    return _mean(scores)


def _mean(scores: Sequence[float | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return round(sum(known) / len(known), 4) if known else None


def _is_unscored(index: int) -> bool:
    """Now and then the optional keys of a file are missing."""
    return index % 29 == 28  # noqa: PLR2004


def _is_odd(index: int) -> bool:
    """Now and then the free-form details have a shape that nobody documented."""
    return index % 17 == 16  # noqa: PLR2004


def is_custom(run: SimRun) -> bool:
    """Return whether an agent of the customer's own made the run's documents."""
    return run.metadata.get("pipeline_id", "").startswith("cp_")


def file_object(world: World, run: SimRun, row: SimRow) -> dict[str, Any]:
    """Return a BatchRunFileResult of a finished file. Only three keys are promised."""
    result: dict[str, Any] = {
        "request_id": int(run.id) * 10_000 + row.index,
        "filename": row.item[run.suite.label] if run.suite.label else f"file-{row.index}.pdf",
        "status": "failed" if row.error is not None else "complete",
    }
    if row.error is not None:
        return result | {
            "eval_score": None,
            "eval_results": None,
            "created": naive(world, row.started),
            "lookup_key": lookup_key(run, row.index),
        }
    if _is_unscored(row.index):
        return result
    return result | {
        "eval_score": _mean([grade.score for grade in row.grades]),
        "eval_results": _UNDOCUMENTED if _is_odd(row.index) else evaluation(run, row),
        "created": naive(world, row.started),
        "lookup_key": None if row.index % 31 == 30 else lookup_key(run, row.index),  # noqa: PLR2004
    }


def waiting_object(run: SimRun, index: int) -> dict[str, Any]:
    """Return the entry of the file that is being processed now."""
    name = run.suite.fields(index)
    return {
        "request_id": int(run.id) * 10_000 + index,
        "filename": name[run.suite.label] if run.suite.label else f"file-{index}.pdf",
        "status": "processing",
        "eval_score": None,
        "lookup_key": lookup_key(run, index),
    }


def evaluation(run: SimRun, row: SimRow) -> dict[str, Any]:
    """Return the evaluation object: each rule's score, with its worst item."""
    rules = []
    for grade in row.grades:
        worst = []
        if grade.reason:
            worst.append(
                {
                    "score": grade.score,
                    "feedback": grade.reason,
                    "block_id": f"/page/{row.index % 4}/Table/{row.index % 7}",
                    "page_id": row.index % 4,
                    "block_type": "Table",
                }
            )
        rules.append(
            {
                "name": grade.grader.name,
                "type": "page",
                "rule_score": grade.score,
                "items_evaluated": 1 + row.index % 6,
                "individual_results": worst,
            }
        )
    return {
        "eval_definition_name": f"{run.suite.name} fidelity",
        "evaluations": rules,
        "total_items_evaluated": sum(rule["items_evaluated"] for rule in rules),
    }


def lookup_key(run: SimRun, index: int) -> str:
    """Return the string that opens a file's document."""
    return f"{run.id}-{index}-{hex_id(10, run.id, index, 'lookup')}"


def collection_object(world: World, group: Group) -> dict[str, Any]:
    """Return a CollectionResponse."""
    created = naive(world, group.created)
    return {
        "id": collection_id(world, group),
        "name": group.name[:200],
        "description": None,
        "archived": False,
        "created": created,
        "updated": created,
        "file_count": max((run.rows for run in world.runs("datalab", group)), default=0),
        "files": [],
    }


def rubric_object(world: World, group: Group) -> dict[str, Any]:
    """Return an eval rubric."""
    created = naive(world, group.created)
    return {
        "id": _RUBRICS + world.groups("datalab").index(group),
        "name": f"{group.suite.name} fidelity",
        "description": None,
        "eval_definition": {"rules": [grader.name for grader in group.graders]},
        "source": "user",
        "source_processor_id": None,
        "archived": False,
        "version": 3,
        "created": created,
        "updated": created,
        "version_history": None,
    }


def pipeline_object(world: World, pipeline: str) -> dict[str, Any]:
    """Return a pipeline a run refers to."""
    runs = [run for run in world.runs("datalab") if run.metadata.get("pipeline_id") == pipeline]
    created = naive(world, min(run.created for run in runs) - 86_400)
    return {
        "id": 500 + len(pipeline),
        "pipeline_id": pipeline,
        "name": "table-aware" if pipeline.startswith("pl_") else None,
        "steps": [{"type": runs[0].metadata["pipeline_type"], "settings": {}}],
        "is_saved": pipeline.startswith("pl_"),
        "archived": False,
        "active_version": 2,
        "created": created,
        "updated": created,
    }
