"""Six shapes of key, through every place a program writes to, while things break around them."""

import asyncio
import base64
import io
import json
import logging
import os
import pickle
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.analysis.runs import put, rows_of
from tests.clock import FakeClock
from tests.exchange.importing import SAMPLES
from tests.terminal import Terminal
from tui.commands.arguments import build_parser
from tui.commands.headless import run_command
from tui.config import load_config
from tui.errors import EvaltopError, ProviderError
from tui.services import open_services
from tui.store import Store

ROOT = Path(__file__).parents[2]

KEYS = {
    "openai": "sk-proj-CANARY7Qz9xW3vK1mN5pB8aaaaT3BlbkFJbbbb",
    "azure": "c0ffee00c0ffee11c0ffee22c0ffee33",
    "entra": "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDB9.CANARYc2lnbmF0dXJl",
    "weave": "deadbeef" * 5,
    "docs": "CANARY_datalab~key/with+signs==",
    "gate": "gw CANARY key.with-blanks_and:colons",
}
"""Connection to key: prefixed, hex, JWT, long hex, base64-like, and one with blanks."""

CONFIG = """\
[connections.openai]
provider = "openai"
base_url = "{url}/openai/v1"
[connections.azure]
provider = "azure-openai"
base_url = "{url}/azure/openai/v1"
[connections.entra]
provider = "azure-openai"
base_url = "{url}/entra/openai/v1"
key_command = ["printenv", "ENTRA_TOKEN"]
[connections.weave]
provider = "weave"
base_url = "{url}/weave"
entity = "acme"
project = "bot"
[connections.docs]
provider = "datalab"
base_url = "{url}/datalab"
[connections.gate]
provider = "gomodel"
base_url = "{url}/gomodel"
"""


ONE, TWO = "openai/evalrun_1", "openai/evalrun_2"
"""Runs that are stored, for what works on stored ones."""


@contextmanager
def echoing() -> Iterator[str]:
    """A server that says every credential it was sent back, in a body and a header."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            self.rfile.read(length)
            names = ("authorization", "api-key", "x-api-key")
            sent = " ".join(self.headers[name] for name in names if name in self.headers)
            said = f"Incorrect key provided: {sent}. You can find your key {sent}"
            body = json.dumps(
                {"error": {"message": said, "code": sent, "type": sent}, "detail": said}
            ).encode()
            self.send_response(401 if "openai" in self.path else 403)
            self.send_header("content-type", "application/json")
            self.send_header("x-request-id", sent)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def traces(key: str) -> set[bytes]:
    """Return what would give a key away: itself, parts of it, and it as Basic sends it."""
    pair = base64.b64encode(f"api:{key}".encode())
    encoded = base64.b64encode(key.encode()).rstrip(b"=")
    return {key.encode(), key[:-4].encode(), key[6:-4].encode(), pair, encoded[:-2]}


def assert_silent(what: bytes, where: str) -> None:
    for name, key in KEYS.items():
        for trace in traces(key):
            assert trace not in what, f"the key of {name} is in {where}"


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Keys in the environment, a server that repeats them, and a folder for all files."""
    with echoing() as url:
        config = tmp_path / "config.toml"
        config.write_text(CONFIG.format(url=url))
        config.chmod(0o600)
        yield {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "TMPDIR": str(tmp_path),
            "LANG": "C.UTF-8",
            "EVALTOP_CONFIG": str(config),
            "EVALTOP_DATA_DIR": str(tmp_path / "data"),
            "ENTRA_TOKEN": KEYS["entra"],
            **{
                f"EVALTOP_{name.upper()}_API_KEY": key
                for name, key in KEYS.items()
                if name != "entra"
            },
        }


