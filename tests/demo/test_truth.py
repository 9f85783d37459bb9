"""What evaltop stores of the demo's runs is what is true of them.

The real providers, sync and store over the six simulated accounts, compared with the world itself.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.clock import START, FakeClock
from tests.demo import truth
from tui.config import Config
from tui.demo import SEED, demo_config, demo_keys, demo_transport
from tui.demo.facts import ACCOUNTS, Account, Phase, SimRun
from tui.demo.setup import CONNECTIONS
from tui.demo.world import World
from tui.models import Outcome, Row, Run, RunRef, Trial
from tui.polling.sync import Sync
from tui.services import Services, open_services
from tui.store import RowQuery, RunQuery, StoredRun

MOMENTS_S = (60.0, 580.0)
"""Seconds to the first look, when all accounts have live runs, and from there to the second, when
many of these have ended. Azure is not rate-limited at either."""
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
    """One account as evaltop has it."""

    account: Account
    world: World
    clocks: tuple[FakeClock, FakeClock]
    """The world's and the program's: waiting for a budget must not move the world."""
    services: Services
    sync: Sync
    stored: dict[str, StoredRun] = field(default_factory=dict)
    """By the provider's run id."""

    async def look(self, seconds: float) -> None:
        """Let time pass and sync all runs, and the rows of all but the largest."""
        for clock in self.clocks:
            clock.advance(seconds)
        assert await self.sync.everything() == []
        store = self.services.store
        view = store.runs(RunQuery(connections=(self.sync.provider.connection,)))
        sizes = {run.id: run for run in self.world.runs(self.account)}
        for listed in view.fetch(0, view.count()):
            run = await self.sync.run(listed.run.ref)
            if is_walked(sizes[run.id]):
                assert await self.sync.rows(run) == ()
            found = store.run(run.ref)
            assert found is not None
            self.stored[run.id] = found

    def runs(self) -> list[tuple[SimRun, StoredRun]]:
        """Return every run as it is and as it is stored."""
        runs = {run.id: run for run in self.world.runs(self.account)}
        assert set(self.stored) == set(runs)
        return [(runs[run_id], stored) for run_id, stored in self.stored.items()]

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
async def synced(request: pytest.FixtureRequest) -> AsyncIterator[Synced]:
    account: Account = request.param
    clocks = FakeClock(), FakeClock()
    world = World(SEED, START, clocks[0])
    services = open_services(
        unhurried(),
        transport=demo_transport(world),
        keys=demo_keys(),
        clock=clocks[1],
        environ={},
        in_memory=True,
    )
    sync = await services.links[CONNECTIONS[account]].sync()
    yield Synced(account, world, clocks, services, sync)
    await services.aclose()


async def test_the_store_tells_the_truth_while_runs_are_live_and_after(synced: Synced) -> None:
    for seconds in MOMENTS_S:
        await synced.look(seconds)
        for run, stored in synced.runs():
            about_itself(synced.world, run, stored.run)
            if is_walked(run):
                about_its_rows(synced, run, stored)
            if not is_walked(run) or (run.kind == "batch" and stored.run.live):
                assert stored.run.counts.done == truth.done(synced.world, run), run.name
            await about_opened_trials(synced, run, stored.run)


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


def about_its_rows(synced: Synced, run: SimRun, stored: StoredRun) -> None:
    where = (run.account, run.name)
    wanted = truth.rows(synced.world, run)
    rows = synced.rows(stored.run.ref)
    if run.account == "gomodel":
        rows = with_names(wanted, rows)
    assert set(rows) == {row.key for row in wanted}, where
    view = synced.services.store.rows(stored.run.ref, RowQuery())
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
    counted = truth.counts(synced.world, run)
    told = stored.run.counts
    for outcome in COUNTED:
        assert (getattr(told, outcome.value) or 0) == counted[outcome], (where, outcome)
    assert (told.done or 0) == counted.total() - counted[Outcome.PENDING], where
    if run.account == "datalab":
        mean = None if stored.run.score is None else stored.run.score.mean
        wished = truth.score(synced.world, run)
        assert mean == (None if wished is None else pytest.approx(wished, abs=1e-3)), where
    by_name = {stat.name: stat for stat in stored.run.criteria}
    for name, verdicts in truth.verdicts(synced.world, run).items():
        if wanted and any(verdicts):
            assert (by_name[name].passed, by_name[name].failed) == verdicts, (where, name)
    assert sum(stat.errored or 0 for stat in by_name.values()) == broken_of(synced, run), where


def broken_of(synced: Synced, run: SimRun) -> int:
    """Return how many broken graders the rows show: Foundry also marks them when the call broke."""
    broken = truth.broken(synced.world, run)
    if run.account == "foundry":
        broken += synced.world.tally(run).call_errors * len(run.graders)
    return broken


def with_names(wanted: list[truth.TrueRow], rows: dict[str, Row]) -> dict[str, Row]:
    """Return a gateway's rows with the lines that had no `custom_id` put where they belong."""
    named = {key: row for key, row in rows.items() if not key.startswith("#")}
    nameless = [row for key, row in rows.items() if key.startswith("#")]
    for row in wanted:
        if row.key in named:
            continue
        said = row.trials[0].output or row.trials[0].error or ""
        found = next(one for one in nameless if said in told_by(one.trials[0]))
        nameless.remove(found)
        named[row.key] = found
    assert not nameless
    return named


def told_by(trial: Trial) -> list[str]:
    return texts(trial.output) + ([] if trial.error is None else [trial.error.message])


def texts(value: Any) -> list[str]:
    """Return every text inside a value."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in texts(one)]


async def about_opened_trials(synced: Synced, run: SimRun, told: Run) -> None:
    """Opening a trial adds to it and never tells another outcome."""
    if not synced.sync.provider.capabilities.trial_detail:
        return
    opened: Counter[Outcome] = Counter()
    for key, row in synced.rows(told.ref).items():
        for trial in row.trials:
            if opened[trial.outcome] >= OPENED_PER_OUTCOME:
                continue
            opened[trial.outcome] += 1
            detail = await synced.sync.trial_detail(told.ref, key, trial.id)
            assert detail is not None
            about_the_detail(run, trial, detail.trial, detail.notes)
            if run.account == "datalab" and trial.outcome is not Outcome.PENDING:
                index = int(key) % 10_000
                about_the_document(synced.world, run, index, detail.trial, detail.notes)


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


def about_the_document(
    world: World, run: SimRun, index: int, opened: Trial, notes: tuple[str, ...]
) -> None:
    """The document is there for an hour, and by lookup key only."""
    where = (run.name, index, notes)
    text = truth.document(world, run, index)
    if opened.extra.get("lookup_key") is None:
        assert "no lookup key" in notes[0], where
    elif text is not None:
        said = json.dumps(opened.output) if isinstance(opened.output, dict) else opened.output
        parsed = isinstance(opened.output, dict)
        assert said == (json.dumps(json.loads(text)) if parsed else text), where
    elif opened.outcome is not Outcome.ERRORED:
        assert "expired" in notes[0], where
        assert opened.output is None, where
