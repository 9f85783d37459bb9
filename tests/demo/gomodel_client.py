"""How tests ask the gateway."""

from typing import Any

from tests.demo.callers import Caller
from tui.demo.facts import SimRun
from tui.demo.world import World


def run_named(world: World, name: str) -> SimRun:
    return next(run for run in world.runs("gomodel") if run.name == name)


def listed(gateway: Caller, run: SimRun) -> Any:
    return next(one for one in gateway.walk("/batches", limit=100) if one["id"] == run.id)


def batch(gateway: Caller, run: SimRun) -> Any:
    return gateway.get(f"/batches/{run.id}")


def results(gateway: Caller, run: SimRun) -> list[Any]:
    data: list[Any] = gateway.get(f"/batches/{run.id}/results")["data"]
    return data


def fault(answer: Any) -> tuple[int, str, str]:
    error = answer.json["error"]
    assert error.keys() == {"type", "message", "param", "code"}
    return answer.status, error["type"], error["message"]
