"""Numbers out of open JSON objects, where anything may stand in their place."""

import math
from collections.abc import Sequence
from typing import Any, TypeVar

from tui.models import ModelUsage, Usage

N = TypeVar("N", int, float)

_INT64 = 2**63 - 1
_COSTS = (
    "prompt_tokens_total_cost",
    "completion_tokens_total_cost",
    "cache_read_input_tokens_total_cost",
    "cache_creation_input_tokens_total_cost",
)


def real(value: Any) -> float | None:
    """Return a finite number, None for anything else; a boolean is no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def count(value: Any) -> int | None:
    """Return a number of things, None for anything else."""
    number = real(value)
    if number is None or not number.is_integer() or not 0 <= number <= _INT64:
        return None
    return int(value)


def mapping(value: Any) -> dict[str, Any]:
    """Return the object a value is, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def model_usage(summary: dict[str, Any] | None) -> tuple[ModelUsage, ...]:
    """Return what each model took below a call, from its `summary`.

    Tokens are in `usage`, money in `weave.costs` (only when the request asked for it). Providers
    that report no total get the sum of input and output.
    """
    told = mapping(summary)
    usage = mapping(told.get("usage"))
    costs = mapping(mapping(told.get("weave")).get("costs"))
    return tuple(
        _one_model(model, mapping(usage.get(model)), mapping(costs.get(model)))
        for model in (*usage, *(model for model in costs if model not in usage))
    )


def summed(usages: tuple[ModelUsage, ...]) -> Usage | None:
    """Return the usage of all models together, None when nothing was told.

    A sum of which one part is unknown is unknown.
    """
    if not usages:
        return None
    return Usage(
        input_tokens=_sum([usage.input_tokens for usage in usages]),
        output_tokens=_sum([usage.output_tokens for usage in usages]),
        cached_tokens=_sum([usage.cached_tokens for usage in usages]),
        total_tokens=_sum([usage.total_tokens for usage in usages]),
        cost_usd=_sum([usage.cost_usd for usage in usages]),
    )


def _one_model(model: str, usage: dict[str, Any], costs: dict[str, Any]) -> ModelUsage:
    spent = count(usage.get("input_tokens", usage.get("prompt_tokens")))
    made = count(usage.get("output_tokens", usage.get("completion_tokens")))
    details = mapping(usage.get("prompt_tokens_details", usage.get("input_tokens_details")))
    total = count(usage.get("total_tokens"))
    if total is None and spent is not None and made is not None:
        total = spent + made
    money = [cost for cost in (real(costs.get(name)) for name in _COSTS) if cost is not None]
    return ModelUsage(
        model,
        requests=count(usage.get("requests")),
        input_tokens=spent,
        output_tokens=made,
        cached_tokens=count(usage.get("cache_read_input_tokens", details.get("cached_tokens"))),
        total_tokens=total,
        cost_usd=sum(money) if money else None,
    )


def _sum(values: Sequence[N | None]) -> N | None:
    known = [value for value in values if value is not None]
    return sum(known[1:], known[0]) if len(known) == len(values) else None
