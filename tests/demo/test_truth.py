"""What evaltop stores of the demo's runs is what is true of them.

The real providers, sync and store over the six simulated accounts, compared with the world itself.
"""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.clock import START, FakeClock
from tests.demo import truth
from tui.config import Config
from tui.demo import demo_config, demo_keys, demo_transport
from tui.demo.facts import ACCOUNTS, Account, Phase, SimRun
from tui.demo.setup import CONNECTIONS
from tui.demo.world import World
from tui.models import Outcome, Row, Run, RunRef, Trial
from tui.polling.sync import Sync
from tui.services import Services, open_services
from tui.store import RowQuery, RunQuery, StoredRun

MOMENT_S = 60.0
"""When the world is looked at: all accounts have live runs, Azure is not yet rate-limited."""
WALKED_AT_MOST = 700
"""Attempts of a run whose rows are walked; larger runs are told by the list and their detail."""
OPENED_PER_OUTCOME = 2
COUNTED = (
    Outcome.PASSED,
    Outcome.FAILED,
    Outcome.ERRORED,
    Outcome.SKIPPED,
    Outcome.UNGRADED,
)


@dataclass
class Synced:
    """One account, synced."""

    world: World
    services: Services
    sync: Sync
    stored: dict[str, StoredRun]
    """By the provider's run id."""

    def runs(self) -> list[tuple[SimRun, StoredRun]]:
        found = []
        for stored in self.stored.values():
            run = next(r for r in self.all_runs() if r.id == stored.run.id)
            found.append((run, stored))
        return found

    def all_runs(self) -> list[SimRun]:
        account = next(a for a in ACCOUNTS if CONNECTIONS[a] == self.sync.provider.connection)
        return self.world.runs(account)

    def rows(self, ref: RunRef) -> dict[str, Row]:
        view = self.services.store.rows(ref, RowQuery())
        found = {}
        for head in view.fetch(0, view.count()):
            row = self.services.store.row(ref, head.key)
            assert row is not None
            found[head.key] = row
        return found


def unhurried() -> Config:
    """Return the demo's settings without a budget: waiting would only move the clock."""
    config = demo_config()
    connections = tuple(
        replace(one, poll=replace(one.poll, max_requests_per_min=1_000_000))
        for one in config.connections
    )
    return replace(config, connections=connections)


def is_walked(run: SimRun) -> bool:
    return run.attempts <= WALKED_AT_MOST


@pytest.fixture(params=ACCOUNTS)
async def account(request: pytest.FixtureRequest) -> AsyncIterator[Synced]:
    name: Account = request.param
    world_clock = FakeClock()
    world = World(7, START, world_clock)
    world_clock.advance(MOMENT_S)
    services = open_services(
        unhurried(),
        transport=demo_transport(world),
        keys=demo_keys(),
        clock=FakeClock(world_clock.now()),
        environ={},
        in_memory=True,
    )
    connection = CONNECTIONS[name]
    sync = await services.links[connection].sync()
    assert await sync.everything() == []
    view = services.store.runs(RunQuery(connections=(connection,)))
    sizes = {run.id: run for run in world.runs(name)}
    stored: dict[str, StoredRun] = {}
    for listed in view.fetch(0, view.count()):
        run = await sync.run(listed.run.ref)
        if is_walked(sizes[run.id]):
            assert await sync.rows(run) == ()
        found = services.store.run(run.ref)
        assert found is not None
        stored[run.id] = found
    yield Synced(world, services, sync, stored)
    await services.aclose()


async def test_the_store_tells_the_truth(account: Synced) -> None:
    assert set(account.stored) == {run.id for run in account.all_runs()}
    walked = 0
    for run, stored in account.runs():
        about_itself(account.world, run, stored.run)
        if is_walked(run):
            walked += 1
            about_its_rows(account, run, stored)
        if not is_walked(run) or (run.kind == "batch" and stored.run.live):
            assert stored.run.counts.done == truth.done(account.world, run), run.name
        await about_opened_trials(account, run, stored.run)
    assert walked >= 7


