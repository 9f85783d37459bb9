import json
from typing import Any

import pytest

from tests.analysis.runs import compared, put, row, rows_of, two
from tests.clock import FakeClock
from tui.analysis.compared import Comparison, Judged, LeftOut, Options
from tui.analysis.intervals import Interval
from tui.analysis.measures import Measured
from tui.analysis.verdicts import Rule, judge
from tui.presentation.comparison_records import comparison_record
from tui.presentation.comparison_text import escaped, markdown, plain_text
from tui.presentation.verdicts import left_out_line, sentence, signed
from tui.store import Store

STEADY = "p" * 60 + "f" * 20


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ("p" * 75 + "f" * 5, "Better by 18.8 points, 95 % interval +10.0 to +28.4."),
        ("p" * 44 + "f" * 36, "Worse by 20.0 points, 95 % interval -28.8 to -10.8."),
        (
            "p" * 62 + "f" * 18,
            "Inconclusive: +2.5 points, 95 % interval -2.1 to +7.4; about 232 more rows would be",
        ),
    ],
)
def test_the_verdict_in_one_sentence(clock: FakeClock, after: str, words: str) -> None:
    assert sentence(two(clock, rows_of(STEADY), rows_of(after)).pairs[0].overall).startswith(words)


def test_no_difference_names_the_margin(clock: FakeClock) -> None:
    (pair,) = two(clock, rows_of(STEADY * 20), rows_of(STEADY * 20)).pairs
    assert sentence(pair.overall).startswith("No difference beyond 2.0 points: 0.0 points, 95 %")


@pytest.mark.parametrize(
    ("letters", "words"),
    [
        ("", "Nothing to compare: no matched row has a result in both runs."),
        ("e" * 20, "Nothing to compare: no matched row has a result in both runs."),
        ("ppf", "Too few to say: 3 rows, at least 10 are needed."),
    ],
)
def test_too_little_is_said_in_words(clock: FakeClock, letters: str, words: str) -> None:
    assert sentence(two(clock, rows_of(letters), rows_of(letters)).pairs[0].overall) == words


def test_scores_are_told_on_their_scale(clock: FakeClock) -> None:
    before = [row(f"r{n}", "u", 3.0 + n % 3) for n in range(40)]
    after = [row(f"r{n}", "u", 3.5 + n % 3 + (n % 5) / 10) for n in range(40)]
    told = sentence(two(clock, before, after).pairs[0].overall)
    assert told.startswith("Better by 0.70, 95 % interval +0.6")
    same = two(clock, [row(f"r{n}", "u", 3.0) for n in range(40)],
               [row(f"r{n}", "u", 3.0) for n in range(40)])  # fmt: skip
    assert sentence(same.pairs[0].overall) == "No difference at all over 40 rows."


def test_a_verdict_lost_to_the_correction_says_so() -> None:
    measured = Measured(100, 0.5, 0.6, 0.1, Interval(0.01, 0.19), "mcnemar_exact", 0.03)
    found = Judged("judge", "binary", measured, 0.2, judge(measured, 0.2, Rule()))
    assert "not among so many comparisons" in sentence(found)


def test_zero_has_no_sign() -> None:
    found = Judged("judge", "binary", Measured(1), None, judge(Measured(1), None, Rule()))
    assert signed(found, -0.0001) == "0.0"
    assert signed(found, 0.032) == "+3.2"
    assert signed(found, None) == "—"


def test_left_out_rows_say_what_they_could_do() -> None:
    line = left_out_line("A", LeftOut(2, 1, Interval(0.6, 0.9)))
    assert line == (
        "A leaves out 2 errored rows and 1 ungraded row: "
        "60.0% if all had failed, 90.0% if all had passed"
    )
    assert left_out_line("A", LeftOut(0, 0, Interval(0.6, 0.6))) == ""


def test_text_and_markdown_hold_coverage_table_and_verdict(clock: FakeClock) -> None:
    comparison = two(clock, rows_of(STEADY), rows_of(STEADY[:70]))
    text = plain_text(comparison)
    assert "70 matched · 10 only in A · 0 only in B; matched by key: the runs share a group" in text
    assert "only in A: r70, r71, r72" in text
    assert "judge" in text
    assert "| overall | 85.7% | 85.7% |" in markdown(comparison)


def test_hostile_names_stay_text(clock: FakeClock) -> None:
    store = Store.open(None, clock=clock)
    name = "\x1b[31m<script>alert(1)</script> [x](https://evil.example) @all `rm` |"
    runs = [
        put(store, "eval_a/run_1", rows_of(STEADY), name=name),
        put(store, "eval_a/run_2", rows_of(STEADY), name=name, metadata={name: name}),
    ]
    comparison = compared(store, runs, Options())
    for text in (plain_text(comparison), markdown(comparison)):
        assert "\x1b" not in text
    shown = markdown(comparison)
    for live in ("<script", " [x]", "x](", "https://", " @all", " `rm`"):
        assert live not in shown
    assert escaped("a|b\n# c <i>") == r"a\|b⏎\# c &lt;i&gt;"


def record_of(comparison: Comparison) -> Any:
    """Return the record as a script reads it."""
    return json.loads(json.dumps(comparison_record(comparison), allow_nan=False))


CONTRACT = (
    "name type baseline_value run_value difference ci_low ci_high test p_value p_adjusted n"
    " verdict sentence"
)


def test_the_record_has_every_key_of_the_contract(clock: FakeClock) -> None:
    record = record_of(two(clock, rows_of(STEADY), rows_of("p" * 75 + "f" * 5)))
    assert record["runs"] == ["prod/eval_a/run_1", "prod/eval_a/run_2"]
    assert record["key"] == "key"
    assert record["coverage"]["only"] == [0, 0]
    (pair,) = record["pairs"]
    assert {"baseline", "run", "criteria", "verdict", "sentence"} <= set(pair)
    assert set(CONTRACT.split()) <= set(pair["criteria"][0])
    assert pair["verdict"] == "better"


def test_unknown_figures_are_null(clock: FakeClock) -> None:
    overall = record_of(two(clock, rows_of(""), rows_of("")))["pairs"][0]["overall"]
    for key in ("baseline_value", "difference", "ci_low", "p_value", "detectable", "test"):
        assert overall[key] is None
