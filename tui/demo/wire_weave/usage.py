"""Tokens, money and call counts, summed up the tree as the SDK does when a call ends."""

from collections.abc import Mapping
from typing import Any

from tui.demo.facts import SimModel, SimRow, SimRun
from tui.demo.tally import Tally
from tui.demo.wire_weave.scores import broken

_JUDGE_INPUT, _JUDGE_OUTPUT = 90, 40
"""What a judge reads and writes on top of the answer, as the tally counts it."""


def model_usage(
    model: SimModel, calls: int, tokens_in: int, tokens_out: int, cached: int
) -> dict[str, Any]:
    """Return one model's share. Vendors differ in their words: Anthropic's has no total."""
    if model.vendor == "anthropic":
        return {
            "input_tokens": tokens_in,
            "output_tokens": tokens_out,
            "cache_read_input_tokens": cached,
            "requests": calls,
        }
    return {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
        "prompt_tokens_details": {"cached_tokens": cached},
        "requests": calls,
    }


def answer_usage(run: SimRun, row: SimRow) -> dict[str, Any]:
    """Return the usage of the model's call; empty when it raised."""
    if row.error is not None:
        return {}
    numbers = (1, row.input_tokens, row.output_tokens, row.cached_tokens)
    return {run.model.snapshot: model_usage(run.model, *numbers)}


def judge_usage(judge: SimModel, row: SimRow, calls: int = 1) -> dict[str, Any]:
    """Return the usage of `calls` judges of one model on one answer."""
    read = row.input_tokens + row.output_tokens + _JUDGE_INPUT
    wrote = _JUDGE_OUTPUT + row.output_tokens // 2
    return {judge.snapshot: model_usage(judge, calls, read * calls, wrote * calls, 0)}


def trial_usage(run: SimRun, row: SimRow) -> dict[str, Any]:
    """Return the usage of a trial with everything below it."""
    usage = answer_usage(run, row)
    if usage:
        for judge, calls in _judges(run).items():
            usage |= judge_usage(judge, row, calls)
    return usage


def run_usage(run: SimRun, tally: Tally) -> dict[str, Any]:
    """Return the usage of a whole run."""
    if not tally.calls:
        return {}
    numbers = (tally.calls, tally.input_tokens, tally.output_tokens, tally.cached_tokens)
    usage = {run.model.snapshot: model_usage(run.model, *numbers)}
    for judge, n in _judges(run).items():
        told = (tally.judge_calls * n, tally.judge_input * n, tally.judge_output * n, 0)
        usage[judge.snapshot] = model_usage(judge, *told)
    return usage


def trial_counts(run: SimRun, row: SimRow) -> dict[str, int]:
    """Return how many calls of a trial went well and how many did not, itself included."""
    if row.error is not None:
        return {"success": 1, "error": 1}
    if broken(row) is not None:
        return {"success": len(run.graders), "error": 2}
    return {"success": 2 + len(run.graders), "error": 0}


def run_counts(run: SimRun, tally: Tally, *, failed: bool) -> dict[str, int]:
    """Return the same for an ended run; one that did not fail has a summarize call."""
    graders = len(run.graders)
    raised = sum(grader.errored for grader in tally.graders)
    clean = tally.attempts - tally.call_errors - raised
    return {
        "success": clean * (2 + graders)
        + tally.call_errors
        + raised * graders
        + (0 if failed else 2),
        "error": tally.call_errors + 2 * raised + failed,
    }


def costs_of(usage: Mapping[str, Any], models: Mapping[str, SimModel]) -> dict[str, Any]:
    """Return what stands under `summary.weave.costs`; models without a price are left out."""
    costs = {}
    for name, told in usage.items():
        model = models.get(name)
        if model is None:
            continue
        tokens_in = told.get("input_tokens", told.get("prompt_tokens", 0))
        tokens_out = told.get("output_tokens", told.get("completion_tokens", 0))
        costs[name] = {
            "prompt_tokens_total_cost": tokens_in * model.usd_in / 1e6,
            "completion_tokens_total_cost": tokens_out * model.usd_out / 1e6,
            "cache_read_input_tokens_total_cost": 0.0,
            "cache_creation_input_tokens_total_cost": 0.0,
            "prompt_token_cost": model.usd_in / 1e6,
            "completion_token_cost": model.usd_out / 1e6,
            "prompt_token_cost_unit": "USD",
            "completion_token_cost_unit": "USD",
        }
    return costs


def _judges(run: SimRun) -> dict[SimModel, int]:
    judges: dict[SimModel, int] = {}
    for grader in run.graders:
        if grader.model is not None:
            judges[grader.model] = judges.get(grader.model, 0) + 1
    return judges
