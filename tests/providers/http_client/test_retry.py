"""When the client asks again, after how long, and when it gives the wait away."""

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clock import START, FakeClock
from tests.providers.http_client.clients import Script, client_for
from tui.credentials import FoundKey
from tui.errors import (
    AuthError,
    BadAnswerError,
    ProviderError,
    RateLimitedError,
    RejectedError,
    ServerFaultError,
    UnreachableError,
)
from tui.providers.retry import asked_wait, backoff, may_retry

OK = httpx.Response(200, json={"ok": True})


def answer(status: int, body: object = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json={} if body is None else body, headers=named)


@pytest.mark.parametrize(
    ("jitter", "schedule"), [(0.0, [0.5, 1.0, 2.0]), (1.0, [0.375, 0.75, 1.5])]
)
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
async def test_passing_faults_are_tried_four_times(
    status: int, jitter: float, schedule: list[float]
) -> None:
    clock, script = FakeClock(), Script(answer(status))

    with pytest.raises(ProviderError) as caught:
        await client_for(script, clock=clock, jitter=jitter).request("GET", "/x")

    assert caught.value.status == status
    assert len(script.requests) == 4
    assert clock.sleeps == schedule


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422, 501, 301, 304])
async def test_answers_that_are_final_are_not(status: int) -> None:
    clock, script = FakeClock(), Script(answer(status))

    with pytest.raises(ProviderError):
        await client_for(script, clock=clock).request("GET", "/x")

    assert len(script.requests) == 1
    assert clock.sleeps == []


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_reading_goes_on_after_a_fault(method: str) -> None:
    script = Script(answer(503), httpx.ConnectError("down"), OK)
    client = client_for(script)

    result = await client.request("GET" if method == "GET" else "POST", "/x", body={"q": 1})

    assert result.data == {"ok": True}
    assert [request.content for request in script.requests] == [b'{"q":1}'] * 3


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (httpx.ConnectError("All connection attempts failed"), 4),
        (httpx.ConnectTimeout("slow"), 4),
        (httpx.ReadTimeout("slow"), 4),
        (httpx.PoolTimeout("full"), 4),
        (httpx.ProxyError("407"), 1),
        (httpx.UnsupportedProtocol("gopher"), 1),
        (httpx.LocalProtocolError("header"), 1),
    ],
)
async def test_broken_connections(error: Exception, tries: int) -> None:
    script = Script(error)

    with pytest.raises(UnreachableError) as caught:
        await client_for(script).request("GET", "/x")

    assert len(script.requests) == tries
    assert caught.value.message.startswith("prod: api.example ")
    assert caught.value.remedy


async def test_a_stale_connection_is_retried_at_once_but_only_once() -> None:
    clock = FakeClock()
    stale = httpx.RemoteProtocolError("Server disconnected without sending a response.")
    script = Script(stale, stale, OK)

    await client_for(script, clock=clock).request("GET", "/x")

    assert clock.sleeps == [0.5]


@pytest.mark.parametrize("status", [429, 503, 500])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "2"}, 2.0),
        ({"retry_after": "1.5"}, 1.5),
        ({"retry_after": " 5 "}, 5.0),
        ({"retry_after": "0.01"}, 0.01),
        ({"retry_after_ms": "700"}, 0.7),
        ({"retry_after_ms": "700", "retry_after": "3"}, 0.7),
        ({"retry_after_ms": "soon", "retry_after": "3"}, 3.0),
        ({"retry_after_ms": "-1", "retry_after": "3"}, 3.0),
        ({"retry_after": format_datetime(START + timedelta(seconds=4), usegmt=True)}, 4.0),
    ],
)
async def test_a_short_wait_is_sat_out_exactly(
    status: int, headers: dict[str, str], seconds: float
) -> None:
    clock = FakeClock()

    await client_for(Script(answer(status, **headers), OK), clock=clock).request("GET", "/x")

    assert clock.sleeps == [seconds]


@pytest.mark.parametrize(
    "value",
    [
        "", "0", "-0", "-5", "nan", "inf", "-inf", "1e999", "86401", "1_0", "soon", "5 s", "0x10",
        "٣x", "Fri, 20 Nov 2026 11:59:59 GMT", "Fri, 20 Nov 2026 12:00:00 GMT",
        "Fri, 99 Nov 2026 12:00:10 GMT", "Fri, 20 Nov 100000 12:00:00 GMT", "2026-11-20T12:00:02Z",
        "Mon, 01 Jan 0001 00:00:00 +2359", "\xff",
    ],
)  # fmt: skip
async def test_a_senseless_wait_counts_as_none(value: str) -> None:
    clock = FakeClock()
    refusal = httpx.Response(503, json={}, headers=[(b"retry-after", value.encode())])

    await client_for(Script(refusal, OK), clock=clock).request("GET", "/x")

    assert clock.sleeps == [0.5]


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimitedError), (503, ServerFaultError)])
@pytest.mark.parametrize("seconds", [5.001, 6, 120, 121, 3600, 86400])
async def test_a_long_wait_is_the_schedulers(
    status: int, kind: type[ProviderError], seconds: float
) -> None:
    clock, script = FakeClock(), Script(answer(status, retry_after=str(seconds)))

    with pytest.raises(kind) as caught:
        await client_for(script, clock=clock).request("GET", "/x")

    assert caught.value.retry_at == START + timedelta(seconds=seconds)
    assert caught.value.retryable
    assert len(script.requests) == 1
    assert clock.sleeps == []


