"""Gateways that answer as they are told, and what the provider makes of it."""

from typing import Any

import httpx

from tests.providers.gomodel.samples import (
    CONFIG,
    LIVE_ID,
)
from tests.providers.wiring import World, json_answer
from tui.models import Run, RunRef
from tui.providers.base import Provider, RowPage, RunSource
from tui.providers.gomodel import create

RUNS = RunSource("runs")
REF = RunRef("gateway", LIVE_ID)


def provider_of(world: World) -> Provider:
    return create(CONFIG, world.context)


def gateway(answers: dict[str, httpx.Response]) -> World:
    """A server with one answer per path; unknown paths get the web framework's 404."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = answers.get(request.url.path)
        if found is None:
            return json_answer({"message": "Not Found"}, 404)
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)

    return World(answer)


async def read_run(item: dict[str, Any]) -> Run:
    world = gateway({f"/v1/batches/{LIVE_ID}": json_answer(item)})
    return await provider_of(world).get_run(REF)


async def rows_of(world: World, run: Run) -> list[RowPage]:
    return [page async for page in provider_of(world).iter_rows(run)]


def results(*lines: Any) -> World:
    answer = {"object": "list", "batch_id": LIVE_ID, "data": list(lines)}
    return gateway({f"/v1/batches/{LIVE_ID}/results": json_answer(answer)})
