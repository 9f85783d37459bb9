"""What Foundry sends otherwise, from the wire to the models."""

from datetime import UTC, datetime

import pytest

from tests.providers.azure_openai.payloads import (
    a_broken_result,
    a_foundry_eval,
    a_foundry_item,
    a_foundry_run,
    a_result,
)
from tests.providers.openai.payloads import CREATED
from tui.models import (
    Counts,
    CriterionType,
    ErrorInfo,
    JsonObject,
    JsonValue,
    Outcome,
    ProviderKind,
    Run,
    Status,
    Trial,
)
from tui.providers.openai_family.evals import EvalDefinition, read_eval
from tui.providers.openai_family.items import read_items
from tui.providers.openai_family.runs import read_run


def definition() -> EvalDefinition:
    found = read_eval(a_foundry_eval())
    assert isinstance(found, EvalDefinition)
    return found


def run_of(item: JsonObject) -> Run:
    run = read_run(
        item, connection="eu", provider=ProviderKind.AZURE_OPENAI, definition=definition()
    )
    assert isinstance(run, Run)
    return run


def trial_of(item: JsonObject, *, foundry: bool = True) -> Trial:
    (row,) = read_items([item], definition(), foundry=foundry).rows
    (trial,) = row.trials
    return trial


def test_a_completed_run() -> None:
    run = run_of(a_foundry_run())
    assert run.provider is ProviderKind.AZURE_OPENAI
    assert run.created_at == datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
    assert run.ended_at == run.last_activity_at == datetime.fromtimestamp(CREATED + 580, UTC)
    assert run.counts == Counts(done=40, passed=28, failed=10, errored=1, skipped=1)
    assert [(entry.name, entry.n, entry.errored) for entry in run.criteria] == [
        ("coherence", 39, 1),
        ("answers_it", 38, 2),
    ]
    assert {entry.type for entry in run.criteria} == {CriterionType.BINARY}
    assert [entry.model for entry in run.usage] == ["gpt-4.1-mini-2025-04-14"]
    assert run.models == ()
    assert run.config["evaluation_level"] == "turn"
    assert run.config["created_by"] == "Ada Example"


def test_a_running_run_has_signs_of_life_but_no_end() -> None:
    run = run_of(a_foundry_run(status="in_progress"))
    assert run.last_activity_at is not None
    assert run.ended_at is None


@pytest.mark.parametrize("word", ["canceled", "cancelled"])
def test_both_spellings_of_canceled(word: str) -> None:
    assert run_of(a_foundry_run(status=word)).status is Status.CANCELED


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Quota.", ErrorInfo(None, "Quota.")),
        (["a", 1], ErrorInfo(None, '["a", 1]')),
        ({"code": "UserError", "message": "Bad data."}, ErrorInfo("UserError", "Bad data.")),
        ({"code": 429}, ErrorInfo("429", "429")),
        ({"reason": "é"}, ErrorInfo(None, '{"reason": "é"}')),
        (7, ErrorInfo(None, "7")),
        (None, None),
    ],
)
def test_an_error_may_be_any_json(sent: JsonValue, shown: ErrorInfo | None) -> None:
    assert run_of(a_foundry_run(error=sent)).error == shown


def test_the_model_of_a_target_is_the_runs_model() -> None:
    source: JsonObject = {
        "type": "azure_ai_target_completions",
        "source": {"type": "file_id", "id": "azureai://x"},
        "target": {"type": "azure_ai_model", "model": "gpt-4.1"},
    }
    assert run_of(a_foundry_run(data_source=source)).models == ("gpt-4.1",)


def test_a_passed_item() -> None:
    trial = trial_of(a_foundry_item(a_result("coherence"), a_result("answers_it", score=4.0)))
    assert trial.outcome is Outcome.PASSED
    assert trial.output == "A refund is on its way."
    assert [(score.name, score.value, score.label) for score in trial.scores] == [
        ("coherence", 5.0, "pass"),
        ("answers_it", 4.0, "pass"),
    ]
    first = trial.scores[0]
    assert (first.type, first.passed, first.reason) == (CriterionType.BINARY, True, "It follows.")
    assert isinstance(first.detail, dict)
    assert first.detail["threshold"] == 3


@pytest.mark.parametrize("word", ["error", "errored"])
@pytest.mark.parametrize("item_status", ["completed", "error", "pass"])
def test_a_pass_beside_a_broken_grader_passed(word: str, item_status: str) -> None:
    item = a_foundry_item(
        a_result("coherence"), a_broken_result("answers_it", word), status=item_status
    )
    for foundry in (True, False):
        trial = trial_of(item, foundry=foundry)
        assert trial.outcome is Outcome.PASSED
        assert trial.scores[1].error == ErrorInfo("FAILED_EXECUTION", "Model call failed.")
        assert trial.scores[1].passed is None
        assert trial.error is None


