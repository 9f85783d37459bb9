"""Headless commands over the simulated world, in this process and without sockets."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib import import_module

import pytest

from tests.clock import START, FakeClock
from tui.commands.arguments import build_parser
from tui.commands.headless import ON_RUNS, SessionCommand
from tui.commands.session import Session
from tui.demo import demo_config, demo_keys, demo_transport, demo_world
from tui.services import Services, open_services


@dataclass
class Desk:
    """Services over the demo, and what a command wrote."""

    services: Services
    clock: FakeClock
    out: io.StringIO
    err: io.StringIO

    def session(self, *chosen: str, offline: bool = False) -> Session:
        """Return a fresh command's session; what earlier ones wrote is forgotten."""
        for stream in (self.out, self.err):
            stream.seek(0)
            stream.truncate()
        self.clock.advance(1)
        return Session(
            services=self.services,
            out=self.out,
            err=self.err,
            offline=offline,
            chosen=chosen,
            begun_at=self.clock.now(),
        )


async def call(session: Session, *words: str) -> int:
    """Run a command as it would be written, with the session's services. Returns the exit code."""
    arguments = build_parser().parse_args(words)
    command: SessionCommand = import_module(ON_RUNS[arguments.command]).run
    return await command(arguments, session)


def open_desk(clock: FakeClock, keys: dict[str, str]) -> Desk:
    """Return services over a world at the fixed start."""
    services = open_services(
        demo_config(),
        transport=demo_transport(demo_world(clock, epoch=START)),
        keys=keys,
        clock=clock,
        in_memory=True,
    )
    return Desk(services, clock, io.StringIO(), io.StringIO())


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = open_desk(FakeClock(), demo_keys())
    yield desk
    await desk.services.aclose()


@pytest.fixture
async def locked_desk() -> AsyncIterator[Desk]:
    """One connection's key is wrong."""
    desk = open_desk(FakeClock(), {**demo_keys(), "docs": "wrong-key-canary-1234"})
    yield desk
    await desk.services.aclose()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no machine be so slow that a command tells whom it waits for."""
    monkeypatch.setattr("tui.commands.session.SLOW_S", 3600.0)
