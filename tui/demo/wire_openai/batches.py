"""Batches as OpenAI sends them: every key present, null when unset (but `model` on old ones)."""

from typing import Any

from tui.demo.course import DAY
from tui.demo.facts import Phase, RunState, SimRun
from tui.demo.tally import Tally
from tui.demo.wire_openai.file_ids import batch_file_id
from tui.demo.world import World

STATUS = {
    Phase.QUEUED: "validating",
    Phase.RUNNING: "in_progress",
    Phase.FINALIZING: "finalizing",
    Phase.CANCELING: "cancelling",
    Phase.COMPLETED: "completed",
    Phase.FAILED: "failed",
    Phase.CANCELED: "cancelled",
    Phase.EXPIRED: "expired",
}
ENDPOINT = "/v1/chat/completions"
_OLD = -15 * DAY
"""Batches older than this know neither model nor usage, and say "no file" with an empty text."""


def _usage(run: SimRun, state: RunState, tally: Tally) -> dict[str, Any] | None:
    if run.created < _OLD or state.started is None:
        return None
    # Counted once, at the end.
    done = tally if state.phase.ended else Tally()
    return {
        "input_tokens": done.input_tokens,
        "input_tokens_details": {"cached_tokens": done.cached_tokens},
        "output_tokens": done.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": done.input_tokens + done.output_tokens,
    }


def output_lines(state: RunState, tally: Tally) -> int:
    """Return how many lines the output file has; 0 = there is none (yet)."""
    return tally.calls if state.phase.ended else 0


def error_lines(run: SimRun, state: RunState, tally: Tally) -> int:
    """Return how many lines the error file has; requests that expired are among them."""
    if not state.phase.ended or state.started is None:
        return 0
    expired = run.rows - state.done if state.phase is Phase.EXPIRED else 0
    return tally.call_errors + expired


def _error_file(run: SimRun, state: RunState, tally: Tally) -> str | None:
    if error_lines(run, state, tally):
        return batch_file_id(run, "error")
    return "" if state.phase is Phase.COMPLETED and run.created < _OLD else None


def batch_object(world: World, run: SimRun) -> dict[str, Any]:
    """Return a Batch as it stands now."""
    state, tally = world.state(run), world.tally(run)

    def stamp(offset: float | None, *phases: Phase) -> int | None:
        if offset is None or (phases and state.phase not in phases):
            return None
        return world.unix(offset)

    errors = None
    if state.phase is Phase.FAILED and run.error is not None:
        fault = {"code": run.error.code, "message": run.error.message, "param": None, "line": 3}
        errors = {"object": "list", "data": [fault]}
    counted = state.started is not None
    made: dict[str, Any] = {
        "id": run.id,
        "object": "batch",
        "endpoint": ENDPOINT,
        "model": run.model.snapshot if counted else None,
        "errors": errors,
        "input_file_id": batch_file_id(run, "input"),
        "completion_window": "24h",
        "status": STATUS[state.phase],
        "output_file_id": batch_file_id(run, "output") if output_lines(state, tally) else None,
        "error_file_id": _error_file(run, state, tally),
        "created_at": world.unix(run.created),
        "in_progress_at": stamp(state.started),
        "expires_at": world.unix(run.created + DAY),
        "finalizing_at": stamp(state.finalizing),
        "completed_at": stamp(state.ended, Phase.COMPLETED),
        "failed_at": stamp(state.ended, Phase.FAILED),
        "expired_at": stamp(state.ended, Phase.EXPIRED),
        "cancelling_at": stamp(state.canceling),
        "cancelled_at": stamp(state.ended, Phase.CANCELED),
        "request_counts": {
            "total": run.rows if counted else 0,
            "completed": tally.calls,
            "failed": tally.call_errors,
        },
        "usage": _usage(run, state, tally),
        "metadata": dict(run.metadata) or None,
    }
    if run.created < _OLD:
        del made["model"]
    return made
