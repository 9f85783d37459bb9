"""Cancelling on all five providers, over their own protocols."""

import pytest

from tests.clock import START, FakeClock
from tui.demo import demo_config, demo_keys, demo_transport, demo_world
from tui.errors import RejectedError
from tui.models import ProviderKind, Status
from tui.services import Services, open_services
from tui.store import RunQuery


def open_demo() -> Services:
    clock = FakeClock()
    return open_services(
        demo_config(),
        transport=demo_transport(demo_world(clock, epoch=START)),
        keys=demo_keys(),
        clock=clock,
        in_memory=True,
    )


async def test_live_runs_are_cancelled_where_the_provider_can() -> None:
    services = open_demo()
    canceled: dict[ProviderKind, list[str]] = {}
    for name, link in services.links.items():
        sync = await link.sync()
        await sync.everything()
        view = services.store.runs(RunQuery(connections=(name,), live_only=True))
        for stored in view.fetch(0, view.count()):
            if not sync.provider.capabilities.can_cancel:
                with pytest.raises(RejectedError, match="no way to cancel"):
                    await sync.cancel(stored.run.ref)
                continue
            run = await sync.cancel(stored.run.ref)
            now = services.store.run(stored.run.ref)
            assert now is not None
            assert (now.run.status, now.run.raw_status) == (run.status, run.raw_status)
            assert run.status is Status.CANCELED or run.raw_status == "cancelling"
            canceled.setdefault(run.provider, []).append(run.raw_status)
    await services.aclose()
    assert set(canceled) == {
        ProviderKind.OPENAI,
        ProviderKind.AZURE_OPENAI,
        ProviderKind.GOMODEL,
    }
