"""Fixtures of the app: a world, and the app on it at a fixed size."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from screens import SCREENS
from tests.app.world import World, full_world
from tui.app import EvalTopApp

Opened = Callable[..., AbstractAsyncContextManager[Pilot[int]]]


@pytest.fixture(autouse=True)
def quick_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pilot looks five times as often whether the app is idle: it does so after every key."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.004)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the person's terminal leaks in."""
    for name in [*os.environ]:
        if name.startswith(("TEXTUAL", "SSH_", "OPENAI", "WANDB")) or name in (
            "NO_COLOR",
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "PAGER",
            "EDITOR",
            "VISUAL",
        ):
            monkeypatch.delenv(name, raising=False)


@pytest.fixture
def world() -> World:
    return full_world()


@pytest.fixture
def opened() -> Opened:
    """Open the app on a world; everything it started has settled."""

    @asynccontextmanager
    async def opened(
        world: World, *, size: tuple[int, int] = (80, 24), **_: Any
    ) -> AsyncIterator[Pilot[int]]:
        app = EvalTopApp(world.services, SCREENS)
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            yield pilot

    return opened


async def settled(pilot: Pilot[int]) -> None:
    """Wait until nothing a screen started is under way, and what it brought is painted."""
    await pilot.pause()
    workers = [one for one in pilot.app.workers if one.group != "poll"]
    if workers:  # without any it would wait for all
        await pilot.app.workers.wait_for_complete(workers)
    await pilot.pause()


async def press(pilot: Pilot[int], *keys: str) -> None:
    """Press keys one after the other, waiting for what each of them starts."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def lines(pilot: Pilot[int]) -> list[str]:
    """Return what is on the screen, as text."""
    width, height = pilot.app.size
    strips = pilot.app.screen._compositor.render_strips()
    del width
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips[:height]]


def text(pilot: Pilot[int]) -> str:
    """Return the screen as one text."""
    return "\n".join(lines(pilot))
