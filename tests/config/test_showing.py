"""`config show` prints a file that means the same."""

from dataclasses import replace
from pathlib import Path

from tests.config.test_file import FULL, load
from tui.config import Config, OpenAIConnection, describe, load_config


def test_what_is_shown_can_be_loaded_and_means_the_same(tmp_path: Path) -> None:
    config = load(tmp_path, FULL)
    shown = tmp_path / "shown.toml"
    shown.write_text(describe(config), encoding="utf-8")

    again = load_config(flag_path=shown, environ={})

    assert again.problems == ()
    assert again.connections == config.connections
    assert again.ui == config.ui
    assert again.keys == config.keys


def test_difficult_texts_are_escaped(tmp_path: Path) -> None:
    connection = OpenAIConnection(
        name="a",
        base_url="https://x/v1",
        project='quo"te \\ \x7f ü\n',
        poll=OpenAIConnection.default_poll,
    )
    shown = tmp_path / "shown.toml"
    shown.write_text(describe(Config(connections=(connection,), keys={"a b": ("x",)})))

    again = load_config(flag_path=shown, environ={})

    assert again.connections == (replace(connection, project='quo"te \\ \x7f ü'),)
    assert again.keys == {"a b": ("x",)}
