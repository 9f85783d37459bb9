import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from tests.clock import FakeClock
from tests.polling.fakes import FakeProvider, make_row, make_run
from tui.errors import RetiredError, ServerFaultError
from tui.models import JointResults, JointRun, Run, RunRef, Status
from tui.polling.rows_progress import RowsProgress
from tui.polling.sync import Sync
from tui.providers.base import Capabilities, SourcePage
from tui.store import Change, RowQuery, RunQuery, Store


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(clock: FakeClock) -> Store:
    return Store.open(None, clock=clock)


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider(
        sources={
            "eval_a": [make_run(f"a{n}", age_min=n) for n in range(5)],
            "eval_b": [make_run("b0", Status.RUNNING, done=1)],
        },
        rows={"a0": [make_row(str(n), passed=n % 2 == 0) for n in range(5)]},
    )


def names(store: Store) -> list[str]:
    view = store.runs(RunQuery())
    return [stored.run.id for stored in view.fetch(0, view.count())]


async def test_everything_walks_all_pages_of_all_sources(
    store: Store, clock: FakeClock, provider: FakeProvider
) -> None:
    changes: list[Change] = []
    failed = await Sync(provider, store, clock, changes.append).everything()
    assert failed == []
    assert sorted(names(store)) == ["a0", "a1", "a2", "a3", "a4", "b0"]
    assert "list eval_a after 4" in provider.asked
    assert {ref.path for change in changes for ref in change.refs} >= {"a0", "b0"}


async def test_one_broken_source_leaves_the_others(
    store: Store, clock: FakeClock, provider: FakeProvider
) -> None:
    provider.failures["list eval_a"] = ServerFaultError("down")
    failed = await Sync(provider, store, clock).everything()
    assert [(source.id, error.message) for source, error in failed] == [("eval_a", "down")]
    assert names(store) == ["b0"]


async def test_a_stale_list_is_completed_by_asking_live_runs(
    store: Store, clock: FakeClock, provider: FakeProvider
) -> None:
    provider.capabilities = Capabilities(can_cancel=True, list_refreshes=False)
    provider.details["b0"] = make_run("b0", Status.COMPLETED, done=9)
    await Sync(provider, store, clock).everything()
    stored = store.run(RunRef("prod", "b0"))
    assert stored is not None
    assert stored.run.status is Status.COMPLETED
    assert [question for question in provider.asked if question.startswith("get")] == ["get b0"]


async def test_rows_are_stored_page_by_page_and_counted(
    store: Store, clock: FakeClock, provider: FakeProvider
) -> None:
    sync = Sync(provider, store, clock)
    await sync.everything()
    run = await sync.run(RunRef("prod", "a0"))
    told = provider.stored = []

    def progress(step: RowsProgress) -> None:
        told.append(step)
        clock.advance(1)  # pages that come in one moment are written together

    await sync.rows(run, progress)
    assert [step.rows for step in told] == [2, 4, 5]
    stored = store.run(run.ref)
    assert stored is not None
    assert (stored.run.counts.passed, stored.run.counts.failed) == (3, 2)
    assert stored.sync.completed_at is not None


async def test_a_cut_walk_keeps_its_rows_and_goes_on_where_it_was(
    store: Store, clock: FakeClock, provider: FakeProvider
) -> None:
    sync = Sync(provider, store, clock)
    await sync.everything()
    run = await sync.run(RunRef("prod", "a0"))
    provider.failures["rows a0 4"] = ServerFaultError("cut", remedy="Wait.")
    with pytest.raises(ServerFaultError):
        await sync.rows(run)
    stored = store.run(run.ref)
    assert stored is not None
    assert stored.sync.rows_stored == 4
    assert stored.sync.error == "cut. Wait."
    provider.failures.clear()
    provider.asked.clear()
    await sync.rows(run)
    assert provider.asked == ["rows a0 4"]
    assert store.rows(run.ref, RowQuery()).count() == 5


async def test_a_cancelled_walk_is_ended_and_can_be_resumed(
    store: Store, clock: FakeClock, provider: FakeProvider
) -> None:
    sync = Sync(provider, store, clock)
    await sync.everything()
    run = await sync.run(RunRef("prod", "a0"))
    first_page = asyncio.Event()
    walk = asyncio.create_task(sync.rows(run, lambda _step: first_page.set()))
    await first_page.wait()
    walk.cancel()
    await asyncio.gather(walk, return_exceptions=True)
    stored = store.run(run.ref)
    assert stored is not None
    assert not stored.sync.walking
    await sync.rows(run)
    assert store.rows(run.ref, RowQuery()).count() == 5


