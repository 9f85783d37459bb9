"""How two runs were made differently: models, configuration, metadata; differences only."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tui.models import Run

_DEEPEST = 4
_VALUE_LIMIT = 500


def config_differences(baseline: Run, run: Run) -> tuple[tuple[str, str, str], ...]:
    """Return (name, the baseline's value, the run's value) of what differs; empty for missing."""
    before, after = dict(_flat(baseline)), dict(_flat(run))
    names = list(dict.fromkeys((*before, *after)))
    return tuple(
        (name, before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name) != after.get(name)
    )


def _flat(run: Run) -> Iterator[tuple[str, str]]:
    yield "provider", run.provider.value
    if run.models:
        yield "model", ", ".join(run.models)
    yield from _entries(run.config, "config", _DEEPEST)
    yield from _entries(run.metadata, "metadata", _DEEPEST)


def _entries(found: Mapping[str, Any], path: str, depth: int) -> Iterator[tuple[str, str]]:
    for key, value in found.items():
        if isinstance(value, dict) and value and depth > 1:
            yield from _entries(value, f"{path}.{key}", depth - 1)
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            text = "" if value is None else text
            yield f"{path}.{key}", text[:_VALUE_LIMIT]
