"""`evaltop doctor`: it finds what is wrong and says what to type."""

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from keyring.errors import KeyringLocked

from tests.clock import FakeClock
from tests.commands.gateway import KEY, gateway
from tests.credentials.keyrings import BUS, FailingKeyring, MemoryKeyring, using
from tests.store.builders import make_run, open_store, outcomes_page
from tests.store.damage import pages_of, ruin
from tui.commands.arguments import build_parser
from tui.commands.doctor import _tell, machine
from tui.commands.doctor.findings import Health, bad
from tui.commands.headless import run_command
from tui.models import Outcome, RunRef
from tui.store import Store


class TerminalOut(io.StringIO):
    """Claims to be a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A bare box: a home directory and nothing in it."""
    return {
        "HOME": str(tmp_path),
        "TERM": "xterm-256color",
        "EVALTOP_DATA_DIR": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVALTOP_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def doctor(environ: Mapping[str, str], *argv: str) -> tuple[int, str]:
    out = TerminalOut()
    arguments = build_parser().parse_args(["doctor", *argv])
    return run_command(arguments, environ=environ, out=out, err=io.StringIO()), out.getvalue()


def found(environ: Mapping[str, str], check: str) -> tuple[int, list[tuple[str, str, str | None]]]:
    code, out = doctor(environ, "--format", "json")
    return code, [
        (one["state"], one["message"], one["remedy"])
        for one in json.loads(out)
        if one["check"] == check
    ]


def test_on_a_bare_box_it_leads_to_a_working_connection(
    environ: dict[str, str], tmp_path: Path
) -> None:
    code, out = doctor(environ)
    assert code == 78
    assert "✗ config" in out
    assert "evaltop config init" in out
    assert "1 to mend" in out

    arguments = build_parser().parse_args(["config", "init"])
    assert run_command(arguments, environ=environ, out=io.StringIO(), err=io.StringIO()) == 0
    code, out = doctor(environ)
    assert code == 78
    assert "remove the # before a connection in" in out

    file = tmp_path / "config" / "evaltop" / "config.toml"
    with gateway() as served:
        text = file.read_text().replace("http://localhost:8080", served.url)
        lines = text.splitlines()
        begin = lines.index("# [connections.gateway]")
        lines[begin : begin + 3] = [line[2:] for line in lines[begin : begin + 3]]
        file.write_text("\n".join(lines))
        code, out = doctor(environ)
        assert code == 77
        assert "it wants a key (401)" in out
        assert "→ export GOMODEL_MASTER_KEY=…, or give it a key_command" in out
        with using(MemoryKeyring()):
            _, out = doctor({**environ, **BUS})
        assert "→ export GOMODEL_MASTER_KEY=…, or evaltop auth set gateway" in out

        environ["GOMODEL_MASTER_KEY"] = KEY
        code, out = doctor(environ)
    assert code == 0, out
    assert "✓ gateway" in out
    assert "The gateway answers (key: variable GOMODEL_MASTER_KEY, …cdef)" in out
    assert "All of it works" in out
    assert "canary" not in out


def test_a_file_that_is_no_toml_is_a_finding_and_the_rest_is_looked_at(
    environ: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "broken.toml"
    file.write_text("[connections.prod\nprovider = 'openai'\n")
    environ["EVALTOP_CONFIG"] = str(file)
    code, findings = found(environ, "config")
    assert code == 78
    ((state, message, remedy),) = findings
    assert state == "bad"
    assert f"{file}:1: this is not TOML" in message
    assert remedy == "mend that line, then evaltop config check"
    assert found(environ, "store")[1][0][0] == "ok"


def test_a_broken_connection_does_not_hide_the_others(
    environ: dict[str, str], tmp_path: Path
) -> None:
    with gateway() as served:
        file = tmp_path / "some.toml"
        file.write_text(
            f"[connections.a]\nprovider = 'opnai'\n"
            f"[connections.b]\nprovider = 'gomodel'\nbase_url = '{served.url}'\n"
        )
        environ |= {"EVALTOP_CONFIG": str(file), "GOMODEL_MASTER_KEY": KEY}
        assert found(environ, "b")[1][0][0] == "ok"
        code, findings = found(environ, "config")
    assert code == 78
    assert "connections.a.provider" in findings[0][1]


@pytest.mark.parametrize(("ahead_s", "says"), [(600, "behind"), (-600, "ahead of"), (30, None)])
def test_a_wrong_clock_is_told(environ: dict[str, str], ahead_s: float, says: str | None) -> None:
    with gateway(ahead_s=ahead_s) as served:
        environ |= {"GOMODEL_BASE_URL": served.url, "GOMODEL_MASTER_KEY": KEY}
        code, findings = found(environ, "gomodel")
    assert code == 0
    told = [message for state, message, _ in findings if state == "warn"]
    assert len(told) == (says is not None)
    assert says is None or f"s {says} the provider's" in told[0]


def test_an_unreachable_provider_is_69_with_its_own_remedy(environ: dict[str, str]) -> None:
    environ["GOMODEL_BASE_URL"] = "http://127.0.0.1:9"
    code, ((state, message, remedy),) = found(environ, "gomodel")
    assert (code, state) == (69, "bad")
    assert "refused the connection" in message
    assert remedy
    assert "KEY" not in remedy


def test_the_keyring_is_told_with_what_to_do(environ: dict[str, str]) -> None:
    assert found(environ, "keyring")[1][0][1] == "no keyring is here: there is no D-Bus session"
    environ |= BUS
    with using(MemoryKeyring()):
        assert found(environ, "keyring")[1][0][0] == "ok"
    with using(FailingKeyring(KeyringLocked())):
        ((state, message, remedy),) = found(environ, "keyring")[1]
    assert (state, message) == ("warn", "the keyring is locked")
    assert remedy


def test_a_store_that_others_can_look_into_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    findings = found(environ, "store")[1]
    assert ("warn", "others can look into its folder", f"chmod 700 {folder}") in findings


def test_the_store_tells_what_it_takes_and_what_it_may(environ: dict[str, str]) -> None:
    (where, _nothing), (told, _nothing) = (one[1:] for one in found(environ, "store")[1])
    assert "journal TRUNCATE" in where or "journal WAL" in where
    assert re.fullmatch(r"\d+ kB of at most [\d.]+ [MG]B used, [\d.]+ [MG]B free", told)


def test_what_damage_took_is_told_run_by_run(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    store = open_store(tmp_path / "data")
    names = [f"run-{n}" for n in range(12)]
    store.apply_runs("prod", "runs", [make_run(name) for name in names], complete=False)
    for name in names:
        store.apply_rows(RunRef("prod", name), outcomes_page([Outcome.PASSED] * 50))
    file = store.file
    store.close()
    assert file is not None
    for page in pages_of(file, "body"):
        ruin(file, page, Random(1))
    Store.open(tmp_path / "data", clock=FakeClock()).close()
    (account, *_rest) = found(environ, "store")[1]
    assert account[0] == "warn"
    assert ".bad-" in account[1]
    for name in names:
        assert f"prod/{name} (50 of 50 rows, 0 of 50 trials)" in account[1]
    assert account[2]


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"TERM": "dumb"}, "TERM is dumb"),
        ({}, "TERM is not set"),
        ({"TERM": "xterm"}, "TERM is xterm"),
        ({"TERM": "evil\x1b]0;x"}, "TERM is evil␛]0;x"),
    ],
)
def test_the_terminal_is_looked_at(environ: dict[str, str], message: str) -> None:
    first, *_ = machine.terminal(environ, TerminalOut())
    assert first.message == message


