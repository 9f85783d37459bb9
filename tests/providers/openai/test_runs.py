"""Eval runs and evals, from the wire to the models."""

from datetime import UTC, datetime

import pytest

from tests.providers.openai.payloads import (
    CREATED,
    EVAL_ID,
    EXACT_ID,
    TONE_ID,
    a_run,
    a_young_run,
    an_eval,
    file_source,
)
from tui.models import (
    Counts,
    CriterionType,
    ErrorInfo,
    Group,
    JsonObject,
    JsonValue,
    ProviderKind,
    Run,
    RunRef,
    Status,
)
from tui.providers.base import Skipped
from tui.providers.openai_family.evals import EvalDefinition, read_eval
from tui.providers.openai_family.runs import read_run


def definition(**changes: JsonValue) -> EvalDefinition:
    found = read_eval({**an_eval(), **changes})
    assert isinstance(found, EvalDefinition)
    return found


def run_of(item: JsonObject, known: EvalDefinition | None = None) -> Run:
    run = read_run(
        item,
        connection="prod",
        provider=ProviderKind.OPENAI,
        definition=known or definition(),
    )
    assert isinstance(run, Run)
    return run


def test_a_completed_run_is_mapped_whole() -> None:
    run = run_of(a_run())
    assert run.ref == RunRef("prod", f"{EVAL_ID}/evalrun_68f100bb")
    assert (run.status, run.raw_status) == (Status.COMPLETED, "completed")
    assert run.group == Group(EVAL_ID, "ticket triage")
    assert run.name == "prompt v3"
    assert run.models == ("gpt-4o-mini",)
    assert run.created_at == datetime.fromtimestamp(CREATED + 600, UTC)
    assert run.ended_at is None
    assert run.counts == Counts(total=3, done=3, passed=1, failed=1, errored=1)
    assert run.url == "https://platform.openai.com/evaluations/eval_68f100aa&run_id=evalrun_x"
    assert run.metadata == {"git_sha": "4f1c2aa"}
    assert run.warnings == ()


def test_criteria_get_their_names_from_the_eval_and_their_type_from_the_grader() -> None:
    criteria = run_of(a_run()).criteria
    assert [(entry.name, entry.type) for entry in criteria] == [
        ("tone", CriterionType.BINARY),
        ("exact", CriterionType.BINARY),
        ("helpful", CriterionType.NUMERIC),
    ]
    assert (criteria[1].n, criteria[1].passed, criteria[1].failed) == (2, 1, 1)
    assert criteria[1].pass_rate == 0.5
    assert criteria[1].errored is None


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (TONE_ID, "tone"),
        ("tone", "tone"),
        ("other-11111111-2222-3333-4444-555555555555", "other"),
        ("plain-name", "plain-name"),
    ],
)
def test_a_criterion_is_named_by_id_by_name_or_without_its_uuid(sent: str, shown: str) -> None:
    run = run_of(
        a_run(per_testing_criteria_results=[{"testing_criteria": sent, "passed": 1, "failed": 0}])
    )
    assert [entry.name for entry in run.criteria] == [shown]


def test_two_graders_of_one_name_stay_apart() -> None:
    known = definition(
        testing_criteria=[
            {"type": "string_check", "name": "same", "id": TONE_ID},
            {"type": "string_check", "name": "same", "id": EXACT_ID},
        ]
    )
    assert [entry.name for entry in run_of(a_run(), known).criteria][:2] == ["same", "same #2"]


def test_usage_has_one_entry_per_model_graders_too() -> None:
    sampled, grader = run_of(a_run()).usage
    assert (sampled.model, sampled.requests, sampled.input_tokens) == (
        "gpt-4o-mini-2024-07-18",
        3,
        180,
    )
    assert (grader.model, grader.output_tokens, grader.cached_tokens) == (
        "o4-mini-2025-04-16",
        190,
        128,
    )
    assert grader.cost_usd is None


def test_config_tells_source_sampling_prompt_and_graders_but_no_rows() -> None:
    run = run_of(a_run())
    assert run.config["data_source"] == "completions"
    assert run.config["source"] == "file_content"
    assert run.config["rows"] == 3
    assert run.config["sampling"] == {"temperature": 0.2, "seed": 42, "max_completions_tokens": 64}
    assert run.config["prompt"] == [
        {"role": "developer", "content": "Answer with one word."},
        {"role": "user", "content": ["{{item.ticket}}"]},
    ]
    graders = run.config["criteria"]
    assert isinstance(graders, list)
    assert graders[0] == {
        "name": "tone",
        "type": "label_model",
        "model": "o4-mini",
        "labels": ["ok", "bad"],
        "passing_labels": ["ok"],
    }
    assert graders[2] == {
        "name": "helpful",
        "type": "score_model",
        "model": "o4-mini",
        "pass_threshold": 7.5,
        "range": [0.0, 10.0],
    }
    assert "ticket 1" not in repr(run.raw)
    assert "ticket 1" not in repr(run.config)


def test_a_dropped_inline_dataset_still_gives_the_total() -> None:
    source: JsonObject = {
        "type": "jsonl",
        "source": {"type": "file_content", "content": {"$dropped": 120}},
    }
    run = run_of(a_run(data_source=source))
    assert run.counts.total == 120
    assert run.config["rows"] == 120


def test_the_total_of_a_file_is_unknown_and_never_the_number_that_ran() -> None:
    run = run_of(a_run(data_source=file_source()))
    assert run.counts.total is None
    assert run.counts.done == 3
    assert run.config["file_id"] == "file-Rows01"
    assert run.config["source"] == "file_id"


