"""What every provider makes of good answers."""

import pytest

from tests.providers.contract.case import Site
from tui.models import Outcome, RunRef, Status
from tui.providers.base import ProbeResult


def stocked(site: Site, runs: int = 1, rows: int = 0) -> Site:
    site.runs = [site.case.run(n) for n in range(runs)]
    site.rows = [site.case.row(n) for n in range(rows)]
    return site


async def test_the_list_is_walked_to_its_end_newest_first(site: Site) -> None:
    runs, skipped = await stocked(site, runs=5).walk_runs()
    assert [run.ref.path for run in runs] == [site.case.run_path(n) for n in (4, 3, 2, 1, 0)]
    assert skipped == []
    assert {run.ref.connection for run in runs} == {site.case.config.name}
    assert {run.provider for run in runs} == {site.provider.kind}


async def test_an_empty_account_is_an_empty_list(site: Site) -> None:
    assert await site.walk_runs() == ([], [])


async def test_sources_contain_the_one_that_is_listed(site: Site) -> None:
    pages = [page async for page in stocked(site).provider.iter_sources()]
    assert site.case.source.id in [source.id for page in pages for source in page.sources]


async def test_a_run_has_its_reference_times_and_real_total(site: Site) -> None:
    run = await stocked(site).get()
    assert run.ref == RunRef(site.case.config.name, site.case.run_path(0))
    assert run.status is Status.COMPLETED
    assert not run.live
    assert run.created_at is not None
    assert run.created_at.utcoffset() is not None
    assert run.counts.total == 5
    assert run.raw is not None
    (listed,), _ = await site.walk_runs()
    assert listed.ref == run.ref


async def test_rows_are_walked_to_their_end(site: Site) -> None:
    run = await stocked(site, rows=450).get()
    rows, skipped, _ = await site.walk_rows(run)
    assert [row.key for row in rows] == [site.case.row_key(n) for n in range(450)]
    assert skipped == []
    assert all(row.trials for row in rows)
    assert all(trial.outcome is not Outcome.PENDING for row in rows for trial in row.trials)


async def test_a_run_without_rows(site: Site) -> None:
    run = await stocked(site).get()
    rows, skipped, _ = await site.walk_rows(run)
    assert (rows, skipped) == ([], [])


@pytest.mark.parametrize("word", ["glowing", "\x1b]0;owned\x07", "комплит"])
async def test_an_unknown_status_is_kept_as_it_is_and_polled_on(site: Site, word: str) -> None:
    site.runs = [site.case.with_status(site.case.run(0), word)]
    (run,), _ = await site.walk_runs()
    assert (run.status, run.raw_status, run.live) == (Status.UNKNOWN, word, True)


async def test_reading_twice_gives_the_same(site: Site) -> None:
    stocked(site, runs=3, rows=3)
    assert await site.walk_runs() == await site.walk_runs()
    run = await site.get()
    assert await site.get() == run
    assert await site.walk_rows(run) == await site.walk_rows(run)


async def test_the_probe_proves_address_and_key(site: Site) -> None:
    result = await stocked(site).provider.probe()
    assert isinstance(result, ProbeResult)
    assert result.ok
    assert result.sentence
    assert len(site.world.requests) == 1


async def test_closing_twice_is_safe(site: Site) -> None:
    await stocked(site).walk_runs()
    await site.provider.aclose()
    await site.provider.aclose()
