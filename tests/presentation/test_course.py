from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clock import START
from tui.presentation.course import course_lines, course_text, sparkline
from tui.store import Sample


def samples(*told: tuple[int, int | None, int | None]) -> list[Sample]:
    return [
        Sample(START + timedelta(minutes=minute), done, passed, failed)
        for minute, (done, passed, failed) in enumerate(told)
    ]


@settings(max_examples=50)
@given(
    st.lists(st.none() | st.floats(-1, 2), max_size=40),
    st.integers(0, 12),
)
def test_a_line_has_a_place_for_each_value_while_there_is_room(
    values: list[float | None], width: int
) -> None:
    line = sparkline(values, width)
    assert len(line) == min(len(values), width)
    if line and values[-1] is None:
        assert line[-1] == " "


def test_the_newest_is_at_the_right_end_and_the_ends_are_none_and_all() -> None:
    assert sparkline([0.0, None, 0.5, 1.0], 8) == "▁ ▅█"
    assert sparkline([n / 100 for n in range(101)], 4) == "▂▄▆█"


def test_one_look_is_no_course() -> None:
    assert course_lines(samples((5, 5, 0)), 10, 8) == ("", "")
    assert course_text([], None) == ""


def test_without_a_total_progress_is_shown_against_what_is_done() -> None:
    progress, rates = course_lines(samples((0, None, None), (50, None, None)), None, 8)
    assert (progress, rates) == ("▁█", "")


def test_the_pass_rates_ends_are_told_in_words() -> None:
    told = course_text(samples((0, 0, 0), (5, 1, 4), (10, 8, 2)), 20)
    assert told == "progress ▁▃▅   pass rate  ▂▇ 20.0% to 80.0%"
