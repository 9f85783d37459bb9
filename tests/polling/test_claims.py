"""Several processes ask no more than one would."""

import multiprocessing
from pathlib import Path

import pytest

from tests.clock import FakeClock
from tui.clock import SystemClock
from tui.polling.claims import KEPT_S, Claims


def claim_many(file: str, names: list[str]) -> int:
    """Return how many claims were granted; another process runs it."""
    claims = Claims(Path(file), SystemClock())
    return sum(claims.take(name, 60.0) for name in names)


@pytest.mark.parametrize("shared", [True, False])
def test_a_thing_is_claimed_once_until_it_is_due_again(tmp_path: Path, shared: bool) -> None:
    clock = FakeClock()
    claims = Claims(tmp_path / "claims" / "prod" if shared else None, clock)
    assert claims.take("prod/run", 12.0)
    assert not claims.take("prod/run", 12.0)
    assert claims.take("prod/other", 12.0)
    clock.advance(11.9)
    assert not claims.take("prod/run", 12.0)
    assert claims.take("prod/run", 5.0)
    clock.advance(12.0)
    assert claims.take("prod/run", 12.0)


def test_ones_own_claim_need_not_stand_in_ones_way(tmp_path: Path) -> None:
    clock = FakeClock()
    one, other = (Claims(tmp_path / "prod", clock) for _ in range(2))
    assert one.take("prod/run", 5.0, against_own=False)
    assert one.take("prod/run", 5.0, against_own=False)
    assert not other.take("prod/run", 5.0, against_own=False)


def test_each_of_many_is_granted_to_one_of_four_processes(tmp_path: Path) -> None:
    names = [f"prod/run-{n}" for n in range(60)]
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        granted = pool.starmap(claim_many, [(str(tmp_path / "prod"), names)] * 4)
    assert sum(granted) == 60


def test_the_file_does_not_grow_with_what_was_ever_asked(tmp_path: Path) -> None:
    clock = FakeClock()
    claims = Claims(tmp_path / "prod", clock)
    for n in range(300):
        claims.take(f"prod/run-{n}", 5.0)
    clock.advance(KEPT_S)
    claims.take("prod/run", 5.0)
    assert (tmp_path / "prod").stat().st_size == 24


def test_claims_from_before_a_restart_and_garbage_stand_in_nobodys_way(tmp_path: Path) -> None:
    late = FakeClock(monotonic=90_000.0)
    Claims(tmp_path / "prod", late).take("prod/run", 60.0)
    early = FakeClock(monotonic=10.0)
    assert Claims(tmp_path / "prod", early).take("prod/run", 60.0)
    (tmp_path / "torn").write_bytes(b"\x00\xff" * 21)
    assert Claims(tmp_path / "torn", early).take("prod/run", 60.0)
    (tmp_path / "taken").mkdir()
    alone = Claims(tmp_path / "taken", early)
    assert alone.take("prod/run", 60.0)
    assert not alone.take("prod/run", 60.0)
