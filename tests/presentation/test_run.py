from datetime import timedelta

import pytest

from tests.clock import START
from tests.presentation.samples import run, stored
from tui.models import (
    Counts,
    CriterionStats,
    CriterionType,
    ErrorInfo,
    ModelUsage,
    ScoreStats,
    Status,
)
from tui.presentation import run as present
from tui.store import SyncState


def test_the_title_says_what_it_belongs_to() -> None:
    assert present.title(run()) == "nightly · support-faq · gpt-5-mini · prod"
    assert present.title(run(name=None, group=None, models=())) == "run_1 · prod"


@pytest.mark.parametrize(
    ("status", "word", "text"),
    [
        (Status.RUNNING, "in_progress", "● running (in_progress)"),
        (Status.RUNNING, "cancelling", "● canceling"),
        (Status.COMPLETED, "completed", "✓ completed"),
        (Status.CANCELED, "cancelled", "⊘ canceled"),
        (Status.UNKNOWN, "hibernating", "? hibernating"),
        (Status.COMPLETED, "descendant_error", "⚠ completed (descendant_error)"),
    ],
)
def test_the_providers_word_stands_beside_ours(status: Status, word: str, text: str) -> None:
    assert present.state(stored(run(status=status, raw_status=word)), START) == text


def test_a_long_silence_is_told() -> None:
    quiet = stored(run(raw_status="running"), changed_at=START - timedelta(hours=3))
    assert present.state(quiet, START) == "● running, last activity 3h ago"
    lively = stored(
        run(raw_status="running", last_activity_at=START - timedelta(minutes=2)),
        changed_at=START - timedelta(hours=3),
    )
    assert present.state(lively, START) == "● running"


def test_an_ended_run_is_not_called_quiet() -> None:
    ended = run(status=Status.COMPLETED, raw_status="completed")
    assert (
        present.state(stored(ended, changed_at=START - timedelta(days=3)), START) == "✓ completed"
    )


def test_the_outcome_keeps_every_count_apart() -> None:
    counts = Counts(passed=708, failed=104, errored=5, skipped=2, ungraded=1)
    assert present.outcome_text(run(counts=counts)) == (
        "pass rate 87.2% (82.6 to 91.0%) · 708 passed · 104 failed · 5 errored · 2 skipped"
        " · 1 ungraded"
    )


def test_a_mean_comes_with_its_spread() -> None:
    one = run(counts=Counts(ungraded=40), score=ScoreStats(4.1, 1.0, 5.0, 5.0))
    assert present.outcome_text(one) == "score 4.10 of 5 (1.00 to 5.00) · 40 ungraded"


def test_a_rate_and_a_mean_stand_side_by_side() -> None:
    one = run(counts=Counts(passed=3, failed=1), score=ScoreStats(0.871, 0.2, 1.0))
    assert present.outcome_text(one).endswith("3 passed · 1 failed · score 0.87 mean")


def test_the_header_tells_the_latest_known_time() -> None:
    assert present.when_text(stored(run(ended_at=START)), START).startswith("ended ")
    assert present.when_text(stored(), START).startswith("started ")
    bare = run(started_at=None, created_at=None)
    assert present.when_text(stored(bare), START).startswith("fetched ")


def test_nothing_yet_is_said() -> None:
    assert present.outcome_text(run(counts=Counts())) == "no result yet"


def test_costs_leave_out_what_is_unknown() -> None:
    assert present.cost_text(run()) == ""
    one = run(
        ended_at=START,
        usage=(
            ModelUsage("a", total_tokens=1_200_000, cost_usd=3.4),
            ModelUsage("b", input_tokens=100, output_tokens=50),
        ),
    )
    assert present.cost_text(one, "latency 1.2s") == (
        "took 14m 00s · 1.2M tokens · $3.40 · latency 1.2s"
    )


def test_latency_reads_as_median_and_slow_end() -> None:
    assert present.latency_text(1.234, 5.6) == "latency 1.2s, p95 5.6s"
    assert present.latency_text(None, None) == ""


