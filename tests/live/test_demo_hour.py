"""The demo, left alone while its simulated hour passes: every run's state is right at its end."""

import asyncio
from collections import Counter

import pytest

from tests.clock import START
from tests.demo import truth
from tests.polling.simulated import SimulatedClock, at_once
from tui.demo import demo_config, demo_keys, demo_transport, demo_world
from tui.demo.course import state_at
from tui.demo.facts import ACCOUNTS, RunState, SimRun
from tui.demo.setup import CONNECTIONS
from tui.demo.world import World
from tui.models import Status
from tui.polling.health import HealthState
from tui.services import open_services
from tui.store import RunQuery, StoredRun

BEHIND_S = 150
"""A list at idle pace, jitter, and a rate limit's 40 seconds: nobody is further behind."""
VISIBLE = 15
MINUTES = 60


def ended_before(run: SimRun, at: float) -> bool:
    return state_at(run, at).phase.ended


def ended_in_time(state: RunState) -> bool:
    return state.ended is not None and state.ended > 0


def wrong(world: World, run: SimRun, stored: StoredRun) -> list[str]:
    """Compare a run with what was true of it lately; return the names of what differs."""
    now, told = world.now(), stored.run
    lately = [state_at(run, now - behind) for behind in range(BEHIND_S + 1)]
    state = lately[0]
    found = {"status": told.status in {truth.status(run, one.phase) for one in lately}}
    if ended_before(run, now - BEHIND_S):
        found["live"] = not told.live
        done = truth.done(world, run)
        # Where rows were tried several times, a list may count rows or tries.
        right = {done, done and done // run.trials}
        # Weave's list counts nothing: runs that ended before anybody looked are told when opened.
        found["done"] = told.counts.done in right or (
            told.counts.done is None and not ended_in_time(state)
        )
        # A list does not count a dataset's file; opening the run does.
        found["total"] = told.counts.total in (None, truth.total(world, run))
        if told.ended_at is not None and state.ended is not None:
            found["ended"] = abs((told.ended_at - world.moment(state.ended)).total_seconds()) < 1
    elif told.counts.done is not None and run.account != "gomodel":
        found["done"] = lately[-1].done // run.trials <= told.counts.done <= state.done
    return [name for name, holds in found.items() if not holds]


@pytest.mark.nightly
@pytest.mark.timeout(3600)
async def test_an_hour_of_the_demo_ends_with_every_run_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asyncio, "to_thread", at_once)
    monkeypatch.setattr("tui.providers.warming.warm_network", lambda: None)  # runs a loop
    clock = SimulatedClock()
    world = demo_world(clock, epoch=START)
    services = open_services(
        demo_config(),
        transport=demo_transport(world),
        keys=demo_keys(),
        clock=clock,
        environ={},
        in_memory=True,
    )
    store, poller = services.store, services.poller
    met: Counter[str] = Counter()
    running = asyncio.create_task(poller.run())
    view = store.runs(RunQuery())
    for minute in range(MINUTES):
        await clock.pass_time(60)
        met.update(f"{name} {health.state}" for name, health in poller.status().items())
        view = store.runs(RunQuery())
        shown = view.fetch(0, VISIBLE)
        poller.set_visible([stored.run.ref for stored in shown])
        poller.focus(shown[minute % len(shown)].run.ref)
    # Whoever is in an outage now is out of it in a minute.
    while any(health.state is not HealthState.OK for health in poller.status().values()):
        await clock.pass_time(20)
    await clock.pass_time(BEHIND_S)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    view = store.runs(RunQuery())
    stored = {one.run.id: one for one in view.fetch(0, view.count())}
    states: Counter[Status] = Counter()
    differing = []
    for account in ACCOUNTS:
        young = {run.id for run in world.runs(account) if run.created > world.now() - BEHIND_S}
        for run in world.runs(account):
            if run.id not in stored and run.id in young:
                continue
            differs = wrong(world, run, stored[run.id])
            if differs:
                differing.append((account, run.name, run.id, differs, stored[run.id].run.counts))
            states[stored[run.id].run.status] += 1
            assert stored[run.id].run.ref.connection == CONNECTIONS[account]
    assert differing == []
    assert set(states) >= {Status.RUNNING, Status.COMPLETED, Status.FAILED}
    assert met[f"{CONNECTIONS['azure']} waiting"] > 0, "its rate limit was met and survived"
    print(dict(states), dict(met))
    await services.aclose()
