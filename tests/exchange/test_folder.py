import os
import resource
from pathlib import Path

import pytest

from tui.errors import DataError, UsageError
from tui.exchange.folder import open_folder


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.lstat().st_mode & 0o777 for path in folder.iterdir()}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_files_are_private_under_any_umask(tmp_path: Path, umask: int) -> None:
    tmp_path.chmod(0o700)
    before = os.umask(umask)
    try:
        with open_folder(tmp_path, force=False) as folder:
            folder.new("a.csv").write(b"1")
            folder.place()
    finally:
        os.umask(before)
    assert modes(tmp_path) == {"a.csv": 0o600}


def test_a_new_folder_is_private(tmp_path: Path) -> None:
    with open_folder(tmp_path / "deep" / "out", force=False):
        pass
    assert (tmp_path / "deep" / "out").stat().st_mode & 0o077 == 0


def test_nothing_is_left_of_work_that_did_not_come_to_its_end(tmp_path: Path) -> None:
    with open_folder(tmp_path, force=False) as folder:
        folder.new("a.csv").write(b"1")
    assert list(tmp_path.iterdir()) == []


def test_nothing_has_its_name_before_everything_is_written(tmp_path: Path) -> None:
    with open_folder(tmp_path, force=False) as folder:
        folder.new("a.csv").write(b"1")
        folder.new("b.csv").write(b"2")
        assert all(path.name.startswith(".evaltop-") for path in tmp_path.iterdir())
        folder.place()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "a.csv": b"1",
        "b.csv": b"2",
    }


def test_what_came_meanwhile_is_not_overwritten_and_nothing_else_is_placed(tmp_path: Path) -> None:
    with open_folder(tmp_path, force=False) as folder:
        folder.new("a.csv").write(b"1")
        folder.new("b.csv").write(b"2")
        (tmp_path / "b.csv").write_bytes(b"someone's")
        with pytest.raises(UsageError, match=r"already has b\.csv"):
            folder.place()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"b.csv": b"someone's"}


@pytest.mark.parametrize("force", [False, True])
def test_a_link_in_the_folder_is_not_followed(tmp_path: Path, force: bool) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("precious")
    target = tmp_path / "out"
    target.mkdir()
    (target / "a.csv").symlink_to(outside)
    with open_folder(target, force=force) as folder:
        if not force:
            with pytest.raises(UsageError):
                folder.refuse_taken(["a.csv"])
            return
        folder.refuse_taken(["a.csv"])
        folder.new("a.csv").write(b"1")
        folder.place()
    assert outside.read_text() == "precious"
    assert not (target / "a.csv").is_symlink()


def test_a_folder_swapped_for_a_link_gets_nothing(tmp_path: Path) -> None:
    target, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with open_folder(target, force=False) as folder:
        target.rename(tmp_path / "moved")
        target.symlink_to(elsewhere)
        folder.new("a.csv").write(b"1")
        folder.place()
    assert list(elsewhere.iterdir()) == []
    assert (tmp_path / "moved" / "a.csv").read_bytes() == b"1"


def test_a_file_in_the_folders_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with (
        pytest.raises(UsageError, match="not a folder"),
        open_folder(tmp_path / "out", force=False),
    ):
        pass


def test_a_disk_that_takes_no_more_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_folder(tmp_path, force=False) as folder:
        file = folder.new("a.csv")
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
        try:
            with pytest.raises(DataError, match=r"a\.csv cannot be written \(File too large\)"):
                file.write(b"x" * 1_000_000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_export_left_is_removed_by_the_next_one_and_nothing_else(
    tmp_path: Path,
) -> None:
    left = tmp_path / f".evaltop-{'0' * 16}.tmp"
    others = [tmp_path / name for name in (".evaltop-x.tmp", ".evaltop", "rows.csv")]
    for file in (left, *others):
        file.write_text("rows")
    with open_folder(tmp_path, force=False) as folder:
        folder.new("a").write(b"a")
        assert not left.exists()
        with open_folder(tmp_path, force=False) as beside:
            beside.new("b").write(b"b")
            beside.place()
        folder.place()
    assert {file.name for file in tmp_path.iterdir()} == {"a", "b", *(one.name for one in others)}
