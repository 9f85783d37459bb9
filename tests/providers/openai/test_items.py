"""Output items, from the wire to rows and trials."""

import pytest

from tests.providers.openai.payloads import (
    EXACT_ID,
    GRADER_SAMPLE,
    HELPFUL_ID,
    TONE_ID,
    a_sample,
    an_errored_item,
    an_item,
)
from tests.providers.openai.test_runs import definition
from tui.models import CriterionType, ErrorInfo, JsonObject, JsonValue, Outcome, Row, Trial, Usage
from tui.providers.openai_family.items import read_items


def row_of(item: JsonObject) -> Row:
    found = read_items([item], definition())
    assert found.skipped == ()
    assert len(found.rows) == 1
    return found.rows[0]


def trial_of(item: JsonObject) -> Trial:
    (trial,) = row_of(item).trials
    return trial


def test_a_passed_item_is_mapped_whole() -> None:
    row = row_of(an_item(4))
    assert (row.key, row.index, row.label) == ("4", 4, "I was charged twice")
    assert row.extra == {"content_hash": "2d711642b7"}
    (trial,) = row.trials
    assert trial.id == "outputitem_0004"
    assert trial.outcome is Outcome.PASSED
    assert trial.input == [
        {"role": "developer", "content": "Answer with one word."},
        {"role": "user", "content": "I was charged twice"},
    ]
    assert trial.output == "billing"
    assert trial.expected == "billing"
    assert trial.model == "gpt-4o-mini-2024-07-18"
    assert trial.usage == Usage(input_tokens=62, output_tokens=2, cached_tokens=16, total_tokens=64)
    assert trial.created_at is not None
    assert trial.extra == {
        "item_status": "pass",
        "finish_reason": "stop",
        "temperature": 0.2,
        "top_p": 1.0,
        "seed": 42,
    }
    assert trial.raw == an_item(4)


def test_a_label_graders_reasoning_is_read_out_of_its_string() -> None:
    tone, exact = trial_of(an_item()).scores
    assert (tone.name, tone.type, tone.passed, tone.label) == (
        "tone",
        CriterionType.BINARY,
        True,
        "ok",
    )
    assert tone.reason == "One neutral word. → polite\nNo insult. → fine"
    assert (exact.name, exact.value, exact.reason, exact.detail) == ("exact", 1.0, None, None)
    assert isinstance(tone.detail, dict)
    assert tone.detail["sample"] == GRADER_SAMPLE


@pytest.mark.parametrize(
    ("said", "reason", "label"),
    [
        ("It is fine.", "It is fine.", None),
        ('{"steps": [], "result": 8.5}', '{"steps": [], "result": 8.5}', None),
        ('{"reasoning": "short", "result": "bad"}', "short", "bad"),
        ("[1, 2]", "[1, 2]", None),
        ("[" * 100_000, "[" * 100_000, None),
        ('{"steps": ["one", 2, {"conclusion": "end"}]}', "one\nend", None),
        ("", None, None),
    ],
)
def test_a_grader_that_says_something_else_is_quoted(
    said: str, reason: str | None, label: str | None
) -> None:
    sample: JsonObject = {"output": [{"role": "assistant", "content": said}]}
    result: JsonObject = {"name": HELPFUL_ID, "score": 8.5, "passed": True, "sample": sample}
    (score,) = trial_of(an_item(results=[result])).scores
    assert (score.reason, score.label) == (reason, label)
    assert (score.name, score.type, score.value) == ("helpful", CriterionType.NUMERIC, 8.5)
    assert isinstance(score.detail, dict)
    assert score.detail["threshold"] == 7.5


def test_an_errored_item_is_errored_with_its_cause() -> None:
    trial = trial_of(an_errored_item())
    assert trial.outcome is Outcome.ERRORED
    assert trial.error == ErrorInfo("rate_limit_exceeded", "Rate limit reached.")
    assert trial.output is None
    assert trial.usage is None


@pytest.mark.parametrize("word", ["error", "errored", "melted"])
def test_any_status_but_pass_and_fail_is_an_error(word: str) -> None:
    trial = trial_of(an_item(status=word, results=[]))
    assert trial.outcome is Outcome.ERRORED
    assert trial.error is not None
    assert trial.error.code == word


@pytest.mark.parametrize("word", ["queued", "in_progress"])
def test_an_item_that_has_not_ended_is_pending(word: str) -> None:
    trial = trial_of(an_item(status=word, results=[], sample=None))
    assert trial.outcome is Outcome.PENDING
    assert trial.error is None


@pytest.mark.parametrize(("word", "outcome"), [("pass", Outcome.PASSED), ("fail", Outcome.FAILED)])
@pytest.mark.parametrize("results", [None, [], [{"name": TONE_ID, "score": None, "passed": None}]])
def test_without_verdicts_the_items_status_decides(
    word: str, outcome: Outcome, results: JsonValue
) -> None:
    assert trial_of(an_item(status=word, results=results)).outcome is outcome


def test_one_failed_criterion_fails_the_item() -> None:
    results: list[JsonValue] = [
        {"name": TONE_ID, "score": 1.0, "passed": True},
        {"name": EXACT_ID, "score": 0.0, "passed": False},
    ]
    assert trial_of(an_item(status="fail", results=results)).outcome is Outcome.FAILED


