"""What tests ask the demo's OpenAI account for by name."""

from typing import Any

from tests.demo.callers import Caller


def eval_named(openai: Caller, name: str) -> Any:
    return next(one for one in openai.walk("/evals") if one["name"] == name)


def run_named(openai: Caller, name: str) -> Any:
    return next(run for run in openai.runs() if run["name"] == name)


def items_of(openai: Caller, run: Any, **query: str | int) -> list[Any]:
    path = f"/evals/{run['eval_id']}/runs/{run['id']}/output_items"
    return openai.walk(path, **({"limit": 100} | query))


def batch_named(openai: Caller, name: str) -> Any:
    return next(one for one in openai.walk("/batches") if one["metadata"]["job"] == name)
