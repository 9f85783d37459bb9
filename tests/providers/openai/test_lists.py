"""What is asked for sources, runs and one run, and how their pages and drift are read."""

import httpx
import pytest

from tests.providers.openai.fake_api import KEY, FakeApi, answering, lines, openai
from tests.providers.openai.payloads import (
    CREATED,
    EVAL_ID,
    RUN_ID,
    RUNS,
    a_batch,
    a_page,
    a_run,
    a_young_run,
    an_error,
    an_eval,
    file_source,
)
from tui.errors import BadAnswerError, MissingError, RejectedError
from tui.models import Group, JsonObject, RunRef, Status
from tui.providers.base import Provider, RunSource, SourcePage

SOURCE = RunSource(EVAL_ID)


async def sources_of(provider: Provider) -> list[SourcePage]:
    return [page async for page in provider.iter_sources()]


async def test_sources_are_batches_without_a_request_then_all_evals_newest_first(
    api: FakeApi,
) -> None:
    api.lists["/evals"] = [an_eval(f"eval_{number:03}") for number in range(250)]
    provider = openai(api)
    first, *rest = await sources_of(provider)
    assert first.sources == (RunSource("batches"),)
    ids = [source.id for page in rest for source in page.sources]
    assert ids == [f"eval_{number:03}" for number in reversed(range(250))]
    assert [len(page.sources) for page in rest] == [100, 100, 50]
    assert [dict(request.url.params) for request in api.requests] == [
        {"limit": "100", "order": "desc"},
        {"limit": "100", "order": "desc", "after": "eval_150"},
        {"limit": "100", "order": "desc", "after": "eval_050"},
    ]


async def test_batches_can_be_left_out(api: FakeApi) -> None:
    (page,) = await sources_of(openai(api, batches=False))
    assert [source.id for source in page.sources] == [EVAL_ID]


async def test_only_the_configured_evals_are_asked_and_a_missing_one_is_named(
    api: FakeApi,
) -> None:
    batches, page = await sources_of(openai(api, evals=(EVAL_ID, "eval_gone")))
    assert batches.sources == (RunSource("batches"),)
    assert [source.group for source in page.sources] == [Group(EVAL_ID, "ticket triage")]
    assert [skipped.what for skipped in page.skipped] == ["eval eval_gone"]
    assert api.asked() == [f"/evals/{EVAL_ID}", "/evals/eval_gone"]


async def test_an_unreadable_eval_is_named_and_the_others_stay(api: FakeApi) -> None:
    api.answers["/evals"] = answering(
        200, {"object": "list", "data": [7, {"name": "no id"}, an_eval()], "has_more": False}
    )
    page = (await sources_of(openai(api)))[1]
    assert [source.id for source in page.sources] == [EVAL_ID]
    assert len(page.skipped) == 2


async def test_runs_come_newest_first_with_a_cursor_that_is_the_last_object(api: FakeApi) -> None:
    runs = [a_run(f"evalrun_{number}", created_at=CREATED + number) for number in range(5)]
    api.lists[RUNS] = runs
    provider = openai(api)
    page = await provider.list_runs(SOURCE, limit=2)
    assert [run.id for run in page.runs] == ["evalrun_4", "evalrun_3"]
    assert page.next_cursor == "evalrun_3"
    page = await provider.list_runs(SOURCE, after=page.next_cursor, limit=3)
    assert [run.id for run in page.runs] == ["evalrun_2", "evalrun_1", "evalrun_0"]
    assert page.next_cursor is None
    params = api.requests[-1].url.params
    assert (params["order"], params["limit"], params["after"]) == ("desc", "3", "evalrun_3")


async def test_runs_of_an_api_that_ignores_the_order_are_sorted(api: FakeApi) -> None:
    runs = [a_run(f"evalrun_{number}", created_at=CREATED + number) for number in range(3)]
    api.answers[RUNS] = answering(200, a_page(runs))
    page = await openai(api).list_runs(SOURCE)
    assert [run.id for run in page.runs] == ["evalrun_2", "evalrun_1", "evalrun_0"]


async def test_the_cursor_is_not_the_pages_last_id(api: FakeApi) -> None:
    body = a_page([a_run("evalrun_b"), a_run("evalrun_a")], more=True)
    api.answers[RUNS] = answering(200, {**body, "last_id": "evalrun_lie"})
    assert (await openai(api).list_runs(SOURCE)).next_cursor == "evalrun_a"


