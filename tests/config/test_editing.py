"""Changing the person's file: their comments and order stay, and no mistake is written."""

import stat
from pathlib import Path

import pytest

from tui.config import load_config, remove_connection, set_connection
from tui.errors import ConfigError

MINE = """\
# my settings
[ui]
theme = "nord"   # dark

[connections.prod]  # the big one
provider = "openai"
# only these two
evals = ["eval_1", "eval_2"]

[connections.docs]
provider = "datalab"
score_max = 5  # per the rubric

[keys]
refresh = "f5"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(MINE)
    return path


def test_only_what_was_changed_changes(file: Path) -> None:
    config = set_connection(
        file, "prod", {"project": "proj_1", "evals": None, "enabled": False}, environ={}
    )
    assert [one.name for one in config.connections] == ["docs"]
    assert [one.name for one in config.switched_off] == ["prod"]
    assert config.file == file
    text = file.read_text()
    for kept in (
        "# my settings",
        "# dark",
        "# the big one",
        "# only these two",
        "# per the rubric",
    ):
        assert kept in text
    assert text.index("[ui]") < text.index("[connections.prod]") < text.index("[keys]")
    assert 'project = "proj_1"' in text
    assert "eval_1" not in text
    on = set_connection(file, "prod", {"enabled": None}, environ={})
    assert [one.name for one in on.connections] == ["prod", "docs"]
    assert "enabled" not in file.read_text()


def test_a_new_connection_is_added_and_another_removed(file: Path) -> None:
    config = set_connection(
        file, "gate", {"provider": "gomodel", "base_url": "http://localhost:1"}, environ={}
    )
    assert {one.name for one in config.connections} == {"prod", "docs", "gate"}
    config = remove_connection(file, "docs", environ={})
    assert {one.name for one in config.connections} == {"prod", "gate"}
    assert "# my settings" in file.read_text()
    assert load_config(flag_path=file, environ={}).problems == ()
    assert remove_connection(file, "docs", environ={}).connections == config.connections


@pytest.mark.parametrize(
    ("name", "values", "says"),
    [
        ("bad name", {"provider": "openai"}, "is no name"),
        ("x", {"provider": "opnai"}, "is not a provider"),
        ("x", {"provider": "weave", "entity": "a"}, "project is missing"),
        ("x", {"provider": "azure-openai", "base_url": "http://far.example"}, "must be https"),
        ("x", {"provider": "datalab", "score_max": "five"}, "must be a number"),
        ("x", {"provider": "openai", "key_env": "sk-canary-0123456789"}, "not the key"),
        ("PROD", {"provider": "openai"}, "same key variable"),
    ],
)
def test_a_mistake_is_told_and_not_written(
    file: Path, name: str, values: dict[str, object], says: str
) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        set_connection(file, name, values, environ={})
    assert file.read_text() == MINE
    assert "canary" not in str(caught.value)
    assert caught.value.problems[0].file == file
    assert [one.name for one in file.parent.iterdir() if one.name.startswith(".evaltop")] == []


def test_the_file_is_made_private_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    set_connection(path, "prod", {"provider": "openai"}, environ={})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "# evaltop's configuration" in path.read_text()


def test_connections_of_the_environment_come_along(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    environ = {"OPENAI_API_KEY": "sk-canary-0123456789", "OPENAI_PROJECT_ID": "proj_1"}
    found = load_config(flag_path=None, environ={**environ, "EVALTOP_CONFIG": ""}).connections
    config = set_connection(path, "gate", {"provider": "gomodel"}, environ=environ, found=found)
    assert [one.name for one in config.connections] == ["openai", "gate"]
    assert config.connections[0] == found[0]
    assert "canary" not in path.read_text()


def test_they_come_along_into_a_file_without_connections_too(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[ui]\ntheme = "nord"  # mine\n')
    environ = {"OPENAI_API_KEY": "x" * 20}
    found = load_config(flag_path=path, environ=environ).connections
    config = set_connection(path, "gate", {"provider": "gomodel"}, environ=environ, found=found)
    assert [one.name for one in config.connections] == ["openai", "gate"]
    assert "# mine" in path.read_text()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text(MINE)
    link = tmp_path / "config.toml"
    link.symlink_to(real)
    set_connection(link, "gate", {"provider": "gomodel"}, environ={})
    assert link.is_symlink()
    assert "gate" in real.read_text()


@pytest.mark.parametrize(
    "text", ["connections = 5\n", "[connections\n", "connections = []\n", "\udcff"]
)
def test_a_file_that_cannot_be_changed_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    before = path.read_bytes()
    with pytest.raises(ConfigError):
        set_connection(path, "x", {"provider": "openai"}, environ={})
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_told() -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        set_connection(Path("/proc/none/x.toml"), "x", {"provider": "openai"}, environ={})
