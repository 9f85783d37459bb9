"""Proxy and certificate variables: honoured, and never a traceback."""

import asyncio
from pathlib import Path

import pytest

from tests.providers.http_client.clients import client_for
from tests.providers.http_client.loopback import always, answer, loopback
from tui.errors import ProviderError, UnreachableError

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HTTPS_PROXY", "", None),
        ("HTTPS_PROXY", "127.0.0.1:9", None),
        ("HTTPS_PROXY", "http://127.0.0.1:9", None),
        ("HTTPS_PROXY", "http://user:pass@127.0.0.1:9", None),
        ("HTTPS_PROXY", "ftp://127.0.0.1:9", "proxy settings"),
        ("HTTPS_PROXY", "socks5://127.0.0.1:9", "proxy settings"),
        ("HTTPS_PROXY", "http://[::bad", "proxy settings"),
        ("HTTPS_PROXY", "::::", "proxy settings"),
        ("ALL_PROXY", "nonsense://x", "proxy settings"),
        ("HTTP_PROXY", "http://127.0.0.1:9", None),
        ("NO_PROXY", "*", None),
        ("NO_PROXY", "[::1]", None),
        ("NO_PROXY", "fe80::/10", None),
        ("NO_PROXY", "127.0.0.0/8,*.corp,localhost", None),
        ("NO_PROXY", ",,", None),
        ("NO_PROXY", " , x y ,", None),
        ("SSL_CERT_FILE", "/nonexistent.pem", "certificates"),
        ("SSL_CERT_FILE", "/", "certificates"),
        ("SSL_CERT_FILE", "/dev/null", "certificates"),
        ("SSL_CERT_DIR", "/nonexistent", None),
    ],
)
async def test_any_value_ends_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str | None
) -> None:
    monkeypatch.setenv(name, value)
    client = client_for(None, base_url="https://127.0.0.1:9/v1")

    with pytest.raises(ProviderError) as caught:
        await client.request("GET", "/x")
    await client.aclose()

    assert isinstance(caught.value, UnreachableError)
    assert caught.value.message.startswith("prod: ")
    assert caught.value.remedy
    assert "pass" not in caught.value.sentence()
    if says is not None:
        assert says in caught.value.message
        assert name in caught.value.remedy


async def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with loopback(always(answer(b'{"via": "proxy"}'))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        client = client_for(None, base_url="http://gateway.example/v1", allow_http=True)

        result = await client.request("GET", "/x")
        await client.aclose()

    assert result.data == {"via": "proxy"}
    assert proxy.asked[0].line == "GET http://gateway.example/v1/x HTTP/1.1"


async def test_a_netrc_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password canary\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    async with loopback(always(answer(b"{}"))) as server:
        client = client_for(None, base_url=server.url, key=None, key_required=False)
        await client.request("GET", "/x")
        await client.aclose()

    assert "authorization" not in server.asked[0].headers


async def test_an_unknown_host() -> None:
    client = client_for(None, base_url="https://no-such-host.invalid/v1")

    with pytest.raises(UnreachableError, match="not a host name that can be resolved"):
        await client.request("GET", "/x")
    await client.aclose()


async def test_a_server_without_tls() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ready\r\n")
        await reader.read()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        client = client_for(None, base_url=f"https://127.0.0.1:{port}/v1")

        with pytest.raises(UnreachableError, match="does not speak TLS as expected") as caught:
            await client.request("GET", "/x")
        await client.aclose()

    assert "base_url" in caught.value.remedy
