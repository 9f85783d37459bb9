"""The two surfaces of Azure: addresses, keys, headers, pages and refusals."""

import json
from datetime import UTC, datetime

import pytest

from tests.clock import FakeClock
from tests.providers.azure_openai.payloads import (
    EVAL_ID,
    RUN_ID,
    a_broken_result,
    a_foundry_eval,
    a_foundry_item,
    a_foundry_run,
    a_result,
)
from tests.providers.openai.fake_api import POLL, FakeApi, answering, context
from tests.providers.openai.payloads import a_batch, a_line, an_error, an_expired_line
from tui.config import AzureOpenAIConnection
from tui.errors import AuthError, MissingError, ProviderError, RejectedError
from tui.models import JsonObject, JsonValue, Outcome, ProviderKind, RunRef, Status
from tui.providers.azure_openai import create
from tui.providers.base import Provider, RunSource

RESOURCE = "https://contoso.openai.azure.com/openai/v1"
PROJECT = "https://contoso.services.ai.azure.com/api/projects/triage/openai/v1"
API_KEY = "0123456789abcdef0123456789abcdef"
TOKEN = "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl"
REF = RunRef("eu", f"{EVAL_ID}/{RUN_ID}")


def azure(
    api: FakeApi,
    base_url: str = RESOURCE,
    *,
    key: str = API_KEY,
    api_version: str | None = None,
    clock: FakeClock | None = None,
) -> Provider:
    config = AzureOpenAIConnection(name="eu", base_url=base_url, poll=POLL, api_version=api_version)
    return create(config, context(api, clock, key))


def resource() -> FakeApi:
    return FakeApi("/openai/v1")


def project() -> FakeApi:
    return FakeApi("/api/projects/triage/openai/v1")


async def every_source(provider: Provider) -> list[str]:
    return [source.id async for page in provider.iter_sources() for source in page.sources]


async def test_a_resource_gets_its_key_the_preview_header_and_the_api_version() -> None:
    api = resource()
    api.lists["/evals"] = [a_foundry_eval()]
    provider = azure(api, api_version="preview")
    assert provider.kind is ProviderKind.AZURE_OPENAI
    assert await every_source(provider) == ["batches", EVAL_ID]
    (request,) = api.requests
    assert request.headers["api-key"] == API_KEY
    assert request.headers["aoai-evals"] == "preview"
    assert "authorization" not in request.headers
    assert "foundry-features" not in request.headers
    assert request.url.params["api-version"] == "preview"


async def test_the_api_version_is_on_every_request_and_absent_when_not_configured() -> None:
    api = resource()
    api.objects["/batches/batch_68f1"] = a_batch(error_file_id=None)
    api.files["/files/file-Out01/content"] = b""
    provider = azure(api, api_version="v1")
    batch = await provider.get_run(RunRef("eu", "batch_68f1"))
    async for _ in provider.iter_rows(batch):
        pass
    assert [request.url.params["api-version"] for request in api.requests] == ["v1", "v1"]
    api.requests.clear()
    await azure(api).get_run(RunRef("eu", "batch_68f1"))
    assert "api-version" not in api.requests[0].url.params


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("expired", Status.EXPIRED),
        ("cancelled", Status.CANCELED),
        ("canceled", Status.CANCELED),
    ],
)
async def test_a_batch_that_was_cut_short_keeps_its_partial_rows(word: str, status: Status) -> None:
    api = resource()
    api.objects["/batches/batch_68f1"] = a_batch(status=word, completed_at=None)
    api.files["/files/file-Out01/content"] = as_lines(a_line("t-1"))
    api.files["/files/file-Err01/content"] = as_lines(an_expired_line("t-2"))
    provider = azure(api)
    batch = await provider.get_run(RunRef("eu", "batch_68f1"))
    assert (batch.status, batch.live) == (status, False)
    pages = [page async for page in provider.iter_rows(batch)]
    assert {row.key: row.trials[0].outcome for page in pages for row in page.rows} == {
        "t-1": Outcome.UNGRADED,
        "t-2": Outcome.ERRORED,
    }
    assert pages[-1].notes == ("2 of 4 requests have no line in the result files.",)
    assert all(request.headers["api-key"] == API_KEY for request in api.requests)


