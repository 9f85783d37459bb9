"""How a walk over the rows of a run goes on and ends: pages of items, and batch files."""

import httpx
import pytest

from tests.providers.openai.fake_api import FakeApi, answering, lines, openai
from tests.providers.openai.payloads import (
    EVAL_ID,
    RUN_ID,
    RUNS,
    a_batch,
    a_line,
    a_page,
    a_refused_line,
    a_run,
    an_error,
    an_expired_line,
    an_item,
)
from tui.errors import BadAnswerError, MissingError
from tui.models import Outcome, Run, RunRef
from tui.providers.base import Provider, RowPage

ITEMS = f"{RUNS}/{RUN_ID}/output_items"


async def pages_of(provider: Provider, run: Run, resume: str | None = None) -> list[RowPage]:
    return [page async for page in provider.iter_rows(run, resume=resume)]


async def batch_of(provider: Provider, batch_id: str = "batch_68f1") -> Run:
    return await provider.get_run(RunRef("prod", batch_id))


async def run_of(api: FakeApi) -> tuple[Provider, Run]:
    api.objects[f"{RUNS}/{RUN_ID}"] = a_run()
    provider = openai(api)
    return provider, await provider.get_run(RunRef("prod", f"{EVAL_ID}/{RUN_ID}"))


async def test_output_items_are_walked_oldest_first_to_the_end(api: FakeApi) -> None:
    api.lists[ITEMS] = [an_item(number) for number in range(205)]
    provider, run = await run_of(api)
    pages = await pages_of(provider, run)
    assert [len(page.rows) for page in pages] == [100, 100, 5]
    assert [row.key for page in pages for row in page.rows] == [str(n) for n in range(205)]
    assert [page.resume for page in pages] == [
        "outputitem_0099",
        "outputitem_0199",
        "outputitem_0204",
    ]
    assert {page.expected_rows for page in pages} == {3}
    asked = [dict(r.url.params) for r in api.requests if r.url.path.endswith("output_items")]
    assert asked[1] == {"limit": "100", "order": "asc", "after": "outputitem_0099"}


async def test_a_walk_goes_on_where_the_last_one_ended(api: FakeApi) -> None:
    api.lists[ITEMS] = [an_item(number) for number in range(3)]
    provider, run = await run_of(api)
    (page,) = await pages_of(provider, run, resume="outputitem_0001")
    assert [row.key for row in page.rows] == ["2"]
    (page,) = await pages_of(provider, run, resume="outputitem_0002")
    assert (page.rows, page.resume, page.notes) == ((), "outputitem_0002", ())


