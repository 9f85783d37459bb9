"""Requests are counted by all processes of a machine together."""

import multiprocessing
import stat
import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tui.polling.ledger import OwnLedger, SharedLedger, recent, wait_s

WINDOWS = ((60.0, 20), (2.0, 5))


def spend_many(file: str, wishes: int) -> int:
    """Return how many of the wishes were granted; another process runs it."""
    ledger = SharedLedger(Path(file))
    return sum(ledger.spend(time.monotonic(), ((60.0, 20),)) <= 0 for _ in range(wishes))


def test_two_of_one_file_share_its_places(tmp_path: Path) -> None:
    file = tmp_path / "budget" / "prod"
    one, other = SharedLedger(file), SharedLedger(file)
    granted = [ledger.spend(100.0, ((60.0, 3),)) for ledger in (one, other, one, other)]
    assert all(wait <= 0 for wait in granted[:3])
    assert granted[3] == 60.0
    assert list(one.times(100.0)) == list(other.times(100.0)) == [100.0] * 3
    assert other.spend(160.0, ((60.0, 3),)) <= 0


def test_four_processes_together_send_no_more_than_one(tmp_path: Path) -> None:
    file = str(tmp_path / "prod")
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        granted = pool.starmap(spend_many, [(file, 50)] * 4)
    assert sum(granted) == 20


def test_the_file_is_private(tmp_path: Path) -> None:
    file = tmp_path / "budget" / "prod"
    SharedLedger(file).spend(1.0, WINDOWS)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_times_from_before_a_restart_of_the_machine_are_forgotten(tmp_path: Path) -> None:
    ledger = SharedLedger(tmp_path / "prod")
    for _ in range(5):
        ledger.spend(90_000.0, ((60.0, 5),))
    assert ledger.spend(10.0, ((60.0, 5),)) <= 0


def test_garbage_and_a_directory_in_its_place_stop_nobody(tmp_path: Path) -> None:
    torn = tmp_path / "torn"
    torn.write_bytes(b"\xff" * 37)
    assert SharedLedger(torn).spend(5.0, WINDOWS) <= 0
    (tmp_path / "taken").mkdir()
    ledger = SharedLedger(tmp_path / "taken")
    assert ledger.spend(5.0, ((60.0, 1),)) <= 0
    assert ledger.spend(6.0, ((60.0, 1),)) == 59.0


@given(st.lists(st.floats(0, 5, allow_nan=False), max_size=80))
def test_no_window_ever_holds_more_than_its_most(gaps: list[float]) -> None:
    ledger, now, sent = OwnLedger(), 100.0, []
    for gap in gaps:
        now += gap
        if ledger.spend(now, WINDOWS) <= 0:
            sent.append(now)
    for seconds, most in WINDOWS:
        for first, later in zip(sent, sent[most:], strict=False):
            assert later - first >= seconds - 1e-6


def test_the_wait_is_that_of_the_fullest_window() -> None:
    assert wait_s([0.0, 59.0], 59.5, ((60.0, 2), (2.0, 1))) == 1.5
    assert recent([1.0, 50.0, 70.0], 61.5) == [50.0]