@pytest.mark.parametrize("word", ["canceled", "cancelled"])
async def test_a_run_that_was_canceled_keeps_the_rows_it_had(word: str) -> None:
    api = resource()
    path = f"/evals/{EVAL_ID}/runs/{RUN_ID}"
    api.objects[f"/evals/{EVAL_ID}"] = a_foundry_eval()
    api.objects[path] = a_foundry_run(status=word)
    api.lists[f"{path}/output_items"] = [
        a_foundry_item(a_result("coherence")),
        a_foundry_item(a_result("coherence"), id="2", datasource_item_id="1"),
    ]
    provider = azure(api)
    run = await provider.get_run(REF)
    assert (run.status, run.raw_status) == (Status.CANCELED, word)
    rows = [row async for page in provider.iter_rows(run) for row in page.rows]
    assert len(rows) == 2


def as_lines(*items: JsonObject) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


async def test_a_resource_takes_an_entra_token_as_bearer() -> None:
    api = resource()
    api.lists["/evals"] = []
    await every_source(azure(api, key=TOKEN))
    headers = api.requests[0].headers
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert "api-key" not in headers


@pytest.mark.parametrize("key", [TOKEN, API_KEY])
async def test_a_project_gets_a_bearer_its_own_header_and_no_batches(key: str) -> None:
    api = project()
    api.answers["/evals"] = answering(200, {"data": [a_foundry_eval()], "has_more": False})
    assert await every_source(azure(api, PROJECT, key=key)) == [EVAL_ID]
    headers = api.requests[0].headers
    assert headers["authorization"] == f"Bearer {key}"
    assert headers["foundry-features"] == "Evaluations=V1Preview"
    assert "aoai-evals" not in headers
    assert "api-key" not in headers


async def test_a_projects_runs_and_rows_are_read() -> None:
    api = project()
    runs = f"/evals/{EVAL_ID}/runs"
    api.objects[f"/evals/{EVAL_ID}"] = a_foundry_eval()
    api.answers[runs] = answering(200, {"data": [a_foundry_run()], "has_more": False})
    api.objects[f"{runs}/{RUN_ID}"] = a_foundry_run()
    rows: list[JsonValue] = [
        a_foundry_item(a_result("coherence"), a_broken_result("answers_it")),
        a_foundry_item(a_broken_result("coherence"), id="2", datasource_item_id="1"),
    ]
    api.answers[f"{runs}/{RUN_ID}/output_items"] = answering(200, {"data": rows, "has_more": False})
    provider = azure(api, PROJECT)
    (listed,) = (await provider.list_runs(RunSource(EVAL_ID))).runs
    run = await provider.get_run(REF)
    assert listed == run
    assert run.counts.total is None
    pages = [page async for page in provider.iter_rows(run)]
    assert [(row.key, row.trials[0].outcome) for page in pages for row in page.rows] == [
        ("0", Outcome.PASSED),
        ("1", Outcome.ERRORED),
    ]
    assert not any("/files/" in path for path in api.asked())


@pytest.mark.parametrize(
    ("status", "body", "kind", "code", "said"),
    [
        (
            401,
            {"error": {"code": "401", "message": f"Access denied for {API_KEY}."}},
            AuthError,
            "401",
            "Access denied",
        ),
        (
            403,
            {"error": {"code": "PermissionDenied", "message": "Principal lacks a data action."}},
            AuthError,
            "PermissionDenied",
            "lacks",
        ),
        (404, {"statusCode": 404, "message": "Resource not found"}, MissingError, None, "Resource"),
        (
            404,
            {"error": {"code": "404", "message": "The eval was not found.", "inner_error": {}}},
            MissingError,
            "404",
            "eval was not found",
        ),
        (
            400,
            {"error": {"code": "UserError", "message": "Bad.", "details": [], "debugInfo": {}}},
            RejectedError,
            "UserError",
            "Bad",
        ),
        (404, "<html>no</html>", MissingError, None, "404"),
    ],
)
async def test_refusals_say_azures_words_without_the_key(
    status: int, body: JsonValue, kind: type[ProviderError], code: str | None, said: str
) -> None:
    api = resource()
    api.answers["/evals"] = answering(status, body)
    with pytest.raises(kind, match=said) as caught:
        await every_source(azure(api))
    assert caught.value.code == code
    assert API_KEY not in caught.value.sentence()


async def test_azure_does_not_retire() -> None:
    api = resource()
    api.answers["/evals"] = answering(410, an_error("Gone.", "gone"))
    clock = FakeClock(datetime(2027, 1, 1, tzinfo=UTC))
    with pytest.raises(MissingError):
        await every_source(azure(api, clock=clock))
    with pytest.raises(MissingError):
        await azure(api, clock=clock).get_run(REF)
