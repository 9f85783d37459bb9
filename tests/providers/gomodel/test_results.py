"""Rows of a batch: results in full, in part, and none."""

import pytest

from tests.providers.gomodel.gateways import gateway, read_run, results, rows_of
from tests.providers.gomodel.samples import (
    HTTP_ERROR,
    LIVE_ID,
    ROW_ERROR,
    TEXT_BODY,
    ended_batch,
    failure,
    line,
    live_batch,
)
from tests.providers.wiring import json_answer
from tui.models import ErrorInfo, Outcome, Status
from tui.providers.base import RowPage


async def test_rows_with_a_note_on_missing_ones() -> None:
    run = await read_run(ended_batch(request_counts={"total": 7, "completed": 1, "failed": 6}))
    pages = await rows_of(results(line(), ROW_ERROR, HTTP_ERROR, TEXT_BODY), run)
    assert [row.key for page in pages for row in page.rows] == ["q-7", "q-2", "q-9", "#3"]
    assert pages[-1].notes == ("3 rows have no result.",)
    assert pages[-1].expected_rows == 7


async def test_a_line_that_is_no_object_is_skipped_and_keeps_the_numbering() -> None:
    run = await read_run(ended_batch())
    nameless = {"status_code": 200, "response": "x"}
    pages = await rows_of(results(7, nameless, nameless), run)
    assert [row.key for page in pages for row in page.rows] == ["#1", "#2"]
    assert [skip.what for page in pages for skip in page.skipped] == ["line 0"]
    assert pages[-1].notes == ("1 row has no result.",)


@pytest.mark.parametrize("total", [4, 3])
async def test_when_all_requests_have_a_result_nothing_is_noted(total: int) -> None:
    counts = {"total": total, "completed": total, "failed": 0}
    run = await read_run(ended_batch(request_counts=counts))
    pages = await rows_of(results(line(), ROW_ERROR, HTTP_ERROR, TEXT_BODY), run)
    assert [page.notes for page in pages] == [()]


async def test_only_the_last_slice_says_what_is_missing() -> None:
    counts = {"total": 500, "completed": 500, "failed": 0}
    run = await read_run(ended_batch(request_counts=counts))
    pages = await rows_of(results(*(line(custom_id=f"q-{n}") for n in range(450))), run)
    assert len(pages) > 1
    assert [page.notes for page in pages[:-1]] == [()] * (len(pages) - 1)
    assert pages[-1].notes == ("50 rows have no result.",)


async def test_data_may_be_null() -> None:
    answer = json_answer({"object": "list", "batch_id": LIVE_ID, "data": None})
    world = gateway({f"/v1/batches/{LIVE_ID}/results": answer})
    pages = await rows_of(world, await read_run(ended_batch()))
    assert [row for page in pages for row in page.rows] == []
    assert pages[-1].notes == ("4 rows have no result.",)


async def test_not_ready_is_an_empty_page_with_a_note_and_one_request() -> None:
    answer = json_answer(failure("batch results are not ready yet (status: in_progress)"), 409)
    world = gateway({f"/v1/batches/{LIVE_ID}/results": answer})
    pages = await rows_of(world, await read_run(live_batch()))
    assert pages == [RowPage((), expected_rows=120, notes=("The results are not ready yet.",))]
    assert len(world.requests) == 1


async def test_a_missing_output_file_is_the_end_without_rows_and_one_request() -> None:
    text = "provider batch response missing output file id"
    answer = json_answer(failure(text, "provider_error"), 502)
    world = gateway({f"/v1/batches/{LIVE_ID}/results": answer})
    (page,) = await rows_of(world, await read_run(ended_batch()))
    assert page.rows == ()
    assert "without an output file" in page.notes[0]
    assert len(world.requests) == 1


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("expired", Status.EXPIRED),
        ("cancelled", Status.CANCELED),
        ("canceled", Status.CANCELED),
    ],
)
async def test_a_batch_that_was_cut_short_keeps_its_partial_rows(word: str, status: Status) -> None:
    counts = {"total": 5, "completed": 1, "failed": 4}
    run = await read_run(ended_batch(status=word, completed_at=None, request_counts=counts))
    assert (run.status, run.live) == (status, False)
    assert (run.counts.done, run.counts.ungraded, run.counts.errored) == (5, 1, 4)
    unsent = [
        line(
            custom_id=f"q-{n}",
            status_code=400,
            response=None,
            error={"type": kind, "message": "batch item failed"},
        )
        for n, kind in enumerate(("expired", "canceled"))
    ]
    pages = await rows_of(results(line(custom_id="answered"), *unsent), run)
    told = {row.key: row.trials[0] for page in pages for row in page.rows}
    assert {key: trial.outcome for key, trial in told.items()} == {
        "answered": Outcome.UNGRADED,
        "q-0": Outcome.ERRORED,
        "q-1": Outcome.ERRORED,
    }
    assert told["answered"].output
    assert told["q-0"].error == ErrorInfo("expired", "batch item failed")
    assert pages[-1].notes == ("2 rows have no result.",)


@pytest.mark.parametrize("word", ["expired", "cancelled", "failed"])
async def test_one_cut_short_before_anything_was_written_ends_without_rows(word: str) -> None:
    text = "provider batch response missing output file id"
    answer = json_answer(failure(text, "provider_error"), 502)
    world = gateway({f"/v1/batches/{LIVE_ID}/results": answer})
    (page,) = await rows_of(world, await read_run(ended_batch(status=word)))
    assert page == RowPage((), notes=page.notes)
    assert "without an output file" in page.notes[0]
