"""What a failure says, what it keeps, and what it never holds."""

import base64
import gzip
import re
import socket
import ssl
from typing import Any

import httpx
import pytest

from tests.providers.http_client.clients import CANARY, Script, client_for, found
from tui.credentials import FoundKey
from tui.errors import (
    AuthError,
    BadAnswerError,
    KeyMissingError,
    MissingError,
    ProviderError,
    RateLimitedError,
    RejectedError,
    ServerFaultError,
    TooLargeError,
    UnreachableError,
)
from tui.providers.auth import Origin, OriginAuth
from tui.providers.http import AuthScheme, ErrorText


def encoded(content: bytes, encoding: str) -> httpx.Response:
    return httpx.Response(
        400, stream=httpx.ByteStream(content), headers={"content-encoding": encoding}
    )


async def failure(response: httpx.Response, **options: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await client_for(Script(response), **options).request("GET", "/x")
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind", "exit_code", "retryable"),
    [
        (400, RejectedError, 69, False),
        (401, AuthError, 77, False),
        (403, AuthError, 77, False),
        (404, MissingError, 66, False),
        (409, RejectedError, 69, False),
        (410, MissingError, 66, False),
        (413, RejectedError, 69, False),
        (422, RejectedError, 69, False),
        (429, RateLimitedError, 69, True),
        (500, ServerFaultError, 69, True),
        (502, ServerFaultError, 69, True),
        (529, ServerFaultError, 69, True),
        (599, ServerFaultError, 69, True),
    ],
)
async def test_each_status_has_its_error(
    status: int, kind: type[ProviderError], exit_code: int, retryable: bool
) -> None:
    body = {"error": {"message": "It went wrong.", "code": "some_code"}}

    error = await failure(httpx.Response(status, json=body, headers={"x-request-id": "req_1"}))

    assert type(error) is kind
    assert (error.exit_code, error.retryable) == (exit_code, retryable)
    assert (error.status, error.code, error.request_id) == (status, "some_code", "req_1")
    assert re.fullmatch(rf"prod: [a-z ]+ \({status}\): It went wrong\.", error.message)
    assert error.remedy


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "A", "type": "t"}}, ": A"),
        ({"detail": "B"}, ": B"),
        ({"error": "C"}, ": C"),
        ({"statusCode": 404, "message": "D"}, ": D"),
        (
            {"detail": [{"loc": ["body", 0, "x"], "msg": "E", "input": "SENT"}, {"msg": "F"}, 7]},
            ": body.0.x: E; F",
        ),
        ({"error": {"message": None}}, "."),
        ({"error": {"message": {"deep": 1}}}, "."),
        ({"detail": []}, "."),
        ([], "."),
        ("text", "."),
        (None, "."),
    ],
)
async def test_messages_are_found_in_the_usual_shapes(body: object, said: str) -> None:
    error = await failure(httpx.Response(400, json=body))

    assert error.message == f"prod: the request was refused (400){said}"


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(400, content=b""),
        httpx.Response(400, content=b"{"),
        httpx.Response(400, html="<h1>Bad</h1>"),
        httpx.Response(400, content=b'{"error": {"message": "' + b"x" * 100_000 + b'"}}'),
        encoded(b"junk", "gzip"),
        encoded(gzip.compress(b"{}", mtime=0)[:-4], "gzip"),
        encoded(b"junk", "br"),
    ],
)
async def test_a_body_that_says_nothing_does_not_matter(response: httpx.Response) -> None:
    with pytest.raises(RejectedError) as caught:
        await client_for(lambda _: response).request("GET", "/x")

    assert caught.value.message == "prod: the request was refused (400)."


def test_a_remedy_follows_a_whole_sentence() -> None:
    assert ServerFaultError("prod: failed: oh no", remedy="Wait.").sentence() == (
        "prod: failed: oh no. Wait."
    )
    assert ServerFaultError("prod: failed.", remedy="Wait.").sentence() == "prod: failed. Wait."
    assert ServerFaultError("prod: failed: oh no").sentence() == "prod: failed: oh no"


async def test_the_provider_reads_its_own_bodies_first() -> None:
    error = await failure(
        httpx.Response(422, json={"why": "because"}),
        read_error=lambda status, body: ErrorText(f"{status} {body}", "own"),
    )

    assert error.message.endswith("422 {'why': 'because'}")
    assert error.code == "own"


