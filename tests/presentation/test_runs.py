from datetime import timedelta

import pytest

from tests.clock import START
from tests.presentation.samples import RUN, run, stored
from tui.models import Counts, CriterionStats, CriterionType, Group, Run, ScoreStats, Status
from tui.presentation.runs import COLUMNS, done_text, run_row, score_text, title_text
from tui.presentation.table import TableRow
from tui.store import Sample, StoredRun


def cell(row: TableRow, column: str) -> str:
    return row.cells[[one.id for one in COLUMNS].index(column)].text


def row(one: Run = RUN, **changes: object) -> TableRow:
    return run_row(stored(one, **changes), (), START)


def test_a_live_run_reads_as_in_the_design() -> None:
    found = row()
    assert found.key == "prod/eval_1/run_1"
    assert [one.text for one in found.cells] == [
        "● running",
        "████████░░",
        "812/1000",
        "",
        "87.2% ±4.2",
        "",
        "nightly",
        "support-faq",
        "gpt-5-mini",
        "3m",
        "14m",
        "prod",
    ]


def test_every_row_has_a_cell_for_every_column() -> None:
    assert len(row().cells) == len(COLUMNS)


@pytest.mark.parametrize(
    ("status", "word", "text"),
    [
        (Status.QUEUED, "validating", "○ queued"),
        (Status.RUNNING, "cancelling", "● canceling"),
        (Status.COMPLETED, "completed", "✓ completed"),
        (Status.COMPLETED, "completed_with_errors", "⚠ completed"),
        (Status.FAILED, "failed", "✗ failed"),
        (Status.CANCELED, "cancelled", "⊘ canceled"),
        (Status.EXPIRED, "expired", "⊗ expired"),
        (Status.UNKNOWN, "hibernating", "? hibernating"),
        (Status.UNKNOWN, "", "? unknown"),
    ],
)
def test_a_status_has_a_sign_and_a_word(status: Status, word: str, text: str) -> None:
    assert cell(row(run(status=status, raw_status=word)), "status") == text


@pytest.mark.parametrize(
    ("counts", "score", "text"),
    [
        (Counts(), None, "—"),
        (Counts(errored=5), None, "— 5 errored"),
        (Counts(passed=708, failed=104), None, "87.2% ±2.3"),
        (Counts(passed=708, failed=104, errored=5), None, "87.2% ±2.3 !5"),
        (Counts(passed=3, failed=0), None, "100.0% ±28.1"),
        (Counts(ungraded=40), ScoreStats(4.1, scale_max=5.0), "4.10 of 5"),
        (Counts(ungraded=40), ScoreStats(4.1, scale_max=2.5), "4.10 of 2.5"),
        (Counts(ungraded=40, errored=2), ScoreStats(0.83), "0.83 mean !2"),
    ],
)
def test_the_score_tells_how_sure_it_is_and_what_is_in_the_way(
    counts: Counts, score: ScoreStats | None, text: str
) -> None:
    assert score_text(run(counts=counts, score=score, status=Status.COMPLETED)) == text


def test_a_criterion_stands_in_by_name_until_rows_are_counted() -> None:
    length = CriterionStats("length", CriterionType.NUMERIC, 9, None, None, None, 4.5)
    judge = CriterionStats("judge.passed", CriterionType.BINARY, 10, 9, 1, 0, None)
    assert score_text(run(counts=Counts(), criteria=(length, judge))) == "90.0% judge"
    counted = Counts(passed=1, failed=1)
    assert score_text(run(counts=counted, criteria=(judge,))).startswith("50.0% ±")
    assert score_text(run(counts=Counts(), criteria=(length,))) == "—"


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        (Counts(), "—"),
        (Counts(done=37), "37"),
        (Counts(total=120), "?/120"),
        (Counts(done=0, total=120), "0/120"),
        (Counts(done=812, total=1000), "812/1000"),
        (Counts(done=50_000, total=50_000), "50k/50k"),
        (Counts(done=123_456, total=1_000_000), "123k/1M"),
    ],
)
def test_progress_has_a_denominator_only_when_there_is_one(counts: Counts, text: str) -> None:
    assert done_text(counts) == text
    assert len(text) <= 9


def test_no_denominator_no_bar() -> None:
    assert cell(row(run(counts=Counts(done=37))), "bar") == ""


def test_a_batch_without_name_group_or_model_shows_its_id_and_dashes() -> None:
    found = row(run(name=None, group=None, models=()))
    assert cell(found, "run") == "run_1"
    assert cell(found, "group") == "—"
    assert cell(found, "model") == "—"


def test_a_group_without_a_name_shows_its_id() -> None:
    assert cell(row(run(group=Group("eval_1", None))), "group") == "eval_1"


def test_several_models_are_counted() -> None:
    assert cell(row(run(models=("a", "b", "c"))), "model") == "a +2"


def test_the_age_is_that_of_the_start_or_of_what_is_known() -> None:
    assert cell(row(run(started_at=None)), "age") == "15m"
    never = run(started_at=None, created_at=None)
    seen: StoredRun = stored(never, first_seen_at=START - timedelta(hours=3))
    assert cell(run_row(seen, (), START), "age") == "3h"


def test_the_title_counts_what_there_is_and_what_is_shown() -> None:
    counts = {"runs": 128, "live": 3, "trouble": 1}
    assert title_text(counts, shown=128, filtered=False) == "128 runs · 3 live · 1 in trouble"
    assert title_text(counts, shown=7, filtered=True) == "7 of 128 runs · 3 live · 1 in trouble"
    quiet = {"runs": 1, "live": 0, "trouble": 0}
    assert title_text(quiet, shown=1, filtered=False) == "1 run"


def test_80_columns_hold_what_matters_and_120_hold_all() -> None:
    def width(most: int) -> int:
        shown = [one for one in COLUMNS if one.priority <= most]
        return sum(one.least for one in shown) + len(shown) - 1

    assert width(4) <= 80 - 5
    assert width(8) <= 120 - 4
    assert width(9) <= 130


def test_a_live_runs_course_is_drawn_beside_its_figures() -> None:
    course = [
        Sample(START, 0),
        Sample(START + timedelta(minutes=1), 400, passed=100, failed=300),
        Sample(START + timedelta(minutes=2), 800, passed=700, failed=100),
    ]
    seen = run_row(stored(run(counts=Counts(total=1000, done=800))), course, START)
    assert cell(seen, "course") == "▁▄▇"
    assert cell(seen, "trend") == " ▃█"
