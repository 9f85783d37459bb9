"""The way to a provider: proxies, exceptions from them, and certificates of one's own."""

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from tests.providers.http_client.clients import client_for
from tests.providers.http_client.loopback import OK, Asked, Writer, always, answer, loopback
from tui.errors import UnreachableError
from tui.providers.proxies import ProxyUnusableError, is_exempt, proxy_for

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(
    ("exceptions", "host", "port", "exempt"),
    [
        ("*", "api.corp", 443, True),
        ("api.corp", "api.corp", 443, True),
        ("API.Corp", "api.corp", 443, True),
        ("corp", "api.corp", 443, True),
        (".corp", "api.corp", 443, True),
        (".corp", "corp", 443, True),
        ("*.corp", "api.corp", 443, True),
        ("corp", "apicorp", 443, False),
        ("api.corp.example", "api.corp", 443, False),
        ("other, api.corp", "api.corp", 443, True),
        ("other api.corp", "api.corp", 443, True),
        ("api.corp:443", "api.corp", 443, True),
        ("api.corp:8443", "api.corp", 443, False),
        ("https://api.corp", "api.corp", 443, True),
        ("127.0.0.1", "127.0.0.1", 80, True),
        ("127.0.0.1:80", "127.0.0.1", 80, True),
        ("127.0.0.1:81", "127.0.0.1", 80, False),
        ("127.0.0.0/8", "127.0.0.1", 80, True),
        ("10.0.0.0/8", "127.0.0.1", 80, False),
        ("10.0.0.0/8", "api.corp", 80, False),
        ("10.1.2.3/8", "10.9.9.9", 80, True),
        ("::1", "::1", 80, True),
        ("[::1]", "::1", 80, True),
        ("[::1]:80", "::1", 80, True),
        ("[::1]:81", "::1", 80, False),
        ("fe80::/10", "fe80::1", 80, True),
        ("fe80::/10", "::1", 80, False),
        ("0:0:0:0:0:0:0:1", "::1", 80, True),
        ("0.1", "127.0.0.1", 80, False),
        ("localhost", "localhost", 80, True),
        ("localhost", "127.0.0.1", 80, False),
        ("", "api.corp", 443, False),
        (" , ,", "api.corp", 443, False),
        (".", "api.corp", 443, False),
        ("*.", "api.corp", 443, False),
        ("[", "api.corp", 443, False),
        ("10.0.0.0/99", "10.0.0.1", 443, False),
    ],
)
def test_no_proxy_in_all_its_forms(exceptions: str, host: str, port: int, exempt: bool) -> None:
    assert is_exempt(host, port, exceptions) is exempt


@pytest.mark.parametrize("host", ["api.corp", "api.corp.", "API.corp"])
def test_a_host_written_with_its_last_dot_is_the_same(host: str) -> None:
    proxies = {"https": "http://proxy:1", "no": "api.corp"}
    assert proxy_for(f"https://{host}/v1", proxies) is None
    assert proxy_for(f"https://.{host}/v1", proxies) is None
    assert proxy_for(f"https://x{host}/v1", proxies) == "http://proxy:1"


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443)])
def test_an_exception_with_a_port_knows_the_schemes_own(scheme: str, port: int) -> None:
    exempt = {scheme: "http://proxy:1", "no": f"a.example:{port}"}
    assert proxy_for(f"{scheme}://a.example/v1", exempt) is None
    other = {**exempt, "no": f"a.example:{port + 1}"}
    assert proxy_for(f"{scheme}://a.example/v1", other) == "http://proxy:1"


@pytest.mark.parametrize("value", ["socks5://p:1", "http://", "http://p:0", "http://[::bad"])
def test_what_is_no_proxy_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(ProxyUnusableError) as caught:
        proxy_for("https://a.example/v1", {"https": value})
    assert caught.value.message == "no address of an http proxy"


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_exceptions_are_read(exceptions: str, host: str) -> None:
    assert is_exempt(host, 443, exceptions) in (True, False)


@pytest.mark.parametrize(
    ("url", "proxies", "found"),
    [
        ("https://a.example/v1", {}, None),
        ("https://a.example/v1", {"https": "http://p:1"}, "http://p:1"),
        ("https://a.example/v1", {"https": "p:1"}, "http://p:1"),
        ("https://a.example/v1", {"http": "http://p:1"}, None),
        ("https://a.example/v1", {"all": "http://p:1"}, "http://p:1"),
        ("https://a.example/v1", {"all": "http://q:2", "https": "http://p:1"}, "http://p:1"),
        ("https://a.example/v1", {"https": "http://u:w@p:1"}, "http://u:w@p:1"),
        ("https://a.example/v1", {"https": "http://p:1", "no": "a.example"}, None),
        ("https://a.example:444/", {"https": "http://p:1", "no": "a.example:443"}, "http://p:1"),
        ("https://a.example/v1", {"https": "nonsense://x", "no": "*"}, None),
        ("https://[::1]:8/v1", {"https": "http://p:1", "no": "[::1]"}, None),
        ("https://a.example/v1", {"https": "  "}, None),
    ],
)
def test_a_connection_has_one_way(url: str, proxies: dict[str, str], found: str | None) -> None:
    assert proxy_for(url, proxies) == found


