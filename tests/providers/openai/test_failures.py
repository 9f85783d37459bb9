"""Refusals with this provider's own bodies, and the end of the Evals API."""

from datetime import UTC, datetime

import httpx
import pytest

from tests.clock import FakeClock
from tests.providers.openai.fake_api import KEY, FakeApi, answering, openai
from tests.providers.openai.payloads import (
    EVAL_ID,
    RUN_ID,
    a_batch,
    a_page,
    a_run,
    an_error,
    an_eval,
    an_item,
)
from tui.errors import (
    AuthError,
    BadAnswerError,
    MissingError,
    ProviderError,
    RateLimitedError,
    RejectedError,
    RetiredError,
    ServerFaultError,
)
from tui.models import JsonValue, RunRef
from tui.providers.base import Provider, RunSource
from tui.providers.openai_family.faults import read_error
from tui.providers.openai_family.retirement_day import own_host

REF = RunRef("prod", f"{EVAL_ID}/{RUN_ID}")
DAY = datetime(2026, 11, 30, tzinfo=UTC)
EVE = datetime(2026, 11, 29, 23, 59, 59, tzinfo=UTC)
GONE = an_error("Unknown request URL: GET /v1/evals.", "unknown_url")


async def every_source(provider: Provider) -> list[str]:
    return [source.id async for page in provider.iter_sources() for source in page.sources]


def api_answering(status: int, body: JsonValue) -> FakeApi:
    api = FakeApi()
    api.answers["/evals"] = answering(status, body)
    return api


@pytest.mark.parametrize(
    ("status", "body", "kind", "code", "said"),
    [
        (400, an_error("Bad cursor.", None), RejectedError, "invalid_request_error", "Bad cursor"),
        (
            401,
            an_error(f"Incorrect API key provided: {KEY}.", "invalid_api_key"),
            AuthError,
            "invalid_api_key",
            "Incorrect API key",
        ),
        (
            403,
            an_error("You have insufficient permissions. Missing scopes: api.evals.read.", None),
            AuthError,
            "invalid_request_error",
            "Missing scopes",
        ),
        (404, an_error("Could not find eval.", "eval_not_found"), MissingError, None, "find eval"),
        (410, {"code": "gone", "message": "Gone."}, MissingError, "gone", "Gone"),
        (422, {"error": "unprocessable"}, RejectedError, None, "unprocessable"),
        (
            429,
            an_error("You exceeded your quota.", "insufficient_quota"),
            RateLimitedError,
            "insufficient_quota",
            "quota",
        ),
        (500, an_error("The server had an error.", None), ServerFaultError, None, "had an error"),
        (503, an_error("Slow down.", "slow_down"), ServerFaultError, "slow_down", "Slow down"),
        (502, "<html>Bad gateway</html>", ServerFaultError, None, "502"),
        (404, "<html>Not here</html>", MissingError, None, "404"),
        (200, "<html>Sign in</html>", BadAnswerError, None, "HTML"),
        (200, ["no", "object"], BadAnswerError, None, "cannot be read"),
        (200, {"object": "list"}, BadAnswerError, None, "cannot be read"),
    ],
)
async def test_each_failure_is_typed_and_says_the_providers_words_without_the_key(
    status: int, body: JsonValue, kind: type[ProviderError], code: str | None, said: str
) -> None:
    api = api_answering(status, body)
    with pytest.raises(kind, match=said) as caught:
        await every_source(openai(api, batches=False))
    error = caught.value
    assert type(error) is kind
    assert error.remedy
    assert code is None or error.code == code
    assert KEY not in f"{error.sentence()} {error!r} {error.code} {error.request_id}"


async def test_the_request_id_is_kept() -> None:
    api = FakeApi()

    def answer(_request: httpx.Request) -> httpx.Response:
        body = an_error("No.", "eval_not_found")
        return httpx.Response(404, json=body, headers={"x-request-id": "req_123"})

    api.answers["/evals"] = answer
    with pytest.raises(MissingError) as caught:
        await every_source(openai(api))
    assert caught.value.request_id == "req_123"


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        (an_error("No.", "eval_not_found", "eval_id"), "No. (eval_id)", "eval_not_found"),
        (an_error("No eval_id.", None, "eval_id"), "No eval_id.", "invalid_request_error"),
        ({"message": "Bare.", "type": "t", "param": None, "code": None}, "Bare.", "t"),
        (
            {"error": {"code": "404", "message": "Not found.", "inner_error": {}}},
            "Not found.",
            "404",
        ),
        ({"statusCode": 404, "message": "Resource not found"}, "Resource not found", None),
        ({"error": {"code": 401}}, "401", "401"),
        ({"error": "text"}, "text", None),
        ({"detail": "Not Found"}, "Not Found", None),
    ],
)
def test_error_envelopes(body: JsonValue, message: str, code: str | None) -> None:
    found = read_error(404, body)
    assert found is not None
    assert (found.message, found.code) == (message, code)


@pytest.mark.parametrize("body", [None, "<html>", [], {}, {"error": []}, {"error": {"message": 5}}])
def test_unknown_envelopes_are_left_to_the_client(body: JsonValue) -> None:
    assert read_error(500, body) is None