@pytest.mark.parametrize("status", [400, 404])
async def test_a_walk_whose_last_item_is_gone_begins_again(api: FakeApi, status: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "after" in request.url.params:
            return httpx.Response(status, json=an_error("No such item.", "not_found", "after"))
        return httpx.Response(200, json=a_page([an_item(0)]))

    api.answers[ITEMS] = answer
    provider, run = await run_of(api)
    (page,) = await pages_of(provider, run, resume="outputitem_gone")
    assert [row.key for row in page.rows] == ["0"]


async def test_a_missing_run_is_missing_whatever_was_resumed(api: FakeApi) -> None:
    provider, run = await run_of(api)
    with pytest.raises(MissingError):
        await pages_of(provider, run, resume="outputitem_0001")
    with pytest.raises(MissingError):
        await pages_of(provider, run)


async def test_a_run_that_ended_without_items_says_so(api: FakeApi) -> None:
    api.lists[ITEMS] = []
    provider, run = await run_of(api)
    (page,) = await pages_of(provider, run)
    assert page.rows == ()
    assert page.notes == ("The run has no output items.",)


async def test_a_bad_item_is_skipped_and_its_page_stays(api: FakeApi) -> None:
    body = a_page([an_item(0), an_item(1, results="x"), an_item(2)])
    api.answers[ITEMS] = answering(200, body)
    provider, run = await run_of(api)
    (page,) = await pages_of(provider, run)
    assert [row.key for row in page.rows] == ["0", "2"]
    assert [skipped.what for skipped in page.skipped] == ["output item outputitem_0001"]


async def test_a_batchs_rows_come_from_both_files(api: FakeApi) -> None:
    api.objects["/batches/batch_68f1"] = a_batch()
    api.files["/files/file-Out01/content"] = lines(a_line("t-1"), "", a_line("t-2"))
    api.files["/files/file-Err01/content"] = lines(a_refused_line("t-3"), an_expired_line("t-4"))
    provider = openai(api)
    pages = await pages_of(provider, await batch_of(provider))
    trials = {row.key: row.trials[0] for page in pages for row in page.rows}
    assert {key: trial.outcome for key, trial in trials.items()} == {
        "t-1": Outcome.UNGRADED,
        "t-2": Outcome.UNGRADED,
        "t-3": Outcome.ERRORED,
        "t-4": Outcome.ERRORED,
    }
    assert [note for page in pages for note in page.notes] == []
    assert {page.expected_rows for page in pages} == {4}
    assert {page.resume for page in pages} == {None}


async def test_missing_lines_and_bad_lines_of_a_batch_are_said(api: FakeApi) -> None:
    api.objects["/batches/batch_68f1"] = a_batch(error_file_id="")
    api.files["/files/file-Out01/content"] = lines(a_line("t-1"), "{broken", "[1]", a_line("t-2"))
    provider = openai(api)
    batch = await batch_of(provider)
    pages = await pages_of(provider, batch)
    assert [row.key for page in pages for row in page.rows] == ["t-1", "t-2"]
    assert [skipped.what for page in pages for skipped in page.skipped] == [
        "line 2 of the output file",
        "line 3 of the output file",
    ]
    assert [note for page in pages for note in page.notes] == []
    api.files["/files/file-Out01/content"] = lines(a_line("t-1"))
    pages = await pages_of(provider, batch)
    assert [note for page in pages for note in page.notes] == [
        "3 of 4 requests have no line in the result files."
    ]


async def test_an_expired_output_file_is_a_note_and_the_error_file_is_still_read(
    api: FakeApi,
) -> None:
    api.objects["/batches/batch_68f1"] = a_batch()
    api.files["/files/file-Err01/content"] = lines(a_refused_line("t-3"))
    provider = openai(api)
    pages = await pages_of(provider, await batch_of(provider))
    assert [row.key for page in pages for row in page.rows] == ["t-3"]
    assert [note for page in pages for note in page.notes] == [
        "The output file has expired or was deleted (404)."
    ]


async def test_an_unfinished_batch_has_one_empty_page_and_a_note(api: FakeApi) -> None:
    api.objects["/batches/batch_68f1"] = a_batch(
        status="in_progress", completed_at=None, output_file_id=None, error_file_id=None
    )
    provider = openai(api)
    (page,) = await pages_of(provider, await batch_of(provider))
    assert page.rows == ()
    assert page.notes == ("Rows come when the batch has ended.",)
    assert api.asked() == ["/batches/batch_68f1"]


@pytest.mark.parametrize("word", ["expired", "cancelled"])
async def test_a_batch_that_was_cut_short_keeps_its_partial_rows(api: FakeApi, word: str) -> None:
    api.objects["/batches/batch_68f1"] = a_batch(status=word, error_file_id=None)
    api.files["/files/file-Out01/content"] = lines(a_line("t-1"))
    provider = openai(api)
    pages = await pages_of(provider, await batch_of(provider))
    assert [row.key for page in pages for row in page.rows] == ["t-1"]
    assert pages[-1].notes == ("3 of 4 requests have no line in the result files.",)


async def test_a_batch_that_failed_validation_has_no_files(api: FakeApi) -> None:
    api.objects["/batches/batch_68f1"] = a_batch(
        status="failed", output_file_id=None, error_file_id=None
    )
    provider = openai(api)
    (page,) = await pages_of(provider, await batch_of(provider))
    assert page.notes == ("The batch ended without an output or error file.",)


async def test_a_cut_result_file_is_an_error_and_not_a_short_result(api: FakeApi) -> None:
    api.objects["/batches/batch_68f1"] = a_batch()
    api.files["/files/file-Out01/content"] = lines(a_line("t-1")) + b'{"id": "batch_r'
    provider = openai(api)
    with pytest.raises(BadAnswerError):
        await pages_of(provider, await batch_of(provider))


async def test_many_lines_come_in_bounded_slices(api: FakeApi) -> None:
    api.objects["/batches/batch_68f1"] = a_batch(
        error_file_id=None, request_counts={"total": 450, "completed": 450, "failed": 0}
    )
    api.files["/files/file-Out01/content"] = lines(*(a_line(f"t-{n}") for n in range(450)))
    provider = openai(api)
    pages = await pages_of(provider, await batch_of(provider))
    assert sum(len(page.rows) for page in pages) == 450
    assert max(len(page.rows) for page in pages) <= 200


async def test_opening_a_trial_asks_nothing(api: FakeApi) -> None:
    api.lists[ITEMS] = [an_item(0)]
    provider, run = await run_of(api)
    (page,) = await pages_of(provider, run)
    asked = len(api.requests)
    (row,) = page.rows
    detail = await provider.trial_detail(run, row, row.trials[0])
    assert detail.trial is row.trials[0]
    assert len(api.requests) == asked
