"""A world on a clock that tests own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clock import START, FakeClock
from tests.demo.callers import Caller
from tui.demo import SEED
from tui.demo.facts import Account
from tui.demo.world import World


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the schema tests out when no schemas were given."""
    if collection_path.name.startswith("test_specs") and not config.getoption("--specs"):
        return True
    return None


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def world(clock: FakeClock) -> World:
    return World(SEED, START, clock)


@pytest.fixture
def caller(world: World) -> Callable[[Account], Caller]:
    return lambda account: Caller(world, account)


@pytest.fixture
def openai(world: World) -> Caller:
    return Caller(world, "openai")


@pytest.fixture
def specs(request: pytest.FixtureRequest) -> Path:
    """The folder given with `--specs`."""
    folder = request.config.getoption("--specs")
    if not isinstance(folder, Path):
        raise pytest.UsageError("these tests need --specs DIR")
    return folder
