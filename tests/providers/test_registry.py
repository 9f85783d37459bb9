"""From configuration to provider."""

import pytest

from tests.clock import FakeClock
from tui.config import (
    AzureOpenAIConnection,
    ConnectionConfig,
    DatalabConnection,
    GoModelConnection,
    OpenAIConnection,
    PollSettings,
    WeaveConnection,
)
from tui.credentials import FoundKey
from tui.providers.http import ClientContext
from tui.providers.registry import make_provider

POLL = PollSettings(5, 15, 60, 60)


async def no_key() -> FoundKey | None:
    return None


@pytest.mark.parametrize(
    "config",
    [
        OpenAIConnection(name="a", base_url="https://api.openai.com/v1", poll=POLL),
        AzureOpenAIConnection(name="b", base_url="https://r.openai.azure.com/openai/v1", poll=POLL),
        WeaveConnection(
            name="c", base_url="https://trace.wandb.ai", poll=POLL, entity="e", project="p"
        ),
        DatalabConnection(name="d", base_url="https://www.datalab.to", poll=POLL),
        GoModelConnection(name="e", base_url="http://localhost:8080", poll=POLL),
    ],
    ids=lambda config: str(config.kind),
)
async def test_every_kind_of_connection_has_its_provider(config: ConnectionConfig) -> None:
    provider = make_provider(config, ClientContext(FakeClock(), no_key))
    assert (provider.kind, provider.connection) == (config.kind, config.name)
    await provider.aclose()
