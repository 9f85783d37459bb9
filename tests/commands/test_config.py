"""`config check`, and failures that are told once, through the command itself."""

import io
import stat
from argparse import Namespace
from pathlib import Path

import pytest

from tui.commands.arguments import build_parser
from tui.commands.headless import run_command
from tui.config import load_config, starter_text
from tui.errors import UsageError


def run(*argv: str, environ: dict[str, str]) -> tuple[int, str, str]:
    arguments: Namespace = build_parser().parse_args(argv)
    out, err = io.StringIO(), io.StringIO()
    return run_command(arguments, environ=environ, out=out, err=err), out.getvalue(), err.getvalue()


def test_a_mistake_in_the_keys_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[connections.a]\nprovider = 'openai'\n\n[keys]\nrefrsh = 'f5'\n")
    code, out, err = run("config", "check", "--config", str(file), environ={})
    assert (code, out) == (78, "")
    assert err.startswith(f"evaltop: {file}:5: keys.refrsh: no such action")


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5"])
def test_a_limit_is_a_number_of_at_least_one(number: str) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        build_parser().parse_args(["runs", f"--limit={number}"])


def test_a_failure_that_ends_a_command_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[connections.a]\nprovider = 'openai'\n")
    environ = {"EVALTOP_DATA_DIR": str(tmp_path / "data")}
    code, out, err = run("show", "a/evalrun_1", "--config", str(file), environ=environ)
    assert (code, out) == (77, "")
    assert err.count("no key was found") == 1


def test_init_writes_what_the_environment_holds_and_no_key(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    environ = {
        "EVALTOP_CONFIG": str(file),
        "OPENAI_API_KEY": "sk-canary-0123456789",
        "OPENAI_ORG_ID": "org-1",
        "WANDB_API_KEY": "canary-0123456789",
        "WANDB_ENTITY": "acme",
        "WANDB_PROJECT": "bot",
        "GOMODEL_BASE_URL": "http://localhost:9999",
    }
    before = load_config(flag_path=None, environ={**environ, "EVALTOP_CONFIG": ""})
    code, out, err = run("config", "init", environ=environ)
    assert (code, out) == (0, f"{file}\n")
    assert "openai, weave, gomodel" in err
    assert "evaltop doctor" in err
    text = file.read_text()
    assert "canary" not in text
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (
        0o600,
        0o700,
    )
    written = load_config(flag_path=None, environ=environ)
    assert written.problems == ()
    assert written.connections == before.connections


def test_init_never_touches_a_file_that_is_there(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# mine")
    code, _, err = run("config", "init", "--config", str(file), environ={})
    assert code == 64
    assert "was not touched" in err
    assert file.read_text() == "# mine"


def test_init_tells_where_a_key_is_and_where_one_would_be(tmp_path: Path) -> None:
    for environ, told in (
        ({"OPENAI_API_KEY": "k"}, "its key is in OPENAI_API_KEY"),
        ({"GOMODEL_BASE_URL": "http://localhost:1"}, "a key would be in GOMODEL_MASTER_KEY"),
    ):
        file = tmp_path / f"{told[-9:]}.toml"
        run("config", "init", "--config", str(file), environ=environ)
        assert f"# Found in your environment; {told}." in file.read_text()


def test_check_names_every_mistake_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        "[keys]\njump = 'x'\n"
        "[connections.prod]\nprovider = 'openi'\nenabled = 'yes'\n"
        "[connections.a-b]\nprovider = 'gomodel'\n"
        "[connections.a_b]\nprovider = 'weave'\nproject = 5\n"
        "[connections.'a b']\nprovider = 'datalab'\nscore_max = 'five'\n"
        "[poll]\nlive_s = -1\n"
    )
    code, _, err = run("config", "check", "--config", str(file), environ={})
    assert code == 78
    told = [line.split(": ")[1:3] for line in err.splitlines()[:-1]]
    assert [(place.rpartition(":")[2], key) for place, key in told] == [
        ("2", "keys.jump"),
        ("4", "connections.prod.provider"),
        ("5", "connections.prod.enabled"),
        ("8", "connections.a_b"),
        ("8", "connections.a_b"),
        ("10", "connections.a_b.project"),
        ("11", "connections.a b"),
        ("13", "connections.a b.score_max"),
        ("15", "poll.live_s"),
    ]


@pytest.mark.parametrize("uncomment", [False, True])
def test_every_example_of_the_starter_file_is_right(tmp_path: Path, *, uncomment: bool) -> None:
    file = tmp_path / "config.toml"
    text = starter_text((), {})
    if uncomment:
        text = "\n".join(
            line.removeprefix("# ") if line[:3] != "# #" else "" for line in text.splitlines()[4:]
        )
    file.write_text(text)
    config = load_config(flag_path=file, environ={})
    assert config.problems == ()
    assert len(config.connections) == (5 if uncomment else 0)


def test_path_and_init_work_where_the_named_file_is_not_there_yet(tmp_path: Path) -> None:
    file = tmp_path / "none.toml"
    assert run("config", "path", environ={"EVALTOP_CONFIG": str(file)}) == (0, f"{file}\n", "")
    code, _, err = run("config", "init", "--config", "/proc/none/x.toml", environ={})
    assert code == 64
    assert "cannot be written" in err


def test_check_says_where_the_connections_are_from_and_when_there_are_none(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    at = {"EVALTOP_CONFIG": "", "XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
    code, out, _ = run("config", "check", environ=at)
    assert code == 0
    assert out.startswith("ok, but no connection is configured: ")
    assert "config.toml is not there" in out
    assert "evaltop config init" in out
    file.write_text("[ui]\nread_only = true\n")
    _, out, _ = run("config", "check", "--config", str(file), environ={})
    assert f"no connection is configured: {file} holds none" in out
    _, out, _ = run("config", "check", environ={**at, "GOMODEL_BASE_URL": "http://localhost:1"})
    assert out == "ok: 1 connection from the environment\n"
    file.write_text("[connections.a]\nprovider = 'openai'\n")
    _, out, _ = run("config", "check", "--config", str(file), environ={})
    assert out == f"ok: 1 connection from {file}\n"