def test_a_fail_wins() -> None:
    failed = a_result("answers_it", passed=False, label="fail", score=1.0)
    item = a_foundry_item(a_result("coherence"), failed, status="error")
    assert trial_of(item).outcome is Outcome.FAILED


def test_only_broken_graders_is_errored_with_their_cause() -> None:
    trial = trial_of(a_foundry_item(a_broken_result("coherence"), a_broken_result("answers_it")))
    assert trial.outcome is Outcome.ERRORED
    assert trial.error == ErrorInfo("FAILED_EXECUTION", "Model call failed.")


def test_a_broken_grader_may_say_why_in_its_reason_or_not_at_all() -> None:
    quiet = a_result("coherence", passed=None, score=None, label=None, status="errored")
    (score,) = trial_of(a_foundry_item(quiet)).scores
    assert score.error == ErrorInfo(None, "It follows.")
    (score,) = trial_of(a_foundry_item({**quiet, "reason": None})).scores
    assert score.error is not None
    assert score.error.message


def test_skipped_graders_are_skipped() -> None:
    skipped = a_result("coherence", passed=None, score=None, label=None, status="skipped")
    assert trial_of(a_foundry_item(skipped)).outcome is Outcome.SKIPPED
    with_error = a_foundry_item(skipped, a_broken_result("answers_it"))
    assert trial_of(with_error).outcome is Outcome.ERRORED


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("completed", Outcome.ERRORED),
        ("error", Outcome.ERRORED),
        ("pass", Outcome.PASSED),
        ("fail", Outcome.FAILED),
        ("in_progress", Outcome.PENDING),
    ],
)
def test_no_result_at_all_is_errored_unless_the_status_says_otherwise(
    word: str, outcome: Outcome
) -> None:
    assert trial_of(a_foundry_item(status=word)).outcome is outcome


def test_a_label_without_a_verdict_is_one_when_it_says_pass_or_fail() -> None:
    for label, outcome in (("Pass", Outcome.PASSED), ("fail", Outcome.FAILED)):
        item = a_foundry_item(a_result("coherence", passed=None, label=label))
        assert trial_of(item).outcome is outcome
    word = a_foundry_item(a_result("coherence", passed=None, label="medium"))
    assert trial_of(word).outcome is Outcome.UNGRADED


@pytest.mark.parametrize(
    ("criterion", "metrics", "names", "counting"),
    [
        ("coherence", ["x", "coherence"], ["coherence.x", "coherence"], [False, True]),
        # Named by the user: the evaluator's own name tells its main metric.
        ("answers_it", ["extra", "relevance"], ["answers_it.extra", "answers_it"], [False, True]),
        ("coherence", ["x", "y"], ["coherence", "coherence.y"], [True, False]),
    ],
)
def test_of_several_metrics_only_the_primary_one_counts(
    criterion: str, metrics: list[str], names: list[str], counting: list[bool]
) -> None:
    results = [
        a_result(criterion, metric=metric, passed=counts)
        for metric, counts in zip(metrics, counting, strict=True)
    ]
    trial = trial_of(a_foundry_item(*results))
    assert [score.name for score in trial.scores] == names
    assert [score.counts for score in trial.scores] == counting
    assert trial.outcome is Outcome.PASSED


@pytest.mark.parametrize("field", ["dimension_scores", "rubric_scores"])
@pytest.mark.parametrize("as_text", [True, False])
def test_dimension_scores_of_a_rubric_are_in_the_detail(field: str, as_text: bool) -> None:
    dimensions: JsonValue = [{"id": "tone", "score": 4, "applicable": True, "weight": 1}]
    sent: JsonValue = '[{"id": "tone", "score": 4, "applicable": true, "weight": 1}]'
    item = a_foundry_item(
        a_result("coherence", properties={field: sent if as_text else dimensions})
    )
    detail = trial_of(item).scores[0].detail
    assert isinstance(detail, dict)
    assert detail["dimension_scores"] == dimensions


def test_unreadable_dimension_scores_are_shown_as_sent() -> None:
    item = a_foundry_item(a_result("coherence", properties={"dimension_scores": "4 of 5"}))
    detail = trial_of(item).scores[0].detail
    assert isinstance(detail, dict)
    assert detail["dimension_scores"] == "4 of 5"


@pytest.mark.parametrize("row", [22, "22"])
def test_a_row_number_may_be_a_text(row: JsonValue) -> None:
    (found,) = read_items([a_foundry_item(datasource_item_id=row)], definition()).rows
    assert (found.key, found.index) == ("22", 22)
