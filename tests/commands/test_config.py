"""`config check`, and failures that are told once, through the command itself."""

import io
from argparse import Namespace
from pathlib import Path

import pytest

from tui.commands.arguments import build_parser
from tui.commands.headless import run_command
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