def test_a_locale_without_utf8_is_told() -> None:
    class Ascii(TerminalOut):
        encoding = "ANSI_X3.4-1968"

    findings = {one.check: one for one in machine.terminal({"TERM": "xterm"}, Ascii())}
    assert findings["encoding"].remedy == "export LANG=C.UTF-8"


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"NO_COLOR": "1"}, "none"),
        ({"COLORTERM": "truecolor"}, "16 million"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "linux"}, "16;"),
    ],
)
def test_colours_are_told(environ: dict[str, str], says: str) -> None:
    findings = {one.check: one for one in machine.terminal({"TERM": "x", **environ}, TerminalOut())}
    assert findings["colours"].message.startswith(says)


@pytest.mark.parametrize(
    ("environ", "options", "state", "says"),
    [
        ({}, {}, Health.OK, "over SSH too"),
        ({"STY": "1.pts"}, {}, Health.OK, "through screen"),
        ({"TMUX": "/run/x"}, {"set-clipboard": "on"}, Health.OK, "set-clipboard is on"),
        ({"TMUX": "/run/x"}, {"allow-passthrough": "on"}, Health.OK, "allow-passthrough is on"),
        ({"TMUX": "/run/x"}, {"set-clipboard": "external"}, Health.WARN, "tmux keeps copies"),
        ({"TMUX": "/run/x"}, {}, Health.WARN, "tmux keeps copies"),
    ],
)
def test_the_clipboard_is_looked_at(
    environ: dict[str, str], options: dict[str, str], state: Health, says: str
) -> None:
    finding = machine.clipboard(environ, lambda command: options.get(command[-1]))
    assert finding.state is state
    assert says in finding.message


