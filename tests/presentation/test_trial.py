from tui.models import CriterionType, ErrorInfo, Outcome, Row, Score, Trial, Usage
from tui.presentation import trial as present


def trial(**changes: object) -> Trial:
    facts: dict[str, object] = {"id": "t1", "outcome": Outcome.FAILED, "output": "Rome"}
    return Trial(**{**facts, **changes})  # type: ignore[arg-type] # facts of many types


JUDGE = Score("judge", CriterionType.NUMERIC, passed=False, value=0.31, reason="Wrong city.")


def test_the_story_goes_from_trouble_to_verdict() -> None:
    one = trial(
        input=[{"role": "user", "content": "Capital of France?"}],
        expected="Paris",
        error=ErrorInfo("timeout", "It took too long."),
        scores=(JUDGE,),
    )
    blocks = present.story(one, ["The document is gone."])
    assert [(block.role, block.text) for block in blocks] == [
        ("error", "It took too long."),
        ("note", "The document is gone."),
        ("user", "Capital of France?"),
        ("expected", "Paris"),
        ("output", "Rome"),
        ("criterion", "Wrong city."),
    ]
    assert blocks[-1].title == "✗ judge 0.31"


def test_a_missing_output_is_explained() -> None:
    def said(one: Trial) -> str:
        return next(block.text for block in present.story(one) if block.role == "output")

    assert said(trial(output=None)) == "No output was recorded."
    assert said(trial(output=None, outcome=Outcome.PENDING)) == "Not answered yet."
    assert "errored" in said(trial(output=None, error=ErrorInfo(None, "x")))


def test_a_reference_answer_is_never_taken_for_something_said() -> None:
    one = trial(expected=[{"role": "assistant", "content": "Paris"}])
    block = next(block for block in present.story(one) if block.text == "Paris")
    assert (block.role, block.title) == ("expected", "assistant")


def test_verdicts_have_a_sign_each() -> None:
    scores = (
        Score("exact", CriterionType.BINARY, passed=True, value=1.0),
        JUDGE,
        Score("tone", CriterionType.LABEL, label="rude"),
        Score("toxic", CriterionType.BINARY, error=ErrorInfo("500", "no answer")),
        Score("style", CriterionType.BINARY, skipped=True),
    )
    line = present.criteria_line(trial(scores=scores))
    assert line == "✓ exact   ✗ judge 0.31   · tone rude   ! toxic   - style"


def test_a_broken_grader_says_so() -> None:
    broken = Score("toxic", CriterionType.BINARY, error=ErrorInfo("500", "no answer"))
    (block,) = present.criterion_blocks(trial(scores=(broken,)))
    assert block.text == "The grader broke: no answer (500)"


def test_a_criterion_shows_all_it_has() -> None:
    score = Score("j", CriterionType.BINARY, passed=True, counts=False, detail={"threshold": 0.5})
    (block,) = present.criterion_blocks(trial(scores=(score,)))
    assert "does not decide" in block.text
    assert "threshold: 0.5" in block.text
    deep = Score("j", CriterionType.BINARY, passed=True, detail={"pages": [1]})
    (block,) = present.criterion_blocks(trial(scores=(deep,)))
    assert '"pages": [' in block.text


def test_bare_verdicts_stand_together() -> None:
    scores = (
        Score("exact", CriterionType.BINARY, passed=True),
        JUDGE,
        Score("format", CriterionType.BINARY, passed=False),
    )
    blocks = present.criterion_blocks(trial(scores=scores))
    assert [(block.role, block.text) for block in blocks] == [
        ("criteria", "✓ exact\n✗ format"),
        ("criterion", "Wrong city."),
    ]


def test_no_criterion_is_said() -> None:
    (block,) = present.criterion_blocks(trial())
    assert block.text == "No criterion has graded this trial."


def test_the_facts_line_leaves_out_what_is_unknown() -> None:
    assert present.facts(trial(), number=1, of=1) == ""
    one = trial(
        model="gpt-5-mini",
        latency_s=1.23,
        usage=Usage(input_tokens=1200, output_tokens=34, cost_usd=0.0021),
        extra={"status_code": 200, "lookup_key": "k", "nested": {"a": 1}, "empty": ""},
    )
    assert present.facts(one, number=2, of=3) == (
        "trial 2 of 3 · gpt-5-mini · 1.2s · 1,200 in 34 out tokens · $0.0021 · status_code 200"
    )
    assert present.facts(trial(usage=Usage(total_tokens=7)), number=1, of=1) == "7 tokens"


def test_a_row_is_named_by_its_place_and_label() -> None:
    row = Row("k", "Capital?", (trial(), trial(id="t2", outcome=Outcome.PASSED)), index=7)
    assert present.title(row) == "#7 Capital?"
    assert present.title(Row("k", "", ())) == "k"
    assert present.strip_sentence(row) == "1 of 2 trials passed"
    assert present.strip_sentence(Row("k", "", (trial(),))) == ""


def test_raw_is_the_providers_item_or_what_we_know() -> None:
    row = Row("k", "l", (trial(),))
    assert present.raw(row, trial(raw=[1])) == [1]
    known = present.raw(row, trial(scores=(JUDGE,)))
    assert isinstance(known, dict)
    assert known["output"] == "Rome"
