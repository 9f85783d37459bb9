"""What opening a trial does."""

import pytest

from tests.providers.contract.case import Site
from tests.providers.contract.test_answers import stocked
from tests.providers.contract.test_faults import STATUSES, always
from tests.providers.wiring import CANARY
from tui.errors import ProviderError
from tui.models import Row, Run


async def opened(site: Site) -> tuple[Run, Row]:
    run = await stocked(site, rows=1).get()
    (row,), _, _ = await site.walk_rows(run)
    return run, row


async def test_a_provider_that_has_no_more_to_tell_asks_nothing(site: Site) -> None:
    run, row = await opened(site)
    asked = len(site.world.requests)
    detail = await site.provider.trial_detail(run, row, row.trials[0])
    assert detail.trial.id == row.trials[0].id
    if not site.provider.capabilities.trial_detail:
        assert detail.trial == row.trials[0]
        assert len(site.world.requests) == asked


@pytest.mark.parametrize("status", STATUSES)
async def test_a_failure_is_typed_or_a_note_and_the_trial_stays(site: Site, status: int) -> None:
    run, row = await opened(site)
    site.fault = always(status, json=site.case.failure(status)[0])
    gone = site.case.gone_detail_statuses
    if site.provider.capabilities.trial_detail and status not in gone:
        with pytest.raises(ProviderError) as caught:
            await site.provider.trial_detail(run, row, row.trials[0])
        assert type(caught.value) is STATUSES[status][0]
        assert CANARY not in caught.value.sentence()
        return
    detail = await site.provider.trial_detail(run, row, row.trials[0])
    assert detail.trial == row.trials[0]
    assert bool(detail.notes) == (status in gone)
