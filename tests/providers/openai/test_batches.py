"""Batches and the lines of their files, from the wire to the models."""

from datetime import UTC, datetime

import pytest

from tests.providers.openai.payloads import (
    CREATED,
    a_batch,
    a_line,
    a_refused_line,
    an_expired_line,
)
from tui.models import (
    Counts,
    ErrorInfo,
    JsonObject,
    ModelUsage,
    Outcome,
    ProviderKind,
    Row,
    Run,
    RunKind,
    RunRef,
    Status,
)
from tui.providers.base import Skipped
from tui.providers.http import BadItem, ItemBatch
from tui.providers.openai_family.batches import read_batch, result_files
from tui.providers.openai_family.lines import LineReader


def batch_of(item: JsonObject) -> Run:
    run = read_batch(item, connection="prod", provider=ProviderKind.OPENAI)
    assert isinstance(run, Run)
    return run


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(CREATED + seconds, UTC)


def test_a_completed_batch_is_mapped_whole() -> None:
    batch = batch_of(a_batch())
    assert batch.ref == RunRef("prod", "batch_68f1")
    assert (batch.kind, batch.status) == (RunKind.BATCH, Status.COMPLETED)
    assert batch.group is None
    assert batch.models == ("gpt-4o-mini-2024-07-18",)
    assert batch.created_at == at(0)
    assert batch.started_at == at(66)
    assert batch.ended_at == at(1957)
    assert batch.deadline_at == at(86_400)
    assert batch.counts == Counts(total=4, done=4, errored=2, ungraded=2)
    assert batch.usage == (
        ModelUsage(
            model="gpt-4o-mini-2024-07-18",
            requests=2,
            input_tokens=124,
            output_tokens=4,
            cached_tokens=8,
            total_tokens=128,
        ),
    )
    assert batch.metadata == {"job": "nightly"}
    assert batch.config == {
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "model": "gpt-4o-mini-2024-07-18",
        "input_file_id": "file-In01",
        "output_file_id": "file-Out01",
        "error_file_id": "file-Err01",
    }
    assert result_files(batch) == (("output", "file-Out01"), ("error", "file-Err01"))


def test_a_validating_batch_knows_no_total() -> None:
    batch = batch_of(
        a_batch(
            status="validating",
            in_progress_at=None,
            completed_at=None,
            output_file_id=None,
            error_file_id=None,
            model=None,
            request_counts={"total": 0, "completed": 0, "failed": 0},
            usage={"input_tokens": 0, "output_tokens": 0, "total_tokens": 0},
            metadata=None,
        )
    )
    assert batch.status is Status.QUEUED
    assert batch.counts == Counts()
    assert batch.usage == ()
    assert batch.models == ()
    assert (batch.started_at, batch.ended_at) == (None, None)
    assert result_files(batch) == ()


def test_a_batch_in_progress_has_a_real_denominator() -> None:
    batch = batch_of(
        a_batch(
            status="in_progress",
            completed_at=None,
            request_counts={"total": 2000, "completed": 418, "failed": 1},
        )
    )
    assert batch.counts == Counts(total=2000, done=419, errored=1, ungraded=418)


@pytest.mark.parametrize(
    ("word", "status", "ended"),
    [
        ("failed", Status.FAILED, 9),
        ("expired", Status.EXPIRED, 10),
        ("cancelled", Status.CANCELED, 11),
        ("canceled", Status.CANCELED, 11),
        ("cancelling", Status.RUNNING, None),
        ("finalizing", Status.RUNNING, None),
        ("thawing", Status.UNKNOWN, 9),
    ],
)
def test_each_end_has_its_own_time(word: str, status: Status, ended: int | None) -> None:
    batch = batch_of(
        a_batch(
            status=word,
            completed_at=None,
            failed_at=CREATED + 9,
            expired_at=CREATED + 10,
            cancelled_at=CREATED + 11,
        )
    )
    assert (batch.status, batch.raw_status) == (status, word)
    assert batch.ended_at == (None if ended is None else at(ended))


def test_a_zero_time_is_no_time() -> None:
    assert batch_of(a_batch(completed_at=0)).ended_at is None


def test_validation_errors_name_their_input_line() -> None:
    batch = batch_of(
        a_batch(
            status="failed",
            errors={
                "object": "list",
                "data": [
                    {"code": "invalid_json_line", "message": "Not JSON.", "param": None, "line": 3},
                    {"code": "invalid_json_line", "message": "Not JSON.", "line": 7},
                    {"code": None, "message": "Something else.", "line": None},
                    {"code": "bare"},
                    "text",
                ],
            },
        )
    )
    assert batch.error == ErrorInfo("invalid_json_line", "Not JSON. (input line 3)")
    assert batch.warnings == (
        "invalid_json_line: Not JSON. (input line 7)",
        "Something else.",
        "bare: bare",
    )


def test_empty_file_ids_mean_none() -> None:
    batch = batch_of(a_batch(error_file_id="", output_file_id=None))
    assert result_files(batch) == ()
    assert "error_file_id" not in batch.config


