"""A command that brought much makes room at its end."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.clock import FakeClock
from tests.commands.conftest import Desk
from tests.store.test_eviction import filled, ref_of, rows
from tui.commands.making_room import make_room
from tui.config import Config, StoreSettings
from tui.services import open_services


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A store of three runs that may take next to nothing."""
    filled(tmp_path, 3).close()
    config = Config(data_dir=tmp_path, store=StoreSettings(max_gib=1e-9))
    services = open_services(config, clock=FakeClock())
    yield Desk(services, FakeClock(), io.StringIO(), io.StringIO())
    await services.aclose()


async def test_rows_above_the_limit_go_and_whose_they_were_is_told(desk: Desk) -> None:
    await make_room(desk.session())
    assert [rows(desk.services.store, n) for n in range(3)] == [0, 0, 0]
    told = desk.err.getvalue().splitlines()[0]
    assert told == (
        "The store is at its limit: the rows of 3 runs went: prod/run-0, prod/run-1, prod/run-2"
    )


async def test_that_nothing_may_go_is_told(desk: Desk) -> None:
    desk.services.store.keep([ref_of(n) for n in range(3)])
    await make_room(desk.session())
    assert [rows(desk.services.store, n) for n in range(3)] == [60, 60, 60]
    (told,) = desk.err.getvalue().splitlines()
    assert "above its limit" in told
    assert "max_gib" in told


async def test_a_store_within_its_limit_is_left(desk: Desk) -> None:
    services = replace(desk.services, config=replace(desk.services.config, store=StoreSettings()))
    await make_room(replace(desk, services=services).session())
    assert [rows(desk.services.store, n) for n in range(3)] == [60, 60, 60]
    assert not desk.err.getvalue()
