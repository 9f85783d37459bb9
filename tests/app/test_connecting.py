"""Connections are added, tested, changed and removed in the app, and count at once."""

import os
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from screens import SCREENS
from tests.app.conftest import Opened, text
from tests.app.conftest import press as press_in_a_still_world
from tests.app.world import World
from tests.clock import START
from tests.commands.gateway import KEY, gateway
from tests.credentials.keyrings import BUS, FailingKeyring, MemoryKeyring, using
from tui.app import EvalTopApp
from tui.config import load_config
from tui.services import Services, open_services


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {
        **BUS,
        "HOME": str(tmp_path),
        "EVALTOP_DATA_DIR": str(tmp_path / "data"),
        "EVALTOP_CONFIG": str(tmp_path / "config.toml"),
    }


@pytest.fixture(autouse=True)
def keyring() -> Iterator[MemoryKeyring]:
    backend = MemoryKeyring()
    with using(backend):
        yield backend


@pytest.fixture
def file(environ: dict[str, str]) -> Path:
    return Path(environ["EVALTOP_CONFIG"])


def write(file: Path) -> None:
    file.write_text(MINE)


def read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


async def settled(pilot: Pilot[int]) -> None:
    """Wait for what a screen started; the loops go on for ever."""
    await pilot.pause()
    started = [one for one in pilot.app.workers if one.group not in ("poll", "keys", "test")]
    if started:
        await pilot.app.workers.wait_for_complete(started)
    await pilot.pause()