@pytest.mark.parametrize(
    ("status", "body"), [(410, "<html>gone</html>"), (404, GONE), (404, "<html/>"), (403, {})]
)
async def test_after_the_day_a_refused_list_of_evals_means_retired_and_batches_stay(
    status: int, body: JsonValue
) -> None:
    api = api_answering(status, body)
    seen: list[str] = []
    with pytest.raises(RetiredError) as caught:  # noqa: PT012 - what came before it matters
        async for page in openai(api, clock=FakeClock(DAY)).iter_sources():
            seen.extend(source.id for source in page.sources)
    assert seen == ["batches"]
    assert "ended its Evals API" in caught.value.message
    assert "batches" in caught.value.remedy
    assert caught.value.status == status


async def test_the_day_before_the_same_answer_is_an_ordinary_failure() -> None:
    with pytest.raises(MissingError):
        await every_source(openai(api_answering(410, GONE), clock=FakeClock(EVE)))


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (403, "You have insufficient permissions for this operation."),
        (403, "Country, region, or territory not supported"),
        (404, "This project may not be used in your region."),
    ],
)
async def test_a_permission_or_region_text_is_not_retirement(status: int, text: str) -> None:
    api = api_answering(status, an_error(text, None))
    with pytest.raises((AuthError, MissingError)):
        await every_source(openai(api, clock=FakeClock(DAY)))


@pytest.mark.parametrize("status", [401, 429, 500])
async def test_other_failures_are_not_retirement(status: int) -> None:
    api = api_answering(status, an_error("No.", "insufficient_quota"))
    with pytest.raises((AuthError, RateLimitedError, ServerFaultError)):
        await every_source(openai(api, clock=FakeClock(DAY)))


async def test_a_proxy_of_the_users_own_never_retires() -> None:
    provider = openai(
        api_answering(404, GONE), clock=FakeClock(DAY), base_url="https://llm.example.com/v1"
    )
    with pytest.raises(MissingError):
        await every_source(provider)


@pytest.mark.parametrize(
    ("base_url", "own"),
    [
        ("https://api.openai.com/v1", True),
        ("https://eu.api.openai.com/v1", True),
        ("https://api.openai.com.example.org/v1", False),
        ("https://fakeapi.openai.com/v1", False),
        ("https://res.openai.azure.com/openai/v1", False),
        ("not an address", False),
    ],
)
def test_openais_own_hosts(base_url: str, own: bool) -> None:
    assert own_host(base_url) is own


async def test_after_the_end_a_missing_run_is_explained_by_the_list() -> None:
    api = api_answering(404, GONE)
    provider = openai(api, clock=FakeClock(DAY))
    with pytest.raises(RetiredError):
        await provider.get_run(REF)
    with pytest.raises(RetiredError):
        await provider.list_runs(RunSource(EVAL_ID))
    with pytest.raises(RetiredError):
        await every_source(openai(api, clock=FakeClock(DAY), evals=(EVAL_ID,)))


async def test_after_the_day_a_missing_run_is_just_missing_while_evals_answer() -> None:
    api = FakeApi()
    api.lists["/evals"] = [an_eval()]
    with pytest.raises(MissingError):
        await openai(api, clock=FakeClock(DAY)).get_run(REF)
    assert api.asked() == [f"/evals/{EVAL_ID}", "/evals"]


async def test_before_the_day_nobody_asks_twice() -> None:
    api = FakeApi()
    with pytest.raises(MissingError):
        await openai(api, clock=FakeClock(EVE)).get_run(REF)
    assert api.asked() == [f"/evals/{EVAL_ID}"]


async def test_a_walk_of_items_that_the_end_cuts_short_says_retired() -> None:
    api = FakeApi()
    clock = FakeClock(EVE)
    api.objects[f"/evals/{EVAL_ID}"] = an_eval()
    api.objects[f"/evals/{EVAL_ID}/runs/{RUN_ID}"] = a_run()
    api.answers[f"/evals/{EVAL_ID}/runs/{RUN_ID}/output_items"] = answering(
        200, a_page([an_item()], more=True)
    )
    provider = openai(api, clock=clock)
    run = await provider.get_run(REF)
    pages = provider.iter_rows(run)
    assert (await anext(pages)).rows
    clock.advance(1)
    gone = answering(404, GONE)
    api.answers = {"/evals": gone, f"/evals/{EVAL_ID}/runs/{RUN_ID}/output_items": gone}
    with pytest.raises(RetiredError):
        await anext(pages)


async def test_probe_of_a_retired_service_still_proves_the_key_with_batches() -> None:
    api = api_answering(410, GONE)
    api.lists["/batches"] = [a_batch()]
    result = await openai(api, clock=FakeClock(DAY)).probe()
    assert result.ok
    assert "batches" in result.sentence
    with pytest.raises(RetiredError):
        await openai(api, clock=FakeClock(DAY), batches=False).probe()


async def test_closing_twice_is_safe() -> None:
    provider = openai(FakeApi())
    await provider.aclose()
    await provider.aclose()