async def test_a_message_is_one_clean_line_of_bounded_length() -> None:
    hostile = "\x1b]52;c;x\x07\u202e[bold]\n" + "x" * 1000

    error = await failure(httpx.Response(400, json={"detail": hostile}))

    assert error.message.startswith("prod: the request was refused (400): ␛]52;c;x␇�[bold]⏎xxx")
    assert error.message.endswith("x…")
    assert len(error.message) < 350


@pytest.mark.parametrize("name", ["x-request-id", "apim-request-id", "request-id"])
async def test_request_ids_are_kept(name: str) -> None:
    error = await failure(httpx.Response(500, headers={name: "abc\x1b"}))
    answer = await client_for(Script(httpx.Response(200, json=1, headers={name: "abc"}))).request(
        "GET", "/x"
    )

    assert error.request_id == "abc␛"
    assert answer.request_id == "abc"


BASIC = base64.b64encode(f"api:{CANARY}".encode()).decode()


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": f"bad key {CANARY}", "code": CANARY}},
        {"detail": "x" * 280 + CANARY},
        {"detail": f"Authorization: Basic {BASIC}"},
        {"detail": [{"msg": CANARY, "input": CANARY, "loc": [CANARY]}]},
        {"message": CANARY},
    ],
)
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 429, 500])
async def test_no_key_in_any_text(status: int, body: object) -> None:
    response = httpx.Response(
        status,
        json=body,
        headers={"x-request-id": f"id-{CANARY}", "location": f"https://{CANARY}.example/{CANARY}"},
    )

    error = await failure(response, auth=AuthScheme(basic_user="api"))

    for text in (error.sentence(), repr(error), error.code, error.request_id, error.remedy):
        assert CANARY[:12] not in str(text)
        assert BASIC not in str(text)


async def test_a_refused_key_names_where_it_came_from() -> None:
    async def key() -> FoundKey | None:
        return found(source="variable EVALTOP_PROD_API_KEY")

    refused = await failure(httpx.Response(401), key=key)
    keyless = await failure(httpx.Response(401), key=None, key_required=False)

    assert refused.message == "prod: the key was refused (401)."
    assert "variable EVALTOP_PROD_API_KEY" in refused.remedy
    assert keyless.message == "prod: it wants a key (401)."
    assert keyless.remedy == (
        "No key was sent. Set EVALTOP_PROD_API_KEY, or keep it in a keyring: evaltop auth set prod."
    )


@pytest.mark.parametrize("key", ["two\nlines", "grüße", "nul\0"])
async def test_a_key_that_cannot_be_one_is_not_sent(key: str) -> None:
    script = Script(httpx.Response(200, json={}))

    with pytest.raises(KeyMissingError) as caught:
        await client_for(script, key=key).request("GET", "/x")

    assert script.requests == []
    assert key not in caught.value.sentence()


async def test_no_key_where_one_is_needed() -> None:
    script = Script(httpx.Response(200, json={}))

    with pytest.raises(KeyMissingError, match="prod: no key was found") as caught:
        await client_for(script, key=None).request("GET", "/x")
    await client_for(script, key=None, key_required=False).request("GET", "/x")

    assert "EVALTOP_PROD_API_KEY" in caught.value.remedy
    assert len(script.requests) == 1
    assert "authorization" not in script.requests[0].headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_names_its_host_and_is_not_followed(status: int) -> None:
    script = Script(
        httpx.Response(status, headers={"location": "https://login.example/sso?token=1"})
    )

    with pytest.raises(RejectedError) as caught:
        await client_for(script).request("GET", "/x")

    assert caught.value.message == (
        f"prod: api.example redirects to login.example ({status}); redirects are not followed."
    )
    assert len(script.requests) == 1


