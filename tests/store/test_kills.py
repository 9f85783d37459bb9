"""Kill -9 at random moments: what was acknowledged is there, and the file is sound."""

import subprocess
import sys
from pathlib import Path

import pytest

KILLS = {"ingest": 25, "walk": 20, "eviction": 20, "salvage": 15, "upgrade": 20}
"""In each of the two journals: 200 in all."""


@pytest.mark.parametrize("mode", ["WAL", "TRUNCATE"])
@pytest.mark.parametrize("kind", [*KILLS])
def test_kills_lose_nothing(kind: str, mode: str) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "tests.store.killed", kind, str(KILLS[kind]), mode, "7"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith(f"{KILLS[kind]} kills")