@pytest.mark.parametrize(
    "value",
    ["socks5://p:1", "ftp://p", "http://[::bad", "::::", "http://", "http://p\x1b:1", "://"],
)
def test_what_is_no_http_proxy_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(ProxyUnusableError) as caught:
        proxy_for("https://a.example/v1", {"https": value})
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("no_proxy", "direct"),
    [
        ("", False),
        ("127.0.0.1", True),
        ("127.0.0.0/8", True),
        ("*", True),
        ("[::1]", False),
        ("fe80::/10,127.0.0.1", True),
        ("*.corp", False),
        ("example.org 127.0.0.1", True),
    ],
)
async def test_requests_really_go_that_way(
    monkeypatch: pytest.MonkeyPatch, no_proxy: str, direct: bool
) -> None:
    async with loopback(always(answer(b'{"via": "proxy"}'))) as proxy, loopback(always(OK)) as home:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", no_proxy)
        client = client_for(None, base_url=home.url)
        result = await client.request("GET", "/x")
        await client.aclose()
    assert result.data == ({"ok": True} if direct else {"via": "proxy"})
    assert len(home.asked) == int(direct)
    assert len(proxy.asked) == int(not direct)


async def test_a_proxys_password_goes_to_the_proxy_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async with loopback(always(OK)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://user:word@127.0.0.1:{proxy.port}")
        client = client_for(None, base_url="http://gateway.example/v1", allow_http=True)
        await client.request("GET", "/x")
        await client.aclose()
    assert proxy.asked[0].headers["proxy-authorization"].startswith("Basic ")


# Certificates ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority of one's own (ca.pem) and a server's certificate (server.pem)."""
    folder = tmp_path_factory.mktemp("authority")
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Own authority")])
    now = dt.datetime.now(dt.UTC)

    def begun(subject: x509.Name, public_key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
        )

    # What RFC 5280 demands and Python insists on from 3.13 on.
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    signs = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    ca = (
        begun(ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False
        )
        .add_extension(signs, critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    server = (
        begun(x509.Name([]), key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
        .add_extension(by, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(private + server.public_bytes(pem))
    return folder


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve connections on a port until the end, and leave none open."""
    handlers: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        with suppress(asyncio.CancelledError):
            await serve(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in handlers:
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
        await server.wait_closed()


@asynccontextmanager
async def tls_server(authority: Path) -> AsyncIterator[int]:
    """Serve `{"ok": true}` over TLS; yields the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "server.pem")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer(b'{"ok": true}', "200 OK", "connection: close"))
            await writer.drain()
        writer.close()

    async with listening(serve, context) as port:
        yield port


@asynccontextmanager
async def tunnel() -> AsyncIterator[tuple[int, list[str]]]:
    """A proxy that connects; yields its port and what it was asked for."""
    asked: list[str] = []

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked.append(head.splitlines()[0])
        host, _, port = head.split()[1].rpartition(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        try:
            await asyncio.gather(pipe(reader, far_writer), pipe(far_reader, writer))
        finally:
            far_writer.transport.abort()

    async with listening(serve) as port:
        yield port, asked


@pytest.mark.parametrize("proxied", [False, True])
async def test_an_authority_of_ones_own_is_trusted_direct_and_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, authority: Path, proxied: bool
) -> None:
    async with tls_server(authority) as port, tunnel() as (proxy_port, tunnelled):
        if proxied:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy_port}")
        url = f"https://127.0.0.1:{port}/v1"
        client = client_for(None, base_url=url)
        with pytest.raises(UnreachableError, match="certificate") as caught:
            await client.request("GET", "/x")
        await client.aclose()
        assert "SSL_CERT_FILE" in caught.value.remedy

        monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))
        client = client_for(None, base_url=url)
        assert (await client.request("GET", "/x")).data == {"ok": True}
        await client.aclose()
    assert bool(tunnelled) is proxied
    assert all(line.startswith(f"CONNECT 127.0.0.1:{port} ") for line in tunnelled)


async def test_checks_are_off_for_the_connection_that_says_so_and_no_other(
    authority: Path,
) -> None:
    async with tls_server(authority) as port:
        url = f"https://127.0.0.1:{port}/v1"
        trusting = client_for(None, base_url=url, verify_tls=False)
        strict = client_for(None, base_url=url)
        assert (await trusting.request("GET", "/x")).data == {"ok": True}
        with pytest.raises(UnreachableError, match="certificate"):
            await strict.request("GET", "/x")
        await trusting.aclose()
        await strict.aclose()


async def test_a_proxy_that_refuses_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_asked: Asked, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 407 Who are you\r\ncontent-length: 0\r\n\r\n")

    async with loopback(refuse) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:canary@127.0.0.1:{proxy.port}")
        client = client_for(None, base_url="https://127.0.0.1:9/v1")
        with pytest.raises(UnreachableError, match="proxy") as caught:
            await client.request("GET", "/x")
        await client.aclose()
    assert "canary" not in caught.value.sentence()