@pytest.mark.parametrize("location", ["/login", "", "https://[::bad", "//other"])
async def test_a_redirect_to_anywhere_is_an_error(location: str) -> None:
    error = await failure(httpx.Response(302, headers={"location": location}))

    assert isinstance(error, RejectedError)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<html>Sign in</html>", "text/html; charset=utf-8"),
        (b"<html>Sign in</html>", ""),
        (b"\xef\xbb\xbf \n<!DOCTYPE html>", "application/json"),
        (b"<x/>", "application/xml"),
        (b"{}", "text/html"),
    ],
)
@pytest.mark.parametrize("ask", ["request", "page", "stream_items", "stream_lines"])
async def test_a_page_in_place_of_json_is_named(content: bytes, kind: str, ask: str) -> None:
    client = client_for(
        lambda _: httpx.Response(200, content=content, headers={"content-type": kind})
    )

    async def asked() -> None:
        if ask == "request":
            await client.request("GET", "/x")
        elif ask == "page":
            await client.page("GET", "/x", under="data")
        elif ask == "stream_items":
            _ = [batch async for batch in client.stream_items("GET", "/x", under="data")]
        else:
            _ = [batch async for batch in client.stream_lines("GET", "/x")]

    with pytest.raises(BadAnswerError, match="proxy or login page"):
        await asked()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b'{"a": 1', "it is not JSON"),
        (b"{} {}", "it is not JSON"),
        (b'{"a": NaN}', "NaN or Infinity"),
        (b'{"a": -Infinity}', "NaN or Infinity"),
        (b'{"a": 1e999}', "beyond all bounds"),
        (b"1" * 5000, "beyond all bounds"),
        (b"[" * 201 + b"]" * 201, "nested too deeply"),
        (b"[" * 200_000, "nested too deeply"),
    ],
)
async def test_json_that_is_not_taken(content: bytes, why: str) -> None:
    error = await failure(httpx.Response(200, content=content))

    assert isinstance(error, BadAnswerError)
    assert error.retryable
    assert why in error.message


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"\xef\xbb\xbf{}", {}),
        (b"[1]", [1]),
        (b"null", None),
        (b'"x"', "x"),
        (b"[" * 200 + b"]" * 200, None),
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b"9223372036854775808", float(2**63)),
        (b"1" * 300, float("1" * 300)),
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"a\ud83d b\udc00\ud800"', "a\ufffd b\ufffd\ufffd"),
        (rb'{"\ud800k": ["\udfff"]}', {"\ufffdk": ["\ufffd"]}),
        (b'"\xff\xed\xa0\x80"', "\ufffd\ufffd\ufffd\ufffd"),
        (b'"raw\ncontrol\x01"', "raw\ncontrol\x01"),
    ],
)
async def test_json_that_is_taken(content: bytes, value: object) -> None:
    client = client_for(Script(httpx.Response(200, content=content)))

    data = (await client.request("GET", "/x")).data

    if value is not None or content == b"null":
        assert data == value
        assert type(data) is type(value)


async def test_an_answer_over_its_cap() -> None:
    script = Script(httpx.Response(200, json="x" * 2000))

    with pytest.raises(TooLargeError, match="larger than 1 KiB") as caught:
        await client_for(script).request("GET", "/x", max_bytes=1024)

    assert len(script.requests) == 1
    assert not caught.value.retryable


def connect_error(cause: Exception) -> httpx.ConnectError:
    """As httpx raises it: the operating system's error two causes down."""
    middle = OSError("middle")
    middle.__context__ = cause
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = middle
    return error


@pytest.mark.parametrize(
    ("cause", "says", "remedy", "tries"),
    [
        (ssl.SSLCertVerificationError(1, "self-signed"), "not trusted", "SSL_CERT_FILE", 1),
        (ssl.SSLError(1, "wrong version"), "does not speak TLS", "base_url", 1),
        (socket.gaierror(-2, "Name or service not known"), "can be resolved", "base_url", 4),
        (ConnectionRefusedError(111, "refused"), "refused the connection", "base_url", 4),
        (OSError(113, "No route to host"), "cannot be reached", "base_url", 4),
    ],
)
async def test_why_a_connection_failed(
    cause: Exception, says: str, remedy: str, tries: int
) -> None:
    script = Script(connect_error(cause))

    with pytest.raises(UnreachableError, match=says) as caught:
        await client_for(script).request("GET", "/x")

    assert remedy in caught.value.remedy
    assert len(script.requests) == tries


def test_a_key_goes_to_its_origin_only() -> None:
    auth = OriginAuth(
        Origin.of(httpx.URL("https://api.example:443")), AuthScheme("api-key", ""), found()
    )

    def sent(url: str) -> object:
        request = next(auth.sync_auth_flow(httpx.Request("GET", url)))
        return request.headers.get("api-key")

    assert sent("https://api.example/a") == CANARY
    assert sent("https://API.example:443/b") == CANARY
    for url in (
        "http://api.example/a",
        "https://api.example:444/a",
        "https://api.example.evil/a",
        "https://evil/api.example",
        "https://api.example@evil/a",
    ):
        assert sent(url) is None