def test_a_grader_that_broke_is_no_failing_model() -> None:
    broken: JsonObject = {"error": {"code": "server_error", "message": "Grader failed."}}
    results: list[JsonValue] = [
        {"name": TONE_ID, "score": 0.0, "passed": False, "sample": broken},
        {"name": EXACT_ID, "score": 1.0, "passed": True},
    ]
    trial = trial_of(an_item(status="fail", results=results))
    assert trial.outcome is Outcome.PASSED
    assert trial.scores[0].error == ErrorInfo("server_error", "Grader failed.")
    assert trial.scores[0].passed is None
    assert trial.error is None


def test_tool_calls_are_kept_as_messages() -> None:
    call: JsonObject = {
        "role": "assistant",
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
        ],
    }
    assert trial_of(an_item(sample=a_sample(output=[call]))).output == [call]


def test_output_text_stands_in_for_messages() -> None:
    sample = a_sample(output=None, output_text="other")
    assert trial_of(an_item(sample=sample)).output == "other"


@pytest.mark.parametrize("sample", [{}, None, "none"])
def test_without_a_sample_the_items_own_answer_is_shown(sample: JsonValue) -> None:
    item: JsonObject = {"query": "Where?", "response": "Here.", "ground_truth": "There."}
    trial = trial_of(an_item(sample=sample, datasource_item=item))
    assert (trial.input, trial.output, trial.expected) == (item, "Here.", "There.")


@pytest.mark.parametrize(
    ("item", "label"),
    [
        ({"id": "q-1", "question": "Why  is\nit?", "x": "y"}, "Why is it?"),
        ({"input": [1], "expected": "yes"}, '{"input":[1],"expected":"yes"}'),
        ({"ticket": "Broken"}, "Broken"),
        ({"id": 12}, "12"),
        ({"text": "a" * 900}, "a" * 200),
        ("bare text", "bare text"),
        (None, "7"),
        ({}, "7"),
    ],
)
def test_labels(item: JsonValue, label: str) -> None:
    assert row_of(an_item(7, datasource_item=item)).label == label


@pytest.mark.parametrize(
    ("sent", "key", "index"),
    [
        (0, "0", 0),
        ("22", "22", 22),
        ("row-a", "row-a", None),
        (None, "outputitem_0007", None),
        ([1], "outputitem_0007", None),
        ("9" * 40, "9" * 40, None),
    ],
)
def test_row_keys(sent: JsonValue, key: str, index: int | None) -> None:
    row = row_of(an_item(7, datasource_item_id=sent))
    assert (row.key, row.index) == (key, index)


def test_items_of_one_dataset_row_are_its_trials_and_a_repeated_item_is_one() -> None:
    found = read_items(
        [
            an_item(1, "outputitem_a"),
            an_item(2, "outputitem_b"),
            an_item(1, "outputitem_c", status="fail", results=[]),
            an_item(1, "outputitem_a"),
        ],
        definition(),
    )
    assert [(row.key, [trial.id for trial in row.trials]) for row in found.rows] == [
        ("1", ["outputitem_a", "outputitem_c"]),
        ("2", ["outputitem_b"]),
    ]


@pytest.mark.parametrize(
    "bad",
    [
        {"id": None},
        {"results": "SECRET"},
        {"results": ["SECRET"]},
    ],
)
def test_an_unreadable_item_is_skipped_and_the_others_stay(bad: JsonObject) -> None:
    found = read_items([an_item(1), {**an_item(2), **bad}, an_item(3)], definition())
    assert [row.key for row in found.rows] == ["1", "3"]
    (skipped,) = found.skipped
    assert "output item" in skipped.what
    assert "SECRET" not in skipped.why


def test_wrong_types_in_descriptive_fields_cost_only_these() -> None:
    sample = a_sample(usage="lots", model=["m"], temperature="hot", seed=None, output="billing")
    trial = trial_of(an_item(sample=sample, created_at="soon"))
    assert trial.outcome is Outcome.PASSED
    assert (trial.usage, trial.model, trial.created_at) == (None, None, None)


def test_hostile_text_is_kept_exactly() -> None:
    text = "[@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \u202e"
    trial = trial_of(an_item(sample=a_sample(text)))
    assert trial.output == text


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        ({"type": "score_model", "score": 0.5}, CriterionType.NUMERIC),
        ({"type": "string_check", "score": 1.0}, CriterionType.BINARY),
        ({"score": 0.5, "passed": True}, CriterionType.BINARY),
        ({"score": 0.5}, CriterionType.NUMERIC),
        ({"label": "medium"}, CriterionType.LABEL),
        ({}, CriterionType.BINARY),
    ],
)
def test_the_kind_of_a_grader_the_eval_does_not_name(
    result: JsonObject, kind: CriterionType
) -> None:
    (score,) = trial_of(an_item(results=[{"name": "unknown", **result}])).scores
    assert (score.name, score.type) == ("unknown", kind)


def test_a_bare_number_is_ungraded_when_the_item_has_no_verdict_either() -> None:
    item = an_item(status="completed", results=[{"name": "unknown", "score": 0.5}])
    assert trial_of(item).outcome is Outcome.UNGRADED


def test_results_without_any_name_are_kept_apart() -> None:
    scores = trial_of(an_item(results=[{"passed": True}, {"passed": False}])).scores
    assert [score.name for score in scores] == ["criterion", "criterion #2"]