async def test_a_last_object_that_cannot_be_read_leaves_only_last_id_to_go_on(
    api: FakeApi,
) -> None:
    body: JsonObject = {"data": [a_run("evalrun_b"), 7], "last_id": "evalrun_a", "has_more": True}
    api.answers[RUNS] = answering(200, body)
    page = await openai(api).list_runs(SOURCE)
    assert [run.id for run in page.runs] == ["evalrun_b"]
    assert page.next_cursor == "evalrun_a"
    assert [skipped.what for skipped in page.skipped] == ["run 2 of a page"]


async def test_without_has_more_the_walk_goes_on_until_a_page_is_empty(api: FakeApi) -> None:
    api.answers[RUNS] = answering(200, {"data": [a_run()]})
    assert (await openai(api).list_runs(SOURCE)).next_cursor == RUN_ID
    api.answers[RUNS] = answering(200, {"data": []})
    assert (await openai(api).list_runs(SOURCE)).next_cursor is None


async def test_ids_that_come_as_numbers_page_too(api: FakeApi) -> None:
    runs = [{**a_run(), "id": number} for number in (2, 1)]
    api.answers[RUNS] = answering(200, {**a_page([]), "data": list(runs), "has_more": True})
    page = await openai(api).list_runs(SOURCE)
    assert [run.id for run in page.runs] == ["2", "1"]
    assert page.next_cursor == "1"


async def test_an_empty_page_has_nulls(api: FakeApi) -> None:
    api.lists[RUNS] = []
    page = await openai(api).list_runs(SOURCE)
    assert (page.runs, page.skipped, page.next_cursor) == ((), (), None)


async def test_a_run_listed_twice_is_there_once(api: FakeApi) -> None:
    api.answers[RUNS] = answering(200, a_page([a_run("evalrun_x"), a_run("evalrun_x")]))
    assert len((await openai(api).list_runs(SOURCE)).runs) == 1


async def test_a_list_that_answers_the_same_page_for_ever_is_an_error(api: FakeApi) -> None:
    api.answers["/evals"] = answering(200, a_page([an_eval()], more=True))
    with pytest.raises(BadAnswerError, match="same page"):
        await sources_of(openai(api))
    assert len(api.requests) == 2


