import stat
import sys
from pathlib import Path

import pytest

from tui.external import can_browse, editor_command, pager_command, show_text


def test_the_persons_own_programs_come_first() -> None:
    assert pager_command({"PAGER": "less -S"}) == ["less", "-S"]
    assert pager_command({}) == ["less"]
    assert editor_command({"VISUAL": "code -w", "EDITOR": "ed"}) == ["code", "-w"]
    assert editor_command({"EDITOR": "ed"}) == ["ed"]
    assert editor_command({}) == ["vi"]


def test_the_file_is_private_and_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    note = tmp_path / "note"
    script = (
        "import os, sys; path = sys.argv[1];"
        f"open({str(note)!r}, 'w').write(oct(os.stat(path).st_mode) + open(path).read() + path)"
    )
    assert show_text([sys.executable, "-c", script], "hällo", ".json") is None
    seen = note.read_text()
    assert seen.startswith(oct(stat.S_IFREG | 0o600))
    assert "hällo" in seen
    assert seen.endswith(".json")
    assert [one.name for one in tmp_path.iterdir()] == ["note"]


def test_a_program_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    problem = show_text(["no-such-pager"], "x", ".txt")
    assert problem == "no-such-pager could not be started: No such file or directory."
    assert list(tmp_path.iterdir()) == []


def test_no_room_for_a_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    problem = show_text(["cat"], "x", ".txt")
    assert problem == "No temporary file could be made: No such file or directory."


@pytest.mark.parametrize(
    ("environ", "platform", "browses"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "a b c d"}, "linux", False),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", False),
        ({}, "darwin", True),
    ],
)
def test_a_browser_opens_only_where_it_can_be_seen(
    environ: dict[str, str], platform: str, browses: bool
) -> None:
    assert can_browse(environ, platform) is browses
