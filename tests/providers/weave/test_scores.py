from typing import Any

import pytest

from tui.models import CriterionType
from tui.providers.weave.scores import ScoreRules, flattened

DEFAULT = ScoreRules((), {})


def counting(scores: Any, *pass_criteria: str) -> list[str]:
    rules = ScoreRules(pass_criteria, {})
    return [
        score.name
        for score in flattened(scores, rules)
        if score.counts and score.type is CriterionType.BINARY
    ]


def test_each_leaf_is_a_score_of_its_kind() -> None:
    judged = {"passed": True, "score": 5, "detail": {"tone": "polite"}, "tags": ["a"], "note": None}
    scores = flattened({"exact_match": False, "judge": judged}, DEFAULT)
    assert [(s.name, s.type.value, s.passed, s.value, s.label) for s in scores] == [
        ("exact_match", "binary", False, None, None),
        ("judge.passed", "binary", True, None, None),
        ("judge.score", "numeric", None, 5.0, None),
        ("judge.detail.tone", "label", None, None, "polite"),
        ("judge.tags", "label", None, None, None),
        ("judge.note", "label", None, None, None),
    ]
    assert scores[4].detail == ["a"]


def test_only_top_level_and_passed_booleans_decide() -> None:
    scores = {
        "exact_match": True,
        "judge": {"passed": True, "grounded": False, "detail": {"passed": False}},
        "guard": {"pass": True},
    }
    assert counting(scores) == ["exact_match", "judge.passed", "guard.pass"]


def test_named_criteria_decide_alone() -> None:
    scores = {"exact_match": True, "judge": {"passed": True, "grounded": False}}
    assert counting(scores, "judge.grounded") == ["judge.grounded"]
    assert counting(scores, "judge") == ["judge.passed"]
    assert counting(scores, "exact_match", "nobody") == ["exact_match"]


@pytest.mark.parametrize("word", ["rationale", "reason", "explanation"])
def test_a_text_beside_a_verdict_is_its_reason(word: str) -> None:
    verdict, number, text, inner = flattened(
        {"judge": {"passed": False, "score": 2, word: "Too long.", "detail": {"ok": True}}}, DEFAULT
    )
    assert (verdict.reason, number.reason, inner.reason) == ("Too long.", "Too long.", None)
    assert (text.name, text.label) == (f"judge.{word}", "Too long.")


def test_a_null_takes_the_kind_the_run_gives_its_criterion() -> None:
    rules = ScoreRules((), {"correct": CriterionType.BINARY})
    [score] = flattened({"correct": None}, rules)
    assert (score.type, score.passed, score.value) == (CriterionType.BINARY, None, None)


@pytest.mark.parametrize("scores", [None, [], "text", 3, {}])
def test_scores_that_are_no_object_are_none(scores: Any) -> None:
    assert flattened(scores, DEFAULT) == ()


def test_numbers_beyond_a_float_and_endless_nesting_do_no_harm() -> None:
    deep: dict[str, Any] = {"x": True}
    for _ in range(100):
        deep = {"n": deep}
    huge, nested = flattened({"huge": 10**400, "deep": deep}, DEFAULT)
    assert huge.value is None
    assert nested.name.startswith("deep.n.n")


def test_scorer_names_may_hold_dots_and_anything() -> None:
    [score] = flattened({"a.b c/✓": True}, DEFAULT)
    assert score.name == "a.b c/✓"