def assert_files_silent(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert_silent(path.read_bytes(), str(path))
    assert_silent("\n".join(map(str, files)).encode(), "the names of files")


@pytest.mark.parametrize(
    "argv",
    [
        ("runs",),
        ("runs", "--format", "json"),
        ("show", "openai/evalrun_1"),
        ("rows", "docs/4712", "--format", "jsonl"),
        ("auth", "list"),
        ("auth", "list", "--format", "json"),
        ("auth", "test"),
        ("config", "show"),
        ("config", "check"),
        ("doctor",),
        ("doctor", "--format", "json"),
        ("export", "openai/evalrun_1", "--out", "exported"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("kind", ["nothing", "auth"])
def test_no_command_gives_a_key_away(
    environ: dict[str, str], tmp_path: Path, argv: tuple[str, ...], kind: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-m", "tests.secrets.leaky", kind, *argv],
        check=False,
        capture_output=True,
        env={**environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
        cwd=tmp_path,
        timeout=120,
    )
    assert_silent(done.stdout, "stdout")
    assert_silent(done.stderr, "stderr")
    assert_files_silent(tmp_path)
    if kind == "auth" and argv[0] in ("runs", "show", "rows", "doctor"):
        assert done.returncode == 70
        assert b"A bug in evaltop: ZeroDivisionError" in done.stderr
        assert list((tmp_path / "data").glob("crash-*.txt"))


@pytest.mark.parametrize(
    "argv",
    [
        ("archive",),
        ("export", ONE, TWO, "--out", "out", "--format", "jsonl,csv,parquet"),
        ("compare", ONE, TWO, "--report", "page.html"),
        ("gate", TWO, "--baseline", ONE, "--report", "page.md"),
        ("import", str(SAMPLES / "caps.json"), "--name", "mine"),
    ],
    ids=lambda argv: argv[0],
)
def test_what_keeps_and_compares_gives_no_key_away(
    environ: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    argv: tuple[str, ...],
) -> None:
    store = Store.open(tmp_path / "data", clock=FakeClock())
    for ref, letters in ((ONE, "p" * 30), (TWO, "p" * 5 + "f" * 25)):
        put(store, ref.partition("/")[2], rows_of(letters), connection="openai")
    store.close()
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.chdir(tmp_path)
    try:
        run_command(build_parser().parse_args(argv), environ=environ, out=out, err=err)
    except EvaltopError as error:
        err.write(f"{error!r} {error.sentence()} {error.remedy}")
    assert out.getvalue() + err.getvalue()
    assert_silent(out.getvalue().encode(), "stdout")
    assert_silent(err.getvalue().encode(), "stderr")
    assert_files_silent(tmp_path)
    made = {"export": "out", "compare": "page.html", "gate": "page.md"}.get(argv[0], "data")
    assert (tmp_path / made).exists()


@pytest.mark.parametrize("kind", ["nothing", "auth", "copy"])
def test_the_app_gives_no_key_away_not_even_when_it_breaks(
    environ: dict[str, str], tmp_path: Path, kind: str
) -> None:
    command = (sys.executable, "-m", "tests.secrets.leaky", kind)
    with Terminal(command, columns=160, lines=40, environ=environ, cwd=ROOT) as terminal:
        terminal.wait_for("evaltop  0 runs")
        if kind == "auth":
            terminal.wait_for("A bug in evaltop: ZeroDivisionError")
        else:
            terminal.wait_for("the key")
        terminal.send("A")
        terminal.wait_for("Connections  6 connections")
        arguments = Path(f"/proc/{terminal.pid}/cmdline").read_bytes()
        terminal.send("jj")
        terminal.send("y")
        bug = "A bug in evaltop: ZeroDivisionError"
        terminal.wait_for(bug if kind == "copy" else "copied this text")
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
        assert_silent(bytes(terminal.output), "what the terminal was sent")
        assert_silent(arguments, "the arguments")
    assert_files_silent(tmp_path)


async def test_errors_logs_and_tracebacks_hold_no_key(
    environ: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    config = load_config(flag_path=None, environ=environ)
    services = open_services(config, environ=environ, in_memory=True)
    told = io.StringIO()
    for link in services.links.values():
        sync = await link.sync()
        with pytest.raises(ProviderError) as caught:
            await sync.provider.probe()
        error = caught.value
        assert error.exit_code == 77
        told.write(f"{error!r} {error.sentence()} {error.code} {error.request_id} {vars(error)}\n")
        told.writelines(traceback.format_exception(error))
        told.write(f"{link.key!r} {vars(link)}\n")
        found = await link.key()
        assert found is not None
        told.write(f"{found!r} {found} {found.secret}\n")
        with pytest.raises(TypeError):
            pickle.dumps(found.secret)
        with pytest.raises(TypeError):
            json.dumps(found.secret)
    await services.aclose()
    assert [link.name for link in services.links.values()] == list(KEYS)
    assert_silent(told.getvalue().encode(), "an error or a repr")
    assert_silent(caplog.text.encode(), "a log")


def with_locals(error: BaseException) -> str:
    """Return a traceback that prints local variables, as tools like to make it."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame for frame in told.stack if "/tests/" not in frame.filename]
    assert ours
    return "".join(f"{frame.name} {frame.locals}\n" for frame in ours)


async def test_a_refusal_shown_with_locals_holds_no_key(environ: dict[str, str]) -> None:
    config = load_config(flag_path=None, environ=environ)
    services = open_services(config, environ={**environ}, in_memory=True)
    for link in services.links.values():
        sync = await link.sync()
        try:
            await sync.provider.probe()
        except ProviderError as error:
            assert_silent(
                with_locals(error).encode(), f"the locals around a refusal of {link.name}"
            )
        else:
            raise AssertionError("it was not refused")
    await services.aclose()
    await asyncio.sleep(0)