async def test_a_server_that_refuses_large_pages_gets_small_ones_from_then_on(
    api: FakeApi,
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if int(request.url.params["limit"]) > 20:
            return httpx.Response(400, json=an_error("Invalid value.", "too_big", "limit"))
        return httpx.Response(200, json=a_page([a_run()]))

    api.answers[RUNS] = answer
    provider = openai(api)
    assert len((await provider.list_runs(SOURCE)).runs) == 1
    assert len((await provider.list_runs(SOURCE)).runs) == 1
    limits = [request.url.params.get("limit") for request in api.requests]
    assert limits == [None, "100", "20", "20"]


async def test_another_refusal_is_not_taken_for_the_limit(api: FakeApi) -> None:
    api.answers[RUNS] = answering(400, an_error("Unknown parameter.", "bad", "order"))
    with pytest.raises(RejectedError, match="Unknown parameter"):
        await openai(api).list_runs(SOURCE)


async def test_inline_datasets_are_counted_not_kept(api: FakeApi) -> None:
    api.lists[RUNS] = [a_run()]
    (run,) = (await openai(api).list_runs(SOURCE)).runs
    assert run.counts.total == 3
    assert "ticket 1" not in repr(run)


async def test_the_eval_of_a_source_is_asked_for_once(api: FakeApi) -> None:
    api.lists[RUNS] = [a_run()]
    provider = openai(api)
    (run,) = (await provider.list_runs(SOURCE)).runs
    assert [criterion.name for criterion in run.criteria] == ["tone", "exact", "helpful"]
    await provider.list_runs(SOURCE)
    assert api.asked() == [f"/evals/{EVAL_ID}", RUNS, RUNS]


async def test_a_bad_run_is_skipped_and_its_page_stays(api: FakeApi) -> None:
    api.answers[RUNS] = answering(200, a_page([a_run(), {"name": "no id"}]))
    page = await openai(api).list_runs(SOURCE)
    assert [run.id for run in page.runs] == [RUN_ID]
    assert len(page.skipped) == 1


async def test_a_run_is_read_by_its_ref(api: FakeApi) -> None:
    api.objects[f"{RUNS}/{RUN_ID}"] = a_run()
    ref = RunRef("prod", f"{EVAL_ID}/{RUN_ID}")
    run = await openai(api).get_run(ref)
    assert run.ref == ref
    assert run.counts.total == 3
    assert run.raw is not None
    assert "ticket 1" not in repr(run.raw)


async def test_a_run_larger_than_an_answer_may_be_is_read_without_its_rows(api: FakeApi) -> None:
    source: JsonObject = {
        "type": "jsonl",
        "source": {"type": "file_content", "content": [{"item": {"t": "x" * 1024}}] * 9000},
    }
    api.objects[f"{RUNS}/{RUN_ID}"] = a_run(data_source=source)
    run = await openai(api).get_run(RunRef("prod", f"{EVAL_ID}/{RUN_ID}"))
    assert run.counts.total == 9000


async def test_ids_are_quoted_in_paths(api: FakeApi) -> None:
    with pytest.raises(MissingError):
        await openai(api).get_run(RunRef("prod", "eval a?b/run#1"))
    assert api.requests[0].url.raw_path == b"/v1/evals/eval%20a%3Fb"


async def test_the_rows_of_a_dataset_file_are_counted_once(api: FakeApi) -> None:
    api.objects[f"{RUNS}/{RUN_ID}"] = a_young_run(data_source=file_source())
    api.files["/files/file-Rows01/content"] = lines({"item": 1}, "", {"item": 2}, "not json")
    provider = openai(api)
    ref = RunRef("prod", f"{EVAL_ID}/{RUN_ID}")
    assert (await provider.get_run(ref)).counts.total == 3
    assert (await provider.get_run(ref)).counts.total == 3
    assert api.asked().count("/files/file-Rows01/content") == 1


async def test_a_dataset_file_that_is_gone_leaves_the_total_unknown(api: FakeApi) -> None:
    api.objects[f"{RUNS}/{RUN_ID}"] = a_young_run(data_source=file_source())
    provider = openai(api)
    ref = RunRef("prod", f"{EVAL_ID}/{RUN_ID}")
    assert (await provider.get_run(ref)).counts.total is None
    assert (await provider.get_run(ref)).status is Status.RUNNING
    assert api.asked().count("/files/file-Rows01/content") == 1


async def test_lists_do_not_read_dataset_files(api: FakeApi) -> None:
    api.lists[RUNS] = [a_young_run(data_source=file_source())]
    (run,) = (await openai(api).list_runs(SOURCE)).runs
    assert run.counts.total is None
    assert "/files/file-Rows01/content" not in api.asked()


async def test_batches_are_listed_without_an_order(api: FakeApi) -> None:
    api.lists["/batches"] = [
        a_batch(f"batch_{number}", created_at=CREATED - number) for number in range(3)
    ]
    provider = openai(api)
    page = await provider.list_runs(RunSource("batches"), limit=2)
    assert [run.id for run in page.runs] == ["batch_0", "batch_1"]
    page = await provider.list_runs(RunSource("batches"), after=page.next_cursor)
    assert [run.id for run in page.runs] == ["batch_2"]
    assert [dict(request.url.params) for request in api.requests] == [
        {"limit": "2"},
        {"limit": "100", "after": "batch_1"},
    ]


async def test_key_and_project_travel_in_headers(api: FakeApi) -> None:
    await sources_of(openai(api, project="proj_x"))
    headers = api.requests[0].headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["openai-project"] == "proj_x"
    assert "openai-organization" not in headers


async def test_probe_asks_for_one_eval(api: FakeApi) -> None:
    result = await openai(api).probe()
    assert result.ok
    assert [dict(request.url.params) for request in api.requests] == [
        {"limit": "1", "order": "desc"}
    ]


async def test_an_answer_of_the_wrong_kind_is_said(api: FakeApi) -> None:
    api.objects[f"/evals/{EVAL_ID}"] = ["not", "an", "object"]
    with pytest.raises(BadAnswerError):
        await openai(api).list_runs(SOURCE)


async def test_a_run_answer_without_an_id_is_unreadable(api: FakeApi) -> None:
    api.objects[f"{RUNS}/{RUN_ID}"] = {"object": "eval.run"}
    with pytest.raises(BadAnswerError, match="cannot be read"):
        await openai(api).get_run(RunRef("prod", f"{EVAL_ID}/{RUN_ID}"))
