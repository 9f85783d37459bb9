"""What every provider makes of answers that are not quite what was promised."""

import pytest

from tests.providers.contract.case import Site, drifted
from tests.providers.contract.test_answers import stocked
from tui.models import Counts


async def test_one_bad_run_is_skipped_and_counted(site: Site) -> None:
    stocked(site, runs=3)
    site.runs[1] = site.case.unreadable_run
    runs, skipped = await site.walk_runs()
    assert [run.ref.path for run in runs] == [site.case.run_path(2), site.case.run_path(0)]
    assert len(skipped) == 1
    assert skipped[0].what
    assert skipped[0].why


async def test_one_bad_row_is_skipped_and_counted(site: Site) -> None:
    run = await stocked(site, rows=3).get()
    site.rows[1] = site.case.unreadable_row
    rows, skipped, _ = await site.walk_rows(run)
    assert [row.key for row in rows] == [site.case.row_key(0), site.case.row_key(2)]
    assert len(skipped) == 1
    assert skipped[0].what
    assert skipped[0].why


@pytest.mark.parametrize("sent", [True, False], ids=["null", "missing"])
async def test_a_run_of_which_only_the_identity_is_known(site: Site, sent: bool) -> None:
    whole = site.case.run(0)
    known = {key: whole[key] for key in site.case.run_identity}
    site.runs = [{**dict.fromkeys(whole), **known} if sent else known]
    (run,), skipped = await site.walk_runs()
    assert skipped == []
    assert run.ref.path == site.case.run_path(0)
    assert (run.status, run.raw_status) == site.case.bare_status
    assert run.live
    assert run.counts == Counts()
    assert (run.score, run.criteria, run.usage, run.created_at) == (None, (), (), None)


async def test_no_strange_value_in_a_run_costs_the_list(site: Site) -> None:
    stocked(site, runs=2)
    healthy = site.case.run_path(1)
    for what, item in drifted(site.case.run(0)):
        site.runs[0] = item
        runs, skipped = await site.walk_runs()
        assert healthy in [run.ref.path for run in runs], what
        assert len(runs) + len(skipped) == 2, what
        for run in runs:
            hash(run.ref)
            assert run.created_at is None or run.created_at.utcoffset() is not None, what


async def test_no_strange_value_in_a_row_costs_the_walk(site: Site) -> None:
    run = await stocked(site, rows=2).get()
    healthy = site.case.row_key(1)
    for what, item in drifted(site.case.row(0)):
        site.rows[0] = item
        rows, skipped, _ = await site.walk_rows(run)
        assert healthy in [row.key for row in rows], what
        # A row may have lost one of its parts and stay.
        assert len(rows) <= 2 <= len(rows) + len(skipped), what


async def test_unknown_keys_change_nothing(site: Site) -> None:
    stocked(site, runs=1, rows=1)
    before, _ = await site.walk_runs()
    run = await site.get()
    rows_before, _, _ = await site.walk_rows(run)
    site.runs[0] = {**site.runs[0], "surprise": {"deep": [1]}}
    site.rows[0] = {**site.rows[0], "surprise": {"deep": [1]}}
    after, _ = await site.walk_runs()
    rows_after, _, _ = await site.walk_rows(run)
    assert after[0].ref == before[0].ref
    assert after[0].status is before[0].status
    assert after[0].counts == before[0].counts
    assert [row.key for row in rows_after] == [row.key for row in rows_before]
    assert rows_after[0].trials[0].outcome is rows_before[0].trials[0].outcome