@pytest.mark.parametrize("file_id", ["", None, 5])
def test_a_file_without_an_id_is_no_file(file_id: JsonValue) -> None:
    source: JsonObject = {"type": "jsonl", "source": {"type": "file_id", "id": file_id}}
    assert "file_id" not in run_of(a_run(data_source=source)).config


def test_a_filter_of_stored_completions_is_kept_in_the_config() -> None:
    source: JsonObject = {
        "type": "completions",
        "source": {"type": "stored_completions", "metadata": {"use": "faq"}, "limit": 50},
        "input_messages": {"type": "item_reference", "item_reference": "item.input"},
        "sampling_params": None,
    }
    run = run_of(a_run(data_source=source))
    assert run.config["filter"] == {"metadata": {"use": "faq"}, "limit": 50}
    assert run.config["prompt"] == "item.input"
    assert run.counts.total is None


def test_zeros_of_a_running_run_are_not_counted_yet_and_those_of_a_queued_one_are_zero() -> None:
    running = run_of(a_young_run())
    assert running.counts == Counts(total=3)
    assert running.criteria == ()
    assert running.usage == ()
    queued = run_of(a_young_run(status="queued"))
    assert queued.counts.done == 0


def test_counts_that_move_while_running_are_taken() -> None:
    run = run_of(
        a_young_run(result_counts={"errored": 0, "failed": 1, "passed": 1, "total": 2}),
    )
    assert run.counts == Counts(total=3, done=2, passed=1, failed=1, errored=0)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("queued", Status.QUEUED),
        ("in_progress", Status.RUNNING),
        ("failed", Status.FAILED),
        ("canceled", Status.CANCELED),
        ("cancelled", Status.CANCELED),
        ("rehydrating", Status.UNKNOWN),
        ("", Status.UNKNOWN),
    ],
)
def test_status_words(word: str, status: Status) -> None:
    run = run_of(a_young_run(status=word))
    assert (run.status, run.raw_status) == (status, word)
    assert run.live == (status in (Status.QUEUED, Status.RUNNING, Status.UNKNOWN))


def test_completed_without_any_result_is_warned_about() -> None:
    run = run_of(a_young_run(status="completed"))
    assert len(run.warnings) == 1
    assert "no results" in run.warnings[0]


def test_a_failed_run_says_why() -> None:
    run = run_of(
        a_young_run(status="failed", error={"code": "invalid_request", "message": "No such model."})
    )
    assert run.error == ErrorInfo("invalid_request", "No such model.")


@pytest.mark.parametrize("empty", [None, {}, "", [], {"code": None, "message": None}])
def test_an_empty_error_is_no_error(empty: JsonValue) -> None:
    assert run_of(a_run(error=empty)).error is None


def test_a_run_with_nothing_but_an_id_is_shown() -> None:
    run = run_of({"id": "evalrun_bare"})
    assert run.ref.path == f"{EVAL_ID}/evalrun_bare"
    assert run.status is Status.UNKNOWN
    assert run.counts == Counts()
    assert (run.name, run.models, run.created_at, run.url) == (None, (), None, None)


def test_nulls_everywhere_are_borne() -> None:
    bare = dict.fromkeys(a_run(), None)
    run = run_of({**bare, "id": "evalrun_x", "status": "completed"})
    assert run.metadata == {}
    assert run.status is Status.COMPLETED


def test_drift_in_one_field_costs_that_field_and_is_said() -> None:
    run = run_of(
        a_run(
            result_counts="many",
            created_at="soon",
            per_model_usage=[7, {"model_name": "m", "prompt_tokens": "x", "total_tokens": 9}],
            brand_new={"a": 1},
        )
    )
    assert run.counts == Counts(total=3)
    assert run.created_at is None
    assert [(entry.model, entry.input_tokens, entry.total_tokens) for entry in run.usage] == [
        ("m", None, 9)
    ]
    assert run.warnings == (
        "`result_counts` of this run could not be read.",
        "`per_model_usage` of this run could not be read.",
    )


def test_the_model_may_stand_in_the_data_source_only() -> None:
    assert run_of(a_run(model=None)).models == ("gpt-4o-mini",)
    assert run_of(a_run(model=None, data_source=file_source())).models == ()


def test_an_old_sample_calls_the_data_source_otherwise() -> None:
    item = a_run()
    item["run_data_source"] = item.pop("data_source")
    run = run_of(item)
    assert run.counts.total == 3
    assert "ticket 1" not in repr(run.raw)


@pytest.mark.parametrize("bad", [{}, {"id": None}, {"id": ""}, {"id": {"x": "SECRET"}}])
def test_a_run_without_an_id_is_skipped_without_its_content(bad: JsonObject) -> None:
    found = read_run(bad, connection="prod", provider=ProviderKind.OPENAI, definition=definition())
    assert isinstance(found, Skipped)
    assert "id" in found.why
    assert "SECRET" not in found.why


def test_an_eval_is_a_source_with_its_age() -> None:
    source = definition().source
    assert source.id == EVAL_ID
    assert source.group == Group(EVAL_ID, "ticket triage")
    assert source.created_at == CREATED


def test_an_eval_with_nulls_and_broken_graders_is_borne() -> None:
    known = definition(name=None, created_at=None, testing_criteria=[None, "x", {"type": "python"}])
    assert known.source.group == Group(EVAL_ID, None)
    assert [criterion.name for criterion in known.criteria] == ["python"]
    assert definition(testing_criteria=None).criteria == ()


def test_an_eval_without_an_id_is_skipped() -> None:
    assert isinstance(read_eval(an_eval(id=None)), Skipped)
