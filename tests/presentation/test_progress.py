import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import START
from tests.presentation.samples import run
from tui.models import Counts, Status
from tui.presentation.progress import bar, eta, pace, progress_view

MINUTE = timedelta(minutes=1)


def test_the_recent_past_decides_not_the_slow_start() -> None:
    samples = [(START - 9 * MINUTE, 100), (START - 5 * MINUTE, 400), (START - MINUTE, 700)]
    found = pace(run(counts=Counts(total=1000, done=700)), samples, START)
    assert found.recent
    assert found.rows_per_s == pytest.approx(600 / 540)
    assert found.eta_s == pytest.approx(300 / (600 / 540))


def test_what_was_before_the_window_is_its_starting_point() -> None:
    samples = [(START - 30 * MINUTE, 100), (START - 5 * MINUTE, 400)]
    found = pace(run(counts=Counts(total=1000, done=400)), samples, START)
    assert found.rows_per_s == pytest.approx(300 / 600)


def test_a_steady_pace_is_one_figure_and_an_unsteady_one_a_range() -> None:
    steady = [(START - n * MINUTE, 1000 - 50 * n) for n in range(10, -1, -1)]
    one = run(counts=Counts(total=1500, done=1000))
    assert eta(one, steady, START) == "10m"
    gains = (0, 90, 10, 90, 10, 90, 10, 90, 10, 90, 10)
    unsteady = [(START - (10 - n) * MINUTE, 500 + sum(gains[: n + 1])) for n in range(len(gains))]
    found = pace(one, unsteady, START)
    assert found.eta_s is not None
    assert found.eta_least_s is not None
    assert found.eta_most_s is not None
    assert found.eta_least_s < found.eta_s < found.eta_most_s
    assert re.fullmatch(r"\d+\u2013\d+m", eta(one, unsteady, START))
    assert "about " in progress_view(one, unsteady, START).eta_text


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 500)), max_size=30),
    st.integers(1, 10_000),
)
def test_the_range_holds_the_figure_whatever_was_seen(
    looks: list[tuple[int, int]], total: int
) -> None:
    samples, done = [], 0
    for ago, gained in sorted(looks, key=lambda look: -look[0]):
        done += gained
        samples.append((START - timedelta(seconds=ago), done))
    found = pace(run(counts=Counts(total=max(total, done), done=done)), samples, START)
    if found.eta_least_s is not None and found.eta_s is not None:
        assert found.eta_most_s is not None
        assert 0 <= found.eta_least_s <= found.eta_s <= found.eta_most_s


def test_a_run_that_stands_still_loses_its_promise() -> None:
    samples = [(START - 40 * MINUTE, 100), (START - 30 * MINUTE, 400)]
    one = run(counts=Counts(total=1000, done=400))
    assert pace(one, samples, START).rows_per_s == 0
    assert eta(one, samples, START) == "—"
    assert progress_view(one, samples, START).rate_text == "no progress lately"


def test_one_look_falls_back_to_the_average_since_the_start() -> None:
    one = run(started_at=START - 10 * MINUTE, counts=Counts(total=1000, done=500))
    found = pace(one, [(START, 500)], START)
    assert not found.recent
    assert found.eta_s == pytest.approx(600)
    assert eta(one, [(START, 500)], START) == "10m"


def test_two_looks_within_seconds_measure_nothing() -> None:
    one = run(started_at=None, counts=Counts(total=1000, done=500))
    samples = [(START - timedelta(seconds=3), 0), (START, 500)]
    assert pace(one, samples, START).rows_per_s is None


def test_without_a_total_there_is_a_rate_but_no_eta() -> None:
    one = run(counts=Counts(done=500))
    found = pace(one, (), START)
    assert found.rows_per_s is not None
    assert found.eta_s is None
    assert eta(one, (), START) == "—"


def test_nothing_known_is_unknown() -> None:
    one = run(started_at=None, counts=Counts())
    assert pace(one, (), START).rows_per_s is None
    assert eta(one, (), START) == "—"


def test_an_ended_run_has_no_pace() -> None:
    one = run(status=Status.COMPLETED)
    assert pace(one, [(START - MINUTE, 1), (START, 500)], START).rows_per_s is None
    assert eta(one, (), START) == "—"


def test_the_window_of_a_batch_stands_in_with_a_star() -> None:
    one = run(counts=Counts(total=120), started_at=None, deadline_at=START + timedelta(hours=21.5))
    assert eta(one, (), START) == "21h*"


def test_the_window_wins_when_it_ends_first() -> None:
    slow = run(
        started_at=START - timedelta(hours=10),
        counts=Counts(total=1000, done=10),
        deadline_at=START + timedelta(hours=2),
    )
    assert eta(slow, (), START) == "2h*"


def test_the_line_of_a_live_run_tells_rate_and_rest() -> None:
    view = progress_view(run(deadline_at=START + timedelta(hours=21)), (), START)
    assert (view.done, view.total, view.tone) == (812, 1000, "live")
    assert view.rate_text == "58/min"
    assert view.eta_text == "about 3m left · window ends in 21h"


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0, "░░░░"), (0.001, "█░░░"), (0.5, "██░░"), (0.999, "███░"), (1, "████"), (7, "████")],
)
def test_a_bar_is_full_only_at_the_end_and_empty_only_at_the_start(
    fraction: float, text: str
) -> None:
    assert bar(fraction, 4) == text
