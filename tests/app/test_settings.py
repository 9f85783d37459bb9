"""Settings that change while the app runs: all of them count, and what cannot is told."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.theme import BUILTIN_THEMES

from screens import SCREENS
from tests.app.conftest import text
from tests.app.test_connecting import MINE, press, running, services_of, settled, until
from tui import adopting
from tui.app import EvalTopApp
from tui.config import load_config
from tui.config.settings import THEMES
from tui.services import open_services


@pytest.fixture(autouse=True)
def looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adopting, "LOOK_S", 0.01)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {
        "HOME": str(tmp_path),
        "EVALTOP_DATA_DIR": str(tmp_path / "data"),
        "EVALTOP_CONFIG": str(tmp_path / "config.toml"),
    }


@pytest.fixture
def file(environ: dict[str, str]) -> Path:
    path = Path(environ["EVALTOP_CONFIG"])
    path.write_text(MINE)
    return path


def rewrite(file: Path, added: str) -> None:
    """Save as careful editors do: never half a file."""
    new = file.with_suffix(".new")
    new.write_text(MINE + added)
    new.replace(file)


def remove(file: Path) -> None:
    file.unlink()


def test_the_themes_that_are_allowed_are_those_there_are() -> None:
    assert set(THEMES) == set(BUILTIN_THEMES)


async def test_an_editors_change_of_keys_theme_and_rules_counts_at_once(
    environ: dict[str, str], file: Path
) -> None:
    async with running(environ, file) as pilot:
        assert "/ filter" in text(pilot)
        rewrite(file, '[ui]\ntheme = "nord"\nread_only = true\n[keys]\nfilter = "F"\npause = []\n')
        await until(pilot, "the config file has changed and counts now")
        assert pilot.app.theme == "nord"
        assert "F filter" in text(pilot)
        assert services_of(pilot).config.ui.read_only
        await press(pilot, "p")
        assert not services_of(pilot).poller.paused
        await press(pilot, "F")
        assert pilot.app.focused is not None

        await press(pilot, "escape")
        rewrite(file, "")
        await until(pilot, "/ filter")
        assert pilot.app.theme == "textual-dark"
        await press(pilot, "p")
        assert services_of(pilot).poller.paused


async def test_connections_limits_and_notices_follow_an_editor_too(
    environ: dict[str, str], file: Path
) -> None:
    async with running(environ, file) as pilot:
        gate = services_of(pilot).links["gate"]
        added = '[connections.new]\nprovider = "gomodel"\nbase_url = "http://127.0.0.1:9"\n'
        rewrite(file, f'{added}[store]\nmax_gib = 3\n[notify]\nquiet = "22:00-07:00"\n')
        await until(pilot, "the config file has changed and counts now")
        services = services_of(pilot)
        assert list(services.links) == ["prod", "gate", "new"]
        assert services.links["gate"] is gate, "what did not change goes on"
        assert services.poller._upkeep.limit == 3 * 2**30
        assert isinstance(pilot.app, EvalTopApp)
        assert pilot.app._telling is not None
        assert pilot.app._telling.settings.quiet == "22:00-07:00"


async def test_mistakes_are_told_and_the_rest_counts(environ: dict[str, str], file: Path) -> None:
    async with running(environ, file) as pilot:
        rewrite(file, '[ui]\ntheme = "nordic"\nread_only = true\n[keys]\njump = "x"\n')
        await until(pilot, "counts now, but for 2 mistakes in it: A tells")
        assert services_of(pilot).config.ui.read_only
        assert pilot.app.theme == "textual-dark"
        await press(pilot, "A")
        assert "keys.jump" in text(pilot)


@pytest.mark.parametrize("broken", ["[[[", "\x00", "a = 1\na = 2\n"])
async def test_a_file_that_is_no_toml_changes_nothing(
    environ: dict[str, str], file: Path, broken: str
) -> None:
    async with running(environ, file) as pilot:
        rewrite(file, broken)
        await until(pilot, ": this is not TOML")
        assert "the settings stay as they were: line " in text(pilot)
        assert list(services_of(pilot).links) == ["prod", "gate"]
        remove(file)
        await until(pilot, "the settings stay as they were: this file is not there.")
        rewrite(file, "[ui]\nread_only = true\n")
        await until(pilot, "the config file has changed and counts now")
        assert services_of(pilot).config.ui.read_only


async def test_what_the_command_line_said_stays(environ: dict[str, str], file: Path) -> None:
    config = load_config(flag_path=None, environ=environ)
    services = replace(open_services(config, environ=environ), read_only=True, shown=("gate",))
    app = EvalTopApp(services, SCREENS)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        rewrite(file, "[ui]\nread_only = false\n")
        await until(pilot, "the config file has changed and counts now")
        assert app.services.config.ui.read_only
        assert [one.name for one in app.services.config.connections] == ["gate"]
    await services.aclose()


async def test_what_a_form_writes_takes_the_rest_of_the_file_along(
    environ: dict[str, str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopting, "LOOK_S", 3600)
    async with running(environ, file) as pilot:
        rewrite(file, '[ui]\ntheme = "nord"\n')
        await press(pilot, "A", "o")
        await until(pilot, "prod is switched off")
        assert pilot.app.theme == "nord"


async def test_what_was_written_in_the_app_is_told_once(
    environ: dict[str, str], file: Path
) -> None:
    async with running(environ, file) as pilot:
        await press(pilot, "A", "o")
        assert isinstance(pilot.app, EvalTopApp)
        assert pilot.app._followed is not None
        await pilot.app._read_again(pilot.app._followed)  # as if it was looked at just after
        await settled(pilot)
        assert "prod is switched off" in text(pilot)
