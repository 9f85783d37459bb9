"""Connections brought to life."""

import asyncio
from typing import Any

import pytest

from tests.clock import FakeClock
from tests.polling.fakes import FakeProvider
from tui.config import OpenAIConnection
from tui.credentials import static_key_source
from tui.polling.links import Link
from tui.store import Store


async def test_connections_that_share_a_lock_are_built_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = FakeClock()
    store = Store.open(None, clock=clock)
    building = asyncio.Lock()
    built: list[str] = []

    def make(link: Any) -> FakeProvider:
        assert building.locked(), "another one may be built at the same time"
        built.append(link.name)
        return FakeProvider()

    monkeypatch.setattr(Link, "_make_provider", make)
    links = [
        Link(
            OpenAIConnection(
                name=name, base_url="https://example.org/v1", poll=OpenAIConnection.default_poll
            ),
            store=store,
            clock=clock,
            key=static_key_source("key"),
            building=building,
        )
        for name in ("one", "two", "three")
    ]
    await asyncio.gather(*(link.sync() for link in links))
    assert built == ["one", "two", "three"]
    store.close()
