"""What every provider makes of answers that are not quite what was promised."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.providers.contract.case import Site, drifted
from tests.providers.contract.test_answers import stocked
from tests.providers.wiring import json_answer
from tui.errors import ProviderError
from tui.models import Counts

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("id", "data", "status", "results", "error", "x")), inner, max_size=3
        )
    ),
    max_leaves=6,
)
SOME = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


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


@SOME
@given(value=JSON, place=st.integers(0, 50))
async def test_no_shape_within_a_run_or_row_costs_the_others(
    site: Site, value: Any, place: int
) -> None:
    site.runs, site.rows = [], []
    run = await stocked(site, runs=2, rows=2).get()
    site.runs[0] = with_value(site.runs[0], place, value)
    runs, skipped = await site.walk_runs()
    assert site.case.run_path(1) in [one.ref.path for one in runs]
    assert len(runs) + len(skipped) == 2
    site.rows[0] = with_value(site.rows[0], place, value)
    rows, _skipped, _notes = await site.walk_rows(run)
    assert site.case.row_key(1) in [row.key for row in rows]


def with_value(item: dict[str, Any], place: int, value: Any) -> Any:
    """Return the item with one of its values, or itself, replaced."""
    keys = [*item, None]
    key = keys[place % len(keys)]
    return value if key is None else {**item, key: value}


@SOME
@given(value=JSON)
async def test_an_answer_of_any_shape_is_a_typed_error_or_brings_nothing(
    site: Site, value: Any
) -> None:
    site.runs, site.rows, site.fault = [], [], None
    run = await stocked(site, runs=1, rows=1).get()
    site.fault = lambda _request: json_answer(value)
    with suppress(ProviderError):
        await site.walk_runs()
    with suppress(ProviderError):
        await site.walk_rows(run)
    with suppress(ProviderError):
        await site.get()
    with suppress(ProviderError):
        async for _page in site.provider.iter_sources():
            pass


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
