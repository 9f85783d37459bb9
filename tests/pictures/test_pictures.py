"""A picture of every screen at both sizes, over the demo's world at a fixed moment.

Behaviour is asserted in `tests/app`; these pictures are what the README shows. Update them with
`pytest tests/pictures --snapshot-update` and look at each.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from screens import SCREENS
from tests.clock import START, FakeClock
from tui.app import EvalTopApp
from tui.config import Config
from tui.demo import demo_config, demo_keys, demo_transport, demo_world
from tui.polling.connection_loop import ConnectionLoop
from tui.services import Services, open_services

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
WALKS = {
    "runs": (),
    "run": ("open prompt v3",),
    "statistics": ("open amber-river", "i", "rest"),
    "trial": ("open prompt v3", "enter"),
    "json": ("open prompt v3", "J"),
    "compare": ("open prompt v3", "c", "rest"),
    "pair": ("open prompt v3", "c", "rest", "enter", "enter", "rest"),
    "help": ("question_mark",),
    "connections": ("quiet", "A"),
}

STILL = 40
"""Looks at the budgets that must be alike."""

Snap = Callable[..., bool]


class StillClock(FakeClock):
    """Time stands still: every loop does what is due once, and then waits."""

    async def sleep(self, seconds: float) -> None:
        """Wait for ever, or yield once."""
        if seconds > 0:
            await asyncio.Event().wait()
        await asyncio.sleep(0)


def open_world(config: Config, data_dir: Path) -> Services:
    clock = StillClock()
    return open_services(
        config,
        transport=demo_transport(demo_world(clock, epoch=START)),
        keys=demo_keys(),
        clock=clock,
        environ={},
        data_dir=data_dir,
    )


async def fill(data_dir: Path) -> None:
    """Store everything there is to know, so that no answer can come too late for a picture."""
    config = demo_config()
    hasty = tuple(
        replace(one, poll=replace(one.poll, max_requests_per_min=6000))
        for one in config.connections
    )
    services = open_world(replace(config, connections=hasty), data_dir)
    for name, link in services.links.items():
        sync = await link.sync()
        assert await sync.everything() == []
        await sync.runs([stored.run.ref for stored in services.store.live_runs(name)])
    await services.aclose()


TICKED: set[str] = set()
"""Connections of the app in the picture that have asked all that was due."""


@pytest.fixture(scope="module", autouse=True)
def told_ticks() -> Iterator[None]:
    """Note when a connection has come to rest: its health is well before its last answer."""
    tick = ConnectionLoop.tick

    async def noted(loop: ConnectionLoop) -> float:
        delay = await tick(loop)
        TICKED.add(loop.health.connection)
        return delay

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ConnectionLoop, "tick", noted)
        yield


@pytest.fixture(scope="module", autouse=True)
def no_rush() -> Iterator[None]:
    """Let requests follow each other at once: where time stands still, nobody's turn comes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tui.polling.budget.BURST", 10_000)
        yield


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("pictures")
    asyncio.run(fill(data_dir))
    shutil.rmtree(data_dir / "shared")  # what was asked to fill it is not counted in the pictures
    return data_dir


def make_app(config: Config, data_dir: Path) -> EvalTopApp:
    TICKED.clear()
    return EvalTopApp(open_world(config, data_dir), SCREENS)


async def until(pilot: Pilot[int], holds: Callable[[], bool]) -> None:
    """Let the app go on until something holds."""
    for _ in range(500):
        await pilot.pause()
        if holds():
            return
    raise AssertionError("the app never came to rest")


def walk(steps: tuple[str, ...]) -> Callable[[Pilot[int]], Awaitable[None]]:
    async def before(pilot: Pilot[int]) -> None:
        app = pilot.app
        assert isinstance(app, EvalTopApp)
        status = app.services.poller.status
        await until(pilot, lambda: all(health.ok_at for health in status().values()))
        await until(pilot, lambda: set(status()) <= TICKED)
        for step in steps:
            await take(pilot, app, step)
        await pilot.pause()

    return before


async def quiet(pilot: Pilot[int], app: EvalTopApp) -> None:
    """Wait until nobody has been asked for a while: then what is left of budgets stays."""
    left: list[int] = []
    still = 0

    def at_rest() -> bool:
        nonlocal left, still
        now = [link.budget.left() for link in app.services.links.values()]
        still = still + 1 if now == left else 0
        left = now
        return still == STILL

    await until(pilot, at_rest)


async def take(pilot: Pilot[int], app: EvalTopApp, step: str) -> None:
    """Do one step: a key, a filter, or a filter and then opening what it found; or rest."""
    word, _, text = step.partition(" ")
    if word == "quiet":
        await quiet(pilot, app)
        return
    if word == "rest":
        await until(pilot, lambda: all(one.group == "poll" for one in app.workers))
        return
    if not text:
        await pilot.press(step)
        return
    await pilot.press("slash", *("space" if char == " " else char for char in text), "enter")
    if word == "open":
        await pilot.pause()
        await pilot.press("enter")
        focus = app.services.poller._focus
        await until(pilot, lambda: any(one.rows_at is not None for one in focus._runs))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("screen", WALKS)
def test_picture(screen: str, size: str, snap_compare: Snap, filled: Path, tmp_path: Path) -> None:
    own = shutil.copytree(filled, tmp_path / "store")
    assert snap_compare(
        make_app(demo_config(), own), terminal_size=SIZES[size], run_before=walk(WALKS[screen])
    )


@pytest.mark.parametrize("size", SIZES)
def test_picture_of_the_beginning(size: str, snap_compare: Snap, tmp_path: Path) -> None:
    assert snap_compare(
        make_app(Config(), tmp_path), terminal_size=SIZES[size], run_before=walk(())
    )