@pytest.mark.parametrize(
    "code", ["insufficient_quota", "credit_balance_exhausted", "budget_exceeded"]
)
async def test_an_empty_account_is_not_asked_again(code: str) -> None:
    body = {"error": {"message": "You are out of money.", "code": code}}
    script = Script(answer(429, body, retry_after="1", x_should_retry="true"))

    with pytest.raises(RateLimitedError) as caught:
        await client_for(script).request("GET", "/x")

    assert len(script.requests) == 1
    assert caught.value.code == code
    assert "You are out of money." in caught.value.message


@pytest.mark.parametrize(
    ("status", "wish", "tries"),
    [(503, "false", 1), (503, "maybe", 4), (409, "true", 4), (429, " FALSE ", 1), (404, "true", 4)],
)
async def test_the_server_may_say_whether_to_retry(status: int, wish: str, tries: int) -> None:
    script = Script(answer(status, x_should_retry=wish))

    with pytest.raises(ProviderError):
        await client_for(script).request("GET", "/x")

    assert len(script.requests) == tries


async def test_the_provider_may_say_that_a_fault_is_final() -> None:
    from tui.providers.http import ErrorText

    script = Script(answer(502))
    client = client_for(script, read_error=lambda *_: ErrorText("no output file", retry=False))

    with pytest.raises(ServerFaultError, match="no output file"):
        await client.request("GET", "/x")

    assert len(script.requests) == 1


async def test_not_json_is_asked_again_but_a_page_is_not() -> None:
    cut, page = (
        Script(httpx.Response(200, content=b'{"a":')),
        Script(httpx.Response(200, html="<p>Sign in</p>")),
    )

    for script, tries in ((cut, 4), (page, 1)):
        with pytest.raises(BadAnswerError):
            await client_for(script).request("GET", "/x")
        assert len(script.requests) == tries


class Renewing:
    """A source that finds another key each time its key was refused."""

    def __init__(self) -> None:
        self.number = 0

    async def __call__(self) -> FoundKey | None:
        return FoundKey.of(f"key-{self.number}", "key_command")

    def invalidate(self, refused: FoundKey) -> bool:
        self.number += 1
        return True


async def test_a_refused_token_is_renewed_once() -> None:
    script = Script(answer(401), OK)
    await client_for(script, key=Renewing()).request("GET", "/x")
    assert [request.headers["authorization"] for request in script.requests] == [
        "Bearer key-0",
        "Bearer key-1",
    ]

    script = Script(answer(401))
    with pytest.raises(AuthError):
        await client_for(script, key=Renewing()).request("GET", "/x")
    assert len(script.requests) == 2


async def test_the_last_try_tells() -> None:
    script = Script(answer(503), answer(503), answer(503), answer(400))

    with pytest.raises(RejectedError):
        await client_for(script).request("GET", "/x")


any_header = given(
    st.sampled_from(["retry-after", "retry-after-ms"]),
    st.one_of(
        st.text(max_size=30),
        st.floats().map(str),
        st.integers().map(str),
        st.datetimes(timezones=st.just(UTC)).map(
            lambda moment: format_datetime(moment, usegmt=True)
        ),
    ),
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(9000, 1, 1)),  # noqa: DTZ001
)


@any_header
def test_any_header_gives_a_sane_wait_or_none(name: str, value: str, now: datetime) -> None:
    wait = asked_wait({name: value}, now.replace(tzinfo=UTC))

    assert wait is None or (math.isfinite(wait) and 0 < wait <= 86_400)


@pytest.mark.nightly
@settings(max_examples=5_000, deadline=None)
@any_header
def test_five_thousand_headers_do(name: str, value: str, now: datetime) -> None:
    wait = asked_wait({name: value}, now.replace(tzinfo=UTC))

    assert wait is None or (math.isfinite(wait) and 0 < wait <= 86_400)


@given(st.integers(0, 10**6), st.integers())
def test_backoff_is_bounded_at_any_count(retry: int, seed: int) -> None:
    delay = backoff(retry, Random(seed))

    assert 0.75 * min(0.5 * 2 ** min(retry, 4), 8) <= delay <= min(0.5 * 2 ** min(retry, 4), 8)


def test_a_final_code_wins_over_the_servers_wish() -> None:
    assert not may_retry(429, "insufficient_quota", {"x-should-retry": "true"})
    assert may_retry(429, "rate_limit_exceeded", {})


def test_a_day_is_the_longest_wait_that_is_believed_to_the_millisecond() -> None:
    assert asked_wait({"retry-after-ms": "86400000"}, START) == 86_400
    assert asked_wait({"retry-after-ms": "86400001"}, START) is None
    assert asked_wait({"retry-after-ms": "86400050"}, START) is None


def test_a_date_without_a_zone_is_in_utc() -> None:
    asked = (START + timedelta(seconds=30)).strftime("%a, %d %b %Y %H:%M:%S -0000")
    assert asked_wait({"retry-after": asked}, START) == 30
