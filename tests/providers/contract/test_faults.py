"""What every provider makes of failures: one typed error, a remedy, and never the key."""

import base64
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpx
import pytest

from tests.providers.contract.case import Fault, Site
from tests.providers.contract.test_answers import stocked
from tests.providers.wiring import CANARY
from tui.errors import (
    AuthError,
    BadAnswerError,
    MissingError,
    ProviderError,
    RateLimitedError,
    RejectedError,
    ServerFaultError,
    UnreachableError,
)
from tui.models import Outcome, Row, Run
from tui.providers.base import Skipped

STATUSES: dict[int, tuple[type[ProviderError], int]] = {
    400: (RejectedError, 69),
    401: (AuthError, 77),
    403: (AuthError, 77),
    404: (MissingError, 66),
    409: (RejectedError, 69),
    410: (MissingError, 66),
    422: (RejectedError, 69),
    429: (RateLimitedError, 69),
    500: (ServerFaultError, 69),
    502: (ServerFaultError, 69),
    503: (ServerFaultError, 69),
    504: (ServerFaultError, 69),
    529: (ServerFaultError, 69),
}

Ask = Callable[[Site], Awaitable[object]]


async def ask_list(site: Site) -> object:
    return await site.walk_runs()


async def ask_run(site: Site) -> object:
    return await site.get()


async def ask_probe(site: Site) -> object:
    return await site.provider.probe()


async def ask_rows(site: Site) -> tuple[list[Row], list[Skipped], list[str]]:
    fault, site.fault = site.fault, None
    run = await site.get()
    site.fault = fault
    return await site.walk_rows(run)


ASKS = {"list": ask_list, "run": ask_run, "rows": ask_rows, "probe": ask_probe}


@pytest.fixture(params=tuple(ASKS))
def ask(request: pytest.FixtureRequest) -> Ask:
    """One of the questions a provider is asked."""
    return ASKS[request.param]


async def failed(site: Site, ask: Ask, fault: Fault) -> ProviderError:
    """Return the error a question ends in while the server has this fault."""
    stocked(site, runs=2, rows=2).fault = fault
    with pytest.raises(ProviderError) as caught:
        await ask(site)
    error = caught.value
    # Locals are left out: a crash report has none either.
    told = "".join(traceback.format_exception(error)) + repr(vars(error))
    assert CANARY not in told
    assert base64.b64encode(f"api:{CANARY}".encode()).decode() not in told
    assert error.message
    assert "\n" not in error.sentence()
    assert "\x1b" not in error.sentence()
    return error


def unfinished(site: Site, ask: Ask, status: int) -> bool:
    """Return whether this status is what rows answer that do not exist (yet, or any more)."""
    return ask is ask_rows and status in site.case.unfinished_statuses


async def assert_no_rows_but_a_note(site: Site, fault: Fault) -> None:
    stocked(site).fault = fault
    rows, skipped, notes = await ask_rows(site)
    assert (rows, skipped) == ([], [])
    assert notes
    assert CANARY not in "".join(notes)


async def assert_nothing_invented(site: Site, ask: Ask, fault: Fault) -> None:
    """Each line stands for itself: a strange one is an errored row, skipped, or a cut answer."""
    stocked(site).fault = fault
    runs: list[Run] = []
    rows: list[Row] = []
    with suppress(BadAnswerError):
        if ask is ask_rows:
            rows, _, _ = await ask_rows(site)
        else:
            runs, _ = await site.walk_runs()
    assert runs == []
    assert all(trial.outcome is Outcome.ERRORED for row in rows for trial in row.trials)


def always(status: int, **answer: object) -> Fault:
    return lambda _request: httpx.Response(status, **answer)  # type: ignore[arg-type] # keywords of httpx.Response


@pytest.mark.parametrize("status", STATUSES)
async def test_each_status_in_the_providers_own_words(site: Site, ask: Ask, status: int) -> None:
    kind, exit_code = STATUSES[status]
    body, words = site.case.failure(status)
    if unfinished(site, ask, status):
        await assert_no_rows_but_a_note(site, always(status, json=body))
        return
    error = await failed(site, ask, always(status, json=body))
    assert type(error) is kind
    assert error.exit_code == exit_code
    assert error.status == status
    assert error.remedy
    if status not in site.case.unsaid_statuses:
        assert words in error.message