def test_a_criterion_tells_counts_rate_and_interval() -> None:
    stats = CriterionStats("judge", CriterionType.BINARY, 200, 150, 50, 3, None, trial_count=240)
    (row,) = present.criteria_rows([stats])
    assert [cell.text for cell in row] == [
        "judge",
        "200 of 240",
        "150",
        "50",
        "3",
        "—",
        "75.0%",
        "68.6 to 80.5%",
    ]
    assert len(row) == len(present.CRITERIA_COLUMNS)


def test_a_number_has_a_mean_and_no_rate() -> None:
    stats = CriterionStats("length", CriterionType.NUMERIC, 40, None, None, 0, 3.14159)
    (row,) = present.criteria_rows([stats])
    assert [cell.text for cell in row] == ["length", "40", "—", "—", "0", "3.14", "—", "—"]


def test_usage_adds_up_what_the_provider_did_not() -> None:
    (row,) = present.usage_rows([ModelUsage("m", 10, 1000, 500, None, None, 0.5)])
    assert [cell.text for cell in row] == ["m", "10", "1,000", "—", "500", "1,500", "$0.5000"]


def test_notes_start_with_what_went_wrong_and_say_each_thing_once() -> None:
    one = stored(
        run(
            error=ErrorInfo("rate_limit", "Too many requests."),
            warnings=("The report link has expired.",),
        ),
        skipped=2,
        sync=SyncState(
            notes=("The output file has expired.", "The report link has expired."),
            error="The connection was cut.",
        ),
    )
    assert present.notes(one) == (
        "✗ Too many requests. (rate_limit)",
        "✗ The connection was cut.",
        "⚠ The report link has expired.",
        "⚠ The output file has expired.",
        "⚠ 2 items could not be read and were left out.",
    )


def test_the_rows_pane_says_how_much_is_here() -> None:
    assert present.rows_state(stored(sync=SyncState(rows_stored=1200))) == "1,200"
    walking = SyncState(rows_stored=812, expected=1000, walking=True)
    assert present.rows_state(stored(sync=walking)) == "812 of 1,000, fetching"


@pytest.mark.parametrize(
    ("sync", "status", "text", "trouble", "paused", "said"),
    [
        (SyncState(), Status.RUNNING, "", "", False, "Fetching the rows…"),
        (SyncState(), Status.RUNNING, "", "", True, "Paused before the rows were fetched."),
        (SyncState(), Status.RUNNING, "zzz", "", False, "No row matches “zzz”."),
        (SyncState(), Status.RUNNING, "", "The key was refused.", False, "The key was refused."),
        (SyncState(notes=("It expired.",)), Status.EXPIRED, "", "", False, "It expired."),
        (SyncState(completed_at=START), Status.COMPLETED, "", "", False, "This run has no rows."),
        (SyncState(completed_at=START), Status.RUNNING, "", "", False, "No row has ended yet."),
    ],
)
def test_an_empty_table_says_why(
    sync: SyncState, status: Status, text: str, trouble: str, *, paused: bool, said: str
) -> None:
    one = stored(run(status=status), sync=sync)
    assert said in present.empty_rows(one, text=text, trouble=trouble, paused=paused)


def test_details_hold_everything_else_and_nothing_empty() -> None:
    one = run(url="https://example.test/r", metadata={"team": "search"})
    sections = dict(present.details(one))
    assert set(sections) == {"facts", "metadata"}
    assert "prod/eval_1/run_1" in sections["facts"]
    assert "https://example.test/r" in sections["facts"]
    assert '"team": "search"' in sections["metadata"]


def test_raw_json_is_the_providers_or_what_we_know() -> None:
    assert present.raw(run(raw={"object": "eval.run"})) == {"object": "eval.run"}
    kept = present.raw(run())
    assert isinstance(kept, dict)
    assert kept["status"] == "in_progress"


def test_the_whole_run_as_text() -> None:
    stats = CriterionStats("judge", CriterionType.BINARY, 4, 3, 1, 0, None)
    text = present.as_text(stored(run(criteria=(stats,), warnings=("Mind the gap.",))))
    for part in ("nightly", "pass rate 87.2%", "judge", "Mind the gap.", "reference  prod/eval_1"):
        assert part in text
