from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from tests.providers.datalab.samples import CONFIG, live_run, run, scored_file
from tests.providers.wiring import World, json_answer
from tui.models import CriterionType, Outcome, Row, Run
from tui.providers.datalab.files import row_of
from tui.providers.datalab.names import Names
from tui.providers.datalab.runs import run_of
from tui.providers.http import AuthScheme, HttpClient


def a_run(item: dict[str, Any]) -> Run:
    world = World(lambda _request: json_answer({}))
    client = HttpClient(
        world.context, connection="docs", base_url=CONFIG.base_url, auth=AuthScheme()
    )
    return run_of(item, CONFIG, Names(client, world.clock))


ENDED, LIVE = a_run(run()), a_run(live_run())


def read(item: dict[str, Any], of: Run = ENDED, pass_score: float | None = None) -> Row:
    return row_of(item, of, replace(CONFIG, pass_score=pass_score))


def test_a_scored_file_is_ungraded_and_tells_each_rule_with_its_feedback() -> None:
    row = read(scored_file())
    (trial,) = row.trials
    assert (row.key, row.label, row.index) == ("990101", "invoice-0001.pdf", None)
    assert trial.outcome is Outcome.UNGRADED
    assert [(score.name, score.value, score.passed) for score in trial.scores] == [
        ("score", 4.75, None),
        ("tables keep their columns", 4.5, None),
        ("reading order", 5.0, None),
    ]
    assert {score.type for score in trial.scores} == {CriterionType.NUMERIC}
    assert trial.scores[1].reason == "3 (Table, page 1): header row merged\n3.5: units lost"
    assert trial.scores[2].reason is None
    assert isinstance(trial.scores[1].detail, dict)
    assert trial.scores[1].detail["items_evaluated"] == 6
    assert row.extra["lookup_key"] == "Qm3xY7rT0aB9cD"
    assert trial.created_at is not None
    assert trial.created_at.isoformat() == "2026-03-01T17:02:12+00:00"


@pytest.mark.parametrize(
    ("score", "outcome"), [(4.75, Outcome.PASSED), (4.0, Outcome.PASSED), (3.99, Outcome.FAILED)]
)
def test_a_pass_score_of_the_connection_grades_files(score: float, outcome: Outcome) -> None:
    assert read(scored_file(eval_score=score), pass_score=4.0).trials[0].outcome is outcome


@pytest.mark.parametrize(
    ("status", "score", "of", "outcome"),
    [
        ("complete", None, ENDED, Outcome.UNGRADED),
        ("COMPLETED", 1.0, ENDED, Outcome.UNGRADED),
        ("failed", None, ENDED, Outcome.ERRORED),
        ("failed", 2.0, ENDED, Outcome.ERRORED),
        ("error", None, LIVE, Outcome.ERRORED),
        ("expired", None, ENDED, Outcome.ERRORED),
        ("skipped", None, LIVE, Outcome.SKIPPED),
        ("cancelled", None, LIVE, Outcome.SKIPPED),
        ("pending", None, LIVE, Outcome.PENDING),
        ("processing", None, LIVE, Outcome.PENDING),
        ("glowing", None, LIVE, Outcome.PENDING),
        ("glowing", 3.0, LIVE, Outcome.UNGRADED),
        ("glowing", None, ENDED, Outcome.UNGRADED),
    ],
)
def test_outcome_by_status_word(
    status: str, score: float | None, of: Run, outcome: Outcome
) -> None:
    (trial,) = read(scored_file(status=status, eval_score=score), of).trials
    assert trial.outcome is outcome
    assert (trial.error is not None) == (outcome is Outcome.ERRORED)
    assert trial.extra["status"] == status


def test_three_keys_are_enough() -> None:
    row = read({"request_id": 990104, "filename": "cover-letter.pdf", "status": "complete"})
    assert row.trials[0].outcome is Outcome.UNGRADED
    assert row.trials[0].scores == ()
    assert row.extra["lookup_key"] is None


def test_a_lookup_key_that_comes_later_does_not_make_another_trial() -> None:
    before = read(scored_file(status="processing", lookup_key=None, eval_score=None))
    assert before.trials[0].id == read(scored_file()).trials[0].id


@pytest.mark.parametrize(
    ("results", "kept", "rules"),
    [
        ({}, None, 0),
        (None, None, 0),
        ({"notes": {}, "evaluations": []}, None, 0),
        ({"notes": "unlike the others"}, {"notes": "unlike the others"}, 0),
        ([1, 2], [1, 2], 0),
        ("text", "text", 0),
        ({"evaluations": "none"}, {"evaluations": "none"}, 0),
        (
            {"evaluations": [7, {"name": "a", "rule_score": "bad"}]},
            {"evaluations": [7]},
            1,
        ),
    ],
)
def test_results_of_any_shape_are_kept_for_the_json_view(
    results: object, kept: object, rules: int
) -> None:
    (trial,) = read(scored_file(eval_results=results, eval_score=None)).trials
    assert trial.extra.get("eval_results") == kept
    assert len(trial.scores) == rules


def test_rules_of_one_name_stay_apart_also_from_the_overall_score() -> None:
    rules = [{"name": "score", "rule_score": 1}, {"name": "x"}, {"name": "x", "rule_score": 2}]
    (trial,) = read(scored_file(eval_results={"evaluations": rules})).trials
    assert [score.name for score in trial.scores] == ["score", "score (2)", "x", "x (2)"]


def test_nonsense_numbers_are_unknown_and_a_missing_id_is_no_row() -> None:
    assert read(scored_file(eval_score="high")).trials[0].scores[0].name != "score"
    with pytest.raises(ValidationError):
        read(scored_file(request_id=None))