def test_a_batch_with_only_an_id_is_shown() -> None:
    batch = batch_of({"id": "batch_bare"})
    assert batch.status is Status.UNKNOWN
    assert batch.live
    assert (batch.counts, batch.config) == (Counts(), {})


def test_drift_costs_the_field_and_is_said() -> None:
    batch = batch_of(a_batch(request_counts=[1], usage="much", surprise=True))
    assert (batch.counts, batch.usage) == (Counts(), ())
    assert batch.warnings == (
        "`request_counts` of this batch could not be read.",
        "`usage` of this batch could not be read.",
    )


def test_a_batch_without_an_id_is_skipped() -> None:
    found = read_batch(a_batch(id=None), connection="prod", provider=ProviderKind.OPENAI)
    assert isinstance(found, Skipped)


def read_lines(*items: JsonObject, file: str = "output") -> tuple[Row, ...]:
    rows, skipped = LineReader().read(ItemBatch(items, 0, last=True), file=file)
    assert skipped == ()
    return rows


def test_an_answered_line_is_ungraded() -> None:
    (row,) = read_lines(a_line("t-1"))
    assert (row.key, row.label, row.index) == ("t-1", "t-1", None)
    (trial,) = row.trials
    assert (trial.id, trial.outcome) == ("batch_req_t-1", Outcome.UNGRADED)
    assert (trial.input, trial.output, trial.error) == (None, "billing", None)
    assert trial.model == "gpt-4o-mini-2024-07-18"
    assert trial.usage is not None
    assert trial.usage.cached_tokens == 12
    assert trial.extra == {"finish_reason": "stop", "status_code": 200, "request_id": "0a1b"}


def test_a_refused_line_takes_its_error_from_the_body() -> None:
    (row,) = read_lines(a_refused_line("t-2"), file="error")
    (trial,) = row.trials
    assert trial.outcome is Outcome.ERRORED
    assert trial.error == ErrorInfo("invalid_value", "Invalid value for 'temperature'.")
    assert trial.extra["status_code"] == 400
    assert trial.output is None


def test_a_line_that_never_ran_takes_its_error_from_the_line() -> None:
    (row,) = read_lines(an_expired_line("t-3"), file="error")
    (trial,) = row.trials
    assert trial.outcome is Outcome.ERRORED
    assert trial.error == ErrorInfo("batch_expired", "This request was not run.")
    assert trial.extra == {}
    assert trial.raw == an_expired_line("t-3")


@pytest.mark.parametrize(
    "changes",
    [
        {"response": None},
        {"response": {"status_code": 200, "body": None}},
        {"response": "text"},
    ],
)
def test_a_line_with_neither_response_nor_error_is_errored(changes: JsonObject) -> None:
    (row,) = read_lines({**a_line("t-4"), **changes})
    (trial,) = row.trials
    assert trial.outcome is Outcome.ERRORED
    assert trial.error is not None
    assert "neither" in trial.error.message


def test_a_line_without_a_custom_id_is_named_by_its_number() -> None:
    nameless: JsonObject = {**a_line("b"), "custom_id": None, "id": None}
    batch = ItemBatch((a_line("a"), nameless), 10, bad=(BadItem(11, "not JSON"),))
    rows, skipped = LineReader().read(batch, file="output")
    assert [(row.key, row.trials[0].id) for row in rows] == [
        ("a", "batch_req_a"),
        ("#13", "output:13"),
    ]
    assert skipped == (Skipped(what="line 12 of the output file", why="not JSON"),)


def test_nameless_lines_of_the_two_files_stay_apart() -> None:
    reader = LineReader()
    nameless = ItemBatch(({**a_line("x"), "custom_id": None},), 0)
    output, _ = reader.read(nameless, file="output")
    errors, _ = reader.read(nameless, file="error")
    assert [row.key for row in (*output, *errors)] == ["#1", "#error 1"]


def test_a_repeated_custom_id_is_another_trial_also_with_a_repeated_line_id() -> None:
    reader = LineReader()
    again = a_line("t-1", id="batch_req_other")
    rows, _ = reader.read(ItemBatch((a_line("t-1"), again, a_line("t-1")), 0), file="output")
    assert [(row.key, [trial.id for trial in row.trials]) for row in rows] == [
        ("t-1", ["batch_req_t-1", "batch_req_other", "batch_req_t-1:output:3"])
    ]
    errors, _ = reader.read(ItemBatch((a_refused_line("t-1"),), 0), file="error")
    assert errors[0].trials[0].id == "batch_req_t-1:error:1"
    assert reader.lines == 4


def test_vectors_are_not_kept_in_the_raw_line() -> None:
    body: JsonObject = {"data": [{"embedding": [0.25] * 8}], "model": "text-embedding-3-small"}
    (row,) = read_lines(a_line("e", response={"status_code": 200, "body": body}))
    assert row.trials[0].output == {"embeddings": 1, "dimensions": 8}
    assert "0.25" not in repr(row.trials[0].raw)
