"""`evaltop auth`: keys go into the keyring and never come out on a screen."""

import io
import json
import os
import pty
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked

from tests.commands.gateway import KEY, gateway
from tests.credentials.keyrings import (
    BUS,
    FailingKeyring,
    MemoryKeyring,
    MyPlaintextKeyring,
    using,
)
from tui.commands.arguments import build_parser
from tui.commands.headless import run_command

CONFIG = """\
[connections.prod]
provider = "openai"
[connections.gate]
provider = "gomodel"
base_url = "{url}"
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG.format(url="http://127.0.0.1:9"))
    return {
        **BUS,
        "EVALTOP_CONFIG": str(file),
        "EVALTOP_DATA_DIR": str(tmp_path / "data"),
        "HOME": str(tmp_path),
    }


@pytest.fixture
def backend() -> Iterator[MemoryKeyring]:
    backend = MemoryKeyring()
    with using(backend):
        yield backend


def run(*argv: str, environ: dict[str, str], typed: str = "") -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    arguments = build_parser().parse_args(["auth", *argv])
    code = run_command(arguments, environ=environ, out=out, err=err, stdin=io.StringIO(typed))
    assert "canary" not in out.getvalue() + err.getvalue()
    return code, out.getvalue(), err.getvalue()


def test_a_key_is_piped_in_listed_and_removed(
    environ: dict[str, str], backend: MemoryKeyring
) -> None:
    code, out, err = run("set", "prod", environ=environ, typed=f"{KEY}\n")
    assert (code, err) == (0, "")
    assert out.startswith("prod: the key is kept in ")
    assert backend.kept == {("evaltop", "prod"): KEY}

    code, out, _ = run("list", "--format", "json", environ=environ)
    prod, gate = json.loads(out)
    assert (prod["found"], prod["source"], prod["last4"]) == (True, "keyring", "cdef")
    assert (gate["found"], gate["last4"]) == (False, None)

    assert run("remove", "prod", environ=environ)[0] == 0
    assert backend.kept == {}
    assert run("remove", "prod", environ=environ)[0] == 66


def test_what_goes_before_the_keyring_is_told(
    environ: dict[str, str], backend: MemoryKeyring
) -> None:
    environ["OPENAI_API_KEY"] = "sk-canary-9876543210"
    _, _, err = run("set", "prod", environ=environ, typed=KEY)
    assert "variable OPENAI_API_KEY goes before the keyring" in err


@pytest.mark.parametrize("typed", ["", "\n", "two\nlines", "schlüssel-canary", "a\x1bcanary"])
def test_what_is_no_key_is_not_kept(
    environ: dict[str, str], backend: MemoryKeyring, typed: str
) -> None:
    assert run("set", "prod", environ=environ, typed=typed)[0] == 64
    assert backend.kept == {}


def test_a_connection_nobody_configured_is_named_with_those_there_are(
    environ: dict[str, str], backend: MemoryKeyring
) -> None:
    code, _, err = run("set", "x", environ=environ, typed=KEY)
    assert code == 66
    assert "Configured: prod, gate." in err


@pytest.mark.parametrize(
    ("keyring", "says"),
    [
        (FailingKeyring(KeyringLocked()), "the keyring is locked"),
        (MyPlaintextKeyring(), "keeps keys in a plain file"),
    ],
)
def test_without_a_usable_keyring_nothing_is_kept_anywhere(
    environ: dict[str, str], keyring: MemoryKeyring, says: str, tmp_path: Path
) -> None:
    with using(keyring):
        for argv in (("set", "prod"), ("remove", "prod")):
            code, _, err = run(*argv, environ=environ, typed=KEY)
            assert code == 77
            assert says in err
    assert keyring.kept == {}
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes()


def set_on_a_terminal(environ: dict[str, str], key: str) -> tuple[int, str]:
    """Type a key where it is asked for. Returns the exit code and what the terminal showed."""
    person, program = pty.openpty()
    shown = ""
    with os.fdopen(program, "r") as stdin, os.fdopen(os.dup(program), "w") as err:

        def type_it() -> None:
            nonlocal shown
            while "enter for none): " not in shown and "evaltop: " not in shown:
                shown += os.read(person, 4096).decode()
            while "evaltop: " not in shown and termios.tcgetattr(person)[3] & termios.ECHO:
                threading.Event().wait(0.001)
            os.write(person, f"{key}\n".encode())

        typing = threading.Thread(target=type_it)
        typing.start()
        arguments = build_parser().parse_args(["auth", "set", "prod"])
        code = run_command(arguments, environ=environ, out=io.StringIO(), err=err, stdin=stdin)
        typing.join()
    os.close(person)
    return code, shown


def test_a_key_is_asked_for_on_a_terminal_that_says_where_it_goes(
    environ: dict[str, str], backend: MemoryKeyring
) -> None:
    code, shown = set_on_a_terminal(environ, KEY)
    assert code == 0
    assert "Key for prod (not shown, kept in the keyring; enter for none): " in shown
    assert "canary" not in shown
    assert backend.kept == {("evaltop", "prod"): KEY}


def test_nobody_types_a_key_that_nothing_would_keep(environ: dict[str, str]) -> None:
    with using(FailingKeyring(KeyringLocked())):
        code, shown = set_on_a_terminal(environ, KEY)
    assert code == 77
    assert "Key for" not in shown
    assert "prod: no key can be kept: the keyring is locked. Unlock it" in shown


def test_a_key_is_tested_against_its_provider(
    environ: dict[str, str], backend: MemoryKeyring
) -> None:
    with gateway() as served:
        Path(environ["EVALTOP_CONFIG"]).write_text(CONFIG.format(url=served.url))
        code, _, err = run("test", "gate", environ=environ)
        assert code == 77
        assert "gate: it wants a key (401)" in err
        run("set", "gate", environ=environ, typed=KEY)
        code, out, _ = run("test", "gate", environ=environ)
        assert (code, out) == (0, "gate: ok. The gateway answers.\n")
        code, out, err = run("test", environ=environ)
    assert code == 77
    assert out == "gate: ok. The gateway answers.\n"
    assert "prod: no key was found" in err
