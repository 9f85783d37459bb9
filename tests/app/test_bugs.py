"""A bug is told in one place, with a private report, and takes no more down than it must."""

import stat
from pathlib import Path

import pytest

from screens import SCREENS
from tests.app.conftest import Opened, press, settled, text
from tests.app.world import World
from tests.clock import START
from tui import crash
from tui.app import EvalTopApp
from tui.messages import CopyAsked
from tui.store import Store

SECRET = "sk-this-must-never-be-shown"


def report_in(folder: Path) -> Path:
    (report,) = folder.glob("crash-*.txt")
    return report


async def broken_loop() -> None:
    key = SECRET
    raise ZeroDivisionError(len(key) // 0 if key == "" else "a bug in a loop")


async def test_a_bug_in_a_poll_loop_is_a_banner_and_the_app_goes_on(
    world: World, opened: Opened, tmp_path: Path
) -> None:
    world.poller.loop = broken_loop
    world.data_dir = tmp_path / "data"
    async with opened(world, size=(160, 24)) as pilot:
        await settled(pilot)
        assert "A bug in evaltop: ZeroDivisionError in app/test_bugs.py line" in text(pilot)
        report = report_in(world.data_dir)
        assert stat.S_IMODE(report.stat().st_mode) == 0o600
        kept = report.read_text()
        assert "ZeroDivisionError" in kept
        assert SECRET not in kept
        await press(pilot, "enter")
        assert "nightly-11-20" in text(pilot)


async def test_a_bug_in_a_screens_worker_is_a_banner_too(
    world: World, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("row")

    async with opened(world, size=(160, 24)) as pilot:
        await press(pilot, "down", "down", "enter")
        monkeypatch.setattr(Store, "neighbours", broken)
        await press(pilot, "enter")
        await pilot.press("right_square_bracket")
        await pilot.pause()
        await pilot.pause()
        assert "A bug in evaltop: KeyError" in text(pilot)
        assert "The report could not be written." in text(pilot)
        await press(pilot, "escape")
        assert "weekly-47" in text(pilot)


async def copied(app: EvalTopApp) -> None:
    """Run the app and ask it to copy something."""
    async with app.run_test() as pilot:
        await pilot.pause()
        app.post_message(CopyAsked("x", "x"))
        await pilot.pause()


async def test_a_bug_in_the_interface_ends_with_70_and_shows_no_values(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    world.data_dir = tmp_path
    app = EvalTopApp(world.services, SCREENS)

    def broken(text: str) -> str:
        key = SECRET
        raise ValueError(len(key + text))

    monkeypatch.setattr("tui.app.clean_block", broken)
    with pytest.raises(ValueError, match=r"\d+"):
        await copied(app)
    assert app.return_code == crash.EXIT_CODE
    shown = capsys.readouterr()
    assert SECRET not in shown.out + shown.err
    assert SECRET not in report_in(tmp_path).read_text()


def test_a_report_names_version_place_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    with pytest.raises(ZeroDivisionError) as caught:
        divmod(1, 0)
    path = crash.write_report(caught.value, folder, START)
    assert path is not None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "evaltop 0" in path.read_text()
    assert "ZeroDivisionError" in path.read_text()
    said = crash.sentence(caught.value, path)
    assert said.startswith("A bug in evaltop: ZeroDivisionError in app/test_bugs.py line ")
    assert said.endswith(f"The report is {path}.")


def test_a_report_never_replaces_another(tmp_path: Path) -> None:
    assert crash.write_report(ValueError(), tmp_path, START) is not None
    assert crash.write_report(ValueError(), tmp_path, START) is None
    assert crash.place_of(ValueError()) == ""