def about_itself(world: World, run: SimRun, told: Run) -> None:
    state = world.state(run)
    where = (run.account, run.name)
    assert told.status is truth.status(run, state.phase), where
    assert told.created_at is not None
    assert abs((told.created_at - world.moment(run.created)).total_seconds()) < 1, where
    if told.ended_at is not None:
        assert state.ended is not None, where
        assert abs((told.ended_at - world.moment(state.ended)).total_seconds()) < 1, where
    assert told.counts.total == truth.total(world, run), where
    if run.group is not None:
        assert told.group is not None
        assert told.group.name == run.group.name, where
    if run.account not in {"datalab", "gomodel"}:  # which give no reason
        wanted = run.error if state.phase is Phase.FAILED else None
        said = None if told.error is None else told.error.message
        assert (wanted is None) == (said is None), (where, said)
        assert wanted is None or wanted.message in (said or ""), (where, said)


def about_its_rows(account: Synced, run: SimRun, stored: StoredRun) -> None:
    where = (run.account, run.name)
    wanted = truth.rows(account.world, run)
    rows = account.rows(stored.run.ref)
    if run.account == "gomodel":
        rows = with_names(run, rows)
    assert set(rows) == {row.key for row in wanted}, where
    view = account.services.store.rows(stored.run.ref, RowQuery())
    heads = {head.key: head for head in view.fetch(0, view.count())}
    for row in wanted:
        found = rows[row.key]
        assert Counter(t.outcome for t in found.trials) == Counter(t.outcome for t in row.trials), (
            where,
            row.key,
        )
        assert heads[found.key].outcome is row.outcome, (where, row.key)
        errors = [t.error for t in row.trials if t.error is not None]
        said = [t.error.message for t in found.trials if t.error is not None]
        assert all(any(error in text for text in said) for error in errors), (where, errors, said)
        for output in (t.output for t in row.trials if t.output):
            assert any(output in texts(t.output) for t in found.trials), (where, row.key)
    if run.kind == "batch" and stored.run.live:
        return  # its counts are the provider's own, its rows are still to come
    counted = truth.counts(account.world, run)
    told = stored.run.counts
    for outcome in COUNTED:
        assert (getattr(told, outcome.value) or 0) == counted[outcome], (where, outcome)
    assert (told.done or 0) == counted.total() - counted[Outcome.PENDING], where
    by_name = {stat.name: stat for stat in stored.run.criteria}
    for name, verdicts in truth.verdicts(account.world, run).items():
        if wanted and any(verdicts):
            assert (by_name[name].passed, by_name[name].failed) == verdicts, (where, name)
    assert sum(stat.errored or 0 for stat in by_name.values()) == broken_of(account, run), where


def broken_of(account: Synced, run: SimRun) -> int:
    """Return how many broken graders the rows show: Foundry also marks them when the call broke."""
    broken = truth.broken(account.world, run)
    if run.account == "foundry":
        broken += account.world.tally(run).call_errors * len(run.graders)
    return broken


def with_names(run: SimRun, rows: dict[str, Row]) -> dict[str, Row]:
    """Return a gateway's rows with the lines that had no `custom_id` put under their own."""
    named = {key: row for key, row in rows.items() if not key.startswith("#")}
    nameless = [row for key, row in rows.items() if key.startswith("#")]
    missing = [key for index in range(96, run.rows, 97) if (key := f"{run.suite.name}-{index:05d}")]
    assert len(nameless) <= len(missing)
    return named | dict(zip(missing, nameless, strict=False))


def texts(value: Any) -> list[str]:
    """Return every text inside a value."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in texts(one)]


async def about_opened_trials(account: Synced, run: SimRun, told: Run) -> None:
    """Opening a trial adds to it and never tells another outcome."""
    if not account.sync.provider.capabilities.trial_detail:
        return
    opened: Counter[Outcome] = Counter()
    for key, row in account.rows(told.ref).items():
        for trial in row.trials:
            if opened[trial.outcome] >= OPENED_PER_OUTCOME:
                continue
            opened[trial.outcome] += 1
            detail = await account.sync.trial_detail(told.ref, key, trial.id)
            assert detail is not None
            about_the_detail(run, trial, detail.trial, detail.notes)


def about_the_detail(run: SimRun, trial: Trial, opened: Trial, notes: tuple[str, ...]) -> None:
    where = (run.account, run.name, trial.id)
    assert opened.outcome is trial.outcome, where
    names = [score.name for score in opened.scores]
    assert len(set(names)) == len(names), (where, names)
    before = {score.name: (score.passed, score.value) for score in trial.scores}
    after = {score.name: (score.passed, score.value) for score in opened.scores}
    assert after.items() >= before.items(), where
    if trial.error is not None:
        assert opened.error is not None, where
    if run.account == "weave":
        assert opened.usage is not None or opened.outcome is not Outcome.PASSED, where
        assert not notes, where
