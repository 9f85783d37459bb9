"""The five providers over real sockets see exactly what they see through the transport seam."""

import asyncio
import json
from contextlib import suppress

import pytest

from tests.clock import START, FakeClock
from tui.demo import demo_config, demo_keys, demo_transport, demo_world, serve
from tui.demo.world import World
from tui.models import JsonObject
from tui.presentation.records import row_record, run_record, trial_record
from tui.services import Services, open_services
from tui.store import RowQuery, RunQuery, StoredRun

ROWS_AT_MOST = 130
"""Larger runs are listed and read in detail, not walked: the same code brings their rows."""
WALKED_AT_MOST = 8
"""Runs of one connection whose rows are walked."""


async def everything(services: Services, connection: str) -> list[JsonObject]:
    """Return a connection's runs with their rows and trials, as records."""
    sync = await services.links[connection].sync()
    assert await sync.everything() == []
    view = services.store.runs(RunQuery(connections=(connection,)))
    told: list[JsonObject] = []
    walked = 0
    for stored in view.fetch(0, view.count()):
        run = await sync.run(stored.run.ref)
        size = run.counts.total or run.counts.done or 0
        if size <= ROWS_AT_MOST and walked < WALKED_AT_MOST:
            await sync.rows(run)
            walked += size > 0
        told.append(record(services, services.store.run(run.ref) or stored))
    return told


def record(services: Services, stored: StoredRun) -> JsonObject:
    whole = run_record(stored, stale=False)
    view = services.store.rows(stored.run.ref, RowQuery())
    rows: list[JsonObject] = []
    for head in view.fetch(0, view.count()):
        row = services.store.row(stored.run.ref, head.key)
        assert row is not None
        trials = [trial_record(trial) for trial in row.trials]
        rows.append({**row_record(stored.run.ref, head), "trials": [*trials]})
    whole["rows"] = [*rows]
    return whole


def open_over(world: World, base_url: str | None) -> Services:
    """Return services on a clock of their own: waiting for the budget must not move the world."""
    return open_services(
        demo_config(base_url),
        transport=demo_transport(world) if base_url is None else None,
        keys=demo_keys(),
        clock=FakeClock(),
        environ={},
        in_memory=True,
    )


@pytest.mark.parametrize("connection", sorted(demo_keys()))
async def test_sockets_and_transport_tell_the_same(connection: str) -> None:
    world = demo_world(FakeClock(), epoch=START)
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.ensure_future(serve("127.0.0.1", 0, ready.set_result, world=world))
    near = open_over(world, None)
    address = await ready
    far = open_over(world, address)
    try:
        over_transport = await everything(near, connection)
        over_sockets = await everything(far, connection)
    finally:
        await near.aclose()
        await far.aclose()
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
    assert len(over_transport) >= 5
    assert any(run["rows"] for run in over_transport)
    # Weave's links are made from the connection's own address.
    told = json.dumps(over_sockets, indent=1).replace(
        f"{address}/weave", "https://demo-weave.invalid"
    )
    assert told == json.dumps(over_transport, indent=1)
