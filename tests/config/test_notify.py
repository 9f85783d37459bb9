"""How a person is told of things: what the table may hold."""

from pathlib import Path

import pytest

from tests.config.test_file import load
from tui.config import NotifySettings, describe, load_config

FULL = """
[ui]
read_only = true

[notify]
terminal = "osc99"
bell = false
command = ["my-hook", "--now"]
quiet = "22:00 - 7:05"
"""


def test_all_of_it_is_read_and_shown_again(tmp_path: Path) -> None:
    config = load(tmp_path, FULL)
    assert config.problems == ()
    assert config.ui.read_only
    wanted = NotifySettings("osc99", bell=False, command=("my-hook", "--now"), quiet="22:00-07:05")
    assert config.notify == wanted
    shown = tmp_path / "shown.toml"
    shown.write_text(describe(config), encoding="utf-8")
    again = load_config(flag_path=shown, environ={})
    assert (again.problems, again.notify, again.ui) == ((), wanted, config.ui)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('terminal = "osc8"', "must be one of: auto, osc9, osc777, osc99, off"),
        ('bell = "yes"', "must be true or false"),
        ('command = "my-hook --now"', "must be a list of texts"),
        ("command = []", "must be a list of texts"),
        ('command = [" "]', "must begin with the name of a program"),
        ('quiet = "22:00"', "two different times of the day"),
        ('quiet = "25:00-07:00"', "two different times of the day"),
        ('quiet = "07:00-7:00"', "two different times of the day"),
        ("belll = true", "did you mean bell?"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_the_default_stays(
    tmp_path: Path, line: str, said: str
) -> None:
    config = load(tmp_path, f"[notify]\n{line}\n")
    (problem,) = config.problems
    assert problem.line == 2
    assert problem.key.startswith("notify.")
    assert said in problem.message
    assert config.notify == NotifySettings()


def test_a_file_that_others_can_write_runs_no_program(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[notify]\ncommand = ["my-hook"]\n', encoding="utf-8")
    file.chmod(0o666)
    config = load_config(flag_path=file, environ={})
    assert config.notify.command == ()
    (problem,) = config.problems
    assert "chmod 600" in problem.message
