"""The gateway's batch objects, worded from the world's facts as each vendor would tell them."""

from typing import Any

from tui.demo.dice import hex_id
from tui.demo.facts import Phase, RunState, SimRun
from tui.demo.world import World

ENDPOINT = "/v1/chat/completions"
_STATUS = {
    Phase.QUEUED: "validating",
    Phase.RUNNING: "in_progress",
    Phase.FINALIZING: "finalizing",
    Phase.CANCELING: "cancelling",
    Phase.COMPLETED: "completed",
    Phase.FAILED: "failed",
    Phase.CANCELED: "cancelled",
    Phase.EXPIRED: "expired",
}
_TIMES = ("in_progress_at", "completed_at", "failed_at", "cancelling_at", "cancelled_at")
_NOTHING = {"total": 0, "completed": 0, "failed": 0}
_UNCOUNTED = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}


def is_anthropic(run: SimRun) -> bool:
    """Return whether the batch went to Anthropic, whose own protocol the gateway translates."""
    return run.model.vendor == "anthropic"


def provider_batch_id(run: SimRun) -> str:
    """Return the id the vendor behind the gateway gave."""
    stem = "msgbatch_" if is_anthropic(run) else "batch_"
    return stem + hex_id(24, run.id, "upstream")


def batch_object(world: World, run: SimRun) -> dict[str, Any]:
    """Return a BatchResponse as upstream tells it now; unset fields are left out, never null."""
    state = world.state(run)
    metadata = {"provider": run.model.vendor, "provider_batch_id": provider_batch_id(run)}
    batch: dict[str, Any] = {
        "id": run.id,
        "object": "batch",
        "provider": run.model.vendor,
        "provider_batch_id": provider_batch_id(run),
        "endpoint": ENDPOINT,
        "completion_window": "24h",
        "status": status_of(world, run),
        "created_at": world.unix(run.created),
        "request_counts": _counts(world, run, state),
        "metadata": {**metadata, **run.metadata},
        "usage": _told_usage(world, run, state),
    }
    if not is_anthropic(run):
        batch["input_file_id"] = f"file-{hex_id(22, run.id, 'input')}"
    for name, offset in _times(run, state).items():
        if offset is not None:
            batch[name] = world.unix(offset)
    return batch


def created_object(world: World, run: SimRun) -> dict[str, Any]:
    """Return the batch as it was answered when somebody created it."""
    batch = batch_object(world, run)
    for name in _TIMES:
        batch.pop(name, None)
    total = run.rows if is_anthropic(run) else 0
    return batch | {
        "status": "in_progress" if is_anthropic(run) else "validating",
        "request_counts": {**_NOTHING, "total": total},
        "usage": dict(_UNCOUNTED),
    }


def merged(record: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """Return a stored batch with upstream's answer merged in, by the gateway's rules.

    Counts and usage only if any number is not zero, timestamps only if present; stored results
    stay. So costs the gateway had summed up are lost where upstream tells its own usage.
    """
    new = {**record, "status": told["status"], "metadata": record["metadata"] | told["metadata"]}
    for name in ("request_counts", "usage"):
        if any(told[name].values()):
            new[name] = told[name]
    return new | {name: told[name] for name in _TIMES if name in told}


def status_of(world: World, run: SimRun) -> str:
    """Return the status word. Anthropic only says "ended"; the gateway judges by the counts."""
    state = world.state(run)
    if not is_anthropic(run):
        return _STATUS[state.phase]
    if not state.phase.ended:
        return "cancelling" if state.phase is Phase.CANCELING else "in_progress"
    errored = world.tally(run).call_errors
    if state.done > errored:
        return "completed"
    return "failed" if errored else "cancelled"


def _times(run: SimRun, state: RunState) -> dict[str, float | None]:
    ended, phase = state.ended, state.phase
    if is_anthropic(run):
        return {"completed_at": ended, "cancelling_at": state.canceling}
    return {
        "in_progress_at": state.started,
        "completed_at": ended if phase is Phase.COMPLETED else None,
        "failed_at": ended if phase is Phase.FAILED else None,
        "cancelling_at": state.canceling,
        "cancelled_at": ended if phase is Phase.CANCELED else None,
    }


def _counts(world: World, run: SimRun, state: RunState) -> dict[str, int]:
    failed = world.tally(run).call_errors
    if is_anthropic(run):
        # Succeeded and failed stay at nought until the whole batch has ended; requests that were
        # canceled or expired count as failed.
        if not state.phase.ended:
            return {**_NOTHING, "total": run.rows}
        good = state.done - failed
        return {"total": run.rows, "completed": good, "failed": run.rows - good}
    if state.started is None:
        return dict(_NOTHING)
    return {"total": run.rows, "completed": state.done - failed, "failed": failed}


def _told_usage(world: World, run: SimRun, state: RunState) -> dict[str, Any]:
    """Return the tokens upstream tells: OpenAI does, once, at the end."""
    tally = world.tally(run)
    if run.model.vendor != "openai" or not state.phase.ended:
        return dict(_UNCOUNTED)
    return {
        "input_tokens": tally.input_tokens,
        "output_tokens": tally.output_tokens,
        "total_tokens": tally.input_tokens + tally.output_tokens,
    }


def counted_usage(world: World, run: SimRun) -> dict[str, Any]:
    """Return what the gateway sums up from fetched results: tokens and costs."""
    tally = world.tally(run)
    spent_in = tally.input_tokens * run.model.usd_in / 1e6
    spent_out = tally.output_tokens * run.model.usd_out / 1e6
    return {
        "input_tokens": tally.input_tokens,
        "output_tokens": tally.output_tokens,
        "total_tokens": tally.input_tokens + tally.output_tokens,
        "input_cost": spent_in,
        "output_cost": spent_out,
        "total_cost": spent_in + spent_out,
    }


def has_output(world: World, run: SimRun) -> bool:
    """Return whether there are results: Anthropic's always, others' if a request succeeded."""
    return is_anthropic(run) or world.tally(run).calls > 0
