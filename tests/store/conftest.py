"""What tests of damaged files begin with."""

import shutil
from pathlib import Path

import pytest

from tests.store.spoiled import make_small_store


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a small store; tests copy it."""
    return make_small_store(tmp_path_factory.mktemp("values"))


@pytest.fixture
def old(made: Path, tmp_path: Path) -> Path:
    """Return a copy of it, to be spoiled."""
    return Path(shutil.copy(made, tmp_path / "old"))