async def press(pilot: Pilot[int], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def services_for(environ: dict[str, str], file: Path) -> Services:
    named = environ if file.exists() else {**environ, "EVALTOP_CONFIG": ""}
    return open_services(load_config(flag_path=None, environ=named), environ=environ)


@asynccontextmanager
async def running(
    environ: dict[str, str], file: Path, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[Pilot[int]]:
    services = services_for(environ, file)
    app = EvalTopApp(services, SCREENS)
    try:
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            yield pilot
    finally:
        await services.aclose()


async def fill(pilot: Pilot[int], **texts: str) -> None:
    for key, value in texts.items():
        pilot.app.screen.query_one(f"#field-{key}", Input).value = value
    await pilot.press("ctrl+s")
    await settled(pilot)


def services_of(pilot: Pilot[int]) -> Services:
    assert isinstance(pilot.app, EvalTopApp)
    return pilot.app.services


async def until(pilot: Pilot[int], wanted: str) -> None:
    for _ in range(400):
        await pilot.pause(0.01)
        if wanted in text(pilot):
            return
    raise AssertionError(f"{wanted!r} did not come:\n{text(pilot)}")


async def test_a_bare_box_begins_with_connections_and_adds_one(
    environ: dict[str, str], file: Path
) -> None:
    with gateway() as served:
        async with running(environ, file) as pilot:
            assert "There are three ways to begin." in text(pilot)
            await press(pilot, "a")
            assert "Add a connection to" in text(pilot)
            await press(pilot, *(["down"] * 4), "enter")
            assert "Add GoModel gateway" in text(pilot)
            await fill(pilot, name="gate", base_url="http://far.example")
            assert "must be https" in text(pilot)
            assert read(file) == ""
            await fill(pilot, base_url=served.url)
            assert "gate is written to the config file" in text(pilot)
            assert "Connections  1 connection from file" in text(pilot)
            assert services_of(pilot).poller.loops()[0][0] == "poll gate"
            assert any(one.name == "poll gate" and one.is_running for one in pilot.app.workers)

            await press(pilot, "t")
            await until(pilot, "it wants a key (401)")
            await press(pilot, "K", *KEY)
            assert KEY not in text(pilot)
            await press(pilot, "enter")
            await until(pilot, "gate: the key is kept in")
            await press(pilot, "t")
            await until(pilot, "✓ The gateway answers.")
            await until(pilot, "list runs and rows")
            assert "canary" not in text(pilot)
    assert mode(file) == 0o600
    assert 'base_url = "http://127.0.0.1' in read(file)


async def test_what_the_environment_holds_in_part_is_offered_and_filled_in(
    environ: dict[str, str], file: Path
) -> None:
    environ |= {"WANDB_API_KEY": "canary-0123456789", "WANDB_ENTITY": "acme"}
    async with running(environ, file) as pilot:
        shown = text(pilot)
        assert "weave: WANDB_API_KEY, WANDB_ENTITY; missing: WANDB_PROJECT" in shown
        await press(pilot, "a")
        assert "W&B Weave project (variables found)" in text(pilot)
        await press(pilot, "enter")
        assert pilot.app.screen.query_one("#field-entity", Input).value == "acme"
        await fill(pilot, project="bot")
        assert "weave is written to the config file" in text(pilot)
        await until(pilot, "variable WANDB_API_KEY, …6789")
        assert "canary" not in text(pilot)


async def test_the_form_is_used_by_keyboard_alone(environ: dict[str, str], file: Path) -> None:
    async with running(environ, file, size=(80, 24)) as pilot:
        await press(pilot, "a", "enter")
        name = pilot.app.screen.query_one("#field-name", Input)
        assert name.has_focus
        await press(pilot, *(["backspace"] * len(name.value)), *"mine", "down", "up")
        assert name.value == "mine"
        for _ in range(8):
            await press(pilot, "enter")
        assert "mine is written to the config file" in text(pilot)
        await press(pilot, "a", "escape")
        assert "Add a connection to" not in text(pilot)
        await press(pilot, "a", "enter", "escape")
        assert load_config(flag_path=file, environ={}).connections[0].name == "mine"


MINE = """\
# mine
[connections.prod]   # stays
provider = "openai"
base_url = "http://127.0.0.1:9/v1"

[connections.gate]
provider = "gomodel"
base_url = "http://127.0.0.1:9"
"""


async def test_a_connection_is_changed_switched_and_removed(
    environ: dict[str, str], file: Path
) -> None:
    write(file)
    async with running(environ, file) as pilot:
        gate = services_of(pilot).links["gate"]
        await press(pilot, "A", "e")
        assert "Change prod" in text(pilot)
        assert pilot.app.screen.query_one("#field-name", Input).disabled
        await fill(pilot, project="proj_1")
        assert 'project = "proj_1"' in read(file)
        assert "# stays" in read(file)
        assert "organization" not in read(file)
        assert services_of(pilot).links["gate"] is gate, "what did not change goes on"

        await press(pilot, "o")
        assert "prod is switched off" in text(pilot)
        assert "○ switched off" in text(pilot)
        assert list(services_of(pilot).links) == ["gate"]
        assert not any(one.name == "poll prod" and one.is_running for one in pilot.app.workers)
        await press(pilot, "G", "t")
        assert "prod is switched off; o switches it on" in text(pilot)
        await press(pilot, "o")
        assert list(services_of(pilot).links) == ["prod", "gate"]

        await press(pilot, "g", "D", "enter")
        assert "prod" in services_of(pilot).links, "no is what is offered first"
        await press(pilot, "D", "down", "enter")
        assert "prod is removed" in text(pilot)
        assert list(services_of(pilot).links) == ["gate"]
        assert "prod" not in read(file)
        assert "# mine" in read(file)


async def test_a_name_that_is_taken_is_refused(environ: dict[str, str], file: Path) -> None:
    write(file)
    async with running(environ, file) as pilot:
        await press(pilot, "A", "a", "enter")
        await fill(pilot, name="prod")
        assert "There is a connection prod already." in text(pilot)
    assert read(file) == MINE


async def test_a_connection_of_the_environment_is_taken_into_the_file(
    environ: dict[str, str], file: Path
) -> None:
    environ |= {"GOMODEL_BASE_URL": "http://127.0.0.1:9", "OPENAI_API_KEY": "x" * 20}
    async with running(environ, file) as pilot:
        await press(pilot, "A", "D")
        assert "openai comes from your environment: unset its variables" in text(pilot)
        await press(pilot, "o")
        assert "openai is switched off" in text(pilot)
        assert list(services_of(pilot).links) == ["gomodel"]
    written = load_config(flag_path=file, environ={})
    assert [one.name for one in written.connections] == ["gomodel"]
    assert [one.name for one in written.switched_off] == ["openai"]


async def test_a_key_is_used_for_the_session_where_no_keyring_takes_it(
    environ: dict[str, str], file: Path
) -> None:
    from keyring.errors import KeyringLocked

    write(file)
    with using(FailingKeyring(KeyringLocked())):
        async with running(environ, file) as pilot:
            await press(pilot, "A", "K", "enter")
            assert "That is no key" in text(pilot)
            await press(pilot, *KEY, "enter")
            await until(
                pilot, "prod: not kept, the keyring is locked; it is used until evaltop ends"
            )
            await until(pilot, "typed in, until evaltop ends, …cdef")
            assert "⚠ The key was not kept: the keyring is locked. Unlock it" in text(pilot)
            source = services_of(pilot).links["prod"].key
            found = await source()
            assert found is not None
            assert found.secret.reveal() == KEY
            await press(pilot, "K", *KEY[:15], "ctrl+t")
            await until(pilot, "prod: the key is used until evaltop ends")
            await press(pilot, "K", "escape")
            assert "canary" not in text(pilot)


async def test_a_key_that_is_kept_comes_from_the_keyring_unless_something_goes_before_it(
    environ: dict[str, str], file: Path, keyring: MemoryKeyring
) -> None:
    write(file)
    async with running(environ, file) as pilot:
        await press(pilot, "A", "K", *KEY, "enter")
        await until(pilot, "prod: the key is kept in")
        await until(pilot, "keyring, …cdef")
        assert keyring.kept["evaltop", "prod"] == KEY
        await press(pilot, "D", "down", "enter")
        await until(pilot, "prod is removed; evaltop auth remove prod also forgets its key")
    write(file)
    environ["OPENAI_API_KEY"] = "x" * 20
    async with running(environ, file) as pilot:
        await press(pilot, "A", "K", *KEY, "enter")
        await until(
            pilot, "prod: kept, but variable OPENAI_API_KEY goes before it from the next start"
        )


async def test_the_locked_keyring_is_told_with_its_remedy(
    environ: dict[str, str], file: Path
) -> None:
    from keyring.errors import KeyringLocked

    write(file)
    with using(FailingKeyring(KeyringLocked())):
        async with running(environ, file) as pilot:
            await press(pilot, "A")
            await until(pilot, "⚠ The keyring is locked. Unlock it")


async def test_the_demos_connections_are_left_alone(world: World, opened: Opened) -> None:
    from dataclasses import replace

    world.config = replace(world.config, origin="demo")
    async with opened(world, size=(100, 30)) as pilot:
        await press_in_a_still_world(pilot, "A")
        for key in ("a", "e", "o", "D", "K"):
            await press_in_a_still_world(pilot, key)
            assert len(pilot.app.screen_stack) == 2
            assert "the demo's connections cannot be changed" in text(pilot)
    assert world.clock.now() == START
    assert "EVALTOP_CONFIG" in os.environ


async def test_first_paint_waits_for_no_key(environ: dict[str, str], file: Path) -> None:
    from tests.credentials.keyrings import HangingKeyring

    write(file)
    backend = HangingKeyring()
    with using(backend):
        async with running(environ, file) as pilot:
            assert "evaltop  0 runs" in text(pilot)
            await press(pilot, "A")
            assert "prod" in text(pilot)
            backend.answered.set()
