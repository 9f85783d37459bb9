"""A bug is told in one place, with a private report, and takes no more down than it must."""

import asyncio
import gc
import importlib
import pkgutil
import stat
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.message import Message
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import ModalScreen

import screens
from screens import SCREENS
from screens.filtering import Filtering
from tests.app.conftest import Opened, press, settled, text
from tests.app.world import World
from tests.clock import START
from tui import crash, widgets
from tui.app import EvalTopApp
from tui.messages import CopyAsked
from tui.notices.telling import Telling
from tui.store import Change, Store
from tui.widgets.surviving import Surviving

SECRET = "sk-this-must-never-be-shown"


def report_in(folder: Path) -> Path:
    (report,) = folder.glob("crash-*.txt")
    return report


async def broken_loop() -> None:
    key = SECRET
    raise ZeroDivisionError(len(key) // 0 if key == "" else "a bug in a loop")


async def test_a_bug_in_a_poll_loop_is_a_banner_and_the_app_goes_on(
    world: World, opened: Opened, tmp_path: Path, foreseen_bugs: list[BaseException]
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
    world: World,
    opened: Opened,
    monkeypatch: pytest.MonkeyPatch,
    foreseen_bugs: list[BaseException],
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


class Poison(Message):
    """What no handler can bear."""


def on_poison(self: MessagePump, _event: Poison) -> None:
    key = SECRET
    raise ZeroDivisionError(f"a bug in {type(self).__name__}", len(key) // 0 if not key else 0)


@pytest.fixture
def poisonable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every handler's owner a handler with a bug."""
    monkeypatch.setattr(Surviving, "on_poison", on_poison, raising=False)


def ours(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] in ("tui", "screens")


def classes(base: type = MessagePump) -> Iterator[type]:
    one: type
    for one in base.__subclasses__():
        yield one
        yield from classes(one)


def test_every_screen_and_widget_outlives_its_handlers() -> None:
    for room in (screens, widgets):
        for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    # Filtering is never a widget by itself, but a piece of those that survive.
    found = [one for one in classes() if ours(one.__module__) and one is not Filtering]
    assert len(found) > 20
    assert all(issubclass(one, Surviving) for one in Filtering.__subclasses__())
    assert [one for one in found if not issubclass(one, Surviving)] == []


@pytest.mark.parametrize("keys", ["", "enter", "down down enter enter", "A", "question_mark", "s"])
@pytest.mark.usefixtures("poisonable")
async def test_a_bug_in_any_handler_on_a_screen_is_a_banner_and_the_app_goes_on(
    world: World, opened: Opened, keys: str, tmp_path: Path, foreseen_bugs: list[BaseException]
) -> None:
    world.data_dir = tmp_path / "data"
    async with opened(world, size=(160, 40)) as pilot:
        await press(pilot, *keys.split())
        app = pilot.app
        assert isinstance(app, EvalTopApp)
        screen = app.screen
        pumps = [
            one for one in (app, screen, *screen.walk_children()) if isinstance(one, Surviving)
        ]
        for pump in pumps:
            app._bugs = crash.BugCount(world.clock)
            app.banner = ""
            pump.post_message(Poison())
            while not app.banner:
                await pilot.pause()
            await settled(pilot)
            assert app.banner.startswith("A bug in evaltop: ZeroDivisionError in"), pump
            assert pump.is_running
            if not isinstance(screen, ModalScreen):
                assert "A bug in evaltop" in text(pilot), pump
            world.clock.advance(1)
        assert len(foreseen_bugs) == len(pumps)
        assert all(SECRET not in one.read_text() for one in world.data_dir.glob("crash-*"))
        await press(pilot, *["escape"] * len(keys.split()))
        assert "nightly-11-20" in text(pilot)


async def test_a_bug_in_a_timer_or_a_callback_is_a_banner(
    world: World, opened: Opened, foreseen_bugs: list[BaseException]
) -> None:
    def broken() -> None:
        raise KeyError("x")

    async with opened(world, size=(160, 24)) as pilot:
        for later in (lambda: pilot.app.set_timer(0.001, broken), lambda: callback(pilot, broken)):
            later()
            while not foreseen_bugs:
                await pilot.pause(0.01)
            foreseen_bugs.clear()
            await settled(pilot)
            assert "A bug in evaltop: KeyError" in text(pilot)
            world.clock.advance(60)
            app = pilot.app
            assert isinstance(app, EvalTopApp)
            app._bugs = crash.BugCount(world.clock)


def callback(pilot: Pilot[int], broken: Callable[[], None]) -> None:
    pilot.app.screen.call_after_refresh(broken)


async def test_a_loop_that_a_bug_has_ended_begins_again(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    foreseen_bugs: list[BaseException],
) -> None:
    monkeypatch.setattr("tui.app.RESTART_S", 0.01)
    begun = []

    async def twice_broken() -> None:
        begun.append(1)
        if len(begun) <= 2:
            raise KeyError("loop")
        await asyncio.Event().wait()

    world.poller.loop = twice_broken
    app = EvalTopApp(world.services, SCREENS)
    async with app.run_test(size=(160, 24)) as pilot:
        while len(begun) < 3:
            await pilot.pause(0.01)
        assert "A bug in evaltop: KeyError" in text(pilot)
    assert len(foreseen_bugs) == 1, "the same bug is reported once"


async def test_loops_that_end_before_they_begin_leave_nothing_behind(
    world: World, opened: Opened
) -> None:
    async with opened(world) as pilot:
        app = pilot.app
        assert isinstance(app, EvalTopApp)
        app.workers.cancel_all()
        await pilot.pause()
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            app.begin_loops()
            app.workers.cancel_all()
            await pilot.pause()
            gc.collect()
        assert [str(each.message) for each in warned] == []


async def test_the_notices_begin_again_after_a_bug_too(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    foreseen_bugs: list[BaseException],
) -> None:
    monkeypatch.setattr("tui.app.RESTART_S", 0.01)
    begun = asyncio.Event()

    async def broken_once(_telling: Telling) -> None:
        if not foreseen_bugs:
            raise KeyError("notices")
        begun.set()

    monkeypatch.setattr(Telling, "tell", broken_once)
    app = EvalTopApp(world.services, SCREENS)
    async with app.run_test(size=(160, 24)):
        await asyncio.wait_for(begun.wait(), 20)
        assert app.banner.startswith("A bug in evaltop: KeyError")


OPENED = {
    "screens.run.RunScreen": "enter",
    "screens.trial.TrialScreen": "down down enter enter",
    "screens.search.SearchScreen": "f",
    "screens.connections.ConnectionsScreen": "A",
    "screens.help.HelpScreen": "question_mark",
    "screens.compare.CompareScreen": "space space c",
    "screens.raw.JsonScreen": "enter J",
    "tui.palette.ActionPalette": "colon",
}
"""Screens and how they are opened from home."""


@pytest.mark.parametrize(
    ("method", "error"), [("compose", KeyError), ("compose", TypeError), ("on_mount", KeyError)]
)
@pytest.mark.usefixtures("foreseen_bugs")
async def test_a_screen_that_cannot_be_built_is_a_banner_over_the_one_before(
    world: World,
    opened: Opened,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    error: type[Exception],
) -> None:
    def broken(_screen: object) -> None:
        raise error(SECRET)

    async with opened(world, size=(160, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, EvalTopApp)
        home = app.screen
        for path, keys in OPENED.items():
            module, _, name = path.rpartition(".")
            cls = getattr(importlib.import_module(module), name)
            *way, last = keys.split()
            await press(pilot, "home", *way)
            before = app.screen
            app._bugs, app.banner = crash.BugCount(world.clock), ""
            with monkeypatch.context() as patched:
                patched.setattr(cls, method, broken, raising=False)
                await pilot.press(last)
                while app.screen is not before or not app.banner:
                    await pilot.pause()
                await settled(pilot)
            assert f"A bug in evaltop: {error.__name__}" in text(pilot), path
            assert SECRET not in text(pilot)
            await press(pilot, last)
            assert isinstance(app.screen, cls), "the next time it may be well"
            while app.screen is not home:
                await press(pilot, "escape")


async def test_without_the_first_screen_there_is_nothing_to_show(
    world: World, monkeypatch: pytest.MonkeyPatch, foreseen_bugs: list[BaseException]
) -> None:
    def broken(_screen: object) -> None:
        raise KeyError("home")

    monkeypatch.setattr("screens.runs.RunsScreen.compose", broken)
    app = EvalTopApp(world.services, SCREENS)
    with pytest.raises(KeyError):
        async with app.run_test() as pilot:
            await pilot.pause()
    assert app.return_code == crash.EXIT_CODE


async def copied(app: EvalTopApp) -> None:
    """Run the app and ask it to copy something, again and again."""
    async with app.run_test() as pilot:
        await pilot.pause()
        for _ in range(crash.MOST_BUGS + 1):
            app.post_message(CopyAsked("x", "x"))
            await pilot.pause()


async def test_bugs_without_an_end_are_the_end_with_70_and_show_no_values(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    foreseen_bugs: list[BaseException],
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


def test_a_report_names_version_place_and_nothing_else(
    tmp_path: Path, foreseen_bugs: list[BaseException]
) -> None:
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


def test_a_report_never_replaces_another(
    tmp_path: Path, foreseen_bugs: list[BaseException]
) -> None:
    assert crash.write_report(ValueError(), tmp_path, START) is not None
    assert crash.write_report(ValueError(), tmp_path, START) is None
    assert crash.place_of(ValueError()) == ""


async def test_a_change_that_comes_after_the_last_screen_has_gone_is_no_bug(
    world: World, opened: Opened
) -> None:
    async with opened(world) as pilot:
        assert isinstance(pilot.app, EvalTopApp)
        app = pilot.app
    assert app.screen_stack == []
    app.store_changed(Change(1, frozenset()))
    app._tell_screens()
    app._minute_passed()
    app.tell("too late")
