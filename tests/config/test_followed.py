"""Whether a config file is noticed to have changed, whatever an editor does with it."""

import os
from pathlib import Path

from tui.config import load_config
from tui.config.followed import FollowedFile


def followed(path: Path) -> FollowedFile:
    environ = {"EVALTOP_CONFIG": str(path)} if path.exists() else {}
    config = load_config(flag_path=None, environ=environ or {"HOME": str(path.parent)})
    return FollowedFile(config, {"EVALTOP_CONFIG": str(path)})


def test_each_change_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[ui]\n")
    file = followed(path)
    assert not file.changed()
    path.write_text("[ui]\nread_only = true\n")
    assert file.changed()
    assert not file.changed()
    assert file.read().ui.read_only


def test_a_file_that_is_replaced_has_changed_even_with_its_old_time(tmp_path: Path) -> None:
    path, other = tmp_path / "config.toml", tmp_path / "new"
    path.write_text("[ui]\n")
    file = followed(path)
    state = path.stat()
    other.write_text("[ui]\n")
    os.utime(other, ns=(state.st_atime_ns, state.st_mtime_ns))
    other.replace(path)
    assert file.changed()


def test_its_mode_counts_and_so_does_its_end(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[ui]\n")
    file = followed(path)
    path.chmod(0o600 if path.stat().st_mode & 0o077 else 0o644)
    assert file.changed()
    path.unlink()
    assert file.changed()
    assert not file.changed()


def test_one_that_is_made_only_now_is_found(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    file = followed(path)
    assert not file.changed()
    path.write_text("[ui]\nread_only = true\n")
    assert file.changed()
    assert file.read().ui.read_only


def test_what_was_read_or_written_here_is_no_change(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[ui]\n")
    file = followed(path)
    path.write_text("[ui]\nread_only = true\n")
    file.take(load_config(flag_path=path, environ={}))
    assert not file.changed()