async def test_two_walks_of_one_run_do_not_overlap(
    store: Store, clock: FakeClock, provider: FakeProvider
) -> None:
    sync = Sync(provider, store, clock)
    await sync.everything()
    run = await sync.run(RunRef("prod", "a0"))
    provider.asked.clear()
    await asyncio.gather(sync.rows(run), sync.rows(run))
    walk = ["rows a0 0", "rows a0 2", "rows a0 4"]
    assert provider.asked == walk + walk


async def test_a_retired_list_of_evals_leaves_the_batches(
    store: Store, clock: FakeClock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = provider.iter_sources

    async def batches_then_retired() -> AsyncGenerator[SourcePage, None]:
        async for page in whole():
            yield page
        raise RetiredError("The Evals API has ended.")

    monkeypatch.setattr(provider, "iter_sources", batches_then_retired)
    failed = await Sync(provider, store, clock).everything()
    assert [error.message for _source, error in failed] == ["The Evals API has ended."]
    assert len(names(store)) == 6


async def test_opening_a_trial_stores_what_it_told(
    store: Store, clock: FakeClock, provider: FakeProvider
) -> None:
    provider.capabilities = Capabilities(can_cancel=True, trial_detail=True)
    sync = Sync(provider, store, clock)
    await sync.everything()
    run = await sync.run(RunRef("prod", "a0"))
    await sync.rows(run)
    detail = await sync.trial_detail(run.ref, "0", "t-0")
    assert detail is not None
    row = store.row(run.ref, "0")
    assert row is not None
    assert row.trials[0].latency_s == 1.5
    assert await sync.trial_detail(run.ref, "0", "no such trial") is None


async def test_a_live_run_of_an_appending_api_is_asked_for_what_came_since(
    store: Store, clock: FakeClock, provider: FakeProvider
) -> None:
    provider.capabilities = Capabilities(can_cancel=True, rows_append=True)
    provider.rows["b0"] = [make_row(str(n)) for n in range(4)]
    sync = Sync(provider, store, clock)
    await sync.everything()
    run = await sync.run(RunRef("prod", "b0"))
    await sync.rows(run)
    provider.asked.clear()
    provider.rows["b0"].append(make_row("4"))
    await sync.rows(run)
    assert provider.asked == ["rows b0 4"]
    assert store.rows(run.ref, RowQuery()).count() == 5
    provider.sources["eval_b"] = [make_run("b0", Status.COMPLETED, done=5)]
    provider.asked.clear()
    await sync.rows(await sync.run(run.ref))
    assert provider.asked[:2] == ["get b0", "rows b0 0"], "the last walk begins at the start"


class TogetherProvider(FakeProvider):
    """Also tells of several runs at once."""

    async def joint_results(self, runs: Sequence[Run]) -> JointResults:
        """Return that they share five rows."""
        self.ask(f"together {' '.join(run.id for run in runs)}")
        return JointResults(5, tuple(JointRun(run.ref, 5, ()) for run in runs))


async def test_what_runs_have_in_common_is_asked_again_only_when_rows_have_changed(
    store: Store, clock: FakeClock
) -> None:
    rows = [make_row(str(n), passed=True) for n in range(5)]
    runs = [make_run(f"a{n}", age_min=n) for n in range(2)]
    provider = TogetherProvider(sources={"eval_a": runs}, rows={"a0": rows, "a1": rows})
    sync = Sync(provider, store, clock)
    await sync.everything()
    refs = [run.ref for run in runs]
    for _ in range(2):
        await sync.joint(refs)
    await sync.joint(refs[::-1])
    assert [one for one in provider.asked if "together" in one] == ["together a0 a1"]
    told, current = store.joining.joint(refs)
    assert told is not None
    assert (told.rows, current) == (5, True)
    provider.rows["a1"] = [make_row("9", passed=False), *rows]
    await sync.rows(runs[1])
    assert store.joining.joint(refs) == (told, False)
    await sync.joint(refs)
    assert [one for one in provider.asked if "together" in one] == ["together a0 a1"] * 2


async def test_who_cannot_tell_what_runs_have_in_common_is_not_asked(
    store: Store, clock: FakeClock, provider: FakeProvider
) -> None:
    await Sync(provider, store, clock).joint([run.ref for run in provider.sources["eval_a"]])
    assert provider.asked == []