@pytest.mark.parametrize(
    ("environ", "state", "says"),
    [
        ({}, "ok", "none"),
        (
            {"HTTPS_PROXY": "http://user:canary@proxy.corp:3128", "NO_PROXY": "localhost"},
            "ok",
            "HTTPS_PROXY is http://proxy.corp:3128, not for localhost",
        ),
        ({"https_proxy": "proxy.corp:3128"}, "ok", "HTTPS_PROXY is http://proxy.corp:3128"),
        (
            {"ALL_PROXY": "http://[::bad"},
            "warn",
            "ALL_PROXY is an address that cannot be read: no http proxy",
        ),
        ({"HTTPS_PROXY": "http://"}, "warn", "HTTPS_PROXY is an address that cannot be read"),
        (
            {"https_proxy": "socks5://user:canary@proxy.corp:1080"},
            "warn",
            "https_proxy is socks5://proxy.corp:1080: SOCKS proxies cannot be used",
        ),
    ],
)
def test_proxies_are_told_without_their_password(
    environ: dict[str, str], state: str, says: str
) -> None:
    first, *_ = machine.network(environ)
    assert (first.state, first.message) == (state, first.message)
    assert says in first.message
    assert "canary" not in first.message
    if state == "warn":
        name = first.message.partition(" ")[0]
        assert first.remedy == f"export {name}=http://HOST:PORT, or unset {name}"


@pytest.mark.parametrize(
    ("environ", "state", "remedy"),
    [
        ({}, Health.OK, ""),
        ({"SSL_CERT_FILE": "/dev/null/none"}, Health.WARN, "unset SSL_CERT_FILE"),
        ({"SSL_CERT_DIR": "/"}, Health.OK, ""),
        (
            {"REQUESTS_CA_BUNDLE": "/etc/ca.pem"},
            Health.WARN,
            'export SSL_CERT_FILE="$REQUESTS_CA_BUNDLE"',
        ),
    ],
)
def test_certificates_are_looked_at(environ: dict[str, str], state: Health, remedy: str) -> None:
    _, *findings = machine.network(environ)
    assert (findings[0].state, findings[0].remedy) == (state, remedy)


def test_a_narrow_terminal_breaks_lines_between_words_and_paths_stay_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Narrow(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "40")
    path = "/home/somebody/.config/evaltop/config.toml"
    findings = [bad("config", f"nothing in {path} is right", "mend it, or begin one anew", 78)]
    out = Narrow()
    _tell(findings, out)
    assert out.getvalue().splitlines() == [
        "✗ config  nothing in",
        f"          {path}",
        "          is right",
        "          → mend it, or begin one anew",
        "1 to mend",
    ]
    plain = io.StringIO()
    _tell(findings, plain)
    assert f"✗ config  nothing in {path} is right\n" in plain.getvalue()