@pytest.mark.parametrize("status", [401, 404, 429, 500])
async def test_a_status_with_a_page_of_html(site: Site, ask: Ask, status: int) -> None:
    page = f"<html><script>{CANARY}</script></html>"
    if unfinished(site, ask, status):
        await assert_no_rows_but_a_note(site, always(status, html=page))
        return
    error = await failed(site, ask, always(status, html=page))
    assert type(error) is STATUSES[status][0]
    assert "<" not in error.sentence()


@pytest.mark.parametrize("status", [400, 503])
async def test_a_status_without_a_body(site: Site, ask: Ask, status: int) -> None:
    error = await failed(site, ask, always(status))
    assert type(error) is STATUSES[status][0]
    assert error.remedy


async def test_a_login_page_in_place_of_json(site: Site, ask: Ask) -> None:
    error = await failed(site, ask, always(200, html="<html>Welcome</html>"))
    assert type(error) is BadAnswerError
    assert "HTML" in error.message
    assert error.remedy
    assert error.exit_code == 69


STRANGE_BODIES = [b"", b"[]", b"7", b"null", b'"text"', b"{", b'{"a": NaN}', b"\x00"]


@pytest.mark.parametrize("body", STRANGE_BODIES)
async def test_a_body_that_is_not_what_was_promised(site: Site, ask: Ask, body: bytes) -> None:
    answer = always(200, content=body, headers={"content-type": "application/json"})
    lines = {ASKS[name] for name in site.case.lines}
    if ask in lines:
        await assert_nothing_invented(site, ask, answer)
        return
    error = await failed(site, ask, answer)
    assert isinstance(error, BadAnswerError)
    assert error.remedy


async def test_a_cut_answer(site: Site, ask: Ask) -> None:
    def cut(request: httpx.Request) -> httpx.Response:
        whole = site.case.answer(request, site)
        half = whole.content[: len(whole.content) // 2 - 3]
        return httpx.Response(
            whole.status_code, content=half, headers={"content-type": "application/json"}
        )

    error = await failed(site, ask, cut)
    assert isinstance(error, BadAnswerError)


@pytest.mark.parametrize(
    "exception",
    [
        httpx.ConnectError("[Errno -2] Name or service not known"),
        httpx.ConnectError("[Errno 111] Connection refused"),
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("peer closed connection"),
        httpx.ProxyError("proxy says no"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_nobody_answers(site: Site, ask: Ask, exception: Exception) -> None:
    def fall(_request: httpx.Request) -> httpx.Response:
        raise exception

    error = await failed(site, ask, fall)
    assert type(error) is UnreachableError
    assert error.exit_code == 69
    assert error.remedy


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(site: Site, ask: Ask, status: int) -> None:
    elsewhere = always(status, headers={"location": "https://elsewhere.example/login?x=1"})
    error = await failed(site, ask, elsewhere)
    assert type(error) is RejectedError
    assert "elsewhere.example" in error.message
    assert {request.url.host for request in site.world.requests} != {"elsewhere.example"}
    assert all(request.url.host != "elsewhere.example" for request in site.world.requests)


async def test_a_long_wait_is_handed_to_the_scheduler(site: Site, ask: Ask) -> None:
    body, _ = site.case.failure(429)
    error = await failed(site, ask, always(429, json=body, headers={"retry-after": "600"}))
    assert type(error) is RateLimitedError
    assert error.retry_at is not None
    assert (error.retry_at - site.world.clock.now()).total_seconds() == pytest.approx(600, abs=5)
    assert sum(site.world.clock.sleeps) < 5


async def test_a_short_outage_is_not_noticed(site: Site) -> None:
    stocked(site, runs=2)
    left = [503, 502, 529]

    def stumble(request: httpx.Request) -> httpx.Response:
        if left:
            return httpx.Response(left.pop(), json=site.case.failure(503)[0])
        return site.case.answer(request, site)

    site.fault = stumble
    runs, _ = await site.walk_runs()
    assert len(runs) == 2


async def test_the_next_answer_after_a_failure_is_read(site: Site, ask: Ask) -> None:
    await failed(site, ask, always(500, json=site.case.failure(500)[0]))
    site.fault = None
    await ask(site)
